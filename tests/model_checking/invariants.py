"""
What must always hold, checked with an independent reader of XML.

    recorded    while a run has ours attached to a behavior, its record says that what was attached
                before is displaced, and with it what was owed there; a behavior that a third party
                renamed may have no record, and then stays closed
    lawful      an update removes only conflicting functions, and restores only functions that were
                recorded since the site was last open and settled
    kept        no update opens a behavior without a function that is owed at viewer-request; when
                all runs have finished, one more run restores what is owed, or its errors name it
    settled     that run does what the switch says or says why not, which it may only for a cause; a
                run after that writes nothing
    early       ahead of a window, no update removes a function of another party
    untouched   no byte outside the two association lists changes

A displaced function is owed until a run restores it, or a third party attaches a function of the
same event type.
"""

from collections.abc import Iterator
from functools import cache

from maintenance.cloudfront.displaced import DisplacedRecord, State
from maintenance.model import VIEWER_EVENTS, VIEWER_REQUEST, Association, Mode

from tests.engines import ENGINES
from tests.model_checking.world import (
    DesiredState,
    Functions,
    Ghost,
    PathPattern,
    Violation,
    World,
)
from tests.properties import independent_reader


@cache
def attached(xml: bytes) -> dict[PathPattern, Functions]:
    """Return the functions of each behavior."""
    found = independent_reader.associations(xml)
    return {path_pattern: frozenset(each) for path_pattern, each in found.items()}


@cache
def ours(associations: Functions) -> Functions:
    """Return our function among the associations, of any engine and version."""
    return frozenset(
        each
        for each in associations
        if any(engine.owns(each.arn) for engine, _ in ENGINES.values())
    )


@cache
def still_owed(owed: Functions, now: Functions) -> Functions:
    """Return the functions whose event has no function of another party."""
    taken = {each.event_type for each in now - ours(now)}
    return frozenset(each for each in owed if each.event_type not in taken)


@cache
def conflicting(existing: Functions, attached_by_us: Functions) -> Functions:
    """Return the functions that CloudFront does not accept beside ours, whatever its kind."""
    kinds = {each.kind for each in attached_by_us}
    return frozenset(
        each
        for each in existing
        if each.event_type == VIEWER_REQUEST
        or (each.event_type in VIEWER_EVENTS and each.kind not in kinds)
    )


def check_recorded(
    record: DisplacedRecord,
    ghosts: frozenset[Ghost],
    restorable: frozenset[tuple[PathPattern, Association]],
) -> None:
    """Raise Violation unless the record is right wherever a run has ours attached."""
    for each in ghosts:
        if not each.by_run:
            continue
        path, entry = each.path_pattern, record.behaviors.get(each.path_pattern)
        is_displaced = entry is not None and entry.state is State.DISPLACED
        if not is_displaced and not each.is_renamed:
            raise Violation(f"recorded: {_name(path)} has no record of this maintenance")
        found = frozenset(entry.lists.associations()) if entry and is_displaced else each.existing
        extra = frozenset(one for one in found - each.existing if (path, one) not in restorable)
        if extra or not each.existing <= found:
            raise Violation(
                f"recorded: the record of {_name(path)} says {_listed(found)}; there was "
                f"{_listed(each.existing)}"
            )


@cache
def check_lawful(
    before: bytes,
    after: bytes,
    restorable: frozenset[tuple[PathPattern, Association]],
    ghosts: frozenset[Ghost],
) -> None:
    """Raise Violation unless an update that a run could write changes only what it may."""
    if independent_reader.without_lists(before) != independent_reader.without_lists(after):
        raise Violation("untouched: bytes outside the association lists have changed")
    was, by_path = attached(before), {each.path_pattern: each for each in ghosts}
    for path, now in attached(after).items():
        allowed = frozenset(one for name, one in restorable if name == path)
        violation = _unlawful(was[path], now, allowed)
        if violation:
            raise Violation(f"lawful: {_name(path)}: {violation}")
        ghost = by_path.get(path)
        if ghost and ours(was[path]) and not ours(now) and not ghost.is_renamed:
            unfit = frozenset(one for one in ghost.owed if one.event_type != VIEWER_REQUEST)
            lost = ghost.owed - now - (unfit & still_owed(ghost.owed, now))
            if lost:
                raise Violation(f"kept: {_name(path)} opened without {_listed(lost)}")


@cache
def check_early(before: bytes, after: bytes) -> None:
    """Raise Violation if an update ahead of a window displaces a function."""
    now = attached(after)
    for path, was in attached(before).items():
        if lost := was - now[path] - ours(was):
            raise Violation(f"early: {_name(path)} lost {_listed(lost)}")


def check_settled(
    world: World, after: World, desired: DesiredState, errors: tuple[str, ...]
) -> None:
    """Raise Violation unless a run that was alone did what the switch says, or may say why not."""
    causes = dict(_causes(world, desired))
    intent = desired.intent
    for path, associations in attached(after.xml).items():
        closing = _is_closing(desired, path)
        versions = {each.arn for each in ours(associations)}
        expected = {intent.arn} if closing else set()
        if versions != expected and (closing or not (errors and causes)):
            raise Violation(
                f"settled: the switch says {desired.word} and {_name(path)} has "
                f"{_listed(associations)}; the run says {errors}"
            )
    if errors and not causes:
        raise Violation(f"settled: nothing is wrong, and the run says {errors}")
    now = attached(after.xml)
    for ghost in after.ghosts:
        path = ghost.path_pattern
        if _is_closing(desired, path) or ours(now[path]):
            continue
        for each in ghost.owed:
            if not any(str(each) in error for error in errors):
                raise Violation(f"kept: {_name(path)} lacks {each}, and no error names it")


def _is_closing(desired: DesiredState, path_pattern: PathPattern) -> bool:
    intent = desired.intent
    return intent.mode is Mode.MAINTENANCE and path_pattern not in intent.except_paths


def _causes(world: World, desired: DesiredState) -> Iterator[tuple[PathPattern, str]]:
    """Yield why a behavior that should be open may stay closed, or lack a function."""
    by_path = {each.path_pattern: each for each in world.ghosts}
    for path, now in attached(world.xml).items():
        if _is_closing(desired, path):
            continue
        ghost = by_path.get(path)
        if ghost and ghost.is_renamed:
            yield path, "it was renamed"
        elif ours(now) and not (ghost and ghost.by_run):
            yield path, "a third party attached ours"
        recorded = frozenset(each for name, each in world.restorable if name == path)
        if _is_unfit(still_owed(recorded, now), now - ours(now)):
            yield path, "a recorded function is unfit"


def _unlawful(was: Functions, now: Functions, allowed: Functions) -> str | None:
    """Return what an update did to a behavior against the rules, if anything."""
    lost, gained = was - now - ours(was), now - was - ours(now)
    displaced = conflicting(was, ours(now)) if ours(now) and not ours(was) else frozenset()
    if lost == displaced and gained <= (frozenset() if ours(now) else allowed):
        return None
    return f"the update removed {_listed(lost)} and attached {_listed(gained)}"


def _is_unfit(recorded: Functions, kept: Functions) -> bool:
    kinds = {each.kind for each in recorded | kept if each.event_type in VIEWER_EVENTS}
    return len(kinds) > 1


def _name(path_pattern: PathPattern) -> str:
    return path_pattern or "default"


def _listed(associations: Functions) -> str:
    return " and ".join(sorted(map(str, associations))) or "nothing"
