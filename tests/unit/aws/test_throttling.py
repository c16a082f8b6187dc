"""How a fleet is read and updated at the rate that CloudFront accepts, until the deadline."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from maintenance.aws.throttling import ThrottledConfigs
from maintenance.cloudfront.config import ReadConfig
from maintenance.deadline import Deadline
from maintenance.errors import StaleObservation, Throttled
from maintenance.model import Timer

from tests.timing import PATIENCE


@dataclass
class _Time:
    """Time that passes only while somebody sleeps."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    @property
    def timer(self) -> Timer:
        return Timer(elapsed=lambda: self.seconds, sleep=self.sleep)


@dataclass
class _CloudFront:
    """Refuses the next updates and reads, and records the updates that it accepts."""

    refusals: int = 0
    read_refusals: int = 0
    error: Exception = field(default_factory=lambda: Throttled("Rate exceeded"))
    accepted: list[str] = field(default_factory=list)

    def read_config(self, distribution_id: str) -> ReadConfig:
        if self.read_refusals:
            self.read_refusals -= 1
            raise self.error
        return ReadConfig(distribution_id.encode(), "E1")

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        if self.refusals:
            self.refusals -= 1
            raise self.error
        self.accepted.append(f"{distribution_id} {xml.decode()} {etag}")


def _throttled(cloudfront: _CloudFront, time: _Time) -> ThrottledConfigs:
    """Return configurations with ten minutes, and pauses as long as jitter lets them be."""
    deadline = Deadline(time.timer.elapsed, 600)
    return ThrottledConfigs(cloudfront, time.timer, deadline, jitter=lambda: 1.0)


def _update(configs: ThrottledConfigs, distribution_id: str = "E1") -> None:
    configs.update_config(distribution_id, xml=b"<x/>", etag="E")


def test_an_accepted_update_waits_for_nothing() -> None:
    """And arrives as it was given."""
    time, cloudfront = _Time(), _CloudFront()

    _update(_throttled(cloudfront, time))

    assert (["E1 <x/> E"], []) == (cloudfront.accepted, time.slept)


def test_a_throttled_update_is_retried_with_growing_pauses() -> None:
    """Each is half as long again, up to sixteen seconds."""
    time, cloudfront = _Time(), _CloudFront(refusals=14)

    _update(_throttled(cloudfront, time))

    assert [0.25, 0.38, 0.56, 0.84, 1.27, 1.9, 2.85, 4.27, 6.41, 9.61, 14.42, 16, 16, 16] == [
        round(each, 2) for each in time.slept
    ]
    assert ["E1 <x/> E"] == cloudfront.accepted


def test_a_throttled_read_is_retried_like_an_update() -> None:
    """With pauses of its own: reads and updates have different rates."""
    time, cloudfront = _Time(), _CloudFront(read_refusals=3)
    configs = _throttled(cloudfront, time)

    assert ReadConfig(b"E1", "E1") == configs.read_config("E1")
    _update(configs)

    assert [0.25, 0.375, 0.5625] == time.slept


@pytest.mark.parametrize(("jitter", "pause"), [(0.0, 0.125), (0.5, 0.1875), (1.0, 0.25)])
def test_half_of_a_pause_is_random(jitter: float, pause: float) -> None:
    """So runs that are throttled together do not call together again."""
    time = _Time()
    configs = ThrottledConfigs(
        _CloudFront(refusals=1), time.timer, Deadline(time.timer.elapsed), jitter=lambda: jitter
    )

    _update(configs)

    assert [pause] == time.slept


def test_throttled_updates_do_not_hold_up_reads() -> None:
    """While one worker retries its update, the others read the next configurations."""
    cloudfront = _CloudFront(refusals=2)
    read: list[ReadConfig] = []

    def sleep(_seconds: float) -> None:
        worker = threading.Thread(target=lambda: read.append(configs.read_config("E2")))
        worker.start()
        worker.join(5)

    timer = Timer(elapsed=lambda: 0.0, sleep=sleep)
    configs = ThrottledConfigs(cloudfront, timer, Deadline(timer.elapsed), jitter=lambda: 0.0)
    _update(configs)

    assert 2 == len(read)


def test_after_the_deadline_other_updates_are_refused_without_a_call() -> None:
    """It is that of the run, not of each distribution."""
    time, cloudfront = _Time(), _CloudFront(refusals=1_000)
    configs = _throttled(cloudfront, time)
    with pytest.raises(Throttled, match="the next run continues"):
        _update(configs)
    left = cloudfront.refusals

    with pytest.raises(Throttled, match="the next run continues"):
        _update(configs, "E2")

    assert (left, 600) == (cloudfront.refusals, time.seconds)


def test_retrying_ends_with_the_deadline_to_the_second() -> None:
    """An update that has no time left is not tried again."""
    time, cloudfront = _Time(), _CloudFront(refusals=1)
    configs = _throttled(cloudfront, time)
    time.seconds = 599.9

    with pytest.raises(Throttled) as caught:
        _update(configs)

    assert (
        "E1 was not changed: CloudFront left no time for it in this run; the next run continues"
    ) == str(caught.value)
    assert [] == cloudfront.accepted


def test_after_the_deadline_nothing_is_read_or_updated() -> None:
    """Though CloudFront has never refused anything: it may be slow."""
    time, cloudfront = _Time(), _CloudFront()
    configs = _throttled(cloudfront, time)
    time.seconds = 600

    with pytest.raises(Throttled, match="no time"):
        configs.read_config("E1")
    with pytest.raises(Throttled, match="no time"):
        _update(configs)

    assert [] == cloudfront.accepted


def test_the_next_run_has_forgotten_the_throttling() -> None:
    """An execution environment outlives its runs, and all workers call at once again."""
    time, cloudfront = _Time(), _CloudFront(refusals=1)
    configs = _throttled(cloudfront, time)
    configs.continue_while(lambda: False)
    with pytest.raises(Throttled):
        _update(configs)

    configs.begin()
    _update(configs)

    assert ["E1 <x/> E"] == cloudfront.accepted


def test_other_refusals_are_not_retried() -> None:
    """If another tool wrote first, the caller has to read again."""
    time = _Time()
    cloudfront = _CloudFront(refusals=1, error=StaleObservation("412"))

    with pytest.raises(StaleObservation):
        _update(_throttled(cloudfront, time))

    assert [] == time.slept


def test_an_update_that_comes_after_another_writers_shortens_the_pauses() -> None:
    """CloudFront has not throttled it."""
    time, cloudfront = _Time(), _CloudFront(refusals=1)
    configs = _throttled(cloudfront, time)
    _update(configs)
    cloudfront.refusals, cloudfront.error = 1, StaleObservation("412")
    with pytest.raises(StaleObservation):
        _update(configs)

    _update(configs)

    assert [0.25, 0.17, 0.11] == [round(each, 2) for each in time.slept]


def test_while_cloudfront_throttles_one_worker_tries_at_a_time() -> None:
    """A second worker that comes while the first one sleeps makes no call."""
    cloudfront = _CloudFront(refusals=2)
    accepted_while_asleep: list[int] = []
    workers: list[threading.Thread] = []

    def sleep(_seconds: float) -> None:
        if workers:
            return
        workers.append(threading.Thread(target=_update, args=(configs, "E2")))
        workers[0].start()
        workers[0].join(0.05)
        accepted_while_asleep.append(len(cloudfront.accepted))

    timer = Timer(elapsed=lambda: 0.0, sleep=sleep)
    configs = ThrottledConfigs(cloudfront, timer, Deadline(timer.elapsed), jitter=lambda: 0.0)
    _update(configs)
    workers[0].join(PATIENCE)

    assert ([0], ["E1 <x/> E", "E2 <x/> E"]) == (accepted_while_asleep, cloudfront.accepted)


def test_each_accepted_update_shortens_the_pauses() -> None:
    """By a third; each throttled one makes them half as long again, a quarter second at least."""
    time, cloudfront = _Time(), _CloudFront(refusals=3)
    configs = _throttled(cloudfront, time)
    for number in range(4):
        _update(configs, f"E{number}")
    cloudfront.refusals = 1

    _update(configs)

    assert [0.25, 0.38, 0.56, 0.38, 0.25, 0.17, 0.11, 0.25] == [
        round(each, 2) for each in time.slept
    ]


@dataclass
class _TokenBucket:
    """CloudFront that accepts a burst of two and so many updates a minute; a call takes 0.15 s."""

    time: _Time
    a_minute: float
    tokens: float = 2.0
    filled_at: float = 0.0
    accepted: int = 0
    refused: int = 0

    def read_config(self, _distribution_id: str) -> ReadConfig:
        self.time.seconds += 0.15
        return ReadConfig(b"<x/>", "E")

    def update_config(self, _distribution_id: str, *, xml: bytes, etag: str) -> None:
        del xml, etag
        self.time.seconds += 0.15
        refilled = self.tokens + (self.time.seconds - self.filled_at) * self.a_minute / 60
        self.tokens, self.filled_at = min(2.0, refilled), self.time.seconds
        if self.tokens < 1:
            self.refused += 1
            raise Throttled("Rate exceeded")
        self.tokens -= 1
        self.accepted += 1


@pytest.mark.parametrize("a_minute", [3, 10, 40, 120, 200])
@pytest.mark.parametrize("jitters", [(0.5,), (0.0, 1.0), (0.9, 0.2, 0.6)])
def test_a_fleet_is_updated_at_the_rate_that_cloudfront_accepts(
    a_minute: float, jitters: tuple[float, ...]
) -> None:
    """Whatever the rate is, and with little more than one refusal for each update."""
    time, updates = _Time(), 100
    cloudfront = _TokenBucket(time, a_minute)
    deadline = Deadline(time.timer.elapsed)
    configs = ThrottledConfigs(
        cloudfront, time.timer, deadline, jitter=itertools.cycle(jitters).__next__
    )
    for number in range(updates):
        _update(configs, f"E{number}")

    assert time.seconds <= 1.05 * (updates - 2) * 60 / a_minute
    assert cloudfront.refused <= 1.6 * updates


def test_an_update_that_is_no_longer_wanted_is_skipped() -> None:
    """It waited, and must not close what was opened since."""
    cloudfront = _CloudFront(refusals=1)
    configs = _throttled(cloudfront, _Time())
    configs.continue_while(lambda: False)

    with pytest.raises(Throttled) as caught:
        _update(configs)

    assert (
        "E1 was skipped: the desired state changed while it was waiting for CloudFront's rate limit"
    ) == str(caught.value)
    assert [] == cloudfront.accepted


def test_what_is_left_is_skipped_at_once() -> None:
    """A run that was overtaken must end soon, so that it can do what is wanted now."""
    time, cloudfront = _Time(), _CloudFront(refusals=1)
    configs = _throttled(cloudfront, time)
    configs.continue_while(lambda: False)

    for number in range(480):
        with pytest.raises(Throttled, match="was skipped"):
            _update(configs, f"E{number}")

    assert 1 == len(time.slept)


def test_every_retry_asks_first_whether_the_update_is_still_wanted() -> None:
    """Also the first one, however short its pause was."""
    cloudfront, answers = _CloudFront(refusals=3), [True, True, False]
    configs = _throttled(cloudfront, _Time())
    configs.continue_while(lambda: answers.pop(0))

    with pytest.raises(Throttled, match="was skipped"):
        _update(configs)

    assert ([], []) == (answers, cloudfront.accepted)


def test_asking_takes_a_fifth_of_the_time_at_most() -> None:
    """Reading a thousand windows takes fifteen seconds, and calls that others need too."""
    time, cloudfront = _Time(), _CloudFront(refusals=20)
    configs = _throttled(cloudfront, time)
    asked: list[float] = []

    def is_wanted() -> bool:
        asked.append(time.seconds)
        time.seconds += 15
        return True

    configs.continue_while(is_wanted)
    _update(configs)

    assert 15 * len(asked) <= time.seconds / 5 + 15
    assert [True, True] == [75 <= two - one <= 75 + 16 for one, two in pairwise(asked)][:2]


def _slow_no(time: _Time, asked: list[bool]) -> Callable[[], bool]:
    def is_wanted() -> bool:
        asked.append(True)
        time.seconds += 15
        return False

    return is_wanted


def test_after_a_no_the_question_is_not_asked_again() -> None:
    """Hundreds of updates may wait, and the run has to read again before its time is over."""
    time, cloudfront, asked = _Time(), _CloudFront(refusals=1), list[bool]()
    configs = _throttled(cloudfront, time)
    configs.continue_while(_slow_no(time, asked))
    for distribution_id in ("E1", "E2", "E3"):
        with pytest.raises(Throttled, match=f"{distribution_id} was skipped"):
            _update(configs, distribution_id)
        time.seconds += 100

    assert ([True], []) == (asked, cloudfront.accepted)


def test_a_slow_yes_does_not_hide_the_no_of_another_worker() -> None:
    """Two workers may ask at the same time, and the older answer may come last."""
    configs = _throttled(_CloudFront(), _Time())
    is_asked, may_answer = threading.Event(), threading.Event()

    def is_wanted() -> bool:
        if is_asked.is_set():
            return False
        is_asked.set()
        may_answer.wait(PATIENCE)
        return True

    configs.continue_while(is_wanted)
    with ThreadPoolExecutor(1) as workers:
        slow = workers.submit(configs.is_still_wanted)
        is_asked.wait(PATIENCE)
        no = configs.is_still_wanted()
        may_answer.set()

    assert (False, False, False) == (no, slow.result(), configs.is_still_wanted())


def test_the_next_round_asks_again() -> None:
    """The last round's answer says nothing about it."""
    cloudfront = _CloudFront(refusals=1)
    configs = _throttled(cloudfront, _Time())
    configs.continue_while(lambda: False)
    with pytest.raises(Throttled):
        _update(configs)

    configs.continue_while(lambda: True)
    _update(configs)

    assert ["E1 <x/> E"] == cloudfront.accepted
