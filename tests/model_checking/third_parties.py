"""
What third parties do to a distribution: each edit is one write, with a current ETag.

They attach a function at a viewer event, which removes the functions that CloudFront does not
accept beside it, ours included. That function may be ours, as if an old configuration were written
back. They clear a behavior, add, remove or rename one. Like an infrastructure tool they write the
whole configuration.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from maintenance.cloudfront.config import read_config
from maintenance.model import VIEWER_EVENTS, VIEWER_REQUEST, VIEWER_RESPONSE, Association, Behavior

from tests.builders import a_behavior, a_function, a_lambda, config_xml
from tests.model_checking.world import PathPattern

# An element that no SDK knows has to survive like everything else.
UNKNOWN = b"<ViewerWeather><Forecast>rain</Forecast></ViewerWeather>"
_NEW = (
    a_lambda(VIEWER_REQUEST, "their-lambda"),
    a_function(VIEWER_REQUEST, "their-function"),
    a_lambda(VIEWER_RESPONSE, "their-lambda"),
    a_function(VIEWER_RESPONSE, "their-function"),
)
_ADDED = a_behavior("/added", a_function(name="added"))


class Edit(NamedTuple):
    """An edit: a sentence for the trace, the new bytes, and the old and new name of a behavior."""

    sentence: str
    xml: bytes
    renamed: tuple[PathPattern, str] | None = None


@cache
def possible_edits(xml: bytes, ours: Association, renamed_to: str | None) -> tuple[Edit, ...]:
    """Return every edit that third parties may make to this configuration."""
    behaviors = tuple(each.behavior for each in read_config(xml).behaviors)
    return tuple(_edits(behaviors, ours, renamed_to))


def config_of(behaviors: Iterable[Behavior]) -> bytes:
    """Return a configuration as an infrastructure tool writes it."""
    return config_xml(*behaviors, extra=UNKNOWN)


def _edits(
    behaviors: tuple[Behavior, ...], ours: Association, renamed_to: str | None
) -> Iterator[Edit]:
    names = {each.path_pattern for each in behaviors}
    for at, behavior in enumerate(behaviors):
        name = behavior.path_pattern or "default"
        before, after = behaviors[:at], behaviors[at + 1 :]
        for sentence, edited in _association_edits(behavior, ours):
            yield Edit(f"{sentence} {name}", config_of((*before, edited, *after)))
        if at:
            yield Edit(f"removes {name}", config_of(before + after))
        if at and renamed_to and renamed_to not in names:
            renamed = a_behavior(renamed_to, *behavior.associations)
            sentence = f"renames {name} to {renamed_to}"
            new_xml = config_of((*before, renamed, *after))
            yield Edit(sentence, new_xml, (behavior.path_pattern, renamed_to))
    if _ADDED.path_pattern not in names:
        yield Edit(f"adds {_ADDED.path_pattern}", config_of((*behaviors, _ADDED)))


def _association_edits(behavior: Behavior, ours: Association) -> Iterator[tuple[str, Behavior]]:
    attached = [each for each in behavior.associations if each.event_type == VIEWER_REQUEST]
    for new in (*_NEW, ours):
        if new in attached:
            continue
        kept = [each for each in behavior.associations if _can_be_beside(each, new)]
        sentence = (
            "writes an old configuration with ours to" if new is ours else f"attaches {new} to"
        )
        yield sentence, a_behavior(behavior.path_pattern, *kept, new)
    yield "clears", a_behavior(behavior.path_pattern)


def _can_be_beside(present: Association, new: Association) -> bool:
    is_at_viewer = present.event_type in VIEWER_EVENTS
    return present.event_type != new.event_type and (not is_at_viewer or present.kind is new.kind)
