"""
What must always hold of the store, the function and every edge.

    complete    a rendering that a state names has all its parts in the store as long as an edge may
                have that state, from the store or from its code
    whole       what an edge picks is one whole answer of the rendering that its key names
    forwards    each state that a run writes has a newer generation than all before it, and no
                publish brings an older one back
    ahead       no code has a newer state than the store had
    calm        runs do not undo each other's writes again and again
    desired     an edge never opens or closes the site unless the switch and the windows say so, or
                have said so since everything was last at rest
    settled     when no run is left and none is owed, the store opens and closes the site as
                desired; edges that have everything do so too, and those that cannot read `state`
                after the code is published; then nothing is written any more

Before that publish, an edge that cannot read `state` goes by the code that it has: that is the one
exception, and it is counted.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from maintenance.standby.layout import is_complete
from maintenance.standby.plan import DesiredPeriod, DesiredStore
from maintenance.standby.publishing import read_code
from maintenance.standby.state import Period, State, decode_state, renderings_of

from tests.model_checking.standby_store.edge import stored
from tests.model_checking.standby_store.world import Copies, Keys, World
from tests.model_checking.world import Violation

_LANGUAGE = "en"
_KINDS = "ht"


def is_closed(desired: DesiredStore, now: float) -> bool:
    """Return whether the site is to be closed then."""
    return _is_within(desired.periods, now)


def closes(value: str | None, now: float) -> bool:
    """Return whether a value of `state` closes the site then."""
    state = decode_state(value or "")
    return state is not None and _is_within(state.periods, now)


def _is_within(periods: Iterable[Period | DesiredPeriod], now: float) -> bool:
    return any(each.begins <= now and (not each.ends or now < each.ends) for each in periods)


def visible_states(world: World) -> frozenset[str | None]:
    """Return the values of `state` that an edge may have, None for one that misses it."""
    older = {value for key, value in world.copies if key == "state"}
    return frozenset({dict(world.keys).get("state"), *older})


def visible_codes(world: World) -> frozenset[bytes]:
    """Return the codes that an edge may have."""
    return world.codes | {world.live}


def check_complete(keys: Keys, states: frozenset[str | None], codes: frozenset[bytes]) -> None:
    """Raise Violation unless the renderings that these states name are in the store."""
    known = dict(keys)
    for state in _states(states, codes):
        for rendering in sorted(renderings_of(state) - {""}):
            if not is_complete(known, rendering, state.languages):
                raise Violation(
                    f"complete: {rendering} is not, and generation {state.generation} names it"
                )


def _states(states: frozenset[str | None], codes: frozenset[bytes]) -> Iterator[State]:
    for value in states:
        if state := decode_state(value or ""):
            yield state
    for code in codes:
        if found := read_code(code):
            yield found.state


def check_whole(keys: Keys, copies: Copies, answers: Mapping[str, frozenset[str]]) -> None:
    """Raise Violation if parts of several answers can meet; `answers` has those of a rendering."""
    values: dict[str, set[str | None]] = {}
    for key, value in (*keys, *copies):
        values.setdefault(key, set()).add(value)
    for rendering, kind in product(answers, _KINDS):
        prefix = f"{rendering}.{_LANGUAGE}.{kind}."
        parts = sorted(key for key in values if key.startswith(prefix))
        for chosen in product(*(values[each] for each in parts)):
            found = dict(zip(parts, chosen, strict=True))
            try:
                answer = stored(found.get, prefix)
            except (ValueError, IndexError) as error:
                raise Violation(f"whole: {prefix} is broken: {found}") from error
            if answer is not None and answer not in answers[rendering]:
                raise Violation(f"whole: {prefix} is mixed: {answer!r}")


def whole_answers(desired: DesiredStore) -> Iterator[tuple[str, str]]:
    """Yield the whole answers of each rendering, in the kinds that are looked at."""
    for each in desired.renderings:
        for kind in _KINDS:
            answer = stored(each.keys.get, f"{each.rendering}.{_LANGUAGE}.{kind}.")
            assert answer
            yield each.rendering, answer
