"""
What one behavior that should be open needs, by its entry in the record. Pure.

    ours is      entry      what it displaced         then
    -----------  ---------  ------------------------  ---------------------------------------------
    attached     none       is unknown                it stays closed, with an error
    attached     settled    no function               detach
    attached     settled    a function                it stays closed, with an error: another party
                                                      attached ours after the maintenance
    attached     displaced  fits, or was replaced     detach, restore, settle
    attached     displaced  unfit at viewer-request   it stays closed, with an error
    attached     displaced  unfit at viewer-response  detach, and an error
    not there    displaced  fits, or was replaced     restore, settle: another party removed ours
    not there    displaced  unfit                     an error
    not there    any other  any                       nothing

`restore` says what fits, was replaced and is unfit.
"""

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.associations import AssociationLists
from maintenance.cloudfront.config import PathPattern
from maintenance.cloudfront.displaced import BehaviorRecord, State
from maintenance.cloudfront.engine import Engine, attached_version
from maintenance.cloudfront.plan import Step, names_of
from maintenance.cloudfront.restore import Restored, detach, restore
from maintenance.model import VIEWER_REQUEST

_UNKNOWN = (
    "stays closed: it has the maintenance function, and the record of displaced functions does not "
    "say what was there before. Attach what belongs there, or detach the function; the controller "
    "keeps what you do"
)
_FORMER = (
    ". It is a former function of this stack: the state bucket of that installation, if it was "
    "kept, has the record, which you can copy"
)


class Opening(Struct, frozen=True):
    """
    What becomes of one behavior.

    Without `found` nothing changes there. `error` goes on from the behavior's name. `settles` is
    whether its entry, which owed something, then owes nothing any more.
    """

    path_pattern: PathPattern
    was_closed: bool
    found: Restored | None = None
    error: str = ""
    settles: bool = False

    @property
    def stays_closed(self) -> bool:
        """Whether an error keeps ours attached."""
        return self.was_closed and self.found is None

    def kept_closed(self) -> "Opening":
        """Return that the behavior stays closed, because another one of the distribution does."""
        return replace(self, found=None, settles=False)


def plan_opening(
    step: Step, lists: AssociationLists, entry: BehaviorRecord | None, engine: Engine
) -> Opening:
    """Return the row of the table that this behavior is in."""
    path_pattern, is_owed = step.path_pattern, entry is not None and entry.state is State.DISPLACED
    if entry is None or not (step.is_closed or is_owed):
        return Opening(path_pattern, step.is_closed, error=_unknown(lists, engine))
    displaced = entry.displaced(engine)
    if step.is_closed and displaced and not is_owed:
        names = names_of(each.association for each in displaced)
        return Opening(path_pattern, was_closed=True, error=_outdated(names))
    found = detach(lists, entry, engine) if step.is_closed else restore(lists, displaced)
    stays_closed = step.is_closed and _leaves_unprotected(found)
    return Opening(
        path_pattern,
        step.is_closed,
        found=None if stays_closed else found,
        error=_unfit(found, stays_closed=stays_closed) if found.unfit else "",
        settles=is_owed and not found.unfit,
    )


def _leaves_unprotected(found: Restored) -> bool:
    """Return whether viewer-request would be empty although a function is owed there."""
    return any(each.event_type == VIEWER_REQUEST for each in found.unfit)


def _unknown(lists: AssociationLists, engine: Engine) -> str:
    """Return the error of a behavior without an entry, '' if ours is not attached there."""
    attached = attached_version(lists.associations(), engine)
    if attached is None:
        return ""
    return _UNKNOWN + (_FORMER if engine.is_former(attached) else "")


def _outdated(names: str) -> str:
    return (
        "stays closed: it has the maintenance function again, although that maintenance is over; "
        "another tool may have written an old configuration. The record of displaced functions "
        f"names {names}, which may be outdated. Attach what belongs there now in place of the "
        "maintenance function, or detach it; the controller keeps what you do"
    )


def _unfit(found: Restored, *, stays_closed: bool) -> str:
    names, present = names_of(found.unfit), names_of(found.at_viewer_events)
    reason = f"CloudFront does not accept it beside {present}"
    if stays_closed:
        return (
            f"stays closed: {names} must be restored, and {reason}. Detach the latter, or attach "
            "another function at viewer-request in place of the maintenance function; the "
            "controller keeps what you do"
        )
    return (
        f"is open without {names}, which the maintenance function had displaced: {reason}. Attach "
        "what belongs there; if nothing does, delete the distribution's record of displaced "
        "functions"
    )
