"""
Turn the plan for one distribution into the exact bytes to write. Pure.

Attaching comes with a new record of displaced functions, to be written before the configuration.
Opening restores what the record says (`opening`), and its entries are settled after the
configuration is written.
"""

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.config import DistributionConfig, PathPattern
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord, record_before_attach
from maintenance.cloudfront.opening import Opening, plan_opening
from maintenance.cloudfront.plan import Action, Intent, Plan, Step
from maintenance.cloudfront.restore import attach
from maintenance.model import Association, Mode


class Change(Struct, frozen=True):
    """
    What to write for one distribution.

    `record` is None where nothing is attached. `settled` are the behaviors whose entries to settle
    afterwards, `is_settled` whether the open behaviors then owe nothing any more. `openings` are
    the behaviors that should be open. `is_ahead` is whether what is attached lets visitors through.
    """

    plan: Plan
    xml: bytes
    record: DisplacedRecord | None
    openings: tuple[Opening, ...]
    settled: tuple[PathPattern, ...]
    is_settled: bool
    is_ahead: bool = False

    @property
    def uses_record(self) -> bool:
        """Whether the record says what is to be done with a behavior that should be open."""
        return any(each.was_closed or each.found for each in self.openings)

    @property
    def restored(self) -> tuple[Association, ...]:
        """The functions that are back in their place."""
        return tuple(one for each in self.openings if each.found for one in each.found.restored)

    @property
    def refilled(self) -> tuple[Association, ...]:
        """Those of them whose place was empty, because another party had removed ours."""
        openings = (each for each in self.openings if each.found and not each.was_closed)
        return tuple(one for each in openings if each.found for one in each.found.restored)

    @property
    def not_restored(self) -> tuple[Association, ...]:
        """The functions in whose place others have been attached."""
        return tuple(one for each in self.openings if each.found for one in each.found.replaced)

    @property
    def steps_taken(self) -> tuple[Step, ...]:
        """The steps with what they leave attached."""
        closed = {each.path_pattern for each in self.openings if each.stays_closed}
        attaching = (Action.ATTACH, Action.REPLACE)
        return tuple(
            replace(
                each,
                is_closed=each.action in attaching or each.path_pattern in closed,
                is_armed=self.is_ahead if each.action in attaching else each.is_armed,
                was_armed=each.is_armed,
            )
            if each.action in (*attaching, Action.DETACH)
            else each
            for each in self.plan.steps
        )

    @property
    def errors(self) -> tuple[str, ...]:
        """What is wrong with the behaviors that should be open."""
        return tuple(
            f"the behavior {each.path_pattern or 'default'} of {self.plan.distribution_id} "
            f"{each.error}"
            for each in self.openings
            if each.error
        )


def build_change(
    plan: Plan, config: DistributionConfig, read: ReadRecord, intent: Intent, *, etag: str
) -> Change:
    """
    Return the change that applies a plan without refusals to the configuration with this ETag.

    While the record is fresh, an entry for this very configuration is not settled, because the run
    that wrote it may be about to attach ours.
    """
    lists = {each.behavior.path_pattern: each.lists for each in config.behaviors}
    attaching = {step.path_pattern for step in plan.with_action(Action.ATTACH)}
    closing = attaching | {step.path_pattern for step in plan.with_action(Action.REPLACE)}
    new_lists = {path: attach(lists[path], intent.engine, intent.arn) for path in closing}
    openings = _openings(plan, config, read.record, intent)
    new_lists |= {each.path_pattern: each.found.lists for each in openings if each.found}
    xml = config.with_lists(new_lists)
    record = None
    if attaching:
        record = record_before_attach(
            read.record, config, intent.engine, etag=etag, attaching=attaching
        )
    settling = [each.path_pattern for each in openings if each.settles]
    pending = etag if read.is_fresh and xml == config.xml else None
    settled = [each for each in settling if read.record.behaviors[each].attached_to != pending]
    return Change(
        plan=plan,
        xml=xml,
        record=record,
        openings=openings,
        settled=tuple(settled),
        is_settled=settled == settling and not any(each.error for each in openings),
        is_ahead=intent.is_ahead,
    )


def _openings(
    plan: Plan, config: DistributionConfig, record: DisplacedRecord, intent: Intent
) -> tuple[Opening, ...]:
    """Return what becomes of each behavior that should be open."""
    openings = tuple(
        plan_opening(step, each.lists, record.behaviors.get(step.path_pattern), intent.engine)
        for step, each in zip(plan.steps, config.behaviors, strict=True)
        if intent.mode_of(each.behavior) is Mode.LIVE
    )
    if intent.mode is Mode.LIVE and any(each.stays_closed for each in openings):
        # Half an open site is not open.
        return tuple(each.kept_closed() if each.was_closed else each for each in openings)
    return openings
