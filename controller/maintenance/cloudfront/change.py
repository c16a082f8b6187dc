"""
Turn the plan for one distribution into the exact bytes to write. Pure.

Attaching comes with a new note, to be written before the configuration. Detaching needs the row
that the note holds of the behavior; where there is none, nobody knows what belongs there, and ours
stays.
"""

from msgspec import Struct

from maintenance.cloudfront.associations import AssociationLists, Restored, attach, detach
from maintenance.cloudfront.config import DistributionConfig, PathPattern
from maintenance.cloudfront.displaced import DisplacedRecord, record_before_attach
from maintenance.cloudfront.engine import Engine
from maintenance.cloudfront.plan import Action, Intent, Plan
from maintenance.model import Association


class Change(Struct, frozen=True):
    """
    What to write for one distribution.

    `record` is None where nothing is attached. `restored` went back where it was, `not_restored`
    did not because another function took its place. `errors` name behaviors that stay closed.
    """

    plan: Plan
    xml: bytes
    record: DisplacedRecord | None
    restored: tuple[Association, ...]
    not_restored: tuple[Association, ...]
    errors: tuple[str, ...]


def build_change(
    plan: Plan, config: DistributionConfig, record: DisplacedRecord, intent: Intent
) -> Change:
    """Return the change that carries out a plan that refuses nothing."""
    lists = {each.behavior.path_pattern: each.lists for each in config.behaviors}
    changes: dict[PathPattern, AssociationLists] = {}
    for action in (Action.ATTACH, Action.REPLACE):
        for step in plan.with_action(action):
            changes[step.path_pattern] = attach(lists[step.path_pattern], intent.engine, intent.arn)
    restored, errors = _detached(plan, lists, record, intent.engine)
    changes |= {path_pattern: each.lists for path_pattern, each in restored.items()}
    return Change(
        plan=plan,
        xml=config.with_lists(changes),
        record=_note(plan, config, record),
        restored=tuple(one for each in restored.values() for one in each.restored),
        not_restored=tuple(one for each in restored.values() for one in each.not_restored),
        errors=errors,
    )


def _detached(
    plan: Plan,
    lists: dict[PathPattern, AssociationLists],
    record: DisplacedRecord,
    engine: Engine,
) -> tuple[dict[PathPattern, Restored], tuple[str, ...]]:
    restored = {}
    errors = []
    for step in plan.with_action(Action.DETACH):
        row = record.lists_by_path.get(step.path_pattern)
        if row is None:
            errors.append(_unknown_past(plan.distribution_id, step.path_pattern))
        else:
            restored[step.path_pattern] = detach(lists[step.path_pattern], row, engine)
    return restored, tuple(errors)


def _note(
    plan: Plan, config: DistributionConfig, record: DisplacedRecord
) -> DisplacedRecord | None:
    attaching = {step.path_pattern for step in plan.with_action(Action.ATTACH)}
    if not attaching:
        return None
    return record_before_attach(record, config, attaching=attaching)


def _unknown_past(distribution_id: str, path_pattern: PathPattern) -> str:
    where = f"the behavior {path_pattern or 'default'} of {distribution_id}"
    return (
        f"{where} has the maintenance function, and the note does not say what was there before, "
        "so it stays closed: attach what belongs there yourself, or detach the function; what you "
        "do wins"
    )
