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
from maintenance.cloudfront.displaced import (
    DisplacedRecord,
    ReadRecord,
    decode,
    empty_record,
)
from maintenance.cloudfront.plan import Intent
from maintenance.errors import ApplyError, StaleObservation
from maintenance.model import Mode
from maintenance.reconcile.attach.distribution import DistributionReconciler
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
    """The end of a run: its errors, whether open behaviors owe nothing, and what it has changed."""

    errors: tuple[str, ...]
    is_settled: bool = False
    changed: bool = False


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


def owes(ports: Ports) -> bool:
    """Return whether the record of a distribution that is open owes anything, as a run asks."""
    return DistributionReconciler(ports, ports).owes(DISTRIBUTION_ID)


class Variant(NamedTuple):
    """The protocol as it is, unless a test breaks one of its parts."""

    apply: Callable[[Ports, Intent], Outcome] = apply
    owes: Callable[[Ports], bool] = owes
    decode_record: Callable[[bytes | None], DisplacedRecord] = decode_record
    has_write_id: bool = True


class Replay:
    """Computes the next call of every run, and remembers it."""

    def __init__(self, variant: Variant, desired: Sequence[DesiredState]) -> None:
        self._variant = variant
        self._desired = desired
        self._known: dict[Run, Call | Finished] = {}
        self._refused: dict[tuple[int, bool, int], tuple[Answer, ...]] = {}
        self._ends: dict[Run, Finished | None] = {}

    def next_call(self, run: Run) -> Call | Finished:
        """Return the call that the run makes after its answers, or its end."""
        key = run._replace(is_listing_current=True, is_record_current=True)
        if key not in self._known:
            self._known[key] = self._compute(run)
        return self._known[key]

    def resume(self, run: Run, answer: Answer) -> Run | Finished:
        """Return the run after one more answer, or its end."""
        after = run.with_answer(answer)
        end = self._refuse(run) if answer.refused else None
        call = end or self.next_call(after)
        return call if isinstance(call, Finished) else after

    def _refuse(self, run: Run) -> Finished | None:
        """Return the end of a run to which its next call is refused, None if it tries again."""
        key = run._replace(is_listing_current=True, is_record_current=True)
        if key not in self._ends:
            answers = (*self._before(run), *run.answers, Answer(refused=True))
            end = self._replay(run, answers)
            self._ends[key] = end if isinstance(end, Finished) else None
            if self._ends[key] is None:
                self._refused.setdefault((run.desired, run.was_open, run.tries + 1), answers)
        return self._ends[key]

    def _before(self, run: Run) -> tuple[Answer, ...]:
        return self._refused[run.desired, run.was_open, run.tries] if run.tries else ()

    def _compute(self, run: Run) -> Call | Finished:
        return self._replay(run, (*self._before(run), *run.answers))

    def _replay(self, run: Run, answers: Sequence[Answer]) -> Call | Finished:
        ports = _RecordedAnswers(answers, self._variant)
        intent = self._desired[run.desired].intent
        try:
            if run.was_open and intent.mode is Mode.LIVE and not self._variant.owes(ports):
                return Finished((), is_settled=True)
            outcome = self._variant.apply(ports, intent)
        except _Pending as awaited:
            return awaited.call
        except ApplyError as error:
            return Finished((str(error),))
        return Finished(outcome.errors, outcome.is_settled, outcome.changed)


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
        found = self._answer(Call(CallKind.READ_RECORD))
        decoded = self._variant.decode_record(found.record)
        return ReadRecord(decoded, etag_of(found.record), is_fresh=found.is_fresh)

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> ReadRecord:
        written = self._answer(Call(CallKind.WRITE_RECORD, over.etag, record=record)).record
        return ReadRecord(record, etag_of(written))

    def _answer(self, call: Call) -> Answer:
        answer = next(self._answers, None)
        if answer is None:
            raise _Pending(call)
        if answer.refused:
            raise StaleObservation("another writer came first")
        return answer
