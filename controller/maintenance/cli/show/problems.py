"""
What is wrong, each error once. Pure.

An error can come from three places: what the command has just read, the status that the last run
wrote, which is short, and the log, where that error stands in full.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cli.show.remedies import Remedy, remedy_of
from maintenance.cli.show.view import ReportView
from maintenance.cloudfront.plan import Action
from maintenance.reporting.report import Outcome, Report

_SEPARATOR = " | "
_CUT = "…"


class Severity(StrEnum):
    """How much it matters: an error, a behavior that stays open, or something worth knowing."""

    ERROR = "error"
    OPEN = "open"
    WARNING = "warning"
    NOTICE = "notice"


class Problem(Struct, frozen=True):
    """Sentences with one remedy; `section` of the docs says more."""

    severity: Severity
    sentences: tuple[str, ...]
    action: str = ""
    section: str = ""


def is_cut(message: str) -> bool:
    """Return whether the status had no room for the whole message."""
    return message.endswith(_CUT)


def complete(message: str, logged: Iterable[str]) -> tuple[str, ...]:
    """Return the errors of a message from the status, from the log if the message was cut."""
    if is_cut(message):
        # A failed run logs the errors that it joins in the status.
        start = message.removesuffix(_CUT)
        message = next((each for each in logged if each.startswith(start)), message)
    return tuple(message.split(_SEPARATOR))


def with_errors_of_last_run(report: Report, errors: Sequence[str]) -> Report:
    """
    Return the report with the errors of the last run, each at the distribution that it names.

    One that passes by itself stays with the run: the distribution is not refused.
    """
    new = [each for each in errors if not _is_known(each, report.errors)]
    lasting = [each for each in new if not remedy_of(each).passes]
    outcomes = tuple(
        replace(each, errors=(*each.errors, *(one for one in lasting if _names(one, each))))
        for each in report.outcomes
    )
    placed = {one for each in outcomes for one in each.errors}
    others = tuple(each for each in new if each not in placed)
    return replace(report, outcomes=outcomes, input_errors=(*report.input_errors, *others))


def problem_of(error: str, stack: str) -> Problem:
    """Return one error with what to do about it at this stack."""
    remedy = remedy_of(error)
    return Problem(Severity.ERROR, (error,), remedy.action_for(stack), remedy.section)


def problems_of(view: ReportView) -> tuple[Problem, ...]:
    """Return what an operator must read, errors first; those with the same remedy together."""
    report = view.report
    grouped: dict[Remedy, list[str]] = {}
    for error in dict.fromkeys((*report.errors, *_refusals(report))):
        remedy = remedy_of(error)
        # Without a remedy of its own the sentence stands alone.
        key = remedy if remedy.action else replace(remedy, words=error)
        grouped.setdefault(key, []).append(error)
    return (
        *(
            Problem(Severity.ERROR, tuple(sentences), remedy.action_for(view.stack), remedy.section)
            for remedy, sentences in grouped.items()
        ),
        *(Problem(Severity.OPEN, (each,)) for each in _skipped(report)),
        *(Problem(Severity.NOTICE, (each,)) for each in dict.fromkeys(report.notices)),
    )


def _refusals(report: Report) -> Iterator[str]:
    """Yield each refused step that no error names."""
    for outcome in report.outcomes:
        for step in outcome.steps:
            # Behaviors without the standby function are named together.
            is_named = step.lacks_function or any(step.reason in each for each in outcome.errors)
            if step.action is Action.REFUSE and not is_named:
                path_pattern = step.path_pattern or "default"
                yield f"{outcome.distribution_id} {path_pattern}: {step.reason}"


def _skipped(report: Report) -> Iterator[str]:
    for outcome in report.outcomes:
        for step in outcome.steps:
            if step.action is Action.SKIP:
                path_pattern = step.path_pattern or "default"
                yield f"{outcome.distribution_id} {path_pattern}: {step.reason}"


def _is_known(error: str, known: Iterable[str]) -> bool:
    start = error.removesuffix(_CUT)
    return any(each.startswith(start) for each in known)


def _names(error: str, outcome: Outcome) -> bool:
    return outcome.distribution_id in error
