"""Everything that an operator must read about a status, the most urgent first. Pure."""

from collections.abc import Iterator

from maintenance.cli.own_command import own_command
from maintenance.cli.screen import closed_elsewhere, sentence
from maintenance.cli.show.problems import Problem, Severity, problems_of
from maintenance.cli.show.remedies import Remedy, remedy_of
from maintenance.cli.show.view import ReportView, StatusView
from maintenance.cli.terminal import Clock
from maintenance.model import Mode
from maintenance.reporting.progress import Progress, progress
from maintenance.reporting.report import Report
from maintenance.schedule.times import format_duration

_PARAMETERS = "docs/configuration.md#parameters"
_GONE = "docs/operations.md#the-controller-does-not-run"


def status_problems(status: StatusView, clock: Clock) -> tuple[Problem, ...]:
    """Return what is wrong: first a controller that does not run, for it explains the rest."""
    return (
        *_late_run(status, clock),
        *problems_of(status.view),
        *_warnings(status.view),
        *_named_twice(status.view.report),
    )


def _late_run(status: StatusView, clock: Clock) -> Iterator[Problem]:
    """Yield what to do about a controller that does not run, or has not run for this change."""
    last, report = status.last_run, status.view.report
    if last.error:
        return
    run = own_command("sweep", status.view.stack)
    if last.is_late(clock.now):
        since = f"since {clock.time_and_distance(last.at)}" if last.at else "for a day"
        sweep = format_duration(last.sweep)
        yield Problem(
            Severity.ERROR,
            (f"No run of the controller has ended {since}; one should every {sweep}.",),
            f"Make it run with `{run}`; if that fails, deploy the stack again.",
            _GONE,
        )
    elif _is_waiting(report) and report.due and last.at and last.at < report.due:
        ran = clock.minute_and_distance(last.at)
        yield Problem(
            Severity.NOTICE,
            (f"The controller has not acted on this yet: it ran last {ran}. It takes seconds.",),
            f"If it takes a minute, run `{run}`.",
            _GONE,
        )


def _warnings(view: ReportView) -> Iterator[Problem]:
    """Yield what is to be changed at the distributions before the site is closed."""
    grouped: dict[Remedy, list[str]] = {}
    for outcome in view.report.outcomes:
        for each in outcome.warnings:
            grouped.setdefault(remedy_of(each), []).append(each)
    for remedy, sentences in grouped.items():
        action, section = remedy.action_for(view.stack), remedy.section if remedy.words else ""
        yield Problem(Severity.WARNING, tuple(sentences), action, section)


def _named_twice(report: Report) -> Iterator[Problem]:
    """Yield what to do about another stack's function where no refusal names it: not to close."""
    if report.decision.mode is Mode.MAINTENANCE:
        return
    for each in closed_elsewhere(report):
        yield Problem(
            Severity.WARNING,
            (sentence(f"{each}, which this stack names too"),),
            "Name each distribution in only one of the two stacks.",
            _PARAMETERS,
        )


def _is_waiting(report: Report) -> bool:
    return any(progress(each) is Progress.WAITING for each in report.outcomes)
