"""
The key `state`: when the site is closed, with which answers. Pure.

    member    holds
    ------    --------------------------------------------------------------------------------------
    g         generation: milliseconds, more with each write. The function compares it with that of
              the state in its own code, so an older copy of the store never counts
    l         the languages, the default one first
    d         the default rendering, which is always complete in the store
    p         the periods: f and u, from and until (Unix seconds; u is 0 without an end), r, the
              rendering, and m, the message, for an edge that has no part of the rendering yet

The edge judges periods by its own clock. A period that is over stays harmless, but takes room.
"""

import math
from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from maintenance.errors import ConfigurationError
from maintenance.standby.layout import VALUE_LIMIT_BYTES

STATE_KEY = "state"
MAX_PERIODS = 8
MESSAGE_LIMIT_BYTES = 160
# So that a second period's message is there when it begins; later ones come with the next write.
_PERIODS_WITH_MESSAGE = 2
# In the year 2286, the last time of ten digits.
_LATEST = 9_999_999_999
# A person may write this or a greater one by hand: a greater one counts as none, and after this one
# every write has the same generation, which the function accepts as new enough.
_MAX_GENERATION = 9_999_999_999_999
_ELLIPSIS = "…"


class Period(
    Struct,
    frozen=True,
    omit_defaults=True,
    rename={"begins": "f", "ends": "u", "rendering": "r", "message": "m"},
):
    """
    A time when the site is closed, in Unix seconds; it has no end if `ends` is 0.

    The function takes other numbers for an error, and closes the site.
    """

    begins: Annotated[int, Meta(gt=0)]
    ends: Annotated[int, Meta(ge=0)]
    rendering: str
    message: str = ""


class State(
    Struct,
    frozen=True,
    rename={"generation": "g", "languages": "l", "default": "d", "periods": "p"},
):
    """What the function needs for every request; `default` is the hash of the default rendering."""

    generation: Annotated[int, Meta(ge=0, le=_MAX_GENERATION)]
    languages: tuple[str, ...]
    default: str
    periods: tuple[Period, ...]


class FittedState(Struct, frozen=True):
    """A state that fits into a value, and a sentence for each message that had to be cut."""

    state: State
    notices: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """The value of the key."""
        return encode_state(self.state)


def next_generation(previous: int, now: float) -> int:
    """Return the generation of a write at `now` (Unix time); `previous` is the last one, or 0."""
    return min(max(int(now * 1_000), previous + 1), _MAX_GENERATION)


def periods_until(period: Period, until: float | None, overdue: str) -> tuple[Period, ...]:
    """
    Return a period that is announced to end at `until`, which may be before it really ends.

    From then on visitors get the rendering `overdue`, as Retry-After does not count to that end. An
    end is announced without its fraction of a second, which is no second period.
    """
    if until is None:
        return (period,)
    announced = math.ceil(until)
    if period.ends and period.ends <= announced + 1:
        return (period,)
    after = replace(period, begins=max(period.begins, announced), rendering=overdue)
    if announced <= period.begins:
        return (after,)
    return (replace(period, ends=announced), after)


def fit_state(state: State, now: float) -> FittedState:
    """
    Return the state without what is over, cut to what a value can hold.

    The first eight periods stay, and messages of at most 160 bytes for the first two of them; if it
    is still too long, messages and then periods are left out from the end. Raise ConfigurationError
    if not even one period fits, for there are too many languages.
    """
    ahead = sorted(
        (each for each in state.periods if not each.ends or each.ends > now),
        key=lambda each: each.begins,
    )[:MAX_PERIODS]
    cut = [_cut(each.message) for each in ahead[:_PERIODS_WITH_MESSAGE]]
    messages = [*cut, *[""] * len(ahead)][: len(ahead)]
    fitted = replace(state, periods=_with_messages(ahead, messages))
    while len(encode_state(fitted).encode()) > VALUE_LIMIT_BYTES:
        fitted = _shorter(fitted)
    return FittedState(fitted, tuple(_notices(ahead[:_PERIODS_WITH_MESSAGE], fitted.periods)))


def check_room(languages: tuple[str, ...]) -> None:
    """Raise ConfigurationError if a state of these languages has no room for any period."""
    rendering = "0" * 8
    period = Period(_LATEST, _LATEST, rendering)
    fit_state(State(_MAX_GENERATION, languages, rendering, (period,)), 0)


def encode_state(state: State) -> str:
    """Return the value of the key `state`."""
    return msgspec.json.encode(state).decode()


def decode_state(value: str) -> State | None:
    """Return the state in a value that was read; None if there is none in it."""
    try:
        return msgspec.json.decode(value, type=State)
    except msgspec.MsgspecError:
        return None


def renderings_of(state: State | None) -> set[str]:
    """Return the renderings that a state names."""
    return {state.default, *(each.rendering for each in state.periods)} if state else set()


def comparable(state: State, now: float) -> State:
    """Return what counts when two states are compared: neither the generation nor the past."""
    return replace(state, generation=0, periods=without_past(state, now))


def without_past(state: State, now: float) -> tuple[Period, ...]:
    """Return the periods that are not over; one that has begun does so at 1, as it is past."""
    return tuple(
        replace(each, begins=each.begins if each.begins > now else 1)
        for each in sorted(state.periods, key=lambda each: each.begins)
        if not each.ends or each.ends > now
    )


def closed_times(state: State, now: float) -> tuple[tuple[int, int], ...]:
    """Return when the site is closed from now on, as begin and end; periods that touch are one."""
    joined: list[tuple[int, int]] = []
    for each in without_past(state, now):
        if joined and (not joined[-1][1] or each.begins <= joined[-1][1]):
            begins, ends = joined.pop()
            is_open_ended = not ends or not each.ends
            joined.append((begins, 0 if is_open_ended else max(ends, each.ends)))
        else:
            joined.append((each.begins, each.ends))
    return tuple(joined)


def _with_messages(periods: Iterable[Period], messages: Iterable[str]) -> tuple[Period, ...]:
    return tuple(
        replace(period, message=message) for period, message in zip(periods, messages, strict=True)
    )


def _cut(message: str) -> str:
    if len(message.encode()) <= MESSAGE_LIMIT_BYTES:
        return message
    room = MESSAGE_LIMIT_BYTES - len(_ELLIPSIS.encode())
    return message.encode()[:room].decode(errors="ignore").rstrip() + _ELLIPSIS


def _shorter(state: State) -> State:
    """Return the state without its last message, or without its last period."""
    others = state.periods[:-1]
    with_message = [each for each in state.periods if each.message]
    if with_message:
        dropped = with_message[-1]
        periods = (replace(each, message="") if each is dropped else each for each in state.periods)
        return replace(state, periods=tuple(periods))
    if not others:
        raise ConfigurationError(
            f"the standby engine has no room for {len(state.languages)} languages: remove some "
            "from 'texts' in page/settings.json, or some of the pages"
        )
    return replace(state, periods=others)


def _notices(given: Iterable[Period], fitted: tuple[Period, ...]) -> Iterable[str]:
    for each, kept in zip(given, fitted, strict=False):
        if each.message != kept.message:
            yield (
                f"the message of {len(each.message.encode())} bytes is cut to "
                f"{len(kept.message.encode())} where an edge has not got the page yet: shorten it "
                f"to {MESSAGE_LIMIT_BYTES} if that matters"
            )
