"""What follows a run of the standby engine: pages, and the published code."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from maintenance.cloudfront.plan import Action, Step
from maintenance.errors import ApplyError, ObservationError, Superseded
from maintenance.model import Mode
from maintenance.reconcile.desired_state import DesiredState
from maintenance.reconcile.standby.store import Published, WantedCode, Written
from maintenance.reconcile.standby.upkeep import (
    StandbyHousekeeping,
    StandbyUpkeep,
    is_same_site,
    times_name,
)
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.status import StoreNote
from maintenance.schedule.decision import Schedule, decide
from maintenance.schedule.switch import Says
from maintenance.standby.closures import Closure
from maintenance.standby.desired import RenderedPages
from maintenance.standby.state import State
from maintenance.wakeup import Sweep

from tests.builders import a_switch

NOW = datetime(2026, 12, 1, tzinfo=UTC)
STATE = State(5, ("en",), "d", ())
NOTE = StoreNote(1, "", read=NOW)
REPORT = Report(decide(Schedule(None), now=NOW), store=NOTE)


def _desired(says: Says = Says.ON, message: str | None = None) -> DesiredState:
    schedule = Schedule(a_switch(says, written=NOW, message=message))
    decision = decide(schedule, now=NOW)
    return DesiredState(NOW, decision, None, (), None, schedule=schedule)


class _World:
    """
    The desired states as they are read one after the other, the last one again and again.

    `done` is what was written; `error` is raised by each write.
    """

    def __init__(self, *desired: DesiredState | Exception, error: Exception | None = None) -> None:
        self._desired = [*desired]
        self._error = error
        self.done: list[str] = []

    def upkeep(self) -> StandbyUpkeep:
        world: Any = self
        return StandbyUpkeep(world, world, world, lambda: NOW, 1)

    def read(self) -> DesiredState:
        found = self._desired.pop(0) if len(self._desired) > 1 else self._desired[0]
        if isinstance(found, Exception):
            raise found
        return found

    def render(self, closures: Sequence[Closure]) -> RenderedPages:
        periods = tuple(each.period(NOW) for each in closures)
        return RenderedPages(None, periods, errors=("a page",), notices=("a notice",))

    def write_all(self, pages: RenderedPages, *, is_wanted: Callable[[], bool]) -> Written:
        if self._error:
            raise self._error
        self.done.append(f"write {[each.message for each in pages.periods]}")
        assert is_wanted()
        return Written(STATE, STATE)

    def write_access(self, pages: RenderedPages) -> Written:
        self.done.append(f"write who may pass, and {len(pages.periods)} periods")
        return Written(STATE, STATE)

    def publish(
        self, wanted: WantedCode, *, is_wanted: Callable[[], bool], at_once: bool
    ) -> Published:
        assert is_wanted()
        self.done.append(f"publish {wanted.judged or wanted.paths}{' at once' * at_once}")
        return Published(digest="c0de")


def test_pages_are_written_before_the_code_is_published() -> None:
    """What is wrong with the pages is in the report, once."""
    world = _World(_desired())

    report = world.upkeep().run(REPORT, at_once=True)

    assert ["write ['']", "publish None at once"] == world.done
    assert (("a page",), ("a notice",)) == (report.input_errors, report.notices)
    assert report.store is not None
    assert (5, "c0de", NOW) == (report.store.generation, report.store.code, report.store.read_all)


def test_pages_that_the_store_has_are_not_written_again() -> None:
    """Within a day, by the note of the last run."""
    world = _World(_desired())
    first = world.upkeep().run(REPORT)
    assert first.store is not None

    for age, written in ((timedelta(hours=23), False), (timedelta(days=1), True)):
        world.done.clear()
        note = StoreNote(5, first.store.times, NOW, NOW - age, first.store.pages, "c0de")
        world.upkeep().run(Report(REPORT.decision, store=note))
        assert written is ("write ['']" in world.done)
    assert "publish c0de" in world.done


def test_a_change_while_pages_are_written_starts_over() -> None:
    """Another run may have found nothing to write before this one wrote."""
    old, new = _desired(message="Old"), _desired(message="New")
    world = _World(old, old, new)

    world.upkeep().run(REPORT)

    assert ["write ['Old']", "write ['New']", "publish None"] == world.done


def test_changes_that_do_not_end_are_left_to_the_next_run() -> None:
    """After three tries nothing is published."""
    world = _World(_desired(), error=Superseded("it has changed"))

    assert REPORT.store is world.upkeep().run(REPORT).store
    assert [] == world.done


def test_an_error_is_one_of_the_run() -> None:
    """Of reading the switch, and of writing the store."""
    for world in (
        _World(ObservationError("SSM does not answer")),
        _World(_desired(), error=ApplyError("SSM does not answer")),
    ):
        assert ("SSM does not answer",) == world.upkeep().run(REPORT).housekeeping_errors


def test_a_run_that_decides_nothing_writes_once_who_may_pass() -> None:
    """The site stays as it is, but a token may be revoked."""
    world = _World(DesiredState(NOW, decide(Schedule(None), now=NOW), None, (), None))

    first = world.upkeep().run(REPORT)
    world.upkeep().run(Report(REPORT.decision, store=first.store))

    assert ["write who may pass, and 0 periods"] == world.done
    assert first.store
    assert "" == first.store.times


def test_nothing_follows_a_run_that_could_not_read_the_store() -> None:
    """An error of that run says why."""
    unread = Report(REPORT.decision)

    assert _World(_desired()).upkeep().run(unread) == unread


def test_a_store_without_any_page_leaves_the_note() -> None:
    """There is nothing that it should have had."""

    class Empty(_World):
        def write_all(self, pages: RenderedPages, *, is_wanted: Callable[[], bool]) -> Written:  # noqa: ARG002 - the store's
            return Written(None, None)

    report = Empty(_desired()).upkeep().run(REPORT)

    assert report.store is not None
    assert (1, "") == (report.store.generation, report.store.pages)


def test_a_run_that_opens_leaves_the_pages_to_the_next_one() -> None:
    """Opening depends on no page."""
    world = _World(_desired(Says.OFF))
    opened = Outcome("E1", "InProgress", (Step(None, Action.OPEN, "the store closes it"),), True)  # noqa: FBT003 - it is changed
    housekeeping = StandbyHousekeeping(world.upkeep(), lambda: None)

    housekeeping.run(Report(REPORT.decision, outcomes=(opened,), store=NOTE), Sweep())

    assert [] == world.done


def test_housekeeping_goes_on_from_the_note_of_the_last_run() -> None:
    """A run that closes does not wait for it."""
    world = _World(_desired())
    remembered = StoreNote(1, "", NOW, NOW, "pages", "judged")

    StandbyHousekeeping(world.upkeep(), lambda: remembered).run(REPORT, Sweep())

    assert "publish None" in world.done[-1]
    assert NOTE.over(remembered).code == "judged"


def test_a_dry_run_says_what_is_wrong_with_the_pages() -> None:
    """Without a write."""
    world = _World(_desired())
    report = StandbyHousekeeping(world.upkeep(), lambda: None).dry_run(REPORT)
    assert (("a page",), []) == (report.input_errors, world.done)


def test_a_note_keeps_what_still_holds() -> None:
    """After another write only the day counts on."""
    before = StoreNote(1, "t", NOW, NOW, "pages", "code")
    other = StoreNote(2, "t", NOW)

    assert NOTE is NOTE.over(None)
    assert StoreNote(1, "", NOW, NOW, "pages", "code") == NOTE.over(before)
    assert StoreNote(2, "t", NOW, NOW) == other.over(before)


def test_two_desired_states_are_one_site_if_the_edge_does_the_same() -> None:
    """With other messages it does not."""
    assert is_same_site(_desired(), _desired())
    assert not is_same_site(_desired(), _desired(message="Upgrade"))
    assert not is_same_site(_desired(), _desired(Says.OFF))
    assert "" == times_name(None)
    assert Mode.MAINTENANCE is _desired().decision.mode
