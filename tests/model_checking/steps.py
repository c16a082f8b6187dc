"""Every possible step in a world: of a run, a third party, the switch, or a crash."""

from collections.abc import Iterator
from itertools import count

from maintenance.cloudfront.displaced import DisplacedRecord, State, encode
from maintenance.model import VIEWER_REQUEST, Association, Mode

from tests.model_checking import invariants
from tests.model_checking.canonical import active_runs, bodies, canonical, live_versions
from tests.model_checking.replay import (
    Call,
    CallKind,
    Finished,
    Replay,
    Variant,
    decode_record,
    etag_of,
)
from tests.model_checking.third_parties import Edit, possible_edits
from tests.model_checking.world import (
    Answer,
    Budget,
    Functions,
    Ghost,
    PathPattern,
    Run,
    Scope,
    Violation,
    World,
)

type Step = tuple[str, World]

_REFUSED = Answer(refused=True)
_NAMES = "AB"


class Steps:
    """The steps of one scope with one variant of the protocol; they raise Violation."""

    def __init__(self, scope: Scope, variant: Variant) -> None:
        self._scope = scope
        self._variant = variant
        self._replay = Replay(variant, scope.desired)
        self._ours = _ours(scope)
        self._settled_worlds: set[World] = set()
        self._recorded: set[tuple[object, ...]] = set()

    def after(self, world: World) -> Iterator[Step]:
        """Yield each step and the world after it."""
        for sentence, after in self._after(world):
            yield sentence, canonical(after, has_write_id=self._variant.has_write_id)

    def _after(self, world: World) -> Iterator[Step]:
        if world.switch + 1 < len(self._scope.desired):
            word = self._scope.desired[world.switch + 1].word
            yield f"the switch is set to {word}", world._replace(switch=world.switch + 1)
        if world.budget.edits:
            edits = possible_edits(world.xml, self._ours, self._scope.renamed_to)
            for edit in (each for each in edits if each.sentence.startswith(self._scope.edits)):
                yield f"a third party {edit.sentence}", _apply_edit(world, edit)
        if world.budget.runs and None in world.runs:
            yield from self._start(world)
        for number, run in enumerate(world.runs):
            if run:
                yield from self._run_steps(world, number, run)

    def visit(self, world: World) -> None:
        """Raise Violation if an invariant does not hold in this world, or after one more run."""
        self.check(world)
        if not any(world.runs):
            self.settle(world)

    def settle(self, world: World) -> None:
        """Start one more run in a world without runs; raise Violation unless that settles it."""
        budget = Budget(0, world.budget.edits, 0, 0)
        idle = canonical(world._replace(runs=(None,), budget=budget), has_write_id=False)
        if idle in self._settled_worlds:
            return
        try:
            self._settle(idle)
        except Violation as violation:
            raise Violation(f"{violation} (after one more run)") from violation
        self._settled_worlds.add(idle)

    def check(self, world: World) -> None:
        """Raise Violation if the record of a closed behavior is missing or wrong."""
        key = world.record, world.ghosts, world.restorable
        if key not in self._recorded:
            record = self._variant.decode_record(world.record)
            invariants.check_recorded(record, world.ghosts, world.restorable)
            self._recorded.add(key)

    def _settle(self, idle: World) -> None:
        if self._scope.desired[idle.switch].intent.is_ahead:
            # A run that opens the distribution leaves arming to the next one.
            idle, _ = self._run_alone(idle)
        once, errors = self._run_alone(idle)
        desired = self._scope.desired[idle.switch].at(idle.xml)
        invariants.check_settled(idle, once, desired, errors)
        is_untouched = idle.budget.edits == self._scope.budget.edits
        if is_untouched and desired.intent.mode is Mode.LIVE and once.xml != self._scope.xml:
            raise Violation("untouched: there was no edit, and the bytes are not the first ones")
        twice, _ = self._run_alone(once)
        if (once.xml, once.record) != (twice.xml, twice.record):
            raise Violation("settled: a second run in a settled world writes again")

    def _run_alone(self, world: World) -> tuple[World, tuple[str, ...]]:
        run = self._new_run(world)
        if run is None:
            return world, ()
        state: Run | Finished = run
        call = self._replay.next_call(run)
        while isinstance(state, Run) and isinstance(call, Call):
            before = world
            world, answer = self._answer(before._replace(runs=(state,)), call)
            self._check_early(state, before, world)
            self.check(world)
            state = self._replay.resume(state, answer)
            call = self._replay.next_call(state) if isinstance(state, Run) else state
        assert isinstance(call, Finished)
        return world._replace(runs=(None,)), call.errors

    def _new_run(self, world: World) -> Run | None:
        """Return a run that has read the switch and the listing, None if that leaves no work."""
        is_live = self._scope.desired[world.switch].intent.mode is Mode.LIVE
        if not is_live:
            return Run(world.switch, was_open=False)
        was_open = not any(map(invariants.ours, invariants.attached(world.xml).values()))
        return None if was_open and world.is_settled else Run(world.switch, was_open)

    def _start(self, world: World) -> Iterator[Step]:
        run = self._new_run(world)
        if run:
            number = world.runs.index(None)
            budget = world.budget._replace(runs=world.budget.runs - 1)
            word = self._scope.desired[world.switch].word
            call = self._replay.next_call(run)
            state = call if isinstance(call, Finished) else run
            started = self._with_state(world._replace(budget=budget), number, run, state)
            yield f"run {_NAMES[number]} starts: the switch says {word}", started

    def _run_steps(self, world: World, number: int, run: Run) -> Iterator[Step]:
        name, budget = f"run {_NAMES[number]}", world.budget
        call = self._replay.next_call(run)
        assert isinstance(call, Call)
        after, answer = self._answer(world, call)
        self._check_early(run, world, after)
        outcome = " and is refused" if answer.refused else ""
        yield f"{name} {call.kind}{outcome}", self._resume(after, number, run, answer)
        if budget.losses and (after.record, after.version) != (world.record, world.version):
            lost = after._replace(budget=budget._replace(losses=budget.losses - 1))
            # The SDK retries, and the condition refuses because its first request was applied.
            again = self._resume(lost, number, run, _REFUSED)
            yield f"{name} {call.kind}, the answer is lost, the retry is refused", again
        if budget.crashes:
            crashed = world._replace(budget=budget._replace(crashes=budget.crashes - 1))
            yield f"{name} crashes", _with_run(crashed, number, None)

    def _check_early(self, run: Run, before: World, after: World) -> None:
        if self._scope.desired[run.desired].intent.is_ahead and before.xml != after.xml:
            invariants.check_early(before.xml, after.xml)

    def _resume(self, world: World, number: int, run: Run, answer: Answer) -> World:
        return self._with_state(world, number, run, self._replay.resume(run, answer))

    def _with_state(self, world: World, number: int, run: Run, state: Run | Finished) -> World:
        """Return the world in which a run has come to this state."""
        if isinstance(state, Run):
            return _with_run(world, number, state)
        after = _with_run(world, number, None)
        if not state.is_settled or self._scope.desired[run.desired].intent.mode is not Mode.LIVE:
            return after
        is_current = run.is_record_current and (state.changed or run.is_listing_current)
        # Another run may have read the record before, and then still restores what it says.
        if is_current and not active_runs(after):
            after = after._replace(restorable=frozenset())
        # The listing of a run that has changed something is outdated.
        return after if state.changed else after._replace(is_settled=run.is_listing_current)

    def _answer(self, world: World, call: Call) -> tuple[World, Answer]:
        match call.kind:
            case CallKind.READ_RECORD:
                return world, Answer(record=world.record, is_fresh=_is_fresh(world))
            case CallKind.READ_CONFIG:
                return world, Answer(xml=world.xml, version=world.version)
            case CallKind.WRITE_RECORD if call.record and call.etag == etag_of(world.record):
                body = self._fresh_body(world, call.record)
                written = _record_written(world, call.record)
                return written._replace(record=body), Answer(record=body)
            case CallKind.UPDATE_CONFIG if call.etag == str(world.version):
                return _apply_update(world, call.xml), Answer()
        return world, _REFUSED

    def _fresh_body(self, world: World, record: DisplacedRecord) -> bytes:
        """Return the record with the lowest write id that no run can confuse with another write."""
        write = str(len(bodies(world))) if self._variant.has_write_id else ""
        return encode(record, write=write)


def _is_fresh(world: World) -> bool:
    """Return whether another run may be about to attach ours, as the record says."""
    entries = decode_record(world.record).behaviors.values()
    is_pending = any(each.attached_to == str(world.version) for each in entries)
    return is_pending and len(active_runs(world)) > 1


def _ours(scope: Scope) -> Association:
    """Return what an old configuration has at viewer-request."""
    intent = next(each.intent for each in scope.desired if each.intent.mode is Mode.MAINTENANCE)
    return Association(VIEWER_REQUEST, intent.engine.kind, intent.arn)


def _with_run(world: World, number: int, run: Run | None) -> World:
    return world._replace(runs=(*world.runs[:number], run, *world.runs[number + 1 :]))


def _apply_edit(world: World, edit: Edit) -> World:
    budget = world.budget._replace(edits=world.budget.edits - 1)
    ghosts = world.ghosts
    if edit.renamed:
        old, new = edit.renamed
        ghosts = frozenset(
            each._replace(path_pattern=new) if each.path_pattern == old else each for each in ghosts
        )
    return _with_config(world._replace(ghosts=ghosts, budget=budget), edit.xml, by_run=False)


def _apply_update(world: World, xml: bytes) -> World:
    invariants.check_lawful(world.xml, xml, world.restorable, world.ghosts)
    return _with_config(world, xml, by_run=True)


def _record_written(world: World, record: DisplacedRecord) -> World:
    """Return the world in which what the record says is displaced may be restored."""
    recorded = {
        (path, each)
        for path, entry in record.behaviors.items()
        if entry.state is State.DISPLACED
        for each in entry.lists.associations()
    }
    return world._replace(
        restorable=world.restorable | recorded,
        runs=tuple(run and run._replace(is_record_current=False) for run in world.runs),
    )


def _with_config(world: World, xml: bytes, *, by_run: bool) -> World:
    """Return the world with a new configuration, under a fresh version."""
    was, now = invariants.attached(world.xml), invariants.attached(xml)
    known = {each.path_pattern: each for each in world.ghosts}
    ghosts = (
        _ghost_after(path, was.get(path, frozenset()), each, known.get(path), by_run=by_run)
        for path, each in now.items()
    )
    version = next(each for each in count() if each not in live_versions(world))
    return world._replace(
        xml=xml,
        version=version,
        ghosts=frozenset(filter(None, ghosts)),
        is_settled=False,
        runs=tuple(run and run._replace(is_listing_current=False) for run in world.runs),
    )


def _ghost_after(
    path: PathPattern, was: Functions, now: Functions, known: Ghost | None, *, by_run: bool
) -> Ghost | None:
    owed = invariants.still_owed(known.owed, now) if known else frozenset()
    ours = invariants.ours(now)
    if not ours:
        # A run cannot know what a renamed behavior is owed.
        is_owed = owed and not (known and known.is_renamed)
        return Ghost(path, path, by_run=False, existing=frozenset(), owed=owed) if is_owed else None
    if known and (invariants.ours(was) or known.is_renamed):
        return known._replace(owed=owed)
    if not by_run:
        return Ghost(path, path, by_run=False, existing=frozenset(), owed=owed)
    owed |= invariants.conflicting(was, ours)
    return Ghost(path, path, by_run=True, existing=was | owed, owed=owed)
