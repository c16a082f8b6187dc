"""
The calls of a run, one at a time.

    plan the times: ETag, switch, `state`, writes      a refused write starts over from the ETag
    plan the store: ETag, switch, all keys, writes     the same
    read the switch again, if it has written           if it has changed, all over again
    read the function, then `state`                    publish only the state that it has planned
    update and publish the function                    a refused one starts over from the function
"""

from functools import cache

from maintenance.standby.state import decode_state

from tests.model_checking.standby_store.protocol import (
    Plan,
    Reading,
    Variant,
    code_generation,
    code_of,
    generation,
    is_due,
    plan_of,
)
from tests.model_checking.standby_store.world import At, Keys, Request, Run, Scope, World
from tests.model_checking.world import Violation

type Answered = tuple[World, bool]

# Within an instant, which is a number of whole seconds; what is explored here needs fewer.
_MAX_WRITES = 20


class Runs:
    """Take the steps of runs, by one variant of the protocol; they raise Violation."""

    def __init__(self, scope: Scope, variant: Variant) -> None:
        self._scope = scope
        self._variant = variant
        self._plan = cache(self._plan_of)
        self._first = At.DESCRIBE if variant.reads_etag_first else At.SWITCH
        self._calls = {
            At.DESCRIBE: self._describe,
            At.SWITCH: self._read_switch,
            At.READ: self._read,
            At.WRITE: self._write,
            At.SWITCH_AGAIN: self._read_switch_again,
            At.FUNCTION: self._read_function,
            At.STATE: self._read_state,
            At.UPDATE: self._update,
            At.PUBLISH: self._publish,
        }

    def start(self, world: World) -> Run:
        """Return a new run; it knows what the switch says only if it never reads it again."""
        return Run(self._first, desired=world.switch)

    def answer(self, world: World, number: int, run: Run) -> Answered:
        """Return the world after the next call of a run, and whether that was refused."""
        return self._calls[run.at](world, number, run)

    def start_over(self, run: Run) -> Run:
        """Return the run after its call was refused, or its retry was."""
        if run.at is At.WRITE:
            return run._replace(at=self._first, requests=(), is_current=True, has_written=True)
        return run._replace(at=At.FUNCTION, is_latest=True, code=b"")

    def plan(self, world: World, desired: int, *, is_times: bool = False) -> Plan:
        """Return what a run would write that reads everything at this moment."""
        now = now_of(self._scope, world)
        return self._plan(world.keys, desired, now, world.live, is_times=is_times)

    def _plan_of(
        self, keys: Keys, desired: int, now: float, live: bytes, *, is_times: bool
    ) -> Plan:
        reading = Reading(keys, self._scope.desired[desired].store, now, live)
        return plan_of(self._variant, reading, is_times=is_times)

    def _describe(self, world: World, number: int, run: Run) -> Answered:
        at = At.SWITCH if self._variant.reads_etag_first else At.WRITE
        return with_run(world, number, run._replace(at=at, is_current=True)), False

    def _read_switch(self, world: World, number: int, run: Run) -> Answered:
        desired = world.switch if self._variant.reads_switch_each_time else run.desired
        return with_run(world, number, run._replace(at=At.READ, desired=desired)), False

    def _read(self, world: World, number: int, run: Run) -> Answered:
        plan = self.plan(world, run.desired, is_times=run.is_times)
        planned = run._replace(requests=plan.requests, planned="" if run.is_times else plan.state)
        if self._variant.publishes_first and not run.is_times:
            left = planned._replace(at=At.FUNCTION)
        elif plan.requests and not self._variant.reads_etag_first:
            left = planned._replace(at=At.DESCRIBE)
        else:
            left = self._next(planned)
        return with_run(world, number, left), False

    def _next(self, run: Run) -> Run:
        """Return the run with its next call, after a plan was made or a request was answered."""
        if run.requests:
            return run._replace(at=At.WRITE)
        if run.is_times:
            return run._replace(at=self._first, is_times=False, is_current=True)
        if self._variant.publishes_first:
            return run._replace(at=At.END)
        reads_again = run.has_written and self._variant.reads_switch_again
        return run._replace(at=At.SWITCH_AGAIN if reads_again else At.FUNCTION)

    def _write(self, world: World, number: int, run: Run) -> Answered:
        if self._variant.is_conditional and not run.is_current:
            return with_run(world, number, self.start_over(run)), True
        request = run.requests[0]
        if request.state:
            _check_generation(world, request.state)
            world = world._replace(greatest=generation(request.state))
        left = run._replace(requests=run.requests[1:], has_written=True)
        return with_run(written(world, request, number), number, self._next(left)), False

    def _read_switch_again(self, world: World, number: int, run: Run) -> Answered:
        is_same = world.switch == run.desired
        left = run._replace(at=At.FUNCTION) if is_same else self.start(world)
        return with_run(world, number, left), False

    def _read_function(self, world: World, number: int, run: Run) -> Answered:
        return with_run(world, number, run._replace(at=At.STATE, is_latest=True)), False

    def _read_state(self, world: World, number: int, run: Run) -> Answered:
        state = dict(world.keys).get("state")
        is_planned = decode_state(state or "") == decode_state(run.planned)
        left = self._after_publish(run)
        if is_planned or self._variant.publishes_first:
            code, now = code_of(run.planned), now_of(self._scope, world)
            if is_due(world.live, code, world.published, now):
                left = run._replace(at=At.UPDATE, code=code)
        return with_run(world, number, left), False

    def _update(self, world: World, number: int, run: Run) -> Answered:
        if self._variant.is_code_conditional and not run.is_latest:
            return with_run(world, number, self.start_over(run)), True
        runs = tuple(each and each._replace(is_latest=False) for each in world.runs)
        after = world._replace(draft=run.code, runs=runs)
        return with_run(after, number, run._replace(at=At.PUBLISH, is_latest=True)), False

    def _publish(self, world: World, number: int, run: Run) -> Answered:
        if self._variant.is_code_conditional and not run.is_latest:
            return with_run(world, number, self.start_over(run)), True
        _check_code(world)
        now = now_of(self._scope, world)
        codes = world.codes | {world.live}
        after = world._replace(live=world.draft, published=now, codes=codes)
        return with_run(after, number, self._after_publish(run)), False

    def _after_publish(self, run: Run) -> Run:
        return self._next(run) if self._variant.publishes_first else run._replace(at=At.END)


def now_of(scope: Scope, world: World) -> int:
    """Return the time of a world."""
    return scope.instants[world.instant] + world.seconds


def with_run(world: World, number: int, run: Run | None) -> World:
    """Return the world with a run in this state; one that has ended is gone."""
    left = None if run and run.at is At.END else run
    return world._replace(runs=(*world.runs[:number], left, *world.runs[number + 1 :]))


def written(world: World, request: Request, number: int | None) -> World:
    """Return the world after a write, by a run or by somebody else."""
    keys, copies = dict(world.keys), set(world.copies)
    for key in (*dict(request.puts), *request.deletes):
        # An edge may have the value before, or miss the key while it changes.
        copies |= {(key, keys.get(key)), (key, None)}
        keys.pop(key, None)
    keys |= dict(request.puts)
    runs = tuple(
        each and each._replace(is_current=each.is_current and at == number)
        for at, each in enumerate(world.runs)
    )
    return world._replace(keys=frozenset(keys.items()), copies=frozenset(copies), runs=runs)


def _check_generation(world: World, state: str) -> None:
    if generation(state) % 1_000 > _MAX_WRITES:
        raise Violation("calm: runs undo each other's writes again and again")
    if generation(state) <= world.greatest:
        raise Violation(f"forwards: {state} is written after {world.greatest}")


def _check_code(world: World) -> None:
    if code_generation(world.draft) < code_generation(world.live):
        raise Violation(f"forwards: {world.draft!r} is published after {world.live!r}")
    if code_generation(world.draft) > world.greatest:
        raise Violation(f"ahead: {world.draft!r} is published before it is written")
