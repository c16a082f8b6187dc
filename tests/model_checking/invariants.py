"""
What must hold whatever happens, judged by a reader of XML that is not the project's own.

    remembered   what was attached when a run put ours in a behavior is in the note's row of that
                 behavior for as long as ours stays; a behavior that another party has renamed may
                 have no row, and then is not lifted
    wins         an update takes nothing of another party's away but what it displaces, and puts
                 nothing back but what was there when ours came
    settles      with everybody at rest one run brings about what the switch says, or says why not,
                 and may say so only of a renamed behavior; a second run writes nothing
    untouched    no byte outside the two association lists changes
"""

from functools import cache

from maintenance.cloudfront.displaced import DisplacedRecord
from maintenance.model import VIEWER_EVENTS, VIEWER_REQUEST, Association, Kind, Mode

from tests.builders import EDGE
from tests.model_checking.world import DesiredState, Past, PathPattern, Violation
from tests.properties import independent_reader

type Attached = frozenset[Association]


@cache
def attached(xml: bytes) -> dict[PathPattern, Attached]:
    """Return what is attached in each behavior."""
    found = independent_reader.associations(xml)
    return {path_pattern: frozenset(each) for path_pattern, each in found.items()}


@cache
def ours(associations: Attached) -> Attached:
    """Return our function among the associations, of whatever version."""
    return frozenset(each for each in associations if EDGE.owns(each.arn))


def is_remembered(record: DisplacedRecord, past: frozenset[Past]) -> None:
    """Raise Violation unless the note says what was there wherever ours stays."""
    for each in past:
        row = record.lists_by_path.get(each.path_pattern)
        if row is None and each.path_pattern == each.name_then:
            raise Violation(f"remembered: no row for {_name(each.path_pattern)}")
        if row is not None and frozenset(row.associations()) != each.strangers:
            raise Violation(
                f"remembered: the row of {_name(each.path_pattern)} says "
                f"{_listed(frozenset(row.associations()))}; there was {_listed(each.strangers)}"
            )


@cache
def is_rightful(before: bytes, after: bytes, past: frozenset[Past]) -> None:
    """Raise Violation unless an update by a run, allowed by its condition, changes what it may."""
    if independent_reader.without_lists(before) != independent_reader.without_lists(after):
        raise Violation("untouched: bytes outside the association lists have changed")
    was, then = attached(before), {each.path_pattern: each.strangers for each in past}
    for path_pattern, now in attached(after).items():
        fault = _wrong(was[path_pattern], now, then.get(path_pattern))
        if fault:
            raise Violation(f"wins: {_name(path_pattern)}: {fault}")


def is_settled(
    xml: bytes, wanted: DesiredState, past: frozenset[Past], errors: tuple[str, ...]
) -> None:
    """Raise Violation unless the configuration is as the switch says, or may be otherwise."""
    intent = wanted.intent
    renamed = {each.path_pattern for each in past if each.path_pattern != each.name_then}
    is_excused = bool(renamed and errors)
    for path_pattern, associations in attached(xml).items():
        is_excepted = path_pattern in intent.except_paths
        closing = intent.mode is Mode.MAINTENANCE and not is_excepted
        versions = {each.arn for each in ours(associations)}
        expected = {intent.arn} if closing else set()
        if versions != expected and not (is_excused and not closing):
            raise Violation(
                f"settles: the switch says {wanted.word} and {_name(path_pattern)} has "
                f"{_listed(associations)}; the run says {errors}"
            )


def _wrong(was: Attached, now: Attached, then: Attached | None) -> str | None:
    """Return what an update did to a behavior that it may not do, if anything."""
    lost, gained = was - now - ours(was), now - was - ours(now)
    if ours(now):
        rightful = frozenset(filter(_makes_way, was - ours(was))) if not ours(was) else frozenset()
        return None if (lost, gained) == (rightful, frozenset()) else _exchange(lost, gained)
    if not ours(was):
        return None if was == now else _exchange(lost, gained)
    owed = frozenset(filter(_makes_way, then or ()))
    kept = was - ours(was)
    due = frozenset(each for each in owed if _fits(each, kept))
    return None if (lost, gained) == (frozenset(), due) else _exchange(lost, gained)


def _makes_way(each: Association) -> bool:
    is_function = each.kind is Kind.CLOUDFRONT_FUNCTION
    return each.event_type == VIEWER_REQUEST or (is_function and each.event_type in VIEWER_EVENTS)


def _fits(owed: Association, kept: Attached) -> bool:
    viewers = [each for each in kept if each.event_type in VIEWER_EVENTS]
    return all(owed.event_type != each.event_type and owed.kind is each.kind for each in viewers)


def _exchange(lost: Attached, gained: Attached) -> str:
    return f"the update took {_listed(lost)} away and put {_listed(gained)} there"


def _name(path_pattern: PathPattern) -> str:
    return path_pattern or "default"


def _listed(associations: Attached) -> str:
    return " and ".join(sorted(map(str, associations))) or "nothing"
