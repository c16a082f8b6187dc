"""Requests that arrive while another one is answered."""

from benchmarks.edge.rate import arrivals, latencies


class Clock:
    """A clock that only advances when something sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


def test_a_latency_counts_from_the_arrival() -> None:
    """The second waits for the first; the third comes when nothing else is under way."""
    clock = Clock()

    seconds = latencies([1.0, 2.0, 10.0], lambda: clock.sleep(3.0), clock, clock.sleep)

    assert [3.0, 5.0, 3.0] == seconds


def test_requests_arrive_at_the_rate_at_random_moments() -> None:
    """The same ones for both functions."""
    moments = arrivals(200, 50, seed=1)

    assert 10_000 == len(moments)
    assert 48 < moments[-1] < 52
    assert moments == sorted(moments) == arrivals(200, 50, seed=1)
    assert moments != arrivals(200, 50, seed=2)
