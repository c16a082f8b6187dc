"""The screen of plan, as text of one line."""

from copy import replace
from datetime import timedelta

import pytest
from maintenance.cli.show.plan_view import render_plan, summarize
from maintenance.cli.show.view import ReportView
from maintenance.cloudfront.plan import Action, Step
from maintenance.model import Association, Kind, Mode
from maintenance.reporting.report import Outcome, Report
from maintenance.schedule.arming import Arming
from maintenance.schedule.decision import Decision

from tests.unit.cli.screens import CLOCK, NOW, text

OPEN = Decision(Mode.LIVE, "Live.")
CLOSED = Decision(Mode.MAINTENANCE, "Maintenance.")
SHOP_API = "arn:aws:cloudfront::123456789012:function/shop-api"
ATTACH = Step(None, Action.ATTACH, "viewer-request is free")
REFUSE = Step("/api/*", Action.REFUSE, "shop-api conflicts")


def a_view(*outcomes: Outcome, decision: Decision) -> ReportView:
    """Return a view of distributions that have no aliases."""
    names = {each.distribution_id: "x.cloudfront.net" for each in outcomes}
    return ReportView(Report(decision, outcomes), names)


def test_plan_lists_the_functions_to_restore_and_those_that_stay_away() -> None:
    """By their names."""
    function = Association("viewer-request", Kind.CLOUDFRONT_FUNCTION, SHOP_API)
    outcome = Outcome(
        "E1",
        "Deployed",
        (Step("/api/*", Action.DETACH, "ours is attached", is_closed=True),),
        restored=(function,),
        not_restored=(function,),
    )

    shown = text(render_plan(a_view(outcome, decision=OPEN), CLOCK))
    assert "/api/* detach ours is attached" in shown
    assert " restore CloudFront Function shop-api at viewer-request" in shown
    assert "not restored CloudFront Function shop-api at viewer-request" in shown
    assert shown.endswith("This would open 1 behavior of 1 distribution.")


def test_plan_says_when_the_site_is_armed_and_when_it_closes() -> None:
    """If it is open, and a window is planned."""
    arming = Arming(NOW + timedelta(minutes=45), NOW + timedelta(hours=1))
    report = Report(OPEN, (Outcome("E1", "Deployed", (ATTACH,)),), arming=arming)
    names = {"E1": "x.cloudfront.net"}
    shown = text(render_plan(ReportView(report, names), CLOCK))

    assert "arms Tue 1 Dec 12:45 UTC, in 45m closes Tue 1 Dec 13:00 UTC, in 1h" in shown
    assert shown.endswith("This would arm 1 behavior of 1 distribution.")
    closed = ReportView(replace(report, decision=CLOSED), names)
    assert "arms" not in text(render_plan(closed, CLOCK))


@pytest.mark.parametrize(
    ("expected", "decision", "hypothetical"),
    [
        ("The site should be open. why", OPEN, None),
        ("The site should be closed until someone ends it. why", CLOSED, None),
        (
            "'on for 2h' now, the site would be closed until Tue 1 Dec 14:00 UTC, in 2h. why",
            replace(CLOSED, until=NOW + timedelta(hours=2)),
            "on for 2h",
        ),
        (
            "The site should be as it is: neither the switch nor a window says anything. why",
            Decision(Mode.UNCHANGED, "Unchanged."),
            None,
        ),
    ],
)
def test_plan_begins_with_what_the_site_should_be(
    expected: str, decision: Decision, hypothetical: str | None
) -> None:
    """Now, or with another value of the switch."""
    shown = text(render_plan(a_view(decision=decision), CLOCK, hypothetical))

    assert expected in shown
    assert shown.endswith("There is nothing to change.")


@pytest.mark.parametrize(
    ("expected", "outcomes"),
    [
        ("There is nothing to change.", ()),
        (
            "This would close 2 behaviors of 1 distribution.",
            (Outcome("E1", "Deployed", (ATTACH, ATTACH)),),
        ),
        (
            "This would close 1 behavior and update the page of 1 behavior of 2 distributions.",
            (
                Outcome("E1", "Deployed", (ATTACH,)),
                Outcome("E2", "Deployed", (replace(ATTACH, action=Action.REPLACE),)),
            ),
        ),
        (
            "1 distribution stays as it is: refused.",
            (Outcome("E1", "Deployed", (ATTACH, REFUSE)),),
        ),
        (
            "close 1 behavior of 1 distribution. 1 distribution stays as it is: refused.",
            (
                Outcome("E1", "Deployed", (ATTACH, REFUSE)),
                Outcome("E2", "Deployed", (ATTACH, replace(ATTACH, action=Action.SKIP))),
            ),
        ),
        (
            "2 distributions stay as they are: refused.",
            (
                Outcome("E1", "Deployed", (ATTACH, REFUSE)),
                Outcome("E2", "Deployed", (ATTACH,), errors=("access denied",)),
            ),
        ),
    ],
)
def test_the_summary_counts_only_what_would_happen(
    expected: str, outcomes: tuple[Outcome, ...]
) -> None:
    """A refusal leaves its whole distribution as it is."""
    assert summarize(Report(CLOSED, outcomes)).endswith(expected)


def test_a_refused_distribution_is_marked() -> None:
    """Its other behaviors stay as they are too, so their steps are no promise."""
    view = a_view(Outcome("E1", "Deployed", (ATTACH, REFUSE)), decision=CLOSED)

    shown = text(render_plan(view, CLOCK))
    assert "E1 x.cloudfront.net refused: all of it stays as it is default attach" in shown


def test_a_plan_that_can_close_nothing_says_so_first() -> None:
    """An operator who reads no further does not take the site for closed."""
    refused = Outcome("E1", "Deployed", (REFUSE,))
    closing = Outcome("E2", "Deployed", (ATTACH,))

    shown = text(render_plan(a_view(refused, decision=CLOSED), CLOCK, "on"))
    partly = text(render_plan(a_view(refused, closing, decision=CLOSED), CLOCK, "on"))

    expected = "If the switch said 'on' now, the site would stay as it is: every distribution is re"
    assert shown.startswith(expected)
    assert "the site would be closed until someone ends it." in partly


def test_an_error_of_a_plan_has_its_remedy_first() -> None:
    """As in the status."""
    error = "E1 is left as it was: AccessDenied"
    view = a_view(Outcome("E1", "Deployed", (ATTACH,), errors=(error,)), decision=CLOSED)

    shown = text(render_plan(view, CLOCK))
    assert f"error Grant the permission that is missing. {error} see docs/iam.md" in shown
