"""
The protocol before entries had a state, kept to show what it loses.

    attaching   read the record, read the configuration, write the lists of the behaviors as they
                are, update the configuration
    detaching   read the configuration, read the record, update the configuration with the displaced
                functions that fit, whenever they were displaced

It opened a site without a function that did not fit, and never looked at a behavior without ours.
"""

from copy import replace
from types import MappingProxyType

from maintenance.cloudfront.associations import AssociationLists
from maintenance.cloudfront.config import DistributionConfig, PathPattern, read_config
from maintenance.cloudfront.displaced import BehaviorRecord, DisplacedRecord
from maintenance.cloudfront.plan import Action, Intent, Plan, plan_distribution
from maintenance.cloudfront.restore import attach, detach
from maintenance.errors import ApplyError, StaleObservation
from maintenance.model import Mode
from maintenance.reporting.report import Outcome

from tests.builders import DISTRIBUTION_ID
from tests.model_checking.replay import Ports, Variant

_ATTEMPTS = 5


def _apply(ports: Ports, intent: Intent) -> Outcome:
    for _ in range(_ATTEMPTS - 1):
        try:
            return _apply_once(ports, intent)
        except StaleObservation:
            pass
    return _apply_once(ports, intent)


def _apply_once(ports: Ports, intent: Intent) -> Outcome:
    is_closing = intent.mode is Mode.MAINTENANCE
    read = ports.read(DISTRIBUTION_ID) if is_closing else None
    found = ports.read_config(DISTRIBUTION_ID)
    config = read_config(found.xml)
    plan = plan_distribution(DISTRIBUTION_ID, (b.behavior for b in config.behaviors), intent)
    attaching = {step.path_pattern for step in plan.with_action(Action.ATTACH)}
    if read is None or (plan.with_action(Action.DETACH) and not attaching):
        read = ports.read(DISTRIBUTION_ID)
    new_lists, errors = _new_lists(plan, config, read.record, intent)
    if errors and not is_closing:
        raise ApplyError("; ".join(errors))
    xml = config.with_lists(new_lists)
    if xml != found.xml:
        if attaching:
            ports.write(_recorded(read.record, config, attaching), over=read)
        ports.update_config(DISTRIBUTION_ID, xml=xml, etag=found.etag)
    return Outcome(DISTRIBUTION_ID, "Deployed", plan.steps, errors=errors)


def _recorded(
    record: DisplacedRecord, config: DistributionConfig, attaching: set[PathPattern]
) -> DisplacedRecord:
    current = {
        each.behavior.path_pattern: BehaviorRecord(each.lists, attached_to="")
        for each in config.behaviors
        if each.behavior.path_pattern in attaching
    }
    return replace(record, behaviors=MappingProxyType({**record.behaviors, **current}))


def _new_lists(
    plan: Plan, config: DistributionConfig, record: DisplacedRecord, intent: Intent
) -> tuple[dict[PathPattern, AssociationLists], tuple[str, ...]]:
    new_lists, errors = {}, []
    for step, configured in zip(plan.steps, config.behaviors, strict=True):
        path, lists = step.path_pattern, configured.lists
        entry = record.behaviors.get(path)
        if step.action in {Action.ATTACH, Action.REPLACE}:
            new_lists[path] = attach(lists, intent.engine, intent.arn)
        elif step.action is Action.DETACH and entry:
            new_lists[path] = detach(lists, entry, intent.engine).lists
        elif step.action is Action.DETACH:
            errors.append(f"{path} has no record")
    return new_lists, tuple(errors)


OLD = Variant(apply=_apply, owes=lambda _: False)
