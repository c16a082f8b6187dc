"""Each error once, whole, with its remedy; from what was read, the status and the log."""

import re
from copy import replace
from pathlib import Path
from typing import Any

import pytest
from maintenance.cli.show.problems import (
    Problem,
    Severity,
    complete,
    problems_of,
    with_errors_of_last_run,
)
from maintenance.cli.show.remedies import REMEDIES, Remedy, remedy_of
from maintenance.cli.show.view import ReportView
from maintenance.cloudfront.plan import Action, Step
from maintenance.model import Mode
from maintenance.reporting.report import Outcome, Report
from maintenance.schedule.decision import Decision

ROOT = Path(__file__).parents[3]
REFUSE = Step(None, Action.REFUSE, "shop-api conflicts, and ExistingFunctions is refuse: detach it")
SKIP = Step("/grpc", Action.SKIP, "gRPC: it stays open")
THROTTLED = "the update of E1 failed: Throttling"
DENIED = "the update of E1 failed: AccessDenied"


def a_report(*outcomes: Outcome, **members: Any) -> Report:  # noqa: ANN401 - fields of a report
    """Return a report on these distributions."""
    return replace(Report(Decision(Mode.MAINTENANCE, ""), outcomes), **members)


def outcome(distribution_id: str, *steps: Step, errors: tuple[str, ...] = ()) -> Outcome:
    """Return an outcome of a deployed distribution."""
    return Outcome(distribution_id, "Deployed", steps, errors=errors)


@pytest.mark.parametrize(
    ("expected", "message", "logged"),
    [
        (("one", "two"), "one | two", ()),
        (("one", "two"), "one | two", ("one | two | three",)),
        (("one", "two and more", "three"), "one | two a…", ("x", "one | two and more | three")),
        (("one", "two a…"), "one | two a…", ("other",)),
        (("one",), "o…", ("one", "once more")),
    ],
)
def test_what_the_status_has_cut_is_completed_from_the_log(
    expected: tuple[str, ...], message: str, logged: tuple[str, ...]
) -> None:
    """A failed run logs what it joins there; without that line the cut text stays."""
    assert expected == complete(message, logged)


def test_an_error_of_the_last_run_goes_to_the_distribution_that_it_names() -> None:
    """So that its state counts as refused; what names none stays with the run."""
    report = a_report(outcome("E1"), outcome("E2"), input_errors=("the switch is wrong",))
    merged = with_errors_of_last_run(report, [DENIED, "the page is wrong"])

    assert [(DENIED,), ()] == [each.errors for each in merged.outcomes]
    assert ("the switch is wrong", "the page is wrong") == merged.input_errors


def test_what_passes_by_itself_refuses_no_distribution() -> None:
    """A throttled fleet is on its way; the operator reads that it must wait."""
    merged = with_errors_of_last_run(a_report(outcome("E1")), [THROTTLED])

    assert ((), (THROTTLED,)) == (merged.outcomes[0].errors, merged.input_errors)


@pytest.mark.parametrize("again", [DENIED, DENIED[:20] + "…"])
def test_an_error_that_was_just_read_is_not_repeated(again: str) -> None:
    """The status has it too, perhaps cut."""
    report = a_report(outcome("E1", errors=(DENIED,)))

    assert report == with_errors_of_last_run(report, [again])


def test_errors_with_the_same_remedy_are_listed_under_it() -> None:
    """Twenty distributions without a permission need one remedy."""
    other = DENIED.replace("E1", "E2")
    report = a_report(outcome("E1", errors=(DENIED,)), outcome("E2", errors=(other,)))

    remedy = remedy_of(DENIED)
    assert (Problem(Severity.ERROR, (DENIED, other), remedy.action, remedy.section),) == (
        problems_of(ReportView(report, {}))
    )


def test_errors_come_before_what_stays_open_and_notices() -> None:
    """An error without a remedy of its own stands alone."""
    report = a_report(outcome("E1", SKIP, errors=("odd", "odder")), notices=("note", "note"))

    assert [
        (Severity.ERROR, ("odd",)),
        (Severity.ERROR, ("odder",)),
        (Severity.OPEN, ("E1 /grpc: gRPC: it stays open",)),
        (Severity.NOTICE, ("note",)),
    ] == [(each.severity, each.sentences) for each in problems_of(ReportView(report, {}))]


def test_a_refusal_is_named_once() -> None:
    """By the step, or by the error of the run that quotes it."""
    error = f"E1 is left as it was: behavior default: {REFUSE.reason}"
    alone = problems_of(ReportView(a_report(outcome("E1", REFUSE)), {}))
    quoted = problems_of(ReportView(a_report(outcome("E1", REFUSE, errors=(error,))), {}))

    assert [(f"E1 default: {REFUSE.reason}",)] == [each.sentences for each in alone]
    assert [(error,)] == [each.sentences for each in quoted]


def test_behaviors_without_the_standby_function_are_named_together() -> None:
    """The error of their distribution has all of them."""
    lacking = Step("/api/*", Action.REFUSE, "viewer-request is free", lacks_function=True)
    error = "E1: a maintenance leaves / open, because the standby function is not attached there"
    report = a_report(outcome("E1", replace(lacking, path_pattern=None), lacking, errors=(error,)))

    assert [(error,)] == [each.sentences for each in problems_of(ReportView(report, {}))]


@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda each: each.words)
def test_a_remedy_names_the_stack_in_each_command(remedy: Remedy) -> None:
    """Copied as it stands, it reaches the stack that the operator looked at."""
    action = remedy.action_for("shop")
    commands = re.findall("`(site-maintenance [^`]*)`", action)

    assert action.count("site-maintenance ") == len(commands)
    assert all(each.endswith(" --stack shop") for each in commands)
    assert remedy.action_for("site-maintenance") == action.replace(" --stack shop", "")


@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda each: each.words)
def test_the_docs_have_the_section_of_each_remedy(remedy: object) -> None:
    """An operator follows it at night."""
    section = getattr(remedy, "section", "")
    page, _, anchor = section.partition("#")
    titles = [
        line.lstrip("# ").lower().replace(" ", "-").replace("`", "").replace(",", "")
        for line in (ROOT / page).read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    ]

    assert not anchor or anchor in titles


def test_no_remedy_is_hidden_by_an_earlier_one() -> None:
    """Each one's own words lead to it."""
    assert [each.words for each in REMEDIES] == [remedy_of(each.words).words for each in REMEDIES]
