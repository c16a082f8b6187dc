"""
Turn the plan for one distribution into the exact bytes to write. Pure.

Attaching comes with a new note, to be written before the configuration. Detaching needs the row
that the note holds of the behavior; where there is none, nobody knows what belongs there, and ours
stays.
"""

from msgspec import Struct

from maintenance.cloudfront.associations import Lists, Restored, attach, detach
from maintenance.cloudfront.config import DistributionConfig, PathPattern
from maintenance.cloudfront.displaced import Note, rewritten
from maintenance.cloudfront.plan import Action, Plan
from maintenance.lambda_edge.function import EdgeFunction
from maintenance.model import Association


class Change(Struct, frozen=True):
    """
    What to write for one distribution.

    `note` is None where nothing is attached. `put_back` went back where it was, `left_out` did not
    because somebody attached something else meanwhile. `faults` name behaviors that stay closed.
    """

    plan: Plan
    xml: bytes
    note: Note | None
    put_back: tuple[Association, ...]
    left_out: tuple[Association, ...]
    faults: tuple[str, ...]


def prepare(plan: Plan, config: DistributionConfig, note: Note, edge: EdgeFunction) -> Change:
    """Return the change that carries out a plan that refuses nothing."""
    lists = {each.behavior.path_pattern: each.lists for each in config.behaviors}
    changes: dict[PathPattern, Lists] = {}
    for action in (Action.ATTACH, Action.REPLACE):
        for step in plan.with_action(action):
            changes[step.path_pattern] = attach(lists[step.path_pattern], edge.version_arn)
    restored, faults = _detached(plan, lists, note)
    changes |= {path_pattern: each.lists for path_pattern, each in restored.items()}
    return Change(
        plan=plan,
        xml=config.with_lists(changes),
        note=_note(plan, config, note),
        put_back=tuple(one for each in restored.values() for one in each.put_back),
        left_out=tuple(one for each in restored.values() for one in each.left_out),
        faults=faults,
    )


def _detached(
    plan: Plan, lists: dict[PathPattern, Lists], note: Note
) -> tuple[dict[PathPattern, Restored], tuple[str, ...]]:
    restored = {}
    faults = []
    for step in plan.with_action(Action.DETACH):
        row = note.rows.get(step.path_pattern)
        if row is None:
            faults.append(_unknown_past(plan.distribution_id, step.path_pattern))
        else:
            restored[step.path_pattern] = detach(lists[step.path_pattern], row)
    return restored, tuple(faults)


def _note(plan: Plan, config: DistributionConfig, note: Note) -> Note | None:
    attaching = {step.path_pattern for step in plan.with_action(Action.ATTACH)}
    if not attaching:
        return None
    return rewritten(note, config, attaching=attaching)


def _unknown_past(distribution_id: str, path_pattern: PathPattern) -> str:
    where = f"the behavior {path_pattern or 'default'} of {distribution_id}"
    return (
        f"{where} has the maintenance function, and the note does not say what was there before, "
        "so it stays closed: attach what belongs there yourself, or detach the function; what you "
        "do wins"
    )
