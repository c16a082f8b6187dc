"""
Roll a change out to edge locations: each gets it at a moment of its own. Pure.

Changes arrive at each location in the order in which they were accepted, even if a later one would
be quicker ("successive configuration changes propagate in their respective order", CloudFront
Developer Guide, HowToUpdateDistribution).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class _Change[T]:
    value: T
    arrivals: tuple[float, ...]

    def arrival(self, location: int) -> float:
        """Return when location 1, 2 ... gets it; those added later count as the last one."""
        return self.arrivals[min(location, len(self.arrivals)) - 1]


@dataclass(slots=True)
class Rollout[T]:
    """What each location has of one thing, and what is on its way to it."""

    _changes: list[_Change[T]] = field(default_factory=list)

    def accept(self, value: T, now: float, delays: Sequence[float]) -> None:
        """Start to send `value`; `delays` are the seconds until each location has it."""
        earliest = self._changes[-1] if self._changes else None
        arrivals = (
            max(now + delay, earliest.arrival(number) if earliest else 0.0)
            for number, delay in enumerate(delays, start=1)
        )
        self._changes.append(_Change(value, tuple(arrivals)))

    def at(self, location: int, now: float) -> T | None:
        """Return what location 1, 2 ... has; None before anything arrived there."""
        self._forget(now)
        arrived = [each for each in self._changes if each.arrival(location) <= now]
        return arrived[-1].value if arrived else None

    def newest(self) -> T | None:
        """Return what was accepted last."""
        return self._changes[-1].value if self._changes else None

    def is_pending(self, now: float) -> bool:
        """Return whether something is on its way to some location."""
        return any(max(each.arrivals) > now for each in self._changes)

    def values(self, now: float) -> Iterator[T]:
        """Yield what some location has, or will have."""
        self._forget(now)
        return (each.value for each in self._changes)

    def advance(self, seconds: float) -> None:
        """Bring everything that is on its way that much nearer; all of it with infinity."""
        self._changes = [
            replace(each, arrivals=tuple(arrival - seconds for arrival in each.arrivals))
            for each in self._changes
        ]

    def _forget(self, now: float) -> None:
        """Drop what every location has replaced."""
        done = [at for at, each in enumerate(self._changes) if max(each.arrivals) <= now]
        if done:
            del self._changes[: done[-1]]


class Rollouts[T]:
    """The rollouts of all distributions, functions or stores; `clock` gives growing seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rollouts: dict[str, Rollout[T]] = {}

    def finish(self) -> None:
        """Let everything on its way arrive now."""
        self.advance(float("inf"))

    def advance(self, seconds: float) -> None:
        """Bring everything on its way that much nearer."""
        for rollout in self._rollouts.values():
            rollout.advance(seconds)

    def remove(self, name: str) -> None:
        """Remove what was deleted."""
        self._rollouts.pop(name, None)

    def clear(self) -> None:
        """Remove everything."""
        self._rollouts.clear()
