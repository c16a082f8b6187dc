"""How a fleet is updated at CloudFront's pace."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from maintenance.aws.throttling import ThrottledConfigs, Time
from maintenance.cloudfront.config import ReadConfig
from maintenance.errors import StaleObservation, Throttled


@dataclass
class _Clock:
    """Time that passes only in pauses, each as long as jitter lets it be."""

    seconds: float = 0.0
    paused: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.seconds += seconds

    def time(self) -> Time:
        return Time(clock=lambda: self.seconds, pause=self.pause, jitter=lambda: 1.0)


@dataclass
class _CloudFront:
    """Refuses the next updates, and keeps the distributions of those it took."""

    refusals: int = 0
    error: Exception = field(default_factory=lambda: Throttled("Rate exceeded"))
    taken: list[str] = field(default_factory=list)

    def read_config(self, distribution_id: str) -> ReadConfig:
        return ReadConfig(distribution_id.encode(), "E1")

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        if self.refusals:
            self.refusals -= 1
            raise self.error
        self.taken.append(f"{distribution_id} {xml.decode()} {etag}")


def _update(configs: ThrottledConfigs, distribution_id: str = "E1") -> None:
    configs.update_config(distribution_id, xml=b"<x/>", etag="E")


def test_an_update_that_is_taken_waits_for_nothing() -> None:
    """And arrives as it was given."""
    clock, cloudfront = _Clock(), _CloudFront()

    _update(ThrottledConfigs(cloudfront, clock.time()))

    assert (["E1 <x/> E"], []) == (cloudfront.taken, clock.paused)


def test_a_throttled_update_is_tried_again_with_growing_pauses() -> None:
    """Up to sixteen seconds."""
    clock, cloudfront = _Clock(), _CloudFront(refusals=9)

    _update(ThrottledConfigs(cloudfront, clock.time()))

    assert (["E1 <x/> E"], [0.5, 1, 2, 4, 8, 16, 16, 16, 16]) == (cloudfront.taken, clock.paused)


def test_when_patience_is_over_the_rest_is_refused_without_a_call() -> None:
    """Ten minutes in all, and not for each distribution."""
    clock, cloudfront = _Clock(), _CloudFront(refusals=1_000)
    configs = ThrottledConfigs(cloudfront, clock.time())
    with pytest.raises(Throttled, match="the next try goes on"):
        _update(configs)
    calls = cloudfront.refusals

    with pytest.raises(Throttled):
        _update(configs, "E2")

    assert (calls, True) == (cloudfront.refusals, 600 <= clock.seconds < 620)


def test_a_denial_outlasts_a_question_that_was_asked_before_it() -> None:
    """Hands that ask at once ask one after the other, and the second finds the answer."""
    configs = ThrottledConfigs(_CloudFront(), _Clock().time())
    is_asked, may_answer = threading.Event(), threading.Event()
    asked = []

    def is_wanted() -> bool:
        asked.append("once")
        is_asked.set()
        may_answer.wait(60)
        return False

    configs.cancel_when(is_wanted)
    with ThreadPoolExecutor(2) as hands:
        first = hands.submit(configs.is_still_wanted)
        is_asked.wait(60)
        second = hands.submit(configs.is_still_wanted)
        may_answer.set()

    assert ([False, False], ["once"]) == ([first.result(), second.result()], asked)


def test_patience_is_over_after_ten_minutes_and_not_later() -> None:
    """Where no time is left, CloudFront is not asked again."""
    clock, cloudfront = _Clock(), _CloudFront(refusals=1)
    configs = ThrottledConfigs(cloudfront, clock.time())
    clock.seconds = 600

    with pytest.raises(Throttled) as caught:
        _update(configs)

    assert (
        "CloudFront takes only a few updates a minute, and there was no time left for this one; "
        "the next try goes on"
    ) == str(caught.value)
    assert [] == cloudfront.taken


def test_who_waited_for_a_turn_until_patience_was_over_asks_cloudfront_no_more() -> None:
    """To the second; nothing was refused to it yet."""
    clock, cloudfront = _Clock(), _CloudFront(refusals=1)
    configs = ThrottledConfigs(cloudfront, clock.time())
    _update(configs)
    clock.seconds = 600

    with pytest.raises(Throttled, match="no time left"):
        _update(configs, "E2")

    assert ["E1 <x/> E"] == cloudfront.taken


def test_an_update_that_is_wanted_no_more_is_left_out() -> None:
    """It waited for a while, and must not close what was opened meanwhile."""
    cloudfront = _CloudFront(refusals=9)
    configs = ThrottledConfigs(cloudfront, _Clock().time())
    configs.cancel_when(lambda: False)

    with pytest.raises(Throttled) as caught:
        _update(configs)

    assert (
        "something else is wanted since this update began to wait for CloudFront, which takes "
        "only a few a minute; it was left out"
    ) == str(caught.value)
    assert [] == cloudfront.taken


def test_the_next_run_has_its_own_patience() -> None:
    """An execution environment outlives its runs."""
    clock, cloudfront = _Clock(), _CloudFront(refusals=2)
    configs = ThrottledConfigs(cloudfront, clock.time())
    clock.seconds += 10_000

    configs.begin()
    _update(configs)

    assert ["E1 <x/> E"] == cloudfront.taken


def test_other_refusals_are_not_waited_out() -> None:
    """Somebody else wrote first: the caller looks again."""
    clock = _Clock()
    cloudfront = _CloudFront(refusals=1, error=StaleObservation("412"))

    with pytest.raises(StaleObservation):
        _update(ThrottledConfigs(cloudfront, clock.time()))

    assert [] == clock.paused


def test_while_throttled_one_hand_tries_and_the_others_wait() -> None:
    """A second hand that comes while the first one pauses does not call."""
    cloudfront = _CloudFront(refusals=1)
    calls: list[bool] = []
    hands: list[threading.Thread] = []

    def pause(_seconds: float) -> None:
        hands.append(threading.Thread(target=_update, args=(configs, "E2")))
        before = cloudfront.refusals, list(cloudfront.taken)
        hands[-1].start()
        hands[-1].join(0.05)
        calls.append((cloudfront.refusals, cloudfront.taken) != before)

    configs = ThrottledConfigs(cloudfront, Time(clock=lambda: 0.0, pause=pause, jitter=lambda: 0.0))
    _update(configs)
    for hand in hands:
        hand.join()

    assert ([False], ["E1 <x/> E", "E2 <x/> E"]) == (calls, cloudfront.taken)


def test_reading_is_as_fast_as_ever() -> None:
    """Only updates are throttled."""
    assert ReadConfig(b"E1", "E1") == ThrottledConfigs(_CloudFront(), _Clock().time()).read_config(
        "E1"
    )


def test_asking_whether_an_update_is_wanted_takes_a_fifth_of_the_time_at_most() -> None:
    """A look at a thousand windows takes fifteen seconds; CloudFront takes updates meanwhile."""
    clock, cloudfront = _Clock(), _CloudFront(refusals=20)
    configs = ThrottledConfigs(cloudfront, clock.time())
    asked: list[float] = []

    def is_wanted() -> bool:
        asked.append(clock.seconds)
        clock.seconds += 15
        return True

    configs.cancel_when(is_wanted)
    _update(configs)

    assert 15 * len(asked) <= clock.seconds / 5 + 15
    assert [True, True] == [75 <= two - one <= 75 + 16 for one, two in pairwise(asked)][:2]


@pytest.mark.parametrize(("refusals", "asked"), [(1, 0), (2, 0), (3, 1)])
def test_an_update_that_has_waited_for_two_seconds_or_less_asks_nobody(
    refusals: int, asked: int
) -> None:
    """The run has just looked; half a second, one more, and then two are waited."""
    clock, cloudfront = _Clock(), _CloudFront(refusals=refusals)
    configs = ThrottledConfigs(cloudfront, clock.time())
    looks: list[float] = []

    def is_wanted() -> bool:
        looks.append(clock.seconds)
        return True

    configs.cancel_when(is_wanted)
    _update(configs)

    assert ([3.5] * asked, ["E1 <x/> E"]) == (looks, cloudfront.taken)


def test_two_seconds_are_not_yet_long() -> None:
    """Only what has waited for longer is asked about, whenever it began to."""
    clock, cloudfront = _Clock(seconds=50.0), _CloudFront(refusals=1)
    four_times = Time(clock=lambda: clock.seconds, pause=clock.pause, jitter=lambda: 4.0)
    configs = ThrottledConfigs(cloudfront, four_times)
    configs.cancel_when(lambda: False)

    _update(configs)

    assert (52.0, ["E1 <x/> E"]) == (clock.seconds, cloudfront.taken)


def test_a_hand_that_waited_for_its_turn_tries_at_once() -> None:
    """Nothing was refused to it; what the other hand has waited counts."""
    clock, cloudfront = _Clock(), _CloudFront(refusals=1)
    configs = ThrottledConfigs(cloudfront, clock.time())
    _update(configs)
    paused = list(clock.paused)

    _update(configs, "E2")

    assert (["E1 <x/> E", "E2 <x/> E"], paused) == (cloudfront.taken, clock.paused)


@dataclass
class _RefusesBoth(_CloudFront):
    """Refuses the first update of each of two distributions, which come at once."""

    met: set[str] = field(default_factory=set)
    both: threading.Barrier = field(default_factory=lambda: threading.Barrier(2, timeout=10))

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        if distribution_id not in self.met:
            self.met.add(distribution_id)
            self.both.wait()
            raise self.error
        super().update_config(distribution_id, xml=xml, etag=etag)


def test_what_a_refused_hand_has_waited_for_its_turn_counts() -> None:
    """Half a second is over by then, so it does not pause for another."""
    clock, cloudfront = _Clock(), _RefusesBoth()
    configs = ThrottledConfigs(cloudfront, clock.time())

    with ThreadPoolExecutor(2) as hands:
        list(hands.map(lambda each: _update(configs, each), ("E1", "E2")))

    assert (["E1 <x/> E", "E2 <x/> E"], [0.5, 0.0]) == (sorted(cloudfront.taken), clock.paused)


def test_what_is_wanted_no_more_is_not_asked_for_again() -> None:
    """Hundreds of updates may wait, and the run has to look anew before its time is over."""
    clock, cloudfront = _Clock(), _CloudFront(refusals=1_000)
    configs = ThrottledConfigs(cloudfront, clock.time())
    asked: list[bool] = []

    def is_wanted() -> bool:
        asked.append(True)
        clock.seconds += 15
        return False

    configs.cancel_when(is_wanted)
    for _ in range(3):
        with pytest.raises(Throttled, match="something else is wanted"):
            _update(configs)

    assert [True] == asked


def test_an_update_that_comes_after_a_denial_is_left_out_at_once() -> None:
    """It has not waited, and the run knows already that something else is wanted."""
    clock, cloudfront = _Clock(), _CloudFront(refusals=3)
    configs = ThrottledConfigs(cloudfront, clock.time())
    configs.cancel_when(lambda: False)
    with pytest.raises(Throttled, match="something else is wanted"):
        _update(configs)

    with pytest.raises(Throttled, match="something else is wanted"):
        _update(configs, "E2")

    assert [] == cloudfront.taken


def test_what_the_next_round_wants_is_asked_for_again() -> None:
    """The answer of the round before says nothing about it."""
    clock, cloudfront = _Clock(), _CloudFront(refusals=9)
    configs = ThrottledConfigs(cloudfront, clock.time())
    configs.cancel_when(lambda: False)
    with pytest.raises(Throttled):
        _update(configs)

    configs.cancel_when(lambda: True)
    _update(configs)

    assert ["E1 <x/> E"] == cloudfront.taken
