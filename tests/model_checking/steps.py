"""Every step that can be taken in a world: by a run, another party, the switch or a crash."""

from collections.abc import Iterator
from itertools import count

from maintenance.cloudfront.displaced import DisplacedRecord, encode
from maintenance.model import Mode

from tests.model_checking import invariants
from tests.model_checking.replay import Call, CallKind, Form, Replay, etag_of
from tests.model_checking.third_parties import Edit, edits
from tests.model_checking.world import Answer, Left, Past, Run, Scope, Violation, World

type Step = tuple[str, World]

_REFUSED = Answer(refused=True)
_NAMES = "AB"


class Steps:
    """The steps of one scope under one form of the protocol; violations come up as raised."""

    def __init__(self, scope: Scope, form: Form) -> None:
        self._scope = scope
        self._form = form
        self._replay = Replay(form, scope.wanted)
        self._settled: set[World] = set()
        self._sound: set[tuple[bytes | None, frozenset[Past]]] = set()

    def after(self, world: World) -> Iterator[Step]:
        """Yield each step and the world that it leads to."""
        if world.switch + 1 < len(self._scope.wanted):
            word = self._scope.wanted[world.switch + 1].word
            yield f"the switch is set to {word}", world._replace(switch=world.switch + 1)
        if world.left.meddles:
            for edit in edits(world.xml, self._scope.renamed_to):
                yield f"another party {edit.sentence}", _edited(world, edit)
        if world.left.runs and None in world.runs:
            yield self._started(world)
        for number, run in enumerate(world.runs):
            if run:
                yield from self._of_run(world, number, run)

    def settle(self, world: World) -> None:
        """Let one run have its way in a world at rest; raise Violation unless that settles it."""
        at_rest = world._replace(version=0, runs=(None,), left=Left(0, world.left.meddles, 0, 0))
        if at_rest in self._settled:
            return
        try:
            self._settle(at_rest)
        except Violation as violation:
            raise Violation(f"{violation} (when one more run is let have its way)") from violation
        self._settled.add(at_rest)

    def check(self, world: World) -> None:
        """Raise Violation if the world remembers too little."""
        memory = world.record, world.past
        if memory not in self._sound:
            invariants.is_remembered(self._form.decoded(world.record), world.past)
            self._sound.add(memory)

    def _settle(self, at_rest: World) -> None:
        once, errors = self._swept(at_rest)
        wanted = self._scope.wanted[at_rest.switch]
        invariants.is_settled(once.xml, wanted, once.past, errors)
        is_untouched = at_rest.left.meddles == self._scope.left.meddles
        if is_untouched and wanted.intent.mode is Mode.LIVE and once.xml != self._scope.xml:
            raise Violation("untouched: nobody else wrote, and the bytes are not the first ones")
        twice, _ = self._swept(once)
        if (once.xml, once.record) != (twice.xml, twice.record):
            raise Violation("settles: a second run in a world at rest writes again")

    def _swept(self, world: World) -> tuple[World, tuple[str, ...]]:
        run = Run(world.switch)
        while isinstance(call := self._replay.next_call(run), Call):
            world, answer = self._answered(world._replace(runs=(run,)), call)
            self.check(world)
            run = run.answered(answer)
        return world._replace(runs=(None,)), call.errors

    def _started(self, world: World) -> Step:
        number = world.runs.index(None)
        left = world.left._replace(runs=world.left.runs - 1)
        word = self._scope.wanted[world.switch].word
        started = _with_run(world, number, Run(world.switch))._replace(left=left)
        return f"run {_NAMES[number]} starts: the switch says {word}", started

    def _of_run(self, world: World, number: int, run: Run) -> Iterator[Step]:
        name, left = f"run {_NAMES[number]}", world.left
        call = self._replay.next_call(run)
        assert isinstance(call, Call)
        after, answer = self._answered(world, call)
        outcome = " and is refused" if answer.refused else ""
        yield f"{name} {call.kind}{outcome}", self._resumed(after, number, run, answer)
        if left.losses and (after.record, after.version) != (world.record, world.version):
            lost = after._replace(left=left._replace(losses=left.losses - 1))
            # The SDK tries again, and meets its own first try in the condition.
            again = self._resumed(lost, number, run, _REFUSED)
            yield f"{name} {call.kind}, the answer is lost, the second try refused", again
        if left.crashes:
            crashed = world._replace(left=left._replace(crashes=left.crashes - 1))
            yield f"{name} crashes", _with_run(crashed, number, None)

    def _resumed(self, world: World, number: int, run: Run, answer: Answer) -> World:
        return _with_run(world, number, self._replay.resumed(run, answer))

    def _answered(self, world: World, call: Call) -> tuple[World, Answer]:
        match call.kind:
            case CallKind.READ_NOTE:
                return world, Answer(record=world.record)
            case CallKind.READ_CONFIG:
                return world, Answer(xml=world.xml, version=world.version)
            case CallKind.WRITE_NOTE if call.record and call.etag == etag_of(world.record):
                return world._replace(record=self._fresh_body(world, call.record)), Answer()
            case CallKind.UPDATE_CONFIG if call.etag == str(world.version):
                return _updated(world, call.xml), Answer()
        return world, _REFUSED

    def _fresh_body(self, world: World, record: DisplacedRecord) -> bytes:
        """Return the note with the lowest write id that nobody could take for another writing."""
        attached_version = {
            world.record,
            *(each.record for run in world.runs if run for each in run.answers),
        }
        bodies = (encode(record, write=str(write)) for write in count())
        return next(
            each for each in bodies if each not in attached_version or not self._form.has_nonce
        )


def _with_run(world: World, number: int, run: Run | None) -> World:
    return world._replace(runs=(*world.runs[:number], run, *world.runs[number + 1 :]))


def _edited(world: World, edit: Edit) -> World:
    left = world.left._replace(meddles=world.left.meddles - 1)
    past = world.past
    if edit.renamed:
        old, new = edit.renamed
        past = frozenset(
            each._replace(path_pattern=new) if each.path_pattern == old else each for each in past
        )
    return _written(world._replace(past=past, left=left), edit.xml)


def _updated(world: World, xml: bytes) -> World:
    invariants.is_rightful(world.xml, xml, world.past)
    was, now = invariants.attached(world.xml), invariants.attached(xml)
    closed = {
        Past(path_pattern, path_pattern, was[path_pattern])
        for path_pattern, each in now.items()
        if invariants.ours(each) and not invariants.ours(was[path_pattern])
    }
    return _written(world._replace(past=world.past | closed), xml)


def _written(world: World, xml: bytes) -> World:
    """Return the world with a configuration that somebody wrote, under a fresh version."""
    attached_version = {
        world.version,
        *(each.version for run in world.runs if run for each in run.answers),
    }
    now = invariants.attached(xml)
    past = frozenset(
        each for each in world.past if invariants.ours(now.get(each.path_pattern, frozenset()))
    )
    version = next(each for each in count() if each not in attached_version)
    return world._replace(xml=xml, version=version, past=past)
