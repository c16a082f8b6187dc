"""Small renderings, and what a switch with its windows makes of them."""

from maintenance.standby.layout import RenderedKeys
from maintenance.standby.plan import DesiredPeriod, DesiredStore, plan_store
from maintenance.standby.state import Period, State, encode_state

from tests.model_checking.standby_store.protocol import code_of, generation
from tests.model_checking.standby_store.world import Budget, Desired, Scope, World

T = 100_000
HOUR = 3_600
LANGUAGES = ("en",)
ACCESS = {"settings": "{}"}


def rendering(name: str, text: str = "") -> RenderedKeys:
    """Return a rendering whose page has two parts, in the layout of the product."""
    text = text or name
    hash_ = f"{ord(name):08x}"
    whole = f"1\n{{}}\n{text}"
    parts = {"h.0": f"2\n{{}}\n{text}", "h.1": text, "j.0": whole, "t.0": whole}
    return RenderedKeys(hash_, {f"{hash_}.en.{part}": value for part, value in parts.items()})


PLAIN, BRAND = rendering("P"), rendering("B")


def desired(word: str, *periods: DesiredPeriod, default: RenderedKeys = PLAIN) -> Desired:
    """Return a value of the switch, in a word, with its periods."""
    return Desired(word, DesiredStore(LANGUAGES, default, periods, ACCESS))


OFF = desired("off")
ON = desired("on", DesiredPeriod(T - 9, 0, "", PLAIN))
UPGRADE = desired("on: Upgrade", DesiredPeriod(T - 9, 0, "Upgrade", rendering("U")))
MOVE = desired("on: Move", DesiredPeriod(T - 9, 0, "Move", rendering("M")))
BRANDED = desired("on with another brand", DesiredPeriod(T - 9, 0, "", BRAND), default=BRAND)
BRANDED_OFF = desired("off with another brand", default=BRAND)
SAME_NAME = desired(
    "on: Move, under the keys of Upgrade", DesiredPeriod(T - 9, 0, "Move", rendering("U", "M"))
)
WINDOW_BEGINS, WINDOW_ENDS = T + 60, T + 2 * HOUR
WINDOW = desired("a window", DesiredPeriod(WINDOW_BEGINS, WINDOW_ENDS, "", rendering("W")))
LONGER_WINDOW = desired(
    "a longer window", DesiredPeriod(WINDOW_BEGINS, WINDOW_ENDS + 60, "", rendering("L"))
)

# Newer than a state at rest, older than what a run writes.
_BY_HAND = 50_000
OPEN_BY_HAND = encode_state(State(_BY_HAND, LANGUAGES, PLAIN.rendering, ()))
FROM_THE_FUTURE = encode_state(State(9 * 10**15, LANGUAGES, PLAIN.rendering, ()))
CLOSED_BY_HAND = encode_state(State(_BY_HAND, LANGUAGES, "", (Period(1, 0, ""),)))
HANDS = (None, "{", OPEN_BY_HAND, CLOSED_BY_HAND)

_TEMPLATE = encode_state(State(0, LANGUAGES, "", ()))
_LONG_AGO = 9.0


def first_world(scope: Scope) -> World:
    """Return a site at rest, as the first value of the switch says, or an empty store."""
    keys = {} if scope.is_new else _keys_of(scope.desired[0].store)
    state = keys.get("state", _TEMPLATE)
    return World(
        keys=frozenset(keys.items()),
        draft=code_of(state),
        live=code_of(state),
        published=0.0,
        switch=0,
        instant=0,
        seconds=0,
        runs=(None, None),
        budget=scope.budget,
        is_owed=scope.is_new,
        copies=frozenset(),
        codes=frozenset(),
        desired=frozenset({0}),
        greatest=generation(state),
        by_hand=frozenset(),
    )


def _keys_of(desired: DesiredStore) -> dict[str, str]:
    plan = plan_store({}, desired, now=_LONG_AGO)
    keys: dict[str, str] = {}
    for each in plan.changes:
        keys |= each.puts
    return keys


def scope(
    *values: Desired,
    budget: Budget,
    first: Desired = OFF,
    instants: tuple[int, ...] = (T,),
    edits: tuple[str | None, ...] = (),
    is_new: bool = False,
) -> Scope:
    """Return a scope in which the switch has these values, one after the other."""
    return Scope((first, *values), instants, budget, edits, is_new)
