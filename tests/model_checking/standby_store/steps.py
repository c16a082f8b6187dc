"""Every possible step in a world: of a run, the operator, the clock, a crash, or a hand."""

from collections.abc import Iterator
from functools import cache
from itertools import product

from tests.model_checking.standby_store import invariants
from tests.model_checking.standby_store.edge import baked_in
from tests.model_checking.standby_store.protocol import (
    Variant,
    generation,
    has_other_state,
    needs_publish,
)
from tests.model_checking.standby_store.runs import Runs, now_of, refused, with_run, written
from tests.model_checking.standby_store.world import Budget, Keys, Request, Run, Scope, World
from tests.model_checking.world import Violation

type _States = frozenset[str | None]
type Step = tuple[str, World]

# Edges have everything after about a minute, and the function after some minutes.
_LAG_SECONDS = 120
_NO_MORE = Budget(runs=0)


class Steps:
    """The steps of one scope with one variant of the protocol; they raise Violation."""

    def __init__(self, scope: Scope, variant: Variant) -> None:
        self._scope = scope
        self._variant = variant
        self._runs = Runs(scope, variant)
        answers: dict[str, set[str]] = {}
        for each in scope.desired:
            for rendering, answer in invariants.whole_answers(each.store):
                answers.setdefault(rendering, set()).add(answer)
        whole = {rendering: frozenset(found) for rendering, found in answers.items()}
        self.exceptions: set[str] = set()
        self._settled: set[World] = set()
        self._check_complete = cache(invariants.check_complete)
        self._check_whole = cache(lambda keys, copies: invariants.check_whole(keys, copies, whole))
        self._check_desired = cache(self._check_desired_of)
        self._see = cache(self._seen)
        self._has_other = cache(self._has_other_of)

    def after(self, world: World) -> Iterator[Step]:
        """Yield each step and the world after it."""
        for sentence, after in self._after(world):
            yield sentence, after._replace(runs=_sorted(after.runs))

    def visit(self, world: World) -> None:
        """Raise Violation if an invariant does not hold in this world, or when it has settled."""
        self._check(world)
        if not any(world.runs):
            self._settle(world)

    def _after(self, world: World) -> Iterator[Step]:
        if world.switch + 1 < len(self._scope.desired):
            yield self._set_switch(world)
        if world.instant + 1 < len(self._scope.instants):
            yield from self._pass_time(world)
        if world.budget.runs and None in world.runs:
            budget = world.budget._replace(runs=world.budget.runs - 1)
            started = world._replace(budget=budget, is_owed=False)
            begun = self._runs.start(world)
            yield (
                f"a run starts and reads {self._scope.desired[world.switch].word}",
                with_run(started, world.runs.index(None), begun),
            )
        if world.budget.edits:
            yield from self._edit(world)
        for number, run in enumerate(world.runs):
            if run:
                yield from self._run_steps(world, number, run)

    def _set_switch(self, world: World) -> Step:
        number = world.switch + 1
        after = world._replace(switch=number, is_owed=True, desired=world.desired | {number})
        return f"the switch is set to {self._scope.desired[number].word}", after

    def _pass_time(self, world: World) -> Iterator[Step]:
        instants = self._scope.instants
        after = world._replace(instant=world.instant + 1, seconds=0)
        if instants[after.instant] - instants[world.instant] <= _LAG_SECONDS:
            yield f"it is {instants[after.instant]}", after
        elif not any(world.runs):
            if not world.is_owed and self._is_at_rest(world):
                after = after._replace(desired=frozenset({world.switch}), by_hand=frozenset())
            yield (
                f"everything has propagated, and it is {instants[after.instant]}",
                after._replace(copies=frozenset(), codes=frozenset()),
            )

    def _edit(self, world: World) -> Iterator[Step]:
        budget = world.budget._replace(edits=world.budget.edits - 1)
        for value in self._scope.edits:
            request = Request((("state", value),), ()) if value else Request((), ("state",))
            after = written(world, request, None)
            by_hand = world.by_hand | ({value} if value else set())
            edited = after._replace(
                budget=budget,
                is_owed=True,
                by_hand=by_hand,
                greatest=max(world.greatest, generation(value)),
                seconds=world.seconds + 1,
            )
            yield f"somebody writes {value} into state", edited

    def _run_steps(self, world: World, number: int, run: Run) -> Iterator[Step]:
        name, call = f"run {number + 1}", self._runs.call(run)
        after, is_refused = self._runs.answer(world, number, run)
        yield f"{name} {call}{' and is refused' if is_refused else ''}", after
        budget = world.budget
        changed = (after.keys, after.draft, after.live) != (world.keys, world.draft, world.live)
        if changed and budget.losses:
            lost = after._replace(budget=budget._replace(losses=budget.losses - 1))
            yield (
                f"{name} {call}, and the retry is refused",
                with_run(lost, number, refused(run, call)),
            )
        if budget.crashes:
            crashed = world._replace(
                budget=budget._replace(crashes=budget.crashes - 1), is_owed=True
            )
            yield f"{name} crashes", with_run(crashed, number, None)

    def _check(self, world: World) -> None:
        states, codes = invariants.visible_states(world), invariants.visible_codes(world)
        by_runs = states - world.by_hand
        pages, copies = _without_state(world.keys), _without_state(world.copies)
        self._check_complete(pages, by_runs, codes)
        self._check_whole(pages, copies)
        self._check_desired(by_runs, codes, world.desired, self._now(world))

    def _check_desired_of(
        self, states: _States, codes: frozenset[bytes], desired: frozenset[int], now: int
    ) -> None:
        expected = {self._is_closed(each, now) for each in desired}
        for state, code in product(states, codes):
            is_closed = self._see(state, code, now)
            if is_closed not in expected:
                raise Violation(f"desired: with {state} and {code!r} it is {_word(is_closed)}")

    def _settle(self, world: World) -> None:
        idle = world._replace(budget=_NO_MORE, desired=frozenset(), runs=(None,), greatest=0)
        if idle in self._settled:
            return
        started = world._replace(budget=_NO_MORE, runs=(None,))
        try:
            while started.is_owed:
                started = self._run_alone(started)
            self._check_settled(started)
        except Violation as violation:
            raise Violation(f"{violation} (when nothing else happens)") from violation
        self._settled.add(idle)

    def _check_settled(self, world: World) -> None:
        if self._has_other_state(world):
            raise Violation(f"settled: {dict(world.keys).get('state')} stays, and no run is owed")
        state = dict(world.keys)["state"]
        at_rest = world._replace(copies=frozenset())
        for code in invariants.visible_codes(world):
            self._check_edge(at_rest, state, code)
            self._count_exception(at_rest, code)
        published = self._run_alone(at_rest._replace(published=0.0))
        for value in (dict(published.keys)["state"], None, "{"):
            self._check_edge(published, value, published.live)
        # What only the code named until now is noted as unused.
        noted = self._run_alone(published._replace(published=0.0))
        again = self._run_alone(noted._replace(published=0.0))
        if (again.keys, again.live) != (noted.keys, published.live):
            raise Violation("settled: another run writes again")

    def _check_edge(self, world: World, state: str | None, code: bytes) -> None:
        for now in self._instants(world):
            if self._see(state, code, now) != self._is_closed(world.switch, now):
                word = _word(self._see(state, code, now))
                raise Violation(f"settled: with {state} and {code!r} it is {word} at {now}")

    def _count_exception(self, world: World, code: bytes) -> None:
        now = self._now(world)
        if self._see(None, code, now) != self._is_closed(world.switch, now):
            self.exceptions.add(_word(self._see(None, code, now)))

    def _run_alone(self, world: World) -> World:
        world = world._replace(runs=(self._runs.start(world),), is_owed=False)
        while run := world.runs[0]:
            world, _ = self._runs.answer(world, 0, run)
            self._check(world)
        return world

    def _is_at_rest(self, world: World) -> bool:
        state = dict(world.keys).get("state")
        is_written = state is not None and not self._has_other_state(world)
        return is_written and not needs_publish(world.live, str(state), self._now(world))

    def _has_other_state(self, world: World) -> bool:
        return self._has_other(world.keys, world.switch, self._now(world), world.live)

    def _has_other_of(self, keys: Keys, switch: int, now: float, live: bytes) -> bool:
        return has_other_state(keys, self._scope.desired[switch].store, now, live)

    def _seen(self, state: str | None, code: bytes, now: float) -> bool:
        return self._variant.see({"state": state}.get, baked_in(code), now).is_closed

    def _is_closed(self, desired: int, now: float) -> bool:
        return invariants.is_closed(self._scope.desired[desired].store, now)

    def _now(self, world: World) -> int:
        return now_of(self._scope, world)

    def _instants(self, world: World) -> tuple[int, ...]:
        return (self._now(world), *self._scope.instants[world.instant + 1 :])


@cache
def _without_state[Value](keys: frozenset[tuple[str, Value]]) -> frozenset[tuple[str, Value]]:
    return frozenset(each for each in keys if each[0] != "state")


def _word(is_closed: bool) -> str:  # noqa: FBT001 - a function of one value
    return "closed" if is_closed else "open"


def _sorted(runs: tuple[Run | None, ...]) -> tuple[Run | None, ...]:
    """Return the runs in one order: no run knows its name."""
    return tuple(sorted(runs, key=repr))
