"""The screen of an order for a fleet."""

from datetime import timedelta

import pytest
from maintenance.cli.fleet.order import FleetRun, Order, Outcome, Result
from maintenance.cli.fleet.view import fleet_document, render_fleet

from tests.builders import NOW
from tests.unit.cli.screens import lines


def test_what_needs_attention_is_shown_first_of_many_stacks() -> None:
    """The table has 50 rows."""
    order = Order("shops", "status", NOW, "ana", timedelta(minutes=1), pause=1)
    open_ones = [Outcome(f"s{each}", Result.OPEN) for each in range(60)]
    outcomes = (*open_ones, Outcome("x", Result.STUCK), Outcome("y", Result.NOT_REACHED, "denied"))

    shown = lines(render_fleet(FleetRun(order, outcomes)))

    assert "62 stacks: 60 OPEN, 1 STUCK, 1 NOT REACHED" == shown[0]
    assert [["x", "STUCK"], ["y", "NOT", "REACHED", "denied"], ["s0", "OPEN"]] == [
        each.split() for each in shown[1:4]
    ]
    assert "and 12 more; --json has all of them" == shown[-1]


@pytest.mark.parametrize("result", Result)
@pytest.mark.parametrize("text", ["status", "plan on for 2h"])
def test_a_question_fails_if_a_site_is_stuck_or_gave_no_answer(text: str, result: Result) -> None:
    """As status does for one site: a script must not take that for fine."""
    order = Order("shops", text, NOW, "ana", timedelta(minutes=1), pause=1)
    fine = {Result.CLOSED, Result.CLOSING, Result.OPEN, Result.OPENING}

    document = fleet_document(FleetRun(order, (Outcome("a", Result.OPEN), Outcome("b", result))))

    assert (0 if result in fine else 1) == document.failed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "on until 2099-01-01",
            "Stacks that were reached stay closed until their end; fleet off opens them.",
        ),
        ("on: Upgrade", "Stacks that were reached stay closed; fleet off opens them."),
    ],
)
def test_what_stays_closed_has_an_end_unless_the_order_has_none(text: str, sentence: str) -> None:
    """An operator may go to bed if it has."""
    order = Order("shops", text, NOW, "ana", timedelta(minutes=1), pause=1, endless=True)
    outcomes = (Outcome("x", Result.TOO_SLOW, "the site is closing at the deadline"),)

    assert sentence == lines(render_fleet(FleetRun(order, outcomes)))[-1]
