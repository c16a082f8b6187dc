"""Every possible step in a world: of a run, a third party, the switch, or a crash."""

from collections.abc import Iterator
from itertools import count

from maintenance.cloudfront.displaced import DisplacedRecord, encode
from maintenance.model import Mode

from tests.model_checking import invariants
from tests.model_checking.replay import Call, CallKind, Replay, Variant, etag_of
from tests.model_checking.third_parties import Edit, possible_edits
from tests.model_checking.world import Answer, Budget, Closing, Run, Scope, Violation, World

type Step = tuple[str, World]

_REFUSED = Answer(refused=True)
_NAMES = "AB"


class Steps:
    """The steps of one scope with one variant of the protocol; they raise Violation."""

    def __init__(self, scope: Scope, variant: Variant) -> None:
        self._scope = scope
        self._variant = variant
        self._replay = Replay(variant, scope.desired)
        self._settled_worlds: set[World] = set()
        self._recorded: set[tuple[bytes | None, frozenset[Closing]]] = set()

    def after(self, world: World) -> Iterator[Step]:
        """Yield each step and the world after it."""
        if world.switch + 1 < len(self._scope.desired):
            word = self._scope.desired[world.switch + 1].word
            yield f"the switch is set to {word}", world._replace(switch=world.switch + 1)
        if world.budget.edits:
            for edit in possible_edits(world.xml, self._scope.renamed_to):
                yield f"a third party {edit.sentence}", _apply_edit(world, edit)
        if world.budget.runs and None in world.runs:
            yield self._start(world)
        for number, run in enumerate(world.runs):
            if run:
                yield from self._run_steps(world, number, run)

    def settle(self, world: World) -> None:
        """Start one more run in a world without runs; raise Violation unless that settles it."""
        idle = world._replace(version=0, runs=(None,), budget=Budget(0, world.budget.edits, 0, 0))
        if idle in self._settled_worlds:
            return
        try:
            self._settle(idle)
        except Violation as violation:
            raise Violation(f"{violation} (after one more run)") from violation
        self._settled_worlds.add(idle)

    def check(self, world: World) -> None:
        """Raise Violation if the record of a closed behavior is missing or wrong."""
        key = world.record, world.closings
        if key not in self._recorded:
            invariants.check_recorded(self._variant.decode_record(world.record), world.closings)
            self._recorded.add(key)

    def _settle(self, idle: World) -> None:
        once, errors = self._run_alone(idle)
        desired = self._scope.desired[idle.switch]
        invariants.check_settled(once.xml, desired, once.closings, errors)
        is_untouched = idle.budget.edits == self._scope.budget.edits
        if is_untouched and desired.intent.mode is Mode.LIVE and once.xml != self._scope.xml:
            raise Violation("untouched: there was no edit, and the bytes are not the first ones")
        twice, _ = self._run_alone(once)
        if (once.xml, once.record) != (twice.xml, twice.record):
            raise Violation("settled: a second run in a settled world writes again")

    def _run_alone(self, world: World) -> tuple[World, tuple[str, ...]]:
        run = Run(world.switch)
        while isinstance(call := self._replay.next_call(run), Call):
            world, answer = self._answer(world._replace(runs=(run,)), call)
            self.check(world)
            run = run.with_answer(answer)
        return world._replace(runs=(None,)), call.errors

    def _start(self, world: World) -> Step:
        number = world.runs.index(None)
        budget = world.budget._replace(runs=world.budget.runs - 1)
        word = self._scope.desired[world.switch].word
        started = _with_run(world, number, Run(world.switch))._replace(budget=budget)
        return f"run {_NAMES[number]} starts: the switch says {word}", started

    def _run_steps(self, world: World, number: int, run: Run) -> Iterator[Step]:
        name, budget = f"run {_NAMES[number]}", world.budget
        call = self._replay.next_call(run)
        assert isinstance(call, Call)
        after, answer = self._answer(world, call)
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

    def _resume(self, world: World, number: int, run: Run, answer: Answer) -> World:
        return _with_run(world, number, self._replay.resume(run, answer))

    def _answer(self, world: World, call: Call) -> tuple[World, Answer]:
        match call.kind:
            case CallKind.READ_RECORD:
                return world, Answer(record=world.record)
            case CallKind.READ_CONFIG:
                return world, Answer(xml=world.xml, version=world.version)
            case CallKind.WRITE_RECORD if call.record and call.etag == etag_of(world.record):
                return world._replace(record=self._fresh_body(world, call.record)), Answer()
            case CallKind.UPDATE_CONFIG if call.etag == str(world.version):
                return _apply_update(world, call.xml), Answer()
        return world, _REFUSED

    def _fresh_body(self, world: World, record: DisplacedRecord) -> bytes:
        """Return the record with the lowest write id that no run can confuse with another write."""
        in_use = {
            world.record,
            *(each.record for run in world.runs if run for each in run.answers),
        }
        bodies = (encode(record, write=str(write)) for write in count())
        return next(each for each in bodies if each not in in_use or not self._variant.has_write_id)


def _with_run(world: World, number: int, run: Run | None) -> World:
    return world._replace(runs=(*world.runs[:number], run, *world.runs[number + 1 :]))


def _apply_edit(world: World, edit: Edit) -> World:
    budget = world.budget._replace(edits=world.budget.edits - 1)
    closings = world.closings
    if edit.renamed:
        old, new = edit.renamed
        closings = frozenset(
            each._replace(path_pattern=new) if each.path_pattern == old else each
            for each in closings
        )
    return _with_config(world._replace(closings=closings, budget=budget), edit.xml)


def _apply_update(world: World, xml: bytes) -> World:
    invariants.check_lawful(world.xml, xml, world.closings)
    was, now = invariants.attached(world.xml), invariants.attached(xml)
    closed = {
        Closing(path_pattern, path_pattern, was[path_pattern])
        for path_pattern, each in now.items()
        if invariants.ours(each) and not invariants.ours(was[path_pattern])
    }
    return _with_config(world._replace(closings=world.closings | closed), xml)


def _with_config(world: World, xml: bytes) -> World:
    """Return the world with a new configuration, under a fresh version."""
    in_use = {
        world.version,
        *(each.version for run in world.runs if run for each in run.answers),
    }
    now = invariants.attached(xml)
    closings = frozenset(
        each for each in world.closings if invariants.ours(now.get(each.path_pattern, frozenset()))
    )
    version = next(each for each in count() if each not in in_use)
    return world._replace(xml=xml, version=version, closings=closings)
