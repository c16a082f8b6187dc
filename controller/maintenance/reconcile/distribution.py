"""
Bring one distribution to what is wanted of it, by the note protocol (ADR 0003).

    attaching   read the note, read the configuration, write the note on the condition that it is
                the one read, update the configuration on the condition that it is the one read
    detaching   read the configuration, read the note, update the configuration likewise

The order matters: every weaker one that was explored loses a displaced function to some race or
crash. A refused condition starts over from reading; nothing is replayed.
"""

from collections.abc import Callable, Iterable
from copy import replace
from typing import Protocol

from msgspec import Struct

from maintenance.cloudfront.change import Change, build_change
from maintenance.cloudfront.config import DistributionConfig, ReadConfig, read_config
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord
from maintenance.cloudfront.plan import Action, Intent, count_functions, plan_distribution
from maintenance.errors import ApplyError, StaleObservation, Throttled
from maintenance.model import VIEWER_REQUEST, Association, Distribution, Mode
from maintenance.reporting.report import Outcome

_TRIES = 5


class _Configs(Protocol):
    def read_config(self, distribution_id: str) -> ReadConfig: ...
    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None: ...


class _Notes(Protocol):
    def read(self, distribution_id: str) -> ReadRecord: ...
    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> None: ...


class _Prepared(Struct, frozen=True):
    """One distribution as it was read, and what would have to be written."""

    intent: Intent
    read: ReadConfig
    record: ReadRecord
    config: DistributionConfig
    change: Change


class DistributionReconciler(Struct, frozen=True):
    """
    Works on one distribution at a time; safe to call from several threads.

    `is_wanted` tells, where another writer came first, whether to start over: what closes must not
    come after the off, or the end of the stack, that the other writer has carried out.
    """

    configs: _Configs
    records: _Notes
    is_wanted: Callable[[], bool] = lambda: True

    def dry_run(self, distribution: Distribution, intent: Intent) -> Outcome:
        """Return what `apply` would do, having only read. Raises what `apply` raises before."""
        return _outcome(distribution, self._prepare(distribution.distribution_id, intent))

    def apply(self, distribution: Distribution, intent: Intent) -> Outcome:
        """
        Bring the distribution to what is wanted of it.

        Raises ApplyError or ObservationError; the distribution then is as it was.
        """
        started_over = False
        for _ in range(_TRIES - 1):
            try:
                outcome = self._apply_once(distribution, intent)
            except StaleObservation as error:
                self._refuse_if_unwanted(distribution.distribution_id, error)
                started_over = True
            else:
                # Who wrote first may have been us, if only the answer got lost.
                return replace(outcome, changed=outcome.changed or started_over)
        return replace(self._apply_once(distribution, intent), changed=True)

    def _refuse_if_unwanted(self, distribution_id: str, error: StaleObservation) -> None:
        if not self.is_wanted():
            raise ApplyError(
                f"{distribution_id} was changed by another while this run was at work, and "
                "something else is wanted since: it was left out, and the next look decides"
            ) from error

    def _apply_once(self, distribution: Distribution, intent: Intent) -> Outcome:
        prepared = self._prepare(distribution.distribution_id, intent)
        change = prepared.change
        if change.xml == prepared.read.xml:
            return _outcome(distribution, prepared)
        if change.record:
            self.records.write(change.record, over=prepared.record)
        self._update(distribution.distribution_id, prepared)
        return _outcome(distribution, prepared, changed=True)

    def _prepare(self, distribution_id: str, intent: Intent) -> _Prepared:
        closing = intent.mode is Mode.MAINTENANCE
        record = self.records.read(distribution_id) if closing else None
        read = self.configs.read_config(distribution_id)
        config = read_config(read.xml)
        plan = plan_distribution(distribution_id, (b.behavior for b in config.behaviors), intent)
        refusals = plan.with_action(Action.REFUSE)
        if refusals:
            where = (
                f"behavior {each.path_pattern or 'default'}: {each.reason}" for each in refusals
            )
            raise ApplyError(f"{distribution_id} is left as it was: {'; '.join(where)}")
        # What attaches writes the note on a condition, so the one read before still is the one.
        only_detaches = plan.with_action(Action.DETACH) and not plan.with_action(Action.ATTACH)
        if record is None or only_detaches:
            record = self.records.read(distribution_id)
        change = build_change(plan, config, record.record, intent)
        if change.errors and not closing:
            raise ApplyError("; ".join(change.errors))
        return _Prepared(intent, read, record, config, change)

    def _update(self, distribution_id: str, prepared: _Prepared) -> None:
        try:
            self.configs.update_config(
                distribution_id, xml=prepared.change.xml, etag=prepared.read.etag
            )
        except (StaleObservation, Throttled):
            raise
        except ApplyError as error:
            if not prepared.change.restored:
                raise
            message = (
                f"{error}. It stays in maintenance, for these functions were to be put back and "
                f"one may be gone: {_listed(prepared.change.restored)}. Bring it back, or attach "
                "another in its place; what you attach wins"
            )
            raise ApplyError(message) from error


def _outcome(distribution: Distribution, prepared: _Prepared, *, changed: bool = False) -> Outcome:
    change = prepared.change
    return Outcome(
        distribution_id=distribution.distribution_id,
        status="InProgress" if changed else distribution.status,
        steps=change.plan.steps,
        changed=changed,
        restored=change.restored,
        not_restored=change.not_restored,
        warnings=_warnings(distribution, prepared),
        errors=change.errors,
    )


def _warnings(distribution: Distribution, prepared: _Prepared) -> tuple[str, ...]:
    warnings = []
    plan = prepared.change.plan
    if prepared.config.has_continuous_deployment:
        warnings.append(
            f"{distribution.distribution_id} has a continuous deployment policy: visitors sent to "
            "its staging distribution get past maintenance"
        )
    unguarded = [
        each
        for step in plan.with_action(Action.ATTACH)
        for each in step.conflicting
        if each.event_type == VIEWER_REQUEST
    ]
    if unguarded:
        warnings.append(
            f"{distribution.distribution_id}: whoever the maintenance function lets through "
            f"(allowed paths and networks, the bypass link) does not meet {_listed(unguarded)} "
            "meanwhile"
        )
    engine = prepared.intent.engine
    quota = engine.quota()
    behaviors = (each.behavior for each in prepared.config.behaviors)
    number = count_functions(engine.kind, behaviors, plan)
    if quota is not None and number > quota and plan.with_action(Action.ATTACH):
        warnings.append(
            f"{distribution.distribution_id} would have {number} {engine.kind}s, and "
            f"CloudFront refuses more than {quota} unless AWS has allowed this account more: ask "
            "AWS, or name behaviors that may stay open in ExceptPaths"
        )
    if prepared.change.not_restored:
        warnings.append(
            f"{distribution.distribution_id} did not get back "
            f"{_listed(prepared.change.not_restored)}: another function was attached there, and "
            "that wins"
        )
    return tuple(warnings)


def _listed(associations: Iterable[Association]) -> str:
    return " and ".join(str(each) for each in associations)
