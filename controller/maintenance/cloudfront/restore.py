"""
Attach ours to a behavior, and restore what it displaced. Pure.

Each displaced function is in one row of this table, with ours already taken out:

    at its event type now     the other viewer event has    it is
    ------------------------  ----------------------------  ---------------------------------------
    nothing                   nothing, or its own kind      restored
    nothing                   the other kind                unfit: CloudFront does not mix the kinds
    itself                    any                           back already
    another function          any                           replaced: what others attach stays

The function at viewer-request comes first, because it may protect the site.
"""

from msgspec import Struct

from maintenance.cloudfront.associations import AssociationLists, Entry
from maintenance.cloudfront.displaced import BehaviorRecord
from maintenance.cloudfront.engine import Engine, attached_version
from maintenance.model import VIEWER_EVENTS, VIEWER_REQUEST, Association


class Restored(Struct, frozen=True):
    """The lists of a behavior without ours, and what became of the displaced functions."""

    lists: AssociationLists
    restored: tuple[Association, ...] = ()
    replaced: tuple[Association, ...] = ()
    unfit: tuple[Association, ...] = ()

    @property
    def at_viewer_events(self) -> tuple[Association, ...]:
        """The functions at the viewer events."""
        return _at_viewer(self.lists)


def attach(lists: AssociationLists, engine: Engine, arn: str) -> AssociationLists:
    """Return the lists with this version of ours and without the functions that conflict."""
    entry = Entry(Association(VIEWER_REQUEST, engine.kind, arn), engine.entry(arn))
    # An item in the place of ours is replaced, not cut, so that it keeps its position in the list.
    return lists.without(
        lambda each: engine.conflicts(each) and not _is_in_place(each, engine)
    ).with_entry(entry)


def detach(lists: AssociationLists, recorded: BehaviorRecord, engine: Engine) -> Restored:
    """
    Return the lists without ours, and with the displaced functions that fit, by the table.

    If nothing has changed since ours was attached, the lists are as before, byte for byte. `lists`
    must have ours at viewer-request.
    """
    displaced = recorded.displaced(engine)
    found = restore(lists.without(lambda each: _is_in_place(each, engine)), displaced)
    arn = attached_version(lists.associations(), engine)
    is_unchanged = arn and lists.has_same_content(attach(recorded.lists, engine, arn))
    if is_unchanged and not found.unfit:
        return Restored(recorded.lists, found.restored)
    return found


def restore(lists: AssociationLists, displaced: tuple[Entry, ...]) -> Restored:
    """Return the lists with the displaced functions that fit, by the table of this module."""
    restored, replaced, unfit = [], [], []
    for entry in sorted(displaced, key=lambda each: each.association):
        wanted, present = entry.association, _at_viewer(lists)
        if any(each.event_type == wanted.event_type for each in present):
            if wanted not in present:
                replaced.append(wanted)
        elif any(each.kind is not wanted.kind for each in present):
            # Source: CloudFront Developer Guide, edge-function-restrictions-all.
            unfit.append(wanted)
        else:
            lists = lists.with_entry(entry)
            restored.append(wanted)
    return Restored(lists, tuple(restored), tuple(replaced), tuple(unfit))


def _at_viewer(lists: AssociationLists) -> tuple[Association, ...]:
    return tuple(each for each in lists.associations() if each.event_type in VIEWER_EVENTS)


def _is_in_place(association: Association, engine: Engine) -> bool:
    """Return whether this is the place of ours: its list, and its event type."""
    return association.kind is engine.kind and association.event_type == VIEWER_REQUEST
