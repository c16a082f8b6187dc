"""
What must always hold, checked with an independent reader of XML.

    recorded    while ours is attached to a behavior, its record says what was attached when a run
                closed it; a behavior that a third party renamed may have no record, and then stays
                closed
    lawful      an update removes only conflicting functions, and restores only displaced ones
    settled     when all runs have finished, one more run does what the switch says or says why not,
                which it may only for a renamed behavior; a run after that writes nothing
    untouched   no byte outside the two association lists changes
"""

from functools import cache

from maintenance.cloudfront.displaced import DisplacedRecord
from maintenance.model import VIEWER_EVENTS, VIEWER_REQUEST, Association, Mode

from tests.engines import ENGINES
from tests.model_checking.world import Closing, DesiredState, PathPattern, Violation
from tests.properties import independent_reader

type Attached = frozenset[Association]


@cache
def attached(xml: bytes) -> dict[PathPattern, Attached]:
    """Return the functions of each behavior."""
    found = independent_reader.associations(xml)
    return {path_pattern: frozenset(each) for path_pattern, each in found.items()}


@cache
def ours(associations: Attached) -> Attached:
    """Return our function among the associations, of any engine and version."""
    return frozenset(
        each
        for each in associations
        if any(engine.owns(each.arn) for engine, _ in ENGINES.values())
    )


def check_recorded(record: DisplacedRecord, closings: frozenset[Closing]) -> None:
    """Raise Violation unless the record is right wherever ours is attached."""
    for each in closings:
        lists = record.lists_by_path.get(each.path_pattern)
        if lists is None and each.path_pattern == each.original_name:
            raise Violation(f"recorded: {_name(each.path_pattern)} has no record")
        recorded = each.existing if lists is None else frozenset(lists.associations())
        if recorded != each.existing:
            raise Violation(
                f"recorded: the record of {_name(each.path_pattern)} says {_listed(recorded)}; "
                f"there was {_listed(each.existing)}"
            )


@cache
def check_lawful(before: bytes, after: bytes, closings: frozenset[Closing]) -> None:
    """Raise Violation unless an update that a run could write changes only what it may."""
    if independent_reader.without_lists(before) != independent_reader.without_lists(after):
        raise Violation("untouched: bytes outside the association lists have changed")
    was, then = attached(before), {each.path_pattern: each.existing for each in closings}
    for path_pattern, now in attached(after).items():
        violation = _unlawful(was[path_pattern], now, then.get(path_pattern))
        if violation:
            raise Violation(f"lawful: {_name(path_pattern)}: {violation}")


def check_settled(
    xml: bytes, desired: DesiredState, closings: frozenset[Closing], errors: tuple[str, ...]
) -> None:
    """Raise Violation unless the configuration is as the switch says, or an error may excuse it."""
    intent = desired.intent
    renamed = {each.path_pattern for each in closings if each.path_pattern != each.original_name}
    is_excused = bool(renamed and errors)
    for path_pattern, associations in attached(xml).items():
        is_excepted = path_pattern in intent.except_paths
        closing = intent.mode is Mode.MAINTENANCE and not is_excepted
        versions = {each.arn for each in ours(associations)}
        expected = {intent.arn} if closing else set()
        if versions != expected and not (is_excused and not closing):
            raise Violation(
                f"settled: the switch says {desired.word} and {_name(path_pattern)} has "
                f"{_listed(associations)}; the run says {errors}"
            )


def _unlawful(was: Attached, now: Attached, then: Attached | None) -> str | None:
    """Return what an update did to a behavior against the rules, if anything."""
    lost, gained = was - now - ours(was), now - was - ours(now)
    if ours(now):
        displaced = frozenset() if ours(was) else _conflicting(was, ours(now))
        return None if (lost, gained) == (displaced, frozenset()) else _exchange(lost, gained)
    if not ours(was):
        return None if was == now else _exchange(lost, gained)
    displaced = _conflicting(then or frozenset(), ours(was))
    kept = was - ours(was)
    restored = frozenset(each for each in displaced if _fits(each, kept))
    return None if (lost, gained) == (frozenset(), restored) else _exchange(lost, gained)


def _conflicting(existing: Attached, attached_by_us: Attached) -> Attached:
    """Return the functions that CloudFront does not accept beside ours, whatever its kind."""
    kinds = {each.kind for each in attached_by_us}
    return frozenset(
        each
        for each in existing
        if each.event_type == VIEWER_REQUEST
        or (each.event_type in VIEWER_EVENTS and each.kind not in kinds)
    )


def _fits(displaced: Association, kept: Attached) -> bool:
    viewers = [each for each in kept if each.event_type in VIEWER_EVENTS]
    return all(
        displaced.event_type != each.event_type and displaced.kind is each.kind for each in viewers
    )


def _exchange(lost: Attached, gained: Attached) -> str:
    return f"the update removed {_listed(lost)} and attached {_listed(gained)}"


def _name(path_pattern: PathPattern) -> str:
    return path_pattern or "default"


def _listed(associations: Attached) -> str:
    return " and ".join(sorted(map(str, associations))) or "nothing"
