"""
Compare what a distribution should do with what is attached, and plan the difference. Pure.

Each behavior is one row of this table (an existing function is one that is not ours; a sibling is
the maintenance function of another stack):

    attached at the viewer events     to close                     to open
    --------------------------------  ---------------------------  --------------------------------
    no conflicting function           attach                       keep
    the selected version of ours      keep                         detach, restore what is recorded
    another version of ours           replace                      detach, restore what is recorded
    a former function of this stack   replace                      detach, restore what is recorded
    a conflicting function            displace and attach; refuse  keep
    a conflicting sibling             refuse                       keep
    anything but ours, and the kind   skip                         keep
    of ours does not run here

A fallback version replaces a former function only. One refusal leaves the whole distribution as it
is: half a site is not in maintenance.

Ahead of a window the table closes with a version that is armed: it lets every request through until
the window begins. A distribution where this would displace a function, or where ours closes a
behavior already, is to open instead, and closes at the start. Otherwise an armed version is
replaced, even by a fallback.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.engine import Engine, attached_version
from maintenance.model import VIEWER_REQUEST, Association, Behavior, Kind, Mode


class Action(StrEnum):
    """What to do with a behavior."""

    ATTACH = "attach"
    REPLACE = "replace"
    DETACH = "detach"
    KEEP = "keep"
    SKIP = "skip"
    REFUSE = "refuse"
    # Of the standby engine: its function is attached and stays, and a write closes or opens.
    CLOSE = "close"
    OPEN = "open"


class ExistingFunctions(StrEnum):
    """What to do about a conflicting function that is not ours."""

    DISPLACE = "displace"
    REFUSE = "refuse"


class Intent(Struct, frozen=True):
    """
    What one distribution should do. Behaviors named in `except_paths` stay live.

    `arn` is the version to attach, empty unless the mode closes. It `is_fallback` if the requested
    one could not be published, and `is_ahead` if its window has not begun. `armed` are the attached
    versions that let every request through until some later instant.
    """

    mode: Mode
    engine: Engine
    arn: str = ""
    except_paths: Collection[str] = ()
    existing_functions: ExistingFunctions = ExistingFunctions.DISPLACE
    is_fallback: bool = False
    is_ahead: bool = False
    armed: Collection[str] = ()

    def mode_of(self, behavior: Behavior) -> Mode:
        """Return what one behavior should do."""
        is_closing = self.mode is Mode.MAINTENANCE
        return Mode.LIVE if is_closing and self.is_excepted(behavior) else self.mode

    def is_excepted(self, behavior: Behavior) -> bool:
        """Return whether the owner has named this behavior in `except_paths`."""
        return any(names_behavior(each, behavior.path_pattern) for each in self.except_paths)


class Step(Struct, frozen=True):
    """
    What to do with one behavior, and why; `conflicting` are the functions to displace.

    `is_closed` says whether ours is attached: before the step, or after it if a run has taken it;
    `is_armed` whether it lets every request through until its window begins, and `was_armed`
    whether what a run has replaced or detached did. `stays_open` says whether maintenance leaves
    this behavior open. `sibling` is the other stack whose maintenance function is attached, '' if
    there is no such one. `lacks_function` is whether the standby engine cannot close it because its
    function is not attached.
    """

    path_pattern: str | None
    action: Action
    reason: str
    conflicting: tuple[Association, ...] = ()
    is_closed: bool = False
    stays_open: bool = False
    sibling: str = ""
    lacks_function: bool = False
    is_armed: bool = False
    was_armed: bool = False

    @property
    def has_page(self) -> bool:
        """Whether visitors get a maintenance page there, ours or another stack's."""
        return bool(self.sibling) or (self.is_closed and not self.is_armed)


class Plan(Struct, frozen=True):
    """The steps for one distribution, in the order of its behaviors."""

    distribution_id: str
    steps: tuple[Step, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do, and nothing to refuse."""
        return all(step.action in (Action.KEEP, Action.SKIP) for step in self.steps)

    def with_action(self, action: Action) -> tuple[Step, ...]:
        """Return the steps with this action."""
        return tuple(step for step in self.steps if step.action is action)


def unmatched_except_paths(
    except_paths: Iterable[str], behaviors: Collection[Behavior]
) -> tuple[str, ...]:
    """Return a sentence for each entry of `except_paths` that matches no behavior."""
    return tuple(
        f"ExceptPaths names {entry}, and no target has such a behavior: write the path pattern as "
        "the distribution does"
        for entry in except_paths
        if not any(names_behavior(entry, each.path_pattern) for each in behaviors)
    )


def names_of(associations: Iterable[Association]) -> str:
    """Return the names of the functions for a sentence."""
    return " and ".join(str(each) for each in associations)


def to_open(intent: Intent) -> Intent:
    """Return the intent to open the distribution."""
    return replace(intent, mode=Mode.LIVE, arn="", is_ahead=False)


def arm_or_open(intent: Intent, behaviors: Iterable[Behavior]) -> Intent:
    """Return the intent, or if it is ahead of a window and harms an open site, to open that."""
    harmful = (
        not _is_armed(ours, intent)
        if (ours := attached_version(each.associations, intent.engine))
        else plan_behavior(each, intent).conflicting
        for each in behaviors
    )
    return to_open(intent) if intent.is_ahead and any(harmful) else intent


def plan_distribution(distribution_id: str, behaviors: Iterable[Behavior], intent: Intent) -> Plan:
    """Return the plan for one distribution."""
    return Plan(distribution_id, tuple(plan_behavior(each, intent) for each in behaviors))


def count_functions(kind: Kind, behaviors: Iterable[Behavior], plan: Plan) -> int:
    """Return how many functions of this kind a distribution has after a plan is applied."""
    attached = plan.with_action(Action.ATTACH)
    present = [one for each in behaviors for one in each.associations]
    displaced = [one for step in attached for one in step.conflicting]
    return len(attached) + _count(kind, present) - _count(kind, displaced)


def _count(kind: Kind, associations: Iterable[Association]) -> int:
    return sum(each.kind is kind for each in associations)


def plan_behavior(behavior: Behavior, intent: Intent) -> Step:
    """Return the row of the table that this behavior is in."""
    ours = attached_version(behavior.associations, intent.engine)
    stays_open = intent.is_excepted(behavior) or intent.engine.unsupported(behavior) is not None
    step = _row(behavior, ours, intent)
    sibling = _sibling(behavior, intent.engine)
    return replace(
        step,
        is_closed=ours is not None,
        stays_open=stays_open,
        sibling=sibling,
        is_armed=ours is not None and _is_armed(ours, intent),
    )


def _is_armed(ours: str, intent: Intent) -> bool:
    return ours in intent.armed


def _sibling(behavior: Behavior, engine: Engine) -> str:
    """Return the other stack whose maintenance function closes the behavior, or ''."""
    stacks = (
        engine.sibling_stack(each.arn)
        for each in behavior.associations
        if each.event_type == VIEWER_REQUEST and each.kind is engine.kind
    )
    return next(filter(None, stacks), "")


def _row(behavior: Behavior, ours: str | None, intent: Intent) -> Step:
    mode = intent.mode_of(behavior)
    if mode is Mode.UNCHANGED:
        reason = "neither the switch nor a window says anything"
        return Step(behavior.path_pattern, Action.KEEP, reason)
    if mode is Mode.LIVE:
        return _to_open(behavior, ours, intent)
    return _to_close(behavior, ours, intent)


def names_behavior(except_path: str, path_pattern: str | None) -> bool:
    """Return whether an entry of `except_paths` is this behavior."""
    # The bare word means the default behavior only; a path pattern of that name is /default.
    if path_pattern is None or except_path == "default":
        return path_pattern is None and except_path == "default"
    # CloudFront reads /a and a as the same path.
    return except_path.removeprefix("/") == path_pattern.removeprefix("/")


def _to_open(behavior: Behavior, ours: str | None, intent: Intent) -> Step:
    if ours is None:
        is_live = intent.mode is Mode.LIVE
        reason = "it is live" if is_live else "ExceptPaths names it: it stays open"
        return Step(behavior.path_pattern, Action.KEEP, reason)
    reason = "the maintenance function is attached"
    if intent.engine.is_former(ours):
        reason = _former(ours)
    return Step(behavior.path_pattern, Action.DETACH, reason)


def _former(arn: str) -> str:
    return f"a former function of this stack is attached, {arn}"


def _to_close(behavior: Behavior, ours: str | None, intent: Intent) -> Step:
    path_pattern = behavior.path_pattern
    if ours:
        action, reason = _version_to_close(ours, intent)
        return Step(path_pattern, action, reason)
    unsupported = intent.engine.unsupported(behavior)
    if unsupported:
        reason = f"CloudFront runs no {intent.engine.kind} with {unsupported}: it stays open"
        return Step(path_pattern, Action.SKIP, reason)
    conflicting = tuple(each for each in behavior.associations if intent.engine.conflicts(each))
    refusal = _refusal(conflicting, intent)
    if refusal:
        return Step(path_pattern, Action.REFUSE, refusal, conflicting)
    reason = f"displaces {names_of(conflicting)}" if conflicting else "viewer-request is free"
    return Step(path_pattern, Action.ATTACH, reason, conflicting)


def _version_to_close(ours: str, intent: Intent) -> tuple[Action, str]:
    """Return whether this version of ours may stay, and why."""
    if intent.engine.is_former(ours):
        return Action.REPLACE, _former(ours)
    if ours == intent.arn:
        return Action.KEEP, "it is armed" if intent.is_ahead else "it is in maintenance"
    if _is_armed(ours, intent):
        return Action.REPLACE, f"a version is attached that lets visitors through, {ours}"
    if intent.is_fallback:
        return Action.KEEP, f"it is in maintenance, with {ours}"
    return Action.REPLACE, f"another version is attached, {ours}"


def _refusal(conflicting: tuple[Association, ...], intent: Intent) -> str | None:
    for each in conflicting:
        sibling = intent.engine.sibling_stack(each.arn)
        if sibling:
            return (
                f"it is closed by the stack {sibling}, so the stack {intent.engine.stack} leaves "
                "it alone: name this distribution in only one of the two stacks"
            )
    if conflicting and intent.existing_functions is ExistingFunctions.REFUSE:
        return (
            f"{names_of(conflicting)} conflicts, and ExistingFunctions is refuse: detach it, or "
            "set ExistingFunctions to displace"
        )
    return None
