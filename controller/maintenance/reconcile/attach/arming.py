"""
Select what to attach ahead of a window, so that the edge closes the site by its own clock.

An armed version is one that is attached before its window begins: it lets visitors through until
then. One that is not known to be armed closes the site, so a run opens that first, and the next run
arms. Without a new version, one that is armed for this very start stays:

    attached                  the version of the window   the run
    ------------------------  --------------------------  -----------------------------------------
    nothing, or only armed    can be had                  attaches it, in place of what is armed
    nothing, or only armed    cannot be had, or windows   keeps what is armed for this start, and
                              could not all be read       takes off the rest
    another version of ours   is sought only in a sweep   opens that, and does the rest as above: a
                                                          distribution may have failed to open
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from maintenance.cloudfront.engine import Selection
from maintenance.errors import MaintenanceError
from maintenance.model import Mode
from maintenance.reconcile import ports
from maintenance.reconcile.desired_state import DesiredState

_SHOWN = 5
# The attached versions that let visitors through, by their ARNs, and until when.
type Armed = Mapping[str, datetime]


def find_armed(
    selector: ports.VersionSelector,
    desired: DesiredState,
    attached: Collection[str],
    *,
    is_fallback: bool = False,
) -> tuple[Armed, tuple[str, ...]]:
    """
    Return which attached versions are armed, if that matters, and the error if it is unknown.

    For a fallback it always matters: it replaces an armed version, and no other one.
    """
    mode, arming = desired.decision.mode, desired.arming
    if not attached or not (desired.is_near or is_fallback or mode is Mode.UNCHANGED):
        return {}, ()
    try:
        begins = selector.begins(attached)
    except MaintenanceError as error:
        # When in doubt, a site that must close gets another version.
        if mode is Mode.MAINTENANCE and arming and desired.is_near:
            return dict.fromkeys(attached, arming.begins), (str(error),)
        return {}, (str(error),)
    return {arn: at for arn, at in begins.items() if at > desired.read_at}, ()


def select_ahead(
    selector: ports.VersionSelector,
    desired: DesiredState,
    armed: Armed,
    *,
    publish: bool,
    is_opening: bool = False,
) -> Selection:
    """
    Return the version to attach ahead of the window: never one that closes at once.

    If the run `is_opening` what closes the site, it waits for no new version.
    """
    ahead, selection = desired.ahead, Selection("", is_fallback=True)
    if ahead and not (desired.is_uncertain or is_opening):
        selection = selector.select(ahead, publish=publish, attached=armed.keys())
    if not selection.is_fallback:
        return selection
    kept = (arn for arn, at in armed.items() if ahead and at == ahead.begins)
    return replace(selection, arn=next(kept, ""))


def unarmed_notices(distribution_ids: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence about the distributions that close only when the controller closes them."""
    if not distribution_ids:
        return ()
    shown = ", ".join(distribution_ids[:_SHOWN])
    more = f" and {len(distribution_ids) - _SHOWN} more" if len(distribution_ids) > _SHOWN else ""
    sentence = (
        f"not armed, because that would displace functions: {shown}{more}. CloudFront begins to "
        "close them when the window begins, so let it begin earlier if that is too late"
    )
    return (sentence,)
