"""
DistributionConfigs as CloudFront may send them, and stranger ones: the strategy behind the laws.

It draws behaviors, with associations in legal combinations only, and their spelling: comments,
processing instructions, CDATA, white space and elements that no SDK knows, wherever they are legal,
and every way to write an empty list.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from hypothesis import strategies as st
from maintenance.cloudfront.associations import LIST_NAMES
from maintenance.model import VIEWER_EVENTS, Association, Kind

from tests.builders import NAMESPACE, a_function, a_lambda

type Associations = tuple[Association, ...]

_PATHS = ("*", "/api/*", "/a&b/*", "/<x>?.jpg", "default", "/žaba/*", "/q'\"/*", "/*.css")
_ORIGIN_EVENTS = ("origin-request", "origin-response")
_UNKNOWN = (
    "<ViewerWeather/>",
    "<ViewerWeather><Forecast unit='°'>a &lt; b</Forecast></ViewerWeather>",
    "<Fans><Quantity>2</Quantity><Items><Fan/><Fan>č</Fan></Items></Fans>",
)
_FILLER = ("", "", "\n    ", "<!-- a < b & <Items> -->", "<?keep this?>")


@dataclass(frozen=True)
class Drawn:
    """A configuration, and what is attached in each behavior by path pattern (None: default)."""

    xml: bytes
    associations: dict[str | None, Associations]


@st.composite
def configurations(draw: st.DrawFn) -> Drawn:
    """Draw a configuration."""
    attached = {path: _associations(draw) for path in (None, *draw(_SOME_PATHS))}
    default, *ordered = [_behavior(draw, path, each) for path, each in attached.items()]
    members = [_text(draw, "Comment", "čaj & co"), default]
    if bool(ordered) or draw(_EITHER):
        items = _element(draw, "Items", *ordered, unknown=False) if ordered else ""
        quantity = f"<Quantity>{len(ordered)}</Quantity>"
        members.append(_element(draw, "CacheBehaviors", quantity, items))
    root = _element(draw, "DistributionConfig", *members)
    with_namespace = root.replace(
        "<DistributionConfig>", f'<DistributionConfig xmlns="{NAMESPACE}">', 1
    )
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n' if draw(_EITHER) else ""
    return Drawn(f"{declaration}{with_namespace}\n".encode(), attached)


def _associations(draw: st.DrawFn) -> Associations:
    """Draw a legal combination: one function per event type, kinds not mixed at the viewer."""
    of_viewer = a_function if draw(_EITHER) else a_lambda
    drawn = [of_viewer(event, draw(_NAMES)) for event in VIEWER_EVENTS if draw(_EITHER)]
    drawn += [a_lambda(event, draw(_NAMES)) for event in _ORIGIN_EVENTS if draw(_EITHER)]
    return tuple(drawn)


def _behavior(draw: st.DrawFn, path: str | None, associations: Associations) -> str:
    name = "DefaultCacheBehavior" if path is None else "CacheBehavior"
    first = [] if path is None else [_text(draw, "PathPattern", path)]
    both = [
        _list(draw, kind, [each for each in associations if each.kind is kind])
        for kind in _maybe_reversed(draw, list(Kind))
    ]
    return _element(draw, name, *first, "<TargetOriginId>origin</TargetOriginId>", *both)


def _list(draw: st.DrawFn, kind: Kind, associations: list[Association]) -> str:
    name = LIST_NAMES[kind]
    if not associations:
        empty = draw(_EMPTY_LISTS)
        return empty.format(name=name) or _element(draw, name, "<Quantity>0</Quantity>")
    drawn = [_item(draw, kind, each) for each in _maybe_reversed(draw, associations)]
    items = _element(draw, "Items", *drawn, unknown=False)
    quantity = _text(draw, "Quantity", str(len(associations)))
    return _element(draw, name, *_maybe_reversed(draw, [quantity, items]))


def _item(draw: st.DrawFn, kind: Kind, association: Association) -> str:
    is_lambda = kind is Kind.LAMBDA_AT_EDGE
    arn_name = "LambdaFunctionARN" if is_lambda else "FunctionARN"
    members = [
        _text(draw, arn_name, association.arn),
        _text(draw, "EventType", association.event_type),
    ]
    if is_lambda and draw(_EITHER):
        members.append(_text(draw, "IncludeBody", "true"))
    return _element(draw, LIST_NAMES[kind].removesuffix("s"), *_maybe_reversed(draw, members))


def _maybe_reversed[T](draw: st.DrawFn, given: list[T]) -> list[T]:
    """Draw whether to reverse an order."""
    return given[::-1] if draw(_EITHER) else given


def _element(draw: st.DrawFn, name: str, *members: str, unknown: bool = True) -> str:
    """Draw an element; if `unknown`, with elements that no SDK knows between its members."""
    between = _ANYTHING if unknown else _FILLERS
    content = "".join(draw(between) + member for member in members) + draw(between)
    space = "" if name == "DistributionConfig" else draw(_SPACES)
    return f"<{name}{space}>{content}</{name}{space}>"


def _text(draw: st.DrawFn, name: str, text: str) -> str:
    return f"<{name}>{draw(_SPELLINGS)(text)}</{name}>"


def _commented(text: str) -> str:
    half = len(text) // 2
    return f"{escape(text[:half])}<!-- so -->{escape(text[half:])}"


def _half_in_cdata(text: str) -> str:
    half = len(text) // 2
    return f"{escape(text[:half])}<![CDATA[{text[half:]}]]>"


def _in_references(text: str) -> str:
    return "".join(f"&#x{ord(letter):x};" for letter in text)


_EITHER = st.booleans()
_NAMES = st.sampled_from(("sign", "rewrite", "headers"))
_SOME_PATHS: st.SearchStrategy[list[str]] = st.lists(
    st.sampled_from(_PATHS), unique=True, max_size=3
)
# An empty string stands for a list that is drawn member by member, a space for an absent list.
_EMPTY_LISTS = st.sampled_from(
    (
        "",
        " ",
        "<{name}/>",
        "<{name}></{name}>",
        "<{name}><Quantity>0</Quantity></{name}>",
        "<{name}><Quantity>0</Quantity><Items/></{name}>",
        "<{name}><Quantity>0</Quantity><Items>\n</Items></{name}>",
    )
)
_FILLERS = st.sampled_from(_FILLER)
_ANYTHING = st.sampled_from((*_FILLER, *_UNKNOWN))
_SPACES = st.sampled_from(("", "", " ", "\n"))
# Spellings of one text.
_SPELLINGS = st.sampled_from(
    (
        escape,
        escape,
        lambda text: f"\n  {escape(text)}\n",
        lambda text: f"<![CDATA[{text}]]>",
        _commented,
        _half_in_cdata,
        _in_references,
    )
)
