"""
Stop and resume a run between any two of its calls, without a thread.

The next call of a run follows from the answers that it got, so a stopped run is the list of these.
To resume it, the product's code runs again from the start with the same answers. Of refused tries
only the number matters, so the first ones found stand for all.
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
from maintenance.reconcile.ports import Configs, Records
from maintenance.reporting.report import Outcome

from tests.builders import DISTRIBUTION_ID, a_distribution
from tests.model_checking.world import Answer, DesiredState, Run

STACK = "site"
_DISTRIBUTION = a_distribution()


class CallKind(StrEnum):
    """The four calls; each is one step."""

    READ_RECORD = "reads the record"
    READ_CONFIG = "reads the configuration"
    WRITE_RECORD = "writes the record"
    UPDATE_CONFIG = "updates the configuration"


class Call(NamedTuple):
    """A call without its answer yet; `etag` is its condition."""

    kind: CallKind
    etag: str | None = None
    record: DisplacedRecord | None = None
    xml: bytes = b""


class Finished(NamedTuple):
    """The end of a run, with its errors."""

    errors: tuple[str, ...]


class Ports(Configs, Records, Protocol):
    """CloudFront and the state bucket."""


def etag_of(body: bytes | None) -> str | None:
    """Return S3's ETag, a hash of the content; None where there is no object."""
    return None if body is None else md5(body, usedforsecurity=False).hexdigest()


@cache
def decode_record(body: bytes | None) -> DisplacedRecord:
    """Return the record, an empty one if there is none."""
    if body is None:
        return empty_record(stack=STACK, distribution_id=DISTRIBUTION_ID)
    return decode(body, stack=STACK, distribution_id=DISTRIBUTION_ID)


def apply(ports: Ports, intent: Intent) -> Outcome:
    """Apply an intent to the distribution, as a run does."""
    return DistributionReconciler(ports, ports).apply(_DISTRIBUTION, intent)


class Variant(NamedTuple):
    """The protocol as it is, unless a test breaks one of its parts."""

    apply: Callable[[Ports, Intent], Outcome] = apply
    decode_record: Callable[[bytes | None], DisplacedRecord] = decode_record
    has_write_id: bool = True


class Replay:
    """Computes the next call of every run, and remembers it."""

    def __init__(self, variant: Variant, desired: Sequence[DesiredState]) -> None:
        self._variant = variant
        self._desired = desired
        self._known: dict[Run, Call | Finished] = {}
        self._refused: dict[tuple[int, int], tuple[Answer, ...]] = {}

    def next_call(self, run: Run) -> Call | Finished:
        """Return the call that the run makes after its answers, or its end."""
        if run not in self._known:
            self._known[run] = self._compute(run)
        return self._known[run]

    def resume(self, run: Run, answer: Answer) -> Run | None:
        """Return the run after one more answer, None if it has finished."""
        after = run.with_answer(answer)
        if answer.refused:
            tries = (*self._before(run), *run.answers, answer)
            self._refused.setdefault((after.desired, after.tries), tries)
        return None if isinstance(self.next_call(after), Finished) else after

    def _before(self, run: Run) -> tuple[Answer, ...]:
        return self._refused[run.desired, run.tries] if run.tries else ()

    def _compute(self, run: Run) -> Call | Finished:
        ports = _RecordedAnswers((*self._before(run), *run.answers), self._variant)
        try:
            outcome = self._variant.apply(ports, self._desired[run.desired].intent)
        except _Pending as awaited:
            return awaited.call
        except ApplyError as error:
            return Finished((str(error),))
        return Finished(outcome.errors)


class _Pending(BaseException):
    """Stops a run. It is no Exception, so that no handler of the product catches it."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.kind)
        self.call = call


class _RecordedAnswers:
    """Gives the recorded answers in turn, and stops the run at the first call without one."""

    def __init__(self, answers: Sequence[Answer], variant: Variant) -> None:
        self._answers = iter(answers)
        self._variant = variant

    def read_config(self, _distribution_id: str) -> ReadConfig:
        answer = self._answer(Call(CallKind.READ_CONFIG))
        return ReadConfig(answer.xml, str(answer.version))

    def update_config(self, _distribution_id: str, *, xml: bytes, etag: str) -> None:
        self._answer(Call(CallKind.UPDATE_CONFIG, etag, xml=xml))

    def read(self, _distribution_id: str) -> ReadRecord:
        body = self._answer(Call(CallKind.READ_RECORD)).record
        return ReadRecord(self._variant.decode_record(body), etag_of(body))

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> None:
        self._answer(Call(CallKind.WRITE_RECORD, over.etag, record=record))

    def _answer(self, call: Call) -> Answer:
        answer = next(self._answers, None)
        if answer is None:
            raise _Pending(call)
        if answer.refused:
            raise StaleObservation("another writer came first")
        return answer
