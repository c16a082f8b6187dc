"""The screens of status and plan, as text of one line."""

import io
from datetime import UTC, datetime

import pytest
from maintenance.cli.status_view import ReportView, render_plan, render_status
from maintenance.cli.terminal import Clock, console
from maintenance.cloudfront.plan import Action, Step
from maintenance.model import Association, Kind, Mode
from maintenance.reporting.report import Outcome, Report
from maintenance.schedule.decision import Decision
from rich.console import RenderableType

from tests.unit.site import ZONE

CLOCK = Clock(datetime(2026, 12, 1, 12, tzinfo=UTC), ZONE)
OPEN = Decision(Mode.LIVE, "Live.")
CLOSED = Decision(Mode.MAINTENANCE, "Maintenance.")
DONE = Step(None, Action.KEEP, "as requested")
SHOP_API = "arn:aws:cloudfront::123456789012:function/shop-api"


def a_view(*outcomes: Outcome, decision: Decision) -> ReportView:
    """Return a view of distributions that have no aliases."""
    names = {each.distribution_id: "x.cloudfront.net" for each in outcomes}
    return ReportView(Report(decision, outcomes), names)


def text(screen: RenderableType) -> str:
    """Return what the screen says, on one line."""
    stream = io.StringIO()
    out = console()
    out.file = stream
    out.print(screen)
    return " ".join(stream.getvalue().split())


def test_a_site_that_is_everywhere_as_requested_has_one_headline() -> None:
    """Its mode."""
    view = a_view(Outcome("E1", "Deployed", (DONE,)), decision=OPEN)

    assert text(render_status(view, CLOCK)).startswith("LIVE why Live.")


@pytest.mark.parametrize(
    ("expected", "error"),
    [
        ("Requested; still rolling out (1 of 3 distributions done)", ()),
        ("Requested; 1 refused (1 of 3 distributions done)", ("E3: access denied",)),
    ],
)
def test_until_then_the_second_line_says_how_far_it_is(
    expected: str, error: tuple[str, ...]
) -> None:
    """It does not promise an end while something is refused."""
    view = a_view(
        Outcome("E1", "Deployed", (DONE,)),
        Outcome("E2", "InProgress", (DONE,)),
        Outcome("E3", "InProgress", (DONE,), errors=error),
        decision=CLOSED,
    )

    shown = text(render_status(view, CLOCK))
    assert shown.startswith(f"MAINTENANCE until someone ends it {expected} why Maintenance.")


@pytest.mark.parametrize(
    ("expected", "decision"),
    [
        ("next no windows planned", OPEN),
        ("next stays closed until someone writes off", CLOSED),
    ],
)
def test_status_says_what_comes_next(expected: str, decision: Decision) -> None:
    """Also if that is nothing."""
    assert expected in text(render_status(a_view(decision=decision), CLOCK))


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
