"""The logs and metrics of a run, with their names in one place."""

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from msgspec import to_builtins
from msgspec.structs import replace

from maintenance.cloudfront.plan import Action
from maintenance.model import Mode
from maintenance.reporting.report import Outcome, Report, outcome_document
from maintenance.text import to_json

SERVICE = "site-maintenance"
NAMESPACE = "SiteMaintenance"
# What the alarms and the dashboard of the template may name.
UNITS: Mapping[str, MetricUnit] = {
    "DistributionsChanged": MetricUnit.Count,
    "DistributionsFailed": MetricUnit.Count,
    "DistributionsStuck": MetricUnit.Count,
    "InputsRefused": MetricUnit.Count,
    "VersionsDeleted": MetricUnit.Count,
    "VersionsStillReplicated": MetricUnit.Count,
    "InMaintenance": MetricUnit.Count,
    # CloudWatch has no unit of hours.
    "HoursInMaintenance": MetricUnit.Count,
    "SecondsToAccepted": MetricUnit.Seconds,
    "SecondsToDeployed": MetricUnit.Seconds,
}

# `aws logs tail` shows in a terminal what others wrote into a parameter.
logger = Logger(service=SERVICE, json_serializer=functools.partial(to_json, default=str))


def log_report(report: Report) -> None:
    """Log the decision, each distribution, and each sentence of the report."""
    logger.info("decision made", mode=report.decision.mode.value, reason=report.decision.reason)
    for outcome in report.outcomes:
        logger.info(
            "distribution changed" if outcome.changed else "distribution kept",
            distribution=outcome.distribution_id,
            outcome=_without_kept(outcome),
        )
        for warning in outcome.warnings:
            logger.warning(
                "distribution warning", distribution=outcome.distribution_id, warning=warning
            )
        for error in outcome.errors:
            logger.error("distribution failed", distribution=outcome.distribution_id, error=error)
    for notice in report.notices:
        logger.warning("notice", notice=notice)
    for error in report.input_errors:
        logger.error("input invalid", error=error)
    for error in report.housekeeping_errors:
        logger.error("housekeeping failed", error=error)
    for each in report.transitions:
        logger.info("change announced", mode=each.change.mode.value, phase=each.phase.value)


def _without_kept(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome without the behaviors that were kept, of which a sweep has thousands."""
    steps = tuple(each for each in outcome.steps if each.action is not Action.KEEP)
    document: dict[str, Any] = to_builtins(outcome_document(replace(outcome, steps=steps)))
    return document


def count_report(report: Report, *, stack_name: str, now: datetime) -> None:
    """Write the run's metrics as one EMF document to standard output."""
    metrics = Metrics(namespace=NAMESPACE, service=stack_name)
    for name, number in _metrics(report, now).items():
        metrics.add_metric(name=name, unit=UNITS[name], value=number)
    metrics.flush_metrics()


def _metrics(report: Report, now: datetime) -> dict[str, float]:
    sites = [each for each in report.outcomes if not each.is_preview]
    values: dict[str, float] = {
        "DistributionsChanged": sum(each.changed for each in sites),
        "DistributionsFailed": sum(bool(each.errors) for each in sites),
        "InputsRefused": len(report.input_errors),
        "VersionsDeleted": report.pruned.deleted,
        "VersionsStillReplicated": report.pruned.replicated,
        "InMaintenance": report.decision.mode is Mode.MAINTENANCE,
    }
    if report.status:
        values["DistributionsStuck"] = sum(each.is_stuck for each in report.status.targets)
        values["InMaintenance"] = report.status.is_closed
        values["HoursInMaintenance"] = report.status.hours_closed(now)
    for each in report.transitions:
        if each.seconds is not None:
            values[f"SecondsTo{each.phase.capitalize()}"] = each.seconds
    return values
