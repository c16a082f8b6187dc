"""
Stop and resume a run between any two of its calls, without a thread.

A run's next call follows from the answers that it has had, so a stopped run is the list of these:
to resume it, the project's own code is run again from the start and given the same answers. Of
tries that were refused only the number matters, so those that were first to be seen stand for all.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache
from hashlib import md5
from typing import NamedTuple, Protocol

from maintenance.cloudfront.config import ReadConfig
from maintenance.cloudfront.displaced import DisplacedRecord, ReadRecord, decode, empty_record
from maintenance.cloudfront.plan import Intent
from maintenance.errors import ApplyError, StaleObservation
from maintenance.reconcile.distribution import DistributionReconciler
from maintenance.reporting.report import Outcome

from tests.builders import DISTRIBUTION_ID, a_distribution
from tests.model_checking.world import Answer, DesiredState, Run

STACK = "site"
_DISTRIBUTION = a_distribution()


class CallKind(StrEnum):
    """The four calls, each one step."""

    READ_NOTE = "reads the note"
    READ_CONFIG = "reads the configuration"
    WRITE_NOTE = "writes the note"
    UPDATE_CONFIG = "updates the configuration"


class Call(NamedTuple):
    """A call that awaits its answer; `etag` is its condition."""

    kind: CallKind
    etag: str | None = None
    record: DisplacedRecord | None = None
    xml: bytes = b""


class Ended(NamedTuple):
    """The end of a run, with the sentences about what it could not do."""

    errors: tuple[str, ...]


class Ports(Protocol):
    """What a run needs of CloudFront and of the state bucket."""

    def read_config(self, distribution_id: str) -> ReadConfig:
        """Return the configuration."""

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        """Replace the configuration if it still is the one with this ETag."""

    def read(self, distribution_id: str) -> ReadRecord:
        """Return the note."""

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> None:
        """Write the note if the stored one still is the one that was read."""


def etag_of(body: bytes | None) -> str | None:
    """Return S3's ETag, a hash of the content; None where there is no object."""
    return None if body is None else md5(body, usedforsecurity=False).hexdigest()


@cache
def decoded(body: bytes | None) -> DisplacedRecord:
    """Return the note, an empty one where there is none."""
    if body is None:
        return empty_record(stack=STACK, distribution_id=DISTRIBUTION_ID)
    return decode(body, stack=STACK, distribution_id=DISTRIBUTION_ID)


def apply(ports: Ports, intent: Intent) -> Outcome:
    """Carry out what a run does to one distribution."""
    return DistributionReconciler(ports, ports).apply(_DISTRIBUTION, intent)


class Form(NamedTuple):
    """The protocol as it is; tests weaken one of its parts."""

    apply: Callable[[Ports, Intent], Outcome] = apply
    decoded: Callable[[bytes | None], DisplacedRecord] = decoded
    has_nonce: bool = True


class Replay:
    """Knows the next call of every run; what was once found out is remembered."""

    def __init__(self, form: Form, wanted: Sequence[DesiredState]) -> None:
        self._form = form
        self._wanted = wanted
        self._known: dict[Run, Call | Ended] = {}
        self._refused: dict[tuple[int, int], tuple[Answer, ...]] = {}

    def next_call(self, run: Run) -> Call | Ended:
        """Return the call that the run makes after the answers that it has had, or its end."""
        if run not in self._known:
            self._known[run] = self._found_out(run)
        return self._known[run]

    def resumed(self, run: Run, answer: Answer) -> Run | None:
        """Return the run after one more answer, None if it has come to its end."""
        after = run.answered(answer)
        if answer.refused:
            tries = (*self._before(run), *run.answers, answer)
            self._refused.setdefault((after.wanted, after.tries), tries)
        return None if isinstance(self.next_call(after), Ended) else after

    def _before(self, run: Run) -> tuple[Answer, ...]:
        return self._refused[run.wanted, run.tries] if run.tries else ()

    def _found_out(self, run: Run) -> Call | Ended:
        ports = _Answering((*self._before(run), *run.answers), self._form)
        try:
            outcome = self._form.apply(ports, self._wanted[run.wanted].intent)
        except _Awaited as awaited:
            return awaited.call
        except ApplyError as error:
            return Ended((str(error),))
        return Ended(outcome.errors)


class _Awaited(BaseException):
    """Not an Exception, so that no handler of the code under test can mistake it for its own."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.kind)
        self.call = call


class _Answering:
    """Gives the recorded answers in turn, and stops the run at the first call that has none."""

    def __init__(self, answers: Sequence[Answer], form: Form) -> None:
        self._answers = iter(answers)
        self._form = form

    def read_config(self, _distribution_id: str) -> ReadConfig:
        answer = self._answer(Call(CallKind.READ_CONFIG))
        return ReadConfig(answer.xml, str(answer.version))

    def update_config(self, _distribution_id: str, *, xml: bytes, etag: str) -> None:
        self._answer(Call(CallKind.UPDATE_CONFIG, etag, xml=xml))

    def read(self, _distribution_id: str) -> ReadRecord:
        body = self._answer(Call(CallKind.READ_NOTE)).record
        return ReadRecord(self._form.decoded(body), etag_of(body))

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> None:
        self._answer(Call(CallKind.WRITE_NOTE, over.etag, record=record))

    def _answer(self, call: Call) -> Answer:
        answer = next(self._answers, None)
        if answer is None:
            raise _Awaited(call)
        if answer.refused:
            raise StaleObservation("somebody else wrote first")
        return answer
