"""The screen before a question, as text of one line."""

from copy import replace
from datetime import datetime, timedelta

import pytest
from maintenance.cli.show.view import ReportView, Stack
from maintenance.cli.switch.confirmation import Prospect, render_confirmation
from maintenance.cli.switch.effect import WindowChanges
from maintenance.cloudfront.plan import Action, Step
from maintenance.model import Mode
from maintenance.reporting.report import Outcome, Report
from maintenance.schedule.decision import Decision
from maintenance.schedule.window import Occurrence

from tests.builders import a_distribution
from tests.unit.cli.screens import AWAY, CLOCK, NOW, text
from tests.unit.site import SUNDAYS, Site

STACK = Stack("shop", "123456789012")
LIVE = Decision(Mode.LIVE, "")


def closed(hours: int | None = None, message: str | None = None) -> Decision:
    """Return a maintenance that ends in so many hours, or when someone ends it."""
    until = NOW + timedelta(hours=hours) if hours else None
    return Decision(Mode.MAINTENANCE, "", until=until, message=message)


def shown(
    before: Decision,
    after: Decision,
    *outcomes: Outcome,
    names: tuple[str, ...] = ("shop.example.com",),
    own_end: datetime | None = None,
    windows: WindowChanges | None = None,
) -> str:
    """Return the screen of a change from one decision to another."""
    targets = tuple(a_distribution(f"E{index}", name) for index, name in enumerate(names))
    plan = ReportView(Report(after, outcomes, targets=targets), {})
    return text(
        render_confirmation(
            Prospect(before, plan, own_end, "ana", windows or WindowChanges()),
            STACK,
            CLOCK,
        )
    )


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (
            closed(2, "Upgrade"),
            "not shown by page.de.html, page.html, without {{message}}: visitors do not read this",
        ),
        (closed(2), ""),
        (LIVE, ""),
    ],
)
def test_a_message_that_a_page_does_not_show_is_a_warning(after: Decision, expected: str) -> None:
    """Otherwise the operator believes that visitors read it."""
    plan = ReportView(Report(after, ()), {})
    prospect = Prospect(LIVE, plan, silent_pages=("page.de.html", "page.html"))
    screen = text(render_confirmation(prospect, STACK, CLOCK))

    assert expected in screen
    assert bool(expected) is ("not shown" in screen)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            LIVE,
            closed(2),
            "Close the site site shop.example.com stack shop in account 12345",
        ),
        (LIVE, closed(2), "visitors get the maintenance page (503) instead of the site until Tue"),
        (LIVE, closed(), "until someone ends it message none: visitors read the standard text"),
        (closed(2), closed(3), "Extend the maintenance by 1h"),
        (closed(2), closed(3), "visitors keep getting the maintenance page (503)"),
        (closed(2), closed(3), "until Tue 1 Dec 15:00 UTC, in 3h instead of Tue 1 Dec 14:00 UTC"),
        (closed(2), closed(), "Extend the maintenance site"),
        (closed(2), closed(), "until someone ends it instead of Tue 1 Dec 14:00 UTC, in 2h"),
        (closed(3), closed(2), "Shorten the maintenance by 1h"),
        (closed(), closed(2), "Shorten the maintenance site"),
        (closed(2), closed(2), "Keep the end of the maintenance"),
        (closed(2), LIVE, "Open the site site shop.example.com"),
        (closed(2), LIVE, "visitors get the site again was until Tue 1 Dec 14:00 UTC, in 2h"),
        (closed(2), LIVE, "in 2h asked by ana"),
        (LIVE, LIVE, "Keep the site open"),
        (LIVE, LIVE, "visitors keep getting the site"),
    ],
)
def test_the_headline_and_the_ends_say_what_changes(
    before: Decision, after: Decision, expected: str
) -> None:
    """The old end and the new one, if there was a maintenance."""
    assert expected in shown(before, after)


def test_ends_that_are_moments_apart_are_shown_to_the_minute() -> None:
    """The dry run takes a moment."""
    after = Decision(Mode.MAINTENANCE, "", until=NOW + timedelta(hours=2, milliseconds=-300))

    assert "Extend the maintenance by 1h site" in shown(closed(1), after)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (LIVE, closed(2, "Upgrade"), "message Upgrade There"),
        (closed(2, "Upgrade"), closed(3, "Upgrade"), "message Upgrade (kept)"),
        (closed(2), closed(3, "Upgrade"), "message Upgrade There"),
        (closed(2, "Upgrade"), closed(3, "Longer"), "message Longer replaces Upgrade"),
        (closed(2, "Upgrade"), closed(3), "lost Upgrade (--message writes one, extend keeps it)"),
    ],
)
def test_the_message_is_kept_replaced_or_lost(
    before: Decision, after: Decision, expected: str
) -> None:
    """The operator reads what visitors will read."""
    assert expected in shown(before, after)


def test_a_window_that_goes_on_is_named() -> None:
    """The switch's own end is not the end then."""
    expected = "until Tue 1 Dec 15:00 UTC, in 3h a window goes on after Tue 1 Dec 14:00 UTC"
    assert expected in shown(LIVE, closed(3), own_end=NOW + timedelta(hours=2))


def occurrences(count: int) -> tuple[Occurrence, ...]:
    """Return so many occurrences of a window, a day apart."""
    (window,) = Site(windows=(SUNDAYS,)).parsed_windows
    begins = (NOW + timedelta(days=day) for day in range(count))
    return tuple(Occurrence(window, each, each + timedelta(hours=2)) for each in begins)


def test_an_off_before_a_window_says_how_to_skip_it() -> None:
    """A plain off does not, although the site may be armed for it."""
    after = replace(LIVE, next_occurrence=occurrences(2)[1])

    expected = "next window w0 begins Wed 2 Dec 12:00 UTC, in 1d"
    skips = "to skip it site-maintenance windows skip w0 --stack shop"
    assert f"{expected} {skips}" in shown(LIVE, after)
    for other in (shown(closed(), after), shown(LIVE, after, own_end=NOW)):
        assert (True, False) == (expected in other, skips in other)


def test_a_few_windows_are_listed_and_the_others_counted() -> None:
    """A screen has room for three."""
    windows = WindowChanges(skipped=occurrences(5))

    expected = (
        "skips window w0, Tue 1 Dec 12:00-14:00 UTC, open now window w0, Wed 2 Dec 12:00-14:00 "
        "UTC, in 1d window w0, Thu 3 Dec 12:00-14:00 UTC, in 2d and 2 more within a year"
    )
    assert expected in shown(LIVE, LIVE, windows=windows)


def test_windows_that_end_or_come_back_are_named() -> None:
    """With their times."""
    windows = WindowChanges(ended=occurrences(1), resumed=occurrences(2)[1:])

    expected = (
        "ends window w0, Tue 1 Dec 12:00-14:00 UTC, open now "
        "brings back window w0, Wed 2 Dec 12:00-14:00 UTC, in 1d"
    )
    assert expected in shown(closed(2), LIVE, windows=windows)


def test_a_site_of_many_distributions_is_named_by_the_first_three() -> None:
    """And how many more there are."""
    names = ("a.example", "b.example", "c.example", "d.example")

    assert "site a.example, b.example, c.example and 1 more stack" in shown(LIVE, LIVE, names=names)
    assert "site there is no distribution stack" in shown(LIVE, LIVE, names=())


def test_what_is_refused_is_counted_apart_and_named() -> None:
    """Three at most, because the question must stay on the screen."""
    attach = Step(None, Action.ATTACH, "")
    refuse = Step(None, Action.REFUSE, "")
    refused = [
        Outcome(f"E{number}", "Deployed", (refuse,), errors=(f"E{number} is left as it was",))
        for number in range(4)
    ]
    screen = shown(LIVE, closed(2), Outcome("E9", "Deployed", (attach,)), *refused)

    assert "page (503) instead of the site, at 1 of 5 distributions until" in screen
    assert "This would close 1 behavior of 1 distribution. 4 distributions stay as they" in screen
    assert "error E2 is left as it was see docs/operations-reference.md#errors and 1 more" in screen


def test_instants_are_also_on_the_clock_of_the_operator() -> None:
    """Where it shows another time than the site's."""
    plan = ReportView(Report(closed(2), ()), {})
    screen = text(render_confirmation(Prospect(LIVE, plan), STACK, AWAY))

    assert "until Tue 1 Dec 14:00 UTC (09:00 EST here), in 2h" in screen
