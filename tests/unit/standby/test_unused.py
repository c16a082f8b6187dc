"""A rendering that no state names is noted, and deleted after an hour."""

import json

import pytest
from maintenance.standby.changes import KeyChanges
from maintenance.standby.unused import UNUSED_KEY, UNUSED_SECONDS, unused_changes

NOW = 1_796_000_000.5
T = int(NOW)
OLD, OTHER = "0a1b2c3d", "4e5f6071"
KEYS = {f"{OLD}.en.h.0": "1", f"{OLD}.en.h.1": "2", f"{OTHER}.pt-br.t.10": "3"}


def _note(**since: int) -> dict[str, str]:
    return {UNUSED_KEY: json.dumps(since, separators=(",", ":"))}


def test_it_is_noted_first() -> None:
    """With the time from which it is unused."""
    assert KeyChanges(_note(**{OLD: T})) == unused_changes(KEYS, {OTHER}, {OTHER}, NOW)


def test_it_goes_with_all_its_keys_after_an_hour_and_the_note_with_it() -> None:
    """Others stay."""
    keys = {**KEYS, **_note(**{OLD: T - UNUSED_SECONDS})}

    expected = KeyChanges(deletes=(f"{OLD}.en.h.0", f"{OLD}.en.h.1", UNUSED_KEY))
    assert expected == unused_changes(keys, {OTHER}, {OTHER}, NOW)


def test_a_second_before_it_stays() -> None:
    """The note needs no other value then."""
    keys = {**KEYS, **_note(**{OLD: T - UNUSED_SECONDS + 1})}

    assert KeyChanges() == unused_changes(keys, {OTHER}, {OTHER}, NOW)


def test_one_goes_and_another_is_noted() -> None:
    """The note keeps the others."""
    keys = {**KEYS, **_note(**{OLD: T - 2 * UNUSED_SECONDS})}

    expected = KeyChanges(_note(**{OTHER: T}), (f"{OLD}.en.h.0", f"{OLD}.en.h.1"))
    assert expected == unused_changes(keys, set(), set(), NOW)


def test_the_hour_begins_when_a_state_stops_naming_it() -> None:
    """Whatever an older note says."""
    keys = {**KEYS, **_note(**{OLD: T - 2 * UNUSED_SECONDS})}

    assert KeyChanges(_note(**{OLD: T})) == unused_changes(keys, {OTHER}, {OLD}, NOW)


def test_one_that_is_named_again_is_noted_no_more() -> None:
    """Its hour begins again the next time."""
    keys = {**KEYS, **_note(**{OLD: T - 2 * UNUSED_SECONDS})}

    assert KeyChanges(deletes=(UNUSED_KEY,)) == unused_changes(keys, {OLD, OTHER}, set(), NOW)


@pytest.mark.parametrize("value", ["{", "[]", '{"0a1b2c3d": "long ago"}'])
def test_a_note_that_cannot_be_read_begins_again(value: str) -> None:
    """Nothing goes earlier for it."""
    changes = unused_changes({**KEYS, UNUSED_KEY: value}, {OTHER}, {OTHER}, NOW)

    assert KeyChanges(_note(**{OLD: T})) == changes


def test_a_note_from_the_future_counts_from_now() -> None:
    """Another run's clock was ahead."""
    keys = {**KEYS, **_note(**{OLD: T + 9_999})}

    assert KeyChanges(_note(**{OLD: T})) == unused_changes(keys, {OTHER}, {OTHER}, NOW)


def test_keys_of_others_stay() -> None:
    """A composed function has its own."""
    keys = {"0a1b2c3d": "", "0a1b2c3d.en.h": "", "x0a1b2c3d.en.h.0": "", "0a1b2c3d.en.x.0": ""}

    assert KeyChanges() == unused_changes({**keys, "state": ""}, set(), set(), NOW)


def test_a_note_fits_into_a_value() -> None:
    """The oldest stand in it; the others are noted when these are deleted."""
    names = [f"{number:08x}" for number in range(90)]
    keys = {f"{name}.en.h.0": "1" for name in names}
    since = dict.fromkeys(names[50:], T - 9)

    note = unused_changes({**keys, **_note(**since)}, set(), set(), NOW)
    first = unused_changes(keys, set(), set(), NOW)

    assert KeyChanges() == note
    assert len(first.puts[UNUSED_KEY].encode()) <= 1_024
    assert dict.fromkeys(names[:40], T) == json.loads(first.puts[UNUSED_KEY])
