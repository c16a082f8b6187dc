"""
Laws of what is announced: whatever fails, a subscriber ends up knowing what is so.

Runs change mode, end, windows and errors at random, and now and then the status cannot be written
or EventBridge refuses. Only a run that ends between the two loses an event (ADR 0019).
"""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from maintenance.errors import ApplyError, ObservationError
from maintenance.model import Mode
from maintenance.reporting.announce import Announcer
from maintenance.reporting.plans import ComingOccurrence
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.status import Planned
from msgspec import Struct

from tests.builders import NOW, SITE, a_decision, a_distribution, no_requesters
from tests.hypothesis_profiles import examples
from tests.properties.subscriber import Subscriber

HOUR, NOTICE = timedelta(hours=1), timedelta(hours=24)
type Windows = dict[str, tuple[int, int]]


class Step(Struct, frozen=True):
    """
    One run, some hours after the one before it.

    `ends` is the hour after NOW at which the site opens; None is a live site, and 0 no end.
    `windows` have the hours after NOW at which they begin and end.
    """

    hours: int
    ends: int | None
    windows: Windows | None
    error: str = ""
    could_do_nothing: bool = False
    status_refuses: bool = False
    bus_refuses: bool = False


HOURS = st.integers(1, 60)
WINDOWS = st.dictionaries(
    st.sampled_from(["sunday", "upgrade", "nightly"]),
    st.tuples(HOURS, st.integers(1, 3)).map(lambda each: (each[0], each[0] + each[1])),
)
FAILURES = st.sampled_from(["", "status", "bus"])
STEPS = st.builds(
    lambda hours, ends, windows, error, nothing, failure: Step(
        hours, ends, windows, error, nothing, failure == "status", failure == "bus"
    ),
    st.integers(0, 12),
    st.none() | st.just(0) | HOURS,
    st.none() | WINDOWS,
    st.sampled_from(["", "", "no", "never"]),
    st.sampled_from([False, False, True]),
    FAILURES,
)


class _StatusParameter:
    name = "/site/maintenance/status"
    refuses = False

    def __init__(self) -> None:
        self.text: str | None = None

    def read(self) -> str | None:
        return self.text

    def write(self, text: str) -> None:
        if self.refuses:
            raise ApplyError("SSM refuses it")
        self.text = text


def at(hours: int) -> datetime:
    """Return the instant so many hours after NOW."""
    return NOW + hours * HOUR


def a_report(step: Step, now: datetime) -> Report:
    """Return the report of a run."""
    decision = a_decision(Mode.LIVE)
    if step.ends is not None:
        decision = a_decision(ends_in=step.ends * HOUR if step.ends else None)
    coming = None
    if step.windows is not None:
        coming = tuple(
            ComingOccurrence(Planned(name, at(begins), at(ends)), at(begins) - NOTICE)
            for name, (begins, ends) in step.windows.items()
            if at(begins) > now
        )
    return Report(
        decision,
        (Outcome("E1", "Deployed", ()),),
        input_errors=(step.error,) if step.error else (),
        targets=(a_distribution("E1"),),
        planned=coming,
    )


class Site:
    """A site whose runs announce what they find, to one subscriber."""

    def __init__(self) -> None:
        self.now = NOW
        self.subscriber = Subscriber(Mode.LIVE)
        self._parameter = _StatusParameter()
        self._announcer = Announcer(self._parameter, self.subscriber, no_requesters(), SITE)
        self.runs(Step(0, None, {}))

    def runs(self, step: Step) -> None:
        """Do a run."""
        self.now += step.hours * HOUR
        self._parameter.refuses = step.status_refuses
        self.subscriber.refuses = step.bus_refuses
        if step.could_do_nothing:
            self._announcer.announce_failure(ObservationError("no answer"), now=self.now)
        else:
            self._announcer.announce(a_report(step, self.now), now=self.now)

    def believed_plans(self) -> dict[str, tuple[datetime, datetime]]:
        """Return the plans of the subscriber that are still to come."""
        plans = self.subscriber.planned.items()
        return {name: each for name, each in plans if each[0] > self.now}


def true_plans(step: Step, now: datetime) -> dict[str, tuple[datetime, datetime]]:
    """Return the windows that begin within the notice."""
    return {
        name: (at(begins), at(ends))
        for name, (begins, ends) in (step.windows or {}).items()
        if now < at(begins) <= now + NOTICE
    }


@examples(200)
@given(st.lists(STEPS, max_size=12), st.none() | st.just(0) | HOURS, WINDOWS)
def test_a_subscriber_ends_up_knowing_what_is_so(
    steps: list[Step], ends: int | None, windows: Windows
) -> None:
    """The mode, the end, the plans, and that runs succeed; and the next run says nothing new."""
    site = Site()
    for each in steps:
        site.runs(each)
    last = Step(0, ends, windows)
    site.runs(last)

    believed = site.subscriber
    mode = Mode.LIVE if ends is None else Mode.MAINTENANCE
    assert (mode, at(ends) if ends else None, False) == (
        believed.mode,
        believed.until,
        believed.fails,
    )
    assert true_plans(last, site.now) == {
        name: each for name, each in site.believed_plans().items() if each[0] <= site.now + NOTICE
    }
    heard = len(believed.heard)
    site.runs(last)
    assert heard == len(believed.heard)


@examples(100)
@given(st.lists(STEPS, max_size=12))
def test_a_subscriber_knows_of_a_failure_from_the_first_run_that_could_say_so(
    steps: list[Step],
) -> None:
    """And hears of it once."""
    site = Site()
    for each in steps:
        site.runs(each)
        if each.status_refuses or each.bus_refuses:
            continue
        assert bool(each.error or each.could_do_nothing) == site.subscriber.fails
    kinds = [each.detail_type for each in site.subscriber.heard if "Run" in each.detail_type]
    assert kinds == [
        "Maintenance Run Recovered" if number % 2 else "Maintenance Run Failed"
        for number in range(len(kinds))
    ]
