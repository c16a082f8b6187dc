"""
What to write into the store, and in which order. Pure.

    step    writes                                          only if
    ----    --------------------------------------------    ----------------------------------------
    1       `state`, which names only renderings that       the site would open or close at other
            are in the store, and has the messages          times than the stored state says
    2       settings, networks and tokens                   they differ
    3       the keys of renderings                          the store lacks one of them
    4       `state`, which names these renderings           it differs from the stored one
    5       `unused`, and deletes renderings (unused.py)    there is a rendering that no state names

Step 1 is why closing waits for no page. A plain `on` is step 1 alone: the default rendering lies
ready. `state` has a request of its own, so that no edge can get it with a rendering that it names:
each edge gets each key when it likes. Every request names the ETag that was read before, so another
controller's write in between is a conflict, and the plan is made again.
"""

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from maintenance.standby.access import is_access_key
from maintenance.standby.changes import KeyChanges
from maintenance.standby.layout import RenderedKeys, is_complete, render_keys
from maintenance.standby.rendering import Rendering
from maintenance.standby.state import (
    STATE_KEY,
    FittedState,
    Period,
    State,
    closed_times,
    comparable,
    decode_state,
    encode_state,
    fit_state,
    next_generation,
    periods_until,
    renderings_of,
    without_past,
)
from maintenance.standby.unused import unused_changes

_NO_RENDERING = ""
_NO_STATE = State(0, (), _NO_RENDERING, ())


class DesiredPeriod(Struct, frozen=True):
    """
    A time when the site is to be closed, in Unix seconds; it has no end if `ends` is 0.

    `answers` is None if its rendering is not known yet. Visitors get `overdue` in its place from
    `until` on, the end that the answers announce.
    """

    begins: int
    ends: int
    message: str = ""
    answers: RenderedKeys | None = None
    overdue: RenderedKeys | None = None
    until: float | None = None

    @property
    def renderings(self) -> tuple[RenderedKeys, ...]:
        """The renderings that are known."""
        return tuple(filter(None, (self.answers, self.overdue)))


class DesiredStore(Struct, frozen=True):
    """
    What the store is to have: a default rendering, the periods, and who may pass.

    `access` are the keys of settings, networks and tokens; None leaves them as they are.
    """

    languages: tuple[str, ...]
    default: RenderedKeys
    periods: tuple[DesiredPeriod, ...]
    access: Mapping[str, str] | None

    @property
    def renderings(self) -> tuple[RenderedKeys, ...]:
        """The renderings that are known, the default one first."""
        return (self.default, *(each for period in self.periods for each in period.renderings))


class StorePlan(Struct, frozen=True):
    """The changes in their order, the state that the store then has, and what had to be cut."""

    changes: tuple[KeyChanges, ...]
    state: State
    notices: tuple[str, ...] = ()


def desired_period(
    begins: int, ends: int, message: str, rendering: Rendering | None
) -> DesiredPeriod:
    """Return the period with its answers; raise ConfigurationError if one is too large."""
    if rendering is None:
        return DesiredPeriod(begins, ends, message)
    overdue = render_keys(rendering.overdue) if rendering.overdue else None
    until = rendering.until if overdue else None
    return DesiredPeriod(begins, ends, message, render_keys(rendering.answers), overdue, until)


def plan_times(
    value: str | None, periods: Iterable[DesiredPeriod], *, now: float, baked: State | None = None
) -> StorePlan:
    """
    Return the plan that opens and closes the site at these times, from the key `state` alone.

    It has no changes if the stored state does so already. No rendering has to be known; `baked` is
    the state in the published code, if that was read.
    """
    stored = decode_state(value or "")
    base = stored or _NO_STATE
    usable = renderings_of(base)
    fitted = fit_state(_draft(base, periods, usable), now)
    fitted = replace(fitted, state=_with_stored_pages(fitted.state, base, usable, now))
    if stored and not _differ(stored, fitted.state, now):
        return StorePlan((), stored)
    return _write_state(fitted, stored, baked, now)


def plan_store(
    keys: Mapping[str, str], desired: DesiredStore, *, now: float, baked: State | None = None
) -> StorePlan:
    """
    Return the whole plan, from all keys of the store.

    `baked` is the state in the published code, if there is one: its renderings stay. Raises
    ConfigurationError if the languages leave no room for a period.
    """
    stored = last = decode_state(keys.get(STATE_KEY, ""))
    final = fit_state(_draft_of(desired), now)
    changes: list[KeyChanges] = []
    at_once = _at_once(keys, desired, stored, now)
    if stored is None or _differ(stored, at_once.state, now):
        first = _write_state(at_once, stored, baked, now)
        changes += first.changes
        last = first.state
    changes.append(access_changes(keys, desired.access))
    changes.append(_missing_renderings(keys, desired, final.state))
    if last is None or _is_outdated(last, final.state, baked, now):
        second = _write_state(final, last, baked, now)
        changes += second.changes
        last = second.state
    named = renderings_of(last) | renderings_of(baked)
    changes.append(unused_changes(keys, named, renderings_of(stored), now))
    return StorePlan(tuple(filter(None, changes)), last, final.notices)


def access_changes(keys: Mapping[str, str], access: Mapping[str, str] | None) -> KeyChanges:
    """Return the changes of settings, networks and tokens; without them all stay."""
    if access is None:
        return KeyChanges()
    puts = {key: value for key, value in access.items() if keys.get(key) != value}
    deletes = tuple(key for key in sorted(keys) if is_access_key(key) and key not in access)
    return KeyChanges(puts, deletes)


def has_times(state: State, periods: Iterable[DesiredPeriod], *, now: float) -> bool:
    """Return whether a state opens and closes the site in these periods, as far as it has room."""
    return not _differ(state, fit_state(_draft(state, periods, set()), now).state, now)


def _draft_of(desired: DesiredStore) -> State:
    """Return the state that names all renderings."""
    base = State(0, desired.languages, desired.default.rendering, ())
    return _draft(base, desired.periods, {each.rendering for each in desired.renderings})


def _at_once(
    keys: Mapping[str, str], desired: DesiredStore, stored: State | None, now: float
) -> FittedState:
    """Return the state with only those renderings that the store has."""
    held = {
        each.rendering
        for each in desired.renderings
        if all(keys.get(key) == value for key, value in each.keys.items())
    }
    if desired.default.rendering in held:
        base = State(0, desired.languages, desired.default.rendering, ())
    elif stored and is_complete(keys, stored.default, stored.languages):
        base = stored
    else:
        base = State(0, desired.languages, _NO_RENDERING, ())
    usable = held if base.languages == desired.languages else set()
    fitted = fit_state(_draft(base, desired.periods, usable), now)
    if stored is None or stored.languages != base.languages:
        return fitted
    pages = {each for each in renderings_of(stored) if is_complete(keys, each, stored.languages)}
    return replace(fitted, state=_with_stored_pages(fitted.state, stored, pages, now))


def _draft(base: State, periods: Iterable[DesiredPeriod], usable: set[str]) -> State:
    return replace(base, generation=0, periods=_periods(periods, base.default, usable))


def _periods(
    desired: Iterable[DesiredPeriod], default: str, usable: set[str]
) -> tuple[Period, ...]:
    """Return the periods, with the default rendering in place of those that cannot be named."""

    def name(rendered: RenderedKeys | None) -> str:
        return rendered.rendering if rendered and rendered.rendering in usable else default

    return tuple(
        period
        for each in desired
        for period in periods_until(
            Period(each.begins, each.ends, name(each.answers), each.message),
            each.until,
            name(each.overdue),
        )
    )


def _with_stored_pages(state: State, stored: State, usable: Collection[str], now: float) -> State:
    """Return the state with the pages of now in place of the default one, where they still fit."""
    pages = {
        (each.message, each.ends): each.rendering
        for each in without_past(stored, now)
        if each.rendering in usable
    }
    return replace(
        state,
        periods=tuple(
            replace(each, rendering=pages.get((each.message, each.ends), each.rendering))
            if each.rendering == state.default
            else each
            for each in state.periods
        ),
    )


def _is_outdated(stored: State, final: State, baked: State | None, now: float) -> bool:
    """Return whether the state has to be written: it differs, or the code's own would count."""
    is_older = baked is not None and stored.generation < baked.generation
    return is_older or comparable(stored, now) != comparable(final, now)


def _differ(stored: State, state: State, now: float) -> bool:
    return closed_times(stored, now) != closed_times(state, now)


def _write_state(
    fitted: FittedState, stored: State | None, baked: State | None, now: float
) -> StorePlan:
    # Above that of the code too: the function takes its own state for newer otherwise.
    previous = max(each.generation if each else 0 for each in (stored, baked))
    state = replace(fitted.state, generation=next_generation(previous, now))
    return StorePlan((KeyChanges({STATE_KEY: encode_state(state)}),), state, fitted.notices)


def _missing_renderings(keys: Mapping[str, str], desired: DesiredStore, final: State) -> KeyChanges:
    """Return the keys of the renderings that the state names, as far as the store lacks them."""
    named = renderings_of(final)
    return KeyChanges(
        {
            key: value
            for each in desired.renderings
            if each.rendering in named
            for key, value in each.keys.items()
            if keys.get(key) != value
        }
    )
