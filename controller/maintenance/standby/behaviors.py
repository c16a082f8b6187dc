"""
What the standby engine does with each behavior, by what is attached and what the store says. Pure.

    the behavior                       the site should be closed    the site should be open
    ---------------------------------  ---------------------------  --------------------------
    has the function, the store opens  close                        keep
    has the function, the store        keep                         open
    closes
    lacks it, and is in ExceptPaths    skip                         keep
    lacks it, which CloudFront does    skip                         keep
    not allow there
    lacks it                           refuse                       keep

The store closes all behaviors that have the function, also those in ExceptPaths: the function does
not know through which one a request came.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.engine import attached_version
from maintenance.cloudfront.plan import Action, Intent, Step, names_of
from maintenance.model import Behavior, Distribution, Mode

_UNCHANGED = "neither the switch nor a window says anything"


class StandbyIntent(Struct, frozen=True):
    """What the site should do, and whether the store `closes` it now."""

    intent: Intent
    closes: bool

    @property
    def mode(self) -> Mode:
        """What the site should do."""
        return self.intent.mode


def plan_steps(distribution: Distribution, desired: StandbyIntent) -> tuple[Step, ...]:
    """Return the step for each behavior, by the table of this module."""
    return tuple(_step(each, desired) for each in distribution.behaviors)


def steps_taken(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps once the store is written."""
    return tuple(
        replace(each, is_closed=each.action is Action.CLOSE)
        if each.action in (Action.CLOSE, Action.OPEN)
        else each
        for each in steps
    )


def has_function(distribution: Distribution, intent: Intent) -> bool:
    """Return whether any behavior has the function."""
    return any(_is_attached(each, intent) for each in distribution.behaviors)


def refusals(distribution_id: str, steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the error of the behaviors that stay open though they should be closed."""
    refused = [each for each in steps if each.action is Action.REFUSE]
    return (_lacking(distribution_id, refused),) if refused else ()


def warnings(
    distribution: Distribution, steps: Iterable[Step], desired: StandbyIntent
) -> Iterator[str]:
    """Yield what the site's owner should change before the site is closed."""
    lacking = [each for each in steps if each.lacks_function and each.action is Action.KEEP]
    if lacking and desired.mode is Mode.LIVE:
        yield _lacking(distribution.distribution_id, lacking)
    excepted = [
        each
        for each in distribution.behaviors
        if desired.intent.is_excepted(each) and _is_attached(each, desired.intent)
    ]
    if excepted:
        paths = ", ".join(each.path_pattern or "default" for each in excepted)
        yield (
            f"{distribution.distribution_id}: the standby function is attached at {paths}, so a "
            "maintenance closes what ExceptPaths names: detach the function there, or name paths "
            "that stay open in allowed_paths of page/settings.json"
        )


def _lacking(distribution_id: str, steps: Iterable[Step]) -> str:
    paths = ", ".join(each.path_pattern or "default" for each in steps)
    return (
        f"{distribution_id}: a maintenance leaves {paths} open, because the standby function is "
        "not attached there: attach it (site-maintenance standby attach), or name behaviors that "
        "may stay open in ExceptPaths"
    )


def _step(behavior: Behavior, desired: StandbyIntent) -> Step:
    intent = desired.intent
    is_attached = _is_attached(behavior, intent)
    is_excepted = intent.is_excepted(behavior)
    unsupported = intent.engine.unsupported(behavior)
    stays_open = not is_attached and (is_excepted or unsupported is not None)
    action, reason = _row(behavior, desired, is_attached=is_attached)
    if stays_open and desired.mode is Mode.MAINTENANCE:
        action = Action.SKIP
        reason = "ExceptPaths names it: it stays open"
        if unsupported:
            reason = f"CloudFront runs no {intent.engine.kind} with {unsupported}: it stays open"
    return Step(
        behavior.path_pattern,
        action,
        reason,
        is_closed=is_attached and desired.closes,
        stays_open=stays_open,
        lacks_function=not is_attached and not stays_open,
    )


def _row(behavior: Behavior, desired: StandbyIntent, *, is_attached: bool) -> tuple[Action, str]:
    """Return the row of the table for a behavior that maintenance should close."""
    mode = desired.mode
    if mode is Mode.UNCHANGED:
        return Action.KEEP, _UNCHANGED
    if not is_attached:
        action = Action.REFUSE if mode is Mode.MAINTENANCE else Action.KEEP
        return action, _why_lacking(behavior, desired.intent)
    if mode is Mode.LIVE:
        is_right, reasons = not desired.closes, ("it is live", "the store closes it")
        return (Action.KEEP, reasons[0]) if is_right else (Action.OPEN, reasons[1])
    if desired.closes:
        return Action.KEEP, "it is in maintenance"
    return Action.CLOSE, "it has the standby function"


def _why_lacking(behavior: Behavior, intent: Intent) -> str:
    conflicting = [each for each in behavior.associations if intent.engine.conflicts(each)]
    if not conflicting:
        return "lacks the standby function: viewer-request is free"
    return f"lacks the standby function: {names_of(conflicting)} is in its place"


def _is_attached(behavior: Behavior, intent: Intent) -> bool:
    return attached_version(behavior.associations, intent.engine) is not None
