"""
The calls of a run, one at a time, in the order of the controller.

    stage      then
    -------    ---------------------------------------------------------------------------------
    times      if it has written, or is superseded, the switch is read again: another value
               begins the run again. A run that has opened leaves the rest to the next one
    all        the switch is read before, and after a write; another value begins the stage again
    code       the end

`StandbyStore` has what a stage does; the controller, `StandbySite` and `StandbyUpkeep` the rest.
"""

from functools import cache

from tests.model_checking.standby_store import invariants
from tests.model_checking.standby_store.protocol import (
    Done,
    Variant,
    code_generation,
    generation,
    next_call,
)
from tests.model_checking.standby_store.world import (
    Answer,
    At,
    Call,
    Request,
    Run,
    Scope,
    Stage,
    World,
)
from tests.model_checking.world import Violation

# Within an instant, which is a number of whole seconds; what is explored here needs fewer.
_MAX_WRITES = 10


class Runs:
    """Take the steps of runs, by one variant of the protocol; they raise Violation."""

    def __init__(self, scope: Scope, variant: Variant) -> None:
        self._scope = scope
        self._variant = variant
        self._next_call = cache(self._next_call_of)

    def start(self, world: World) -> Run:
        """Return a run that has just read the switch."""
        return Run(Stage.TIMES, world.switch, now_of(self._scope, world))

    def call(self, run: Run) -> Call:
        """Return the next call of a run."""
        if run.is_reading_switch:
            return Call(At.SWITCH)
        call = self._next(run)
        assert isinstance(call, Call)
        return call

    def answer(self, world: World, number: int, run: Run) -> tuple[World, bool]:
        """Return the world after the next call of a run, and whether that was refused."""
        call = self.call(run)
        if run.is_reading_switch:
            return self._with_switch(world, number, run), False
        if self._is_refused(run, call):
            return with_run(world, number, refused(run, call)), True
        now = now_of(self._scope, world)
        if call.at in {At.WRITE, At.UPDATE, At.PUBLISH}:
            world, run = _change(world, number, run, call, now)
        answer = _answer(world, call, now)
        run = run._replace(
            answers=(*run.answers, answer),
            is_current=run.is_current or call.at is At.ETAG,
            is_latest=run.is_latest or call.at in {At.DEVELOPMENT, At.UPDATE},
        )
        return self._go_on(world, number, run), False

    def _is_refused(self, run: Run, call: Call) -> bool:
        if call.at is At.WRITE:
            return self._variant.is_conditional and not run.is_current
        is_of_code = call.at in {At.UPDATE, At.PUBLISH}
        return is_of_code and self._variant.is_code_conditional and not run.is_latest

    def _go_on(self, world: World, number: int, run: Run) -> World:
        """Return the world in which a run has come to its next call, or to its end."""
        end = self._next(run)
        if isinstance(end, Call):
            return with_run(world, number, run)
        run = run._replace(answers=(), is_current=True, is_latest=True)
        is_superseded = end is Done.SUPERSEDED
        match run.stage:
            case Stage.TIMES | Stage.ALL if run.has_written or is_superseded:
                if self._variant.reads_switch_again:
                    after = run._replace(is_reading_switch=True, is_superseded=is_superseded)
                    return with_run(world, number, after)
                return self._next_stage(world, number, run)
            case Stage.CODE:
                return with_run(world, number, None)
            case _:
                return self._next_stage(world, number, run)

    def _with_switch(self, world: World, number: int, run: Run) -> World:
        is_same = world.switch == run.desired
        if run.stage is Stage.TIMES and not is_same:
            return with_run(world, number, self.start(world))
        if run.stage is Stage.ALL and not is_same:
            return with_run(world, number, Run(Stage.ALL, world.switch))
        if run.is_superseded:
            # By a change that was taken back: the run fails, and Lambda repeats it.
            return with_run(world._replace(is_owed=True), number, None)
        return self._next_stage(world, number, run)

    def _next_stage(self, world: World, number: int, run: Run) -> World:
        if run.stage is Stage.ALL:
            return with_run(world, number, Run(Stage.CODE, run.desired))
        if run.has_opened:
            # The alarm clock wakes that one in a minute.
            return with_run(world._replace(is_owed=True), number, None)
        return with_run(world, number, Run(Stage.ALL, world.switch))

    def _next(self, run: Run) -> Call | Done:
        # Nothing else of it matters.
        return self._next_call(Run(run.stage, run.desired, run.since, run.answers))

    def _next_call_of(self, run: Run) -> Call | Done:
        return next_call(self._variant, self._scope.desired[run.desired].store, run)


def now_of(scope: Scope, world: World) -> int:
    """Return the time of a world."""
    return scope.instants[world.instant] + world.seconds


def with_run(world: World, number: int, run: Run | None) -> World:
    """Return the world with a run in this state."""
    return world._replace(runs=(*world.runs[:number], run, *world.runs[number + 1 :]))


def refused(run: Run, call: Call) -> Run:
    """Return the run after this call was refused, or its retry was."""
    has_written = run.has_written or call.at is At.WRITE
    return run._replace(answers=(), has_written=has_written, is_current=True, is_latest=True)


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


def _answer(world: World, call: Call, now: int) -> Answer:
    match call.at:
        case At.STATE:
            return Answer(now, value=dict(world.keys).get("state"))
        case At.KEYS:
            return Answer(now, keys=world.keys)
        case At.SWITCH:
            return Answer(now, switch=world.switch)
        case At.LIVE:
            return Answer(now, code=world.live, published=world.published)
    return Answer(now)


def _change(world: World, number: int, run: Run, call: Call, now: int) -> tuple[World, Run]:
    """Return the world and the run after a call that changes something."""
    if call.at is At.UPDATE:
        return _updated(world, call.code), run
    if call.at is At.PUBLISH:
        return _published(world, now), run
    assert call.request
    closed = invariants.closes(dict(world.keys).get("state"), now)
    opens = closed and call.request.state and not invariants.closes(call.request.state, now)
    after = _written_by_run(world, call.request, number)
    return after, run._replace(has_written=True, has_opened=run.has_opened or bool(opens))


def _written_by_run(world: World, request: Request, number: int) -> World:
    if request.state:
        if generation(request.state) % 1_000 > _MAX_WRITES:
            raise Violation("calm: runs undo each other's writes again and again")
        if generation(request.state) <= world.greatest:
            raise Violation(f"forwards: {request.state} is written after {world.greatest}")
        world = world._replace(greatest=generation(request.state))
    return written(world, request, number)


def _updated(world: World, code: bytes) -> World:
    runs = tuple(each and each._replace(is_latest=False) for each in world.runs)
    return world._replace(draft=code, runs=runs)


def _published(world: World, now: int) -> World:
    # Somebody may have written a state that is as desired, of an older generation.
    is_by_hand = code_generation(world.draft) in map(generation, world.by_hand)
    if code_generation(world.draft) < code_generation(world.live) and not is_by_hand:
        raise Violation(f"forwards: {world.draft!r} is published after {world.live!r}")
    if code_generation(world.draft) > world.greatest:
        raise Violation(f"ahead: {world.draft!r} is published before it is written")
    return world._replace(live=world.draft, published=now, codes=world.codes | {world.live})
