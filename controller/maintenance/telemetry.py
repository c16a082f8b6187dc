"""Logs, metrics and what they are called, in one place."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from maintenance.report import Report, outcome_document

SERVICE = "site-maintenance"
NAMESPACE = "SiteMaintenance"

logger = Logger(service=SERVICE)


def log_report(report: Report) -> None:
    """Log the decision and what became of each distribution, each under its own key."""
    logger.info("decision made", mode=report.decision.mode.value, reason=report.decision.reason)
    for outcome in report.outcomes:
        logger.info(
            "distribution changed" if outcome.changed else "distribution kept",
            distribution=outcome.distribution_id,
            outcome=outcome_document(outcome),
        )
        for warning in outcome.warnings:
            logger.warning(
                "distribution warned", distribution=outcome.distribution_id, warning=warning
            )
        for fault in outcome.faults:
            logger.error("distribution failed", distribution=outcome.distribution_id, fault=fault)
    for notice in report.notices:
        logger.warning("input ignored", notice=notice)
    for fault in report.own_faults:
        logger.error("input refused", fault=fault)
    for fault in report.upkeep_faults:
        logger.error("upkeep failed", fault=fault)
    for told in report.milestones:
        logger.info("change announced", mode=told.change.mode.value, phase=told.phase.value)


def count_report(report: Report, *, stack_name: str) -> None:
    """Write the run's metrics as one EMF document to standard output."""
    metrics = Metrics(namespace=NAMESPACE, service=stack_name)
    counted = {
        "DistributionsChanged": sum(each.changed for each in report.outcomes),
        "DistributionsFailed": sum(bool(each.faults) for each in report.outcomes),
        "InputsRefused": len(report.own_faults),
        "VersionsDeleted": report.forgotten.deleted,
        "VersionsStillReplicated": report.forgotten.replicated,
    }
    for name, number in counted.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)
    metrics.flush_metrics()
