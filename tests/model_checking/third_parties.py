"""
What other parties do to a distribution: each edit is one write of theirs, with a current ETag.

They attach functions of their own at either viewer event (which drops what may not stand beside
them, ours included), clear a behavior, and add, remove or rename one. Like an infrastructure tool
they write the whole configuration anew.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from maintenance.cloudfront.config import read_config
from maintenance.model import VIEWER_EVENTS, VIEWER_REQUEST, VIEWER_RESPONSE, Association, Behavior

from tests.builders import a_behavior, a_function, a_lambda, config_xml
from tests.model_checking.world import PathPattern

# An element that no SDK knows: it has to survive like everything else.
UNKNOWN = b"<ViewerWeather><Forecast>rain</Forecast></ViewerWeather>"
_NEW = (
    a_lambda(VIEWER_REQUEST, "their-lambda"),
    a_function(VIEWER_REQUEST, "their-function"),
    a_lambda(VIEWER_RESPONSE, "their-lambda"),
    a_function(VIEWER_RESPONSE, "their-function"),
)
_ADDED = a_behavior("/added", a_function(name="added"))


class Edit(NamedTuple):
    """A write of another party: a sentence for the trace, the new bytes, and who is who in them."""

    sentence: str
    xml: bytes
    renamed: tuple[PathPattern, str] | None = None


@cache
def edits(xml: bytes, renamed_to: str | None) -> tuple[Edit, ...]:
    """Return every edit that another party may make to this configuration."""
    behaviors = tuple(each.behavior for each in read_config(xml).behaviors)
    return tuple(_edits(behaviors, renamed_to))


def written(behaviors: Iterable[Behavior]) -> bytes:
    """Return the configuration as an infrastructure tool writes it."""
    return config_xml(*behaviors, extra=UNKNOWN)


def _edits(behaviors: tuple[Behavior, ...], renamed_to: str | None) -> Iterator[Edit]:
    names = {each.path_pattern for each in behaviors}
    for at, behavior in enumerate(behaviors):
        name = behavior.path_pattern or "default"
        before, after = behaviors[:at], behaviors[at + 1 :]
        for sentence, edited in _reattached(behavior):
            yield Edit(f"{sentence} {name}", written((*before, edited, *after)))
        if at:
            yield Edit(f"removes {name}", written(before + after))
        if at and renamed_to and renamed_to not in names:
            renamed = a_behavior(renamed_to, *behavior.associations)
            sentence = f"renames {name} to {renamed_to}"
            new_xml = written((*before, renamed, *after))
            yield Edit(sentence, new_xml, (behavior.path_pattern, renamed_to))
    if _ADDED.path_pattern not in names:
        yield Edit(f"adds {_ADDED.path_pattern}", written((*behaviors, _ADDED)))


def _reattached(behavior: Behavior) -> Iterator[tuple[str, Behavior]]:
    for new in _NEW:
        kept = [each for each in behavior.associations if _may_stand_beside(each, new)]
        yield f"attaches {new} to", a_behavior(behavior.path_pattern, *kept, new)
    yield "clears", a_behavior(behavior.path_pattern)


def _may_stand_beside(present: Association, new: Association) -> bool:
    is_at_viewer = present.event_type in VIEWER_EVENTS
    return present.event_type != new.event_type and (not is_at_viewer or present.kind is new.kind)
