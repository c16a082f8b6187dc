"""
Bring one distribution to its desired state, by the protocol of ADR 0003.

    attaching   read the record of displaced functions, read the configuration, write the record on
                condition that it has not changed, update the configuration on the same condition
    opening     read the record, the configuration and the record again; unless the record has
                changed, update the configuration likewise, and settle the record likewise

The order matters: in every weaker order that was explored, some race or crash loses a displaced
function. If a condition fails, everything is read again; nothing is replayed.
"""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.change import Change, build_change
from maintenance.cloudfront.config import DistributionConfig, ReadConfig, read_config
from maintenance.cloudfront.displaced import ReadRecord
from maintenance.cloudfront.plan import (
    Action,
    Intent,
    Plan,
    Step,
    arm_or_open,
    count_functions,
    names_of,
    plan_distribution,
)
from maintenance.errors import ApplyError, StaleObservation, Throttled
from maintenance.model import VIEWER_REQUEST, Distribution, Mode
from maintenance.reconcile import ports
from maintenance.reporting.report import Outcome

_MAX_ATTEMPTS = 5


class _Prepared(Struct, frozen=True):
    """One distribution as it was read, and the change to write."""

    intent: Intent
    read: ReadConfig
    record: ReadRecord
    config: DistributionConfig
    change: Change


class DistributionReconciler(Struct, frozen=True):
    """
    Works on one distribution at a time; safe to call from several threads.

    `is_wanted` returns, after another writer came first, whether to try again: if that writer has
    opened the site or is deleting the stack, this run must not close it afterwards. It is also
    called before a run that arms the site opens a distribution. `raise_if_late` raises ApplyError
    if the run has no time left for the distribution of this id. `may_write` is called when
    everything has been read; if it returns False, `apply` does what `dry_run` does.
    """

    configs: ports.Configs
    records: ports.Records
    is_wanted: Callable[[], bool] = lambda: True
    raise_if_late: Callable[[str], None] = lambda _: None
    may_write: Callable[[], bool] = lambda: True

    def dry_run(self, distribution: Distribution, intent: Intent) -> Outcome:
        """Return what `apply` would do, having only read. Raises what `apply` raises before."""
        return _outcome(distribution, self._prepare(distribution.distribution_id, intent))

    def owes(self, distribution_id: str) -> bool:
        """Return whether the record owes a displaced function; raise what `apply` raises."""
        self.raise_if_late(distribution_id)
        return not self.records.read(distribution_id).record.is_settled

    def apply(self, distribution: Distribution, intent: Intent) -> Outcome:
        """
        Bring the distribution to its desired state.

        Raises ApplyError or ObservationError; the distribution then is as it was.
        """
        was_refused = False
        for _ in range(_MAX_ATTEMPTS - 1):
            try:
                outcome = self._apply_once(distribution, intent)
            except StaleObservation as error:
                self._raise_if_unwanted(distribution.distribution_id, error)
                was_refused = True
            else:
                # The other writer may be this run, if only the response got lost.
                return replace(outcome, changed=outcome.changed or was_refused)
        return replace(self._apply_once(distribution, intent), changed=True)

    def _raise_if_unwanted(
        self, distribution_id: str, error: StaleObservation | None = None
    ) -> None:
        if not self.is_wanted():
            raise ApplyError(
                f"{distribution_id} was skipped: it was changed by another writer during this run, "
                "and the desired state has changed since; the next run decides"
            ) from error

    def _apply_once(self, distribution: Distribution, intent: Intent) -> Outcome:
        prepared = self._prepare(distribution.distribution_id, intent)
        if not self.may_write():
            return _outcome(distribution, prepared)
        change, record = prepared.change, prepared.record
        if change.xml == prepared.read.xml:
            if change.settled:
                self._settle(change, record)
            return _outcome(distribution, prepared)
        if change.record:
            record = self.records.write(change.record, over=record)
        self._update(distribution.distribution_id, prepared)
        outcome = _outcome(distribution, prepared, changed=True)
        try:
            if change.settled:
                self._settle(change, record)
        except StaleObservation:
            # Another run has written it, and the next run settles what that leaves.
            return replace(outcome, is_settled=False)
        except ApplyError as error:
            return replace(outcome, errors=(*outcome.errors, str(error)))
        return outcome

    def _settle(self, change: Change, record: ReadRecord) -> None:
        self.records.write(record.record.with_settled(change.settled), over=record)

    def _prepare(self, distribution_id: str, intent: Intent) -> _Prepared:
        self.raise_if_late(distribution_id)
        record = self.records.read(distribution_id)
        read = self.configs.read_config(distribution_id)
        config = read_config(read.xml)
        behaviors = [each.behavior for each in config.behaviors]
        resolved = arm_or_open(intent, behaviors)
        plan = plan_distribution(distribution_id, behaviors, resolved)
        if intent.is_ahead and plan.with_action(Action.DETACH):
            # Another run may just have closed it, after this one began to publish its version.
            self._raise_if_unwanted(distribution_id)
        intent = resolved
        _raise_refusals(plan)
        change = build_change(plan, config, record, intent, etag=read.etag)
        # Attaching writes the record on condition that it has not changed since it was read above.
        if change.uses_record and not change.record:
            self._raise_if_changed(record, distribution_id)
        return _Prepared(intent, read, record, config, change)

    def _raise_if_changed(self, record: ReadRecord, distribution_id: str) -> None:
        if self.records.read(distribution_id).etag != record.etag:
            raise StaleObservation(
                f"{distribution_id}: another run has written the record of displaced functions"
            )

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
            stays = (
                "in maintenance"
                if prepared.change.plan.with_action(Action.DETACH)
                else "open without them"
            )
            message = (
                f"{error}. It stays {stays}, because these functions must be restored and "
                f"one may no longer exist: {names_of(prepared.change.restored)}. Create it again, "
                "or attach another in its place, which then stays"
            )
            raise ApplyError(message) from error


def _raise_refusals(plan: Plan) -> None:
    refusals = plan.with_action(Action.REFUSE)
    if refusals:
        reasons = (f"behavior {each.path_pattern or 'default'}: {each.reason}" for each in refusals)
        raise ApplyError(f"{plan.distribution_id} is left as it was: {'; '.join(reasons)}")


def _outcome(distribution: Distribution, prepared: _Prepared, *, changed: bool = False) -> Outcome:
    change = prepared.change
    is_outdated = _has_changed_since(distribution, prepared.config)
    return Outcome(
        distribution_id=distribution.distribution_id,
        status="InProgress" if changed or is_outdated else distribution.status,
        steps=change.steps_taken if changed else change.plan.steps,
        changed=changed,
        restored=change.restored,
        not_restored=change.not_restored,
        warnings=_warnings(distribution, prepared),
        errors=change.errors,
        is_settled=change.is_settled,
        is_listing_outdated=is_outdated,
    )


def _has_changed_since(listed: Distribution, config: DistributionConfig) -> bool:
    """Return whether another run or tool has changed the functions since the listing."""
    associations = {each.path_pattern: each.associations for each in listed.behaviors}
    return any(
        associations.get(each.behavior.path_pattern) != each.behavior.associations
        for each in config.behaviors
    )


def _rewrite_offer(plan: Plan) -> str:
    """Return what else to say if a function is displaced that may have rewritten addresses."""
    attached = plan.with_action(Action.ATTACH)
    rewriting = [step for step in attached if _displaces_viewer_request(step)]
    if not rewriting:
        return ""
    others = [step.path_pattern for step in attached if step not in rewriting and step.path_pattern]
    # A pattern may lack its first slash, and means the same (doc: CloudFront Developer Guide,
    # DownloadDistValuesCacheBehavior).
    paths = ", ".join(f"/{each.lstrip('/')}" for each in others)
    kept = f", and rewrite_except_paths for {paths}" if paths else ""
    return f"; if one completes paths such as /about/, set rewrite in page/settings.json{kept}"


def _displaces_viewer_request(step: Step) -> bool:
    return any(each.event_type == VIEWER_REQUEST for each in step.conflicting)


def _warnings(distribution: Distribution, prepared: _Prepared) -> tuple[str, ...]:
    is_closing = prepared.intent.mode is Mode.MAINTENANCE
    caveats = prepared.config.caveats if is_closing else ()
    warnings = [f"{distribution.distribution_id} {each}" for each in caveats]
    plan = prepared.change.plan
    # One function is often attached to many behaviors.
    displaced = dict.fromkeys(
        each for step in plan.with_action(Action.ATTACH) for each in step.conflicting
    )
    if displaced:
        warnings.append(
            f"{distribution.distribution_id}: requests that the maintenance function lets through "
            f"(allowed paths and networks, the bypass link) skip {names_of(displaced)} during "
            f"maintenance{_rewrite_offer(plan)}"
        )
    engine = prepared.intent.engine
    quota = engine.quota()
    behaviors = (each.behavior for each in prepared.config.behaviors)
    number = count_functions(engine.kind, behaviors, plan)
    if quota is not None and number > quota and plan.with_action(Action.ATTACH):
        warnings.append(
            f"{distribution.distribution_id} would have {number} {engine.kind}s, and CloudFront "
            f"refuses more than {quota} unless AWS has raised this account's quota: ask AWS, or "
            "name behaviors that may stay open in ExceptPaths"
        )
    if prepared.change.refilled:
        warnings.append(
            f"{distribution.distribution_id}: restored {names_of(prepared.change.refilled)}, "
            "because another party had removed the maintenance function and left the place empty"
        )
    if prepared.change.not_restored:
        warnings.append(
            f"{distribution.distribution_id}: did not restore "
            f"{names_of(prepared.change.not_restored)}, because another function has been attached "
            "in its place"
        )
    return tuple(warnings)
