"""The state has room for what visitors need first, and says what it had to cut."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance.errors import ConfigurationError
from maintenance.standby.layout import VALUE_LIMIT_BYTES
from maintenance.standby.state import (
    MAX_PERIODS,
    MESSAGE_LIMIT_BYTES,
    Period,
    State,
    check_room,
    closed_times,
    comparable,
    decode_state,
    encode_state,
    fit_state,
    next_generation,
    periods_until,
    renderings_of,
)
from msgspec.structs import replace

NOW = 1_796_000_000
R, OVERDUE = "0a1b2c3d", "4e5f6071"


def _state(*periods: Period, languages: tuple[str, ...] = ("en", "de")) -> State:
    return State(1_796_040_000_123, languages, R, periods)


def _periods(number: int, message: str = "") -> tuple[Period, ...]:
    return tuple(
        Period(NOW + each * 1_000 + 1, NOW + each * 1_000 + 500, R, message)
        for each in range(number)
    )


def test_the_value_has_the_members_that_the_function_reads() -> None:
    """A missing message takes no room; a missing end is 0."""
    state = _state(Period(NOW, NOW + 60, R, "Upgrade"), Period(NOW + 90, 0, R))

    assert {
        "g": 1_796_040_000_123,
        "l": ["en", "de"],
        "d": R,
        "p": [{"f": NOW, "u": NOW + 60, "r": R, "m": "Upgrade"}, {"f": NOW + 90, "u": 0, "r": R}],
    } == json.loads(encode_state(state))


def test_a_value_is_read_back() -> None:
    """The next write needs its generation."""
    state = _state(*_periods(2, "Upgrade"))

    assert state == decode_state(encode_state(state))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{",
        "[]",
        '{"g": 1}',
        '{"g":1,"l":[],"d":"","p":[{}]}',
        *(f'{{"g":{generation},"l":[],"d":"","p":[]}}' for generation in (-1, 1.5, 10**13)),
    ],
)
def test_a_value_without_state_is_none(value: str) -> None:
    """The controller writes another."""
    assert decode_state(value) is None


@pytest.mark.parametrize(
    ("previous", "now", "expected"),
    [(0, 1.2345, 1_234), (1_233, 1.2345, 1_234), (1_234, 1.2345, 1_235), (9_000, 1.0, 9_001)],
)
def test_a_generation_is_the_time_and_always_grows(
    previous: int, now: float, expected: int
) -> None:
    """Also if the clock of another run was ahead."""
    assert expected == next_generation(previous, now)


def test_a_generation_never_grows_beyond_what_a_state_may_have() -> None:
    """The function takes an equal one for new enough, so the site follows the switch even then."""
    greatest = 9_999_999_999_999

    assert greatest == next_generation(greatest, NOW)
    assert decode_state(encode_state(replace(_state(), generation=greatest)))


def test_what_is_over_is_left_out_and_the_rest_is_in_order() -> None:
    """A period that ends now is over; one without an end never is."""
    over, ends_now = Period(NOW - 50, NOW - 1, R), Period(NOW - 50, NOW, R)
    ahead, open_ended = Period(NOW + 5, NOW + 6, R), Period(NOW - 9, 0, R)

    fitted = fit_state(_state(ahead, over, ends_now, open_ended), NOW)

    assert (open_ended, ahead) == fitted.state.periods


def test_eight_periods_stay() -> None:
    """The others follow with a later write."""
    fitted = fit_state(_state(*_periods(12)), NOW)

    assert (_periods(MAX_PERIODS), ()) == (fitted.state.periods, fitted.notices)


def test_the_first_two_keep_their_message() -> None:
    """Without a notice: messages of later ones come in time."""
    fitted = fit_state(_state(*_periods(3, "Upgrade")), NOW)

    assert ["Upgrade", "Upgrade", ""] == [each.message for each in fitted.state.periods]
    assert () == fitted.notices


def test_a_long_message_is_cut_between_characters_with_a_notice() -> None:
    """It is whole in the page; here it stands in until an edge has that."""
    fitted = fit_state(_state(*_periods(1, "\u65e5\u672c " * 40)), NOW)

    message = fitted.state.periods[0].message
    assert "\u65e5\u672c " * 22 + "\u65e5\u2026" == message
    assert len(message.encode()) <= MESSAGE_LIMIT_BYTES
    notice = (
        "the message of 280 bytes is cut to 160 where an edge has not got the page yet: shorten it "
        "to 160 if that matters"
    )
    assert (notice,) == fitted.notices


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("x" * 160, "x" * 160),
        ("x" * 161, "x" * 157 + "\u2026"),
        ("x" + "\u00e9" * 90, "x" + "\u00e9" * 78 + "\u2026"),
        ("xx" + "\u00e9" * 90, "xx" + "\u00e9" * 77 + "\u2026"),
        (" x" + "y" * 154 + " " + "z" * 9, " x" + "y" * 154 + "\u2026"),
    ],
)
def test_a_message_is_cut_after_a_whole_character(message: str, expected: str) -> None:
    """With an ellipsis, and no blank before it."""
    fitted = fit_state(_state(*_periods(1, message)), NOW)

    assert expected == fitted.state.periods[0].message


def test_messages_go_before_periods() -> None:
    """Closing in time matters more than a sentence."""
    languages = tuple(f"en-{number:04}" for number in range(50))

    fitted = fit_state(_state(*_periods(8, "x" * 160), languages=languages), NOW)

    assert 8 == len(fitted.state.periods)
    assert {""} == {each.message for each in fitted.state.periods}
    assert 2 == len(fitted.notices)


def test_only_as_many_messages_go_as_have_to() -> None:
    """The last one first."""
    languages = tuple(f"en-{number:04}" for number in range(40))

    fitted = fit_state(_state(*_periods(8, "x" * 160), languages=languages), NOW)

    assert ["x" * 160, *[""] * 7] == [each.message for each in fitted.state.periods]
    assert 1 == len(fitted.notices)


def test_a_state_of_just_a_kilobyte_stays_as_it_is() -> None:
    """Its limit is that of a value."""
    languages = tuple(f"en-{number:04}" for number in range(85))
    room = VALUE_LIMIT_BYTES - len(encode_state(_state(*_periods(1, "x"), languages=languages)))
    state = _state(*_periods(1, "x" * (room + 1)), languages=languages)

    fitted = fit_state(state, NOW)

    assert VALUE_LIMIT_BYTES == len(fitted.value.encode())
    assert state == fitted.state


def test_so_many_languages_that_no_period_fits_are_refused() -> None:
    """No page has them; the sentence says where they come from."""
    languages = tuple(f"en-{number:04}" for number in range(120))

    with pytest.raises(
        ConfigurationError, match="no room for 120 languages: remove some from 'texts' in page"
    ):
        fit_state(_state(*_periods(2), languages=languages), NOW)


@pytest.mark.parametrize(("number", "fits"), [(85, True), (95, False), (98, False)])
def test_languages_leave_room_for_a_period(number: int, fits: bool) -> None:  # noqa: FBT001 - a case
    """Also while the site is open: the state without a period would have had room for 95."""
    languages = tuple(f"en-{each:04}" for each in range(number))
    is_refused = pytest.raises(ConfigurationError, match="no room for")

    with contextlib.nullcontext() if fits else is_refused:
        check_room(languages)


def test_periods_are_left_out_from_the_end() -> None:
    """The next write brings them."""
    languages = tuple(f"en-{number:04}" for number in range(70))

    fitted = fit_state(_state(*_periods(8), languages=languages), NOW)

    number = len(fitted.state.periods)
    one_more = replace(fitted.state, periods=_periods(number + 1))
    assert _periods(number) == fitted.state.periods
    assert len(encode_state(one_more)) > VALUE_LIMIT_BYTES


@given(messages=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=10))
def test_every_state_of_eight_languages_fits(messages: list[str]) -> None:
    """Also with messages that JSON makes longer, and it is what was asked for, but for messages."""
    periods = tuple(
        Period(NOW + number * 10, NOW + number * 10 + 5, R, message)
        for number, message in enumerate(messages)
    )
    languages = ("en", "de", "fr", "es", "it", "sl", "ar", "ja")

    fitted = fit_state(_state(*periods, languages=languages), NOW - 1)

    assert len(fitted.value.encode()) <= VALUE_LIMIT_BYTES
    kept = [(each.begins, each.ends) for each in fitted.state.periods]
    assert [(each.begins, each.ends) for each in periods[:8]] == kept
    assert decode_state(fitted.value) == fitted.state


@pytest.mark.parametrize(
    ("begins", "ends", "until", "expected"),
    [
        (100, 200, None, [(100, 200, R)]),
        (100, 200, 200.0, [(100, 200, R)]),
        (100, 200, 300.0, [(100, 200, R)]),
        (100, 200, 199.0, [(100, 200, R)]),
        (100, 200, 198.0, [(100, 198, R), (198, 200, OVERDUE)]),
        (100, 200, 149.5, [(100, 150, R), (150, 200, OVERDUE)]),
        (100, 0, 150.0, [(100, 150, R), (150, 0, OVERDUE)]),
        (100, 0, 100.0, [(100, 0, OVERDUE)]),
        (100, 0, 50.0, [(100, 0, OVERDUE)]),
    ],
)
def test_after_the_announced_end_the_rendering_is_another(
    begins: int, ends: int, until: float | None, expected: list[tuple[int, int, str]]
) -> None:
    """The edge changes it at that second; Retry-After counts to the end of a period."""
    periods = periods_until(Period(begins, ends, R, "m"), until, OVERDUE)

    assert expected == [(each.begins, each.ends, each.rendering) for each in periods]
    assert {"m"} == {each.message for each in periods}


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([], ()),
        ([(-9, -1)], ()),
        ([(-9, 0)], ()),
        ([(-9, 1)], ((-9, 1),)),
        ([(5, 7)], ((5, 7),)),
        ([(5, 7), (8, 9)], ((5, 7), (8, 9))),
        ([(5, 7), (7, 9)], ((5, 9),)),
        ([(5, 9), (6, 7)], ((5, 9),)),
        ([(6, 7), (5, 9)], ((5, 9),)),
        ([(5, None), (6, 7)], ((5, None),)),
        ([(5, 7), (6, None)], ((5, None),)),
        ([(-9, 7), (7, None)], ((-9, None),)),
    ],
)
def test_times_are_what_visitors_meet(
    periods: list[tuple[int, int | None]], expected: tuple[tuple[int, int | None], ...]
) -> None:
    """Periods that touch are one, what is over counts no more, and what has begun has begun."""

    def at(seconds: int | None) -> int:
        return 0 if seconds is None else NOW + seconds

    state = _state(*(Period(at(begins), at(ends), R) for begins, ends in periods))

    assert closed_times(state, NOW) == tuple(
        (at(begins) if begins > 0 else 1, at(ends)) for begins, ends in expected
    )


def test_states_are_compared_without_generation_and_past() -> None:
    """Neither needs a write."""
    begun, over = Period(NOW - 9, NOW + 9, R, "m"), Period(NOW - 9, NOW - 1, OVERDUE)
    other = replace(_state(replace(begun, begins=NOW)), generation=1)

    assert comparable(_state(begun, over), NOW) == comparable(other, NOW)
    assert comparable(_state(begun), NOW) != comparable(_state(replace(begun, message="")), NOW)


def test_a_state_names_its_default_and_those_of_its_periods() -> None:
    """They must be in the store."""
    assert {R, OVERDUE} == renderings_of(_state(Period(NOW, 0, OVERDUE)))
    assert set() == renderings_of(None)
