"""
Turn the plan for one distribution into the exact bytes to write. Pure.

Attaching comes with a new record of displaced functions, to be written before the configuration.
Detaching restores what the record says was there. If the record has no entry for a behavior, the
functions that belong there are unknown, so ours stays and the change has an error.
"""

from msgspec import Struct

from maintenance.cloudfront.associations import AssociationLists, Entry
from maintenance.cloudfront.config import DistributionConfig, PathPattern
from maintenance.cloudfront.displaced import DisplacedRecord, record_before_attach
from maintenance.cloudfront.engine import Engine, attached_version
from maintenance.cloudfront.plan import Action, Intent, Plan
from maintenance.model import VIEWER_EVENTS, VIEWER_REQUEST, Association


class Change(Struct, frozen=True):
    """
    What to write for one distribution.

    `record` is None where nothing is attached. `restored` functions are back in their place,
    `not_restored` ones found it taken. `errors` name behaviors that stay closed.
    """

    plan: Plan
    xml: bytes
    record: DisplacedRecord | None
    restored: tuple[Association, ...]
    not_restored: tuple[Association, ...]
    errors: tuple[str, ...]


class Restored(Struct, frozen=True):
    """The lists of a behavior after detaching; `restored` and `not_restored` as in `Change`."""

    lists: AssociationLists
    restored: tuple[Association, ...]
    not_restored: tuple[Association, ...]


def build_change(
    plan: Plan, config: DistributionConfig, record: DisplacedRecord, intent: Intent
) -> Change:
    """Return the change that applies a plan without refusals."""
    lists = {each.behavior.path_pattern: each.lists for each in config.behaviors}
    attaching = {step.path_pattern for step in plan.with_action(Action.ATTACH)}
    replacing = {step.path_pattern for step in plan.with_action(Action.REPLACE)}
    new_lists = {
        path: attach(lists[path], intent.engine, intent.arn) for path in attaching | replacing
    }
    restored, errors = _detach_all(plan, lists, record, intent.engine)
    new_lists |= {path: each.lists for path, each in restored.items()}
    return Change(
        plan=plan,
        xml=config.with_lists(new_lists),
        record=record_before_attach(record, config, attaching=attaching) if attaching else None,
        restored=tuple(one for each in restored.values() for one in each.restored),
        not_restored=tuple(one for each in restored.values() for one in each.not_restored),
        errors=errors,
    )


def attach(lists: AssociationLists, engine: Engine, arn: str) -> AssociationLists:
    """Return the lists with this version of ours and without the functions that conflict."""
    entry = Entry(Association(VIEWER_REQUEST, engine.kind, arn), engine.entry(arn))
    # An item in the place of ours is replaced, not cut, so that it keeps its position in the list.
    return lists.without(
        lambda each: engine.conflicts(each) and not _is_in_place(each, engine)
    ).with_entry(entry)


def detach(lists: AssociationLists, recorded: AssociationLists, engine: Engine) -> Restored:
    """
    Return the lists without ours, and with the displaced functions whose place is free.

    `recorded` are the lists as they were before ours was attached. If nothing has changed since,
    they are restored byte for byte. `lists` must have ours at viewer-request.
    """
    displaced = tuple(each for each in recorded.entries() if engine.conflicts(each.association))
    arn = attached_version(lists.associations(), engine)
    if arn and lists.has_same_content(attach(recorded, engine, arn)):
        return Restored(recorded, tuple(each.association for each in displaced), ())
    return _restore(lists.without(lambda each: _is_in_place(each, engine)), displaced)


def _is_in_place(association: Association, engine: Engine) -> bool:
    """Return whether this is the place of ours: its list, and its event type."""
    return association.kind is engine.kind and association.event_type == VIEWER_REQUEST


def _restore(lists: AssociationLists, displaced: tuple[Entry, ...]) -> Restored:
    # Judged before the first is restored: displaced functions do not conflict with each other.
    fitting = [each for each in displaced if _is_free(each.association, lists)]
    with_displaced = lists
    for entry in fitting:
        with_displaced = with_displaced.with_entry(entry)
    restored = tuple(each.association for each in fitting)
    not_restored = tuple(each.association for each in displaced if each not in fitting)
    return Restored(with_displaced, restored, not_restored)


def _is_free(association: Association, lists: AssociationLists) -> bool:
    """
    Return whether the event has no function and the kind mixes with none at the viewer events.

    Source: CloudFront Developer Guide, edge-function-restrictions-all.
    """
    present = [each for each in lists.associations() if each.event_type in VIEWER_EVENTS]
    return not any(
        each.event_type == association.event_type or each.kind is not association.kind
        for each in present
    )


def _detach_all(
    plan: Plan,
    lists: dict[PathPattern, AssociationLists],
    record: DisplacedRecord,
    engine: Engine,
) -> tuple[dict[PathPattern, Restored], tuple[str, ...]]:
    restored = {}
    errors = []
    for step in plan.with_action(Action.DETACH):
        recorded = record.lists_by_path.get(step.path_pattern)
        if recorded is None:
            errors.append(_no_record_error(plan.distribution_id, step.path_pattern))
        else:
            restored[step.path_pattern] = detach(lists[step.path_pattern], recorded, engine)
    return restored, tuple(errors)


def _no_record_error(distribution_id: str, path_pattern: PathPattern) -> str:
    return (
        f"the behavior {path_pattern or 'default'} of {distribution_id} stays closed: it has the "
        "maintenance function, and the record of displaced functions does not say what was there "
        "before. Attach what belongs there, or detach the function; the controller keeps what "
        "you do"
    )
