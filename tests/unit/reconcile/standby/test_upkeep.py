"""What follows a run of the standby engine: pages, and the published code."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from maintenance.cloudfront.plan import Action, Step
from maintenance.errors import ApplyError, ObservationError, Superseded
from maintenance.lambda_edge.stored_files import StoredFiles
from maintenance.model import Mode
from maintenance.reconcile.desired_state import DesiredState
from maintenance.reconcile.standby.pages import PageSource
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
from msgspec.structs import replace

from tests.builders import a_switch

NOW = datetime(2026, 12, 1, tzinfo=UTC)
STATE = State(5, ("en",), "d", ())
NOTE = StoreNote(1, "", read=NOW)
REPORT = Report(decide(Schedule(None), now=NOW), store=NOTE)


def _desired(says: Says = Says.ON, message: str | None = None) -> DesiredState:
    schedule = Schedule(a_switch(says, written=NOW, message=message))
    decision = decide(schedule, now=NOW)
    return DesiredState(NOW, decision, None, (), None, schedule=schedule)


class _Renderer:
    """Pages with these errors, rendered from a page file with this content, None if unreadable."""

    def __init__(self, *errors: str, page: str | None = "") -> None:
        self.errors = errors
        self.page = page
        self.rendered = 0

    def read(self, closures: Sequence[Closure] | None) -> PageSource:
        name = "" if self.page is None else f"{self.page}, closed {closures}"
        return PageSource(StoredFiles(), closures, name)

    def render(self, source: PageSource) -> RenderedPages:
        self.rendered += 1
        periods = tuple(each.period(NOW) for each in source.closures or ())
        notices = tuple(each.replace("page", "notice") for each in self.errors)
        return RenderedPages(None, periods, errors=self.errors, notices=notices)


class _World:
    """
    The desired states as they are read one after the other, the last one again and again.

    `done` is what was written; `error` is raised by each write, `unpublished` by each look at the
    code.
    """

    def __init__(
        self,
        *desired: DesiredState | Exception,
        renderer: _Renderer | None = None,
        error: Exception | None = None,
        unpublished: Exception | None = None,
    ) -> None:
        self._desired = [*desired]
        self._renderer = renderer or _Renderer("a page")
        self._error = error
        self._unpublished = unpublished
        self.published = "c0de"
        self.done: list[str] = []

    def upkeep(self) -> StandbyUpkeep:
        world: Any = self
        renderer: Any = self._renderer
        return StandbyUpkeep(world, renderer, world, lambda: NOW, 1)

    def read(self) -> DesiredState:
        found = self._desired.pop(0) if len(self._desired) > 1 else self._desired[0]
        if isinstance(found, Exception):
            raise found
        return found

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
        if self._unpublished:
            raise self._unpublished
        self.done.append(f"publish {wanted.judged or wanted.paths}{' at once' * at_once}")
        return Published(digest="c0de")

    def has_published(self, judged: str) -> bool:
        if self._unpublished:
            raise self._unpublished
        return judged == self.published


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


def test_pages_are_not_rendered_again_from_the_same_source() -> None:
    """Within a day, and as long as visitors get the code that was judged with them."""
    world = _World(_desired(), renderer=(renderer := _Renderer()))
    first = world.upkeep().run(REPORT)
    assert (1, ["write ['']", "publish None"]) == (renderer.rendered, world.done)
    assert first.store is not None

    for note, code, rendered in (
        (first.store, "c0de", 0),
        (replace(first.store, read_all=NOW - timedelta(days=1)), "c0de", 1),
        (replace(first.store, read_all=None), "c0de", 1),
        (first.store, "by hand", 1),
        (replace(first.store, code=""), "c0de", 1),
    ):
        renderer.rendered, world.published = 0, code
        report = Report(REPORT.decision, store=note)
        found = world.upkeep().run(report)
        assert rendered == renderer.rendered
        assert rendered or found is report


def test_a_run_that_decides_nothing_renders_once() -> None:
    """It publishes nothing, so it reads no code."""
    unknown = DesiredState(NOW, decide(Schedule(None), now=NOW), None, (), None)
    renderer = _Renderer()
    world = _World(unknown, renderer=renderer, unpublished=ObservationError("no answer"))

    first = world.upkeep().run(REPORT)
    world.upkeep().run(Report(REPORT.decision, store=first.store))

    assert (1, ["write who may pass, and 0 periods"]) == (renderer.rendered, world.done)


@pytest.mark.parametrize("change", ["page", "switch", "unreadable"])
def test_another_source_is_rendered(change: str) -> None:
    """Another file or another announcement; a file that cannot be read is an error of each run."""
    renderer = _Renderer()
    first = _World(_desired(), renderer=renderer).upkeep().run(REPORT)
    renderer.page = {"page": "other", "switch": "", "unreadable": None}[change]
    world = _World(_desired(message="Upgrade" if change == "switch" else None), renderer=renderer)

    report = world.upkeep().run(Report(REPORT.decision, store=first.store))

    assert (2, 2) == (renderer.rendered, len(world.done))
    assert report.store is not None
    assert first.store is not None
    assert report.store.pages != first.store.pages


def test_pages_with_a_notice_are_rendered_by_each_run() -> None:
    """Each run reports it, and writes nothing."""
    world = _World(_desired(), renderer=(renderer := _Renderer("a page")))
    first = world.upkeep().run(REPORT)
    world.done.clear()

    report = world.upkeep().run(Report(REPORT.decision, store=first.store))

    assert (2, ("a notice",), ["publish c0de"]) == (renderer.rendered, report.notices, world.done)


def test_code_that_was_not_published_is_published_by_the_next_run() -> None:
    """The store has the new pages by then, and the code the settings of the old ones."""
    renderer = _Renderer()
    first = _World(_desired(), renderer=renderer).upkeep().run(REPORT)
    renderer.page = "other"
    failing = _World(_desired(), renderer=renderer, unpublished=ApplyError("throttled"))
    second = failing.upkeep().run(Report(REPORT.decision, store=first.store))
    assert second.store is not None
    world = _World(_desired(), renderer=renderer)

    # As the status keeps it.
    world.upkeep().run(Report(REPORT.decision, store=second.store.over(first.store)))

    assert ("throttled",) == second.housekeeping_errors
    assert ["publish None"] == world.done


def test_code_that_cannot_be_read_is_an_error_of_the_run() -> None:
    """Even if nothing needs rendering."""
    renderer = _Renderer()
    first = _World(_desired(), renderer=renderer).upkeep().run(REPORT)
    world = _World(_desired(), renderer=renderer, unpublished=ObservationError("no answer"))

    report = world.upkeep().run(Report(REPORT.decision, store=first.store))

    assert (("no answer",), 1) == (report.housekeeping_errors, renderer.rendered)


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
    for pages, code in (("pages", "code"), ("other", "")):
        read = StoreNote(1, "t", NOW, NOW, pages)
        assert replace(read, code=code) == read.over(before)


def test_two_desired_states_are_one_site_if_the_edge_does_the_same() -> None:
    """With other messages it does not."""
    assert is_same_site(_desired(), _desired())
    assert not is_same_site(_desired(), _desired(message="Upgrade"))
    assert not is_same_site(_desired(), _desired(Says.OFF))
    assert "" == times_name(None)
    assert Mode.MAINTENANCE is _desired().decision.mode
