"""What the command shows while it waits, and what it says to watch on."""

import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.cli.show.view import ReportView
from maintenance.cli.terminal import Terminal, console
from maintenance.cli.watch import Watch, expect, watch_command
from maintenance.cloudfront.plan import Action, Step
from maintenance.model import Distribution, Mode
from maintenance.reporting.progress import SETTLED
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.status import ModeChange
from maintenance.schedule.decision import Decision
from msgspec.structs import replace

from tests.builders import a_distribution

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)
SHOP = replace(a_distribution("E1", "shop.example.com"), last_modified=NOW)
WAITING = Outcome("E1", "Deployed", (Step(None, Action.ATTACH, ""),))
DEPLOYING = Outcome("E1", "InProgress", (Step(None, Action.KEEP, ""),))
DEPLOYED = Outcome("E1", "Deployed", (Step(None, Action.KEEP, ""),))
REFUSED = Outcome("E1", "Deployed", (Step(None, Action.REFUSE, ""),))


class Clock:
    """A clock that goes on only while the command pauses."""

    def __init__(self) -> None:
        self.now = NOW

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


def a_view(outcome: Outcome, target: Distribution = SHOP) -> ReportView:
    """Return a view of one distribution."""
    report = Report(Decision(Mode.MAINTENANCE, ""), (outcome,), targets=(target,))
    return ReportView(report, {"E1": "shop.example.com"})


def lines(
    *outcomes: Outcome, targets: Iterable[Distribution] = (), last_change: ModeChange | None = None
) -> list[str]:
    """Return what is printed while these outcomes are read one after the other."""
    views: Iterator[ReportView] = map(a_view, outcomes, [*targets] or [SHOP] * len(outcomes))
    clock, terminal = Clock(), Terminal(as_json=False, err=console())
    terminal.err.file = io.StringIO()
    watch = Watch(terminal, lambda: clock.now, clock.pause)
    watch.wait(
        lambda: next(views), until=SETTLED, timeout=timedelta(minutes=5), last_change=last_change
    )
    return terminal.err.file.getvalue().splitlines()


def test_a_pipe_gets_a_line_for_each_step_of_each_distribution() -> None:
    """With how long it will take, and how long it took."""
    expected = [
        "E1 shop.example.com: waiting for the controller",
        "E1 shop.example.com: InProgress, usually a few minutes, 15 at most",
        "E1 shop.example.com: Deployed after 2s",
    ]
    assert expected == lines(WAITING, WAITING, DEPLOYING, DEPLOYED)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        # The pauses are of 0.5, 0.75, 1.1 and 1.7 seconds; the write is a second after the start.
        ((DEPLOYING, DEPLOYING, DEPLOYING, DEPLOYED), "1s"),
        ((WAITING, DEPLOYING, DEPLOYING, DEPLOYING, DEPLOYED), "3s"),
        ((WAITING, DEPLOYED), "1s"),
    ],
)
def test_the_standby_engine_leaves_the_time_of_the_distribution(
    outcomes: tuple[Outcome, ...], expected: str
) -> None:
    """The report has the time of the write only while that is under way."""
    idle = replace(SHOP, last_modified=NOW - timedelta(days=200))
    written = replace(SHOP, last_modified=NOW + timedelta(seconds=1))
    targets = [written if each is DEPLOYING else idle for each in outcomes]
    printed = lines(*outcomes, targets=targets)
    assert f"E1 shop.example.com: Deployed after {expected}" == printed[-1]


def test_a_distribution_that_is_done_already_took_no_time() -> None:
    """It was not watched."""
    assert ["E1 shop.example.com: Deployed"] == lines(DEPLOYED)


def test_a_refusal_ends_the_wait() -> None:
    """It will not become Deployed."""
    assert ["E1 shop.example.com: refused"] == lines(REFUSED)


def a_change(*, took: timedelta | None) -> ModeChange:
    """Return a change that CloudFront deployed in this time, or not yet."""
    deployed = NOW + took if took is not None else None
    return ModeChange(Mode.LIVE, None, NOW, accepted=NOW, deployed=deployed)


@pytest.mark.parametrize(
    ("last_change", "expected"),
    [
        (None, "usually a few minutes, 15 at most"),
        (a_change(took=None), "usually a few minutes, 15 at most"),
        (a_change(took=timedelta(0)), "usually a few minutes, 15 at most"),
        (a_change(took=timedelta(seconds=59)), "usually a few minutes, 15 at most"),
        (a_change(took=timedelta(seconds=60)), "about 1m, like the last change"),
        (a_change(took=timedelta(seconds=61)), "about 2m, like the last change"),
        (a_change(took=timedelta(minutes=4)), "about 4m, like the last change"),
    ],
)
def test_the_last_change_says_how_long_it_takes(
    last_change: ModeChange | None, expected: str
) -> None:
    """A site that was so already took no time, which says nothing."""
    assert expected == expect(last_change)


def test_an_interrupted_wait_says_how_to_watch_on() -> None:
    """What was written stays, and the work goes on."""

    def read() -> ReportView:
        raise KeyboardInterrupt

    terminal = Terminal(as_json=False, err=console())
    terminal.err.file = io.StringIO()
    watch = Watch(terminal, lambda: NOW, lambda _: None, "shop")
    with pytest.raises(KeyboardInterrupt) as interrupted:
        watch.wait(read, until=SETTLED, timeout=timedelta(minutes=5))

    expected = (
        "Interrupted: the controller and CloudFront continue. To watch them: "
        "site-maintenance status --wait --stack shop"
    )
    assert expected == str(interrupted.value)


def test_the_usual_stack_needs_no_option() -> None:
    """The command finds it by itself."""
    assert "site-maintenance status --wait" == watch_command("site-maintenance")
