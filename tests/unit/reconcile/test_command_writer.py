"""Commands that two controllers write at the same time, late, or twice."""

from datetime import datetime, timedelta

import pytest
from maintenance.errors import ObservationError
from maintenance.reconcile.command import AppliedCommand, CommandWriter
from maintenance.schedule.history import CommandOrigin
from maintenance.wakeup import Command, ParameterChanged

from tests.builders import NOW
from tests.switch_store import UTC_ZONE, SwitchStore

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def _store(*values: str) -> SwitchStore:
    """Return a switch that persons have written a day ago."""
    store = SwitchStore(lambda: NOW - DAY)
    for value in values:
        store.put(value)
    store.clock = lambda: NOW
    return store


def _apply(store: SwitchStore, value: str, *, late: timedelta = MINUTE) -> AppliedCommand:
    writer = CommandWriter(store, UTC_ZONE, store.clock)
    return writer.apply(Command(value, NOW - late))


def _race(store: SwitchStore, value: str, command: datetime | None) -> None:
    """Let somebody else write the switch right before the next write."""

    def write(operation: str) -> None:
        if operation == "write":
            store.before_call = lambda _: None
            # A moment before, as no two writes have the same description.
            before = NOW - timedelta(microseconds=1)
            store.put(value, CommandOrigin(command).describe(before) if command else None)

    store.before_call = write


def _refuse_history(operation: str) -> None:
    if operation == "read the history":
        raise ObservationError("the history cannot be read")


@pytest.mark.parametrize("value", ["on", "on until 2026-12-02"])
@pytest.mark.parametrize("before", [(), ("off",), ("offf",)])
def test_a_command_is_written_with_its_instant(before: tuple[str, ...], value: str) -> None:
    """Which the history shows, and which the next command is compared with."""
    store = _store(*before)

    applied = _apply(store, value)

    assert AppliedCommand(ParameterChanged("/site/maintenance", NOW)) == applied
    assert (value, CommandOrigin(NOW - MINUTE)) == (store.newest, store.read_writes()[0].origin)


@pytest.mark.parametrize("before", [(), ("off",)])
def test_a_maintenance_that_is_over_is_not_written(before: tuple[str, ...]) -> None:
    """The report says so."""
    store = _store(*before)

    applied = _apply(store, "on for 30s")

    assert (None, list(before)) == (applied.changed, [each.value for each in store.versions])
    assert applied.notices[0].endswith("is already over")


def test_an_off_that_ends_while_it_is_written_is_written_again_as_a_plain_one() -> None:
    """SSM has dated it after its end, so it cannot be read."""
    store = _store("on")
    now = [NOW]
    store.clock = lambda: now[0]

    def be_slow(operation: str) -> None:
        if operation == "write":
            now[0] = NOW + timedelta(seconds=5)

    store.before_call = be_slow

    applied = _apply(store, "off for 63s")

    ends = NOW + timedelta(seconds=3)
    assert ["on", "off until 2026-12-01T02:00:03Z", "off"] == [
        each.value for each in store.versions
    ]
    assert CommandOrigin(NOW - MINUTE, ends) == store.read_writes()[0].origin
    assert () == applied.notices


def test_an_off_that_was_over_keeps_its_end_when_it_is_written_again() -> None:
    """Up to which it skips windows."""
    store = _store("on")
    was_over = CommandOrigin(NOW - timedelta(seconds=50), NOW - timedelta(seconds=20))
    store.put("off", was_over.describe(NOW))
    store.put("on", CommandOrigin(NOW - MINUTE).describe(NOW))

    _apply(store, "on")

    assert was_over == store.read_writes()[0].origin


@pytest.mark.parametrize(("age", "is_read"), [(61, False), (60, True), (31, True), (30, True)])
def test_a_command_is_compared_with_what_may_be_later(age: int, *, is_read: bool) -> None:
    """No command is written more than a minute before its instant."""
    calls: list[str] = []
    store = SwitchStore(lambda: NOW - timedelta(seconds=age))
    store.put("off")
    store.clock = lambda: NOW
    store.before_call = calls.append

    _apply(store, "on", late=timedelta(0))

    assert is_read is (calls[1] == "read the history")


def test_the_history_is_read_before_a_write_only_if_a_later_command_may_be_in_it() -> None:
    """SSM answers three of these calls a second; after a write, it shows who else wrote."""
    calls: list[str] = []
    store = _store("off")
    store.before_call = calls.append

    _apply(store, "on")
    _apply(store, "off")

    assert calls == [
        *("read the switch", "write", "read the history"),
        *("read the switch", "read the history"),
    ]


def test_a_repeated_command_is_written_once() -> None:
    """Lambda delivers an event at least once."""
    store = _store("off")
    _apply(store, "on")

    applied = _apply(store, "on")

    assert (2, None) == (len(store.versions), applied.changed)


def test_a_command_written_by_another_controller_at_the_same_time_is_written_again() -> None:
    """If its instant is later: the slower controller has overwritten it."""
    store = _store("on")
    _race(store, "off", NOW - timedelta(seconds=30))

    applied = _apply(store, "on for 2h: earlier")

    assert "off" == store.newest
    assert CommandOrigin(NOW - timedelta(seconds=30)) == store.read_writes()[0].origin
    assert applied.notices == (
        "'off' of 2026-12-01T01:59:30Z was overwritten by an earlier command: written again",
    )


def test_a_retry_repairs_what_the_first_try_has_overwritten_before_it_crashed() -> None:
    """Its own command stands there already, so it writes only the later one."""
    store = _store("on")
    store.put("off", CommandOrigin(NOW - timedelta(seconds=30)).describe(NOW))
    store.put("on", CommandOrigin(NOW - MINUTE).describe(NOW))

    _apply(store, "on")

    assert ("off", 4) == (store.newest, len(store.versions))


def test_what_a_person_writes_at_the_same_time_is_written_again_as_of_then() -> None:
    """Its duration counts from their write."""
    store = _store("on")
    _race(store, "on for 2h: person", None)

    _apply(store, "off")

    assert "on until 2026-12-01T04:00Z: person" == store.newest


def test_a_maintenance_that_is_over_is_not_written_again() -> None:
    """It could not be read any more."""
    store = _store("on")
    store.put("on until 2026-12-01T02:00:01Z", CommandOrigin(NOW - MINUTE / 2).describe(NOW))
    store.put("on", CommandOrigin(NOW - MINUTE).describe(NOW))

    assert None is _apply(store, "on").changed


def test_a_switch_that_is_overwritten_again_and_again_is_an_error() -> None:
    """The run goes on, fails, and is retried."""
    store = _store("on")
    later = [NOW - timedelta(seconds=30 - count) for count in range(9)]

    def overtake(operation: str) -> None:
        if operation == "write":
            store.put("off", CommandOrigin(later.pop(0)).describe(NOW))

    store.before_call = overtake

    errors = _apply(store, "on").errors

    assert 1 == len(errors)
    assert errors[0].startswith("the switch was overwritten 5 times; an earlier command may stand")


def test_a_write_that_cannot_be_checked_is_an_error_and_stays() -> None:
    """The site is closed, the run fails, and its retry checks again."""
    store = _store("off")
    store.before_call = _refuse_history

    applied = _apply(store, "on")

    assert "on" == store.newest
    assert applied.changed is not None
    assert applied.errors == (
        "the history cannot be read; an earlier command may stand in the place of a later one",
    )


def test_a_command_that_cannot_be_compared_is_not_written() -> None:
    """What stands there may be later."""
    store = _store("off")
    store.put("off")
    store.before_call = _refuse_history

    with pytest.raises(ObservationError):
        _apply(store, "on")

    assert "off" == store.newest
