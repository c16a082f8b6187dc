"""Visit distributions at the edge: all the time while they close and open, and each one once."""

import contextlib
import itertools
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from benchmarks.results.findings import Finding, none_of
from sandbox.process import Sandbox

OPEN, CLOSED = "the site", "the page"
_SITE_STATUS, _CLOSED_STATUS = 200, 503
_PAUSE_SECONDS = 0.2
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A path of a distribution at an edge location, from 1."""

    domain: str
    path: str
    location: int

    def __str__(self) -> str:
        """Return it as a finding names it."""
        return f"{self.domain}{self.path} at location {self.location}"


def every_path(domains: Sequence[str], paths: Sequence[str], locations: int) -> list[Place]:
    """Return a place for each distribution at each location, with the paths in turn."""
    turns = itertools.cycle(paths)
    return [
        Place(domain, next(turns), location)
        for domain in domains
        for location in range(1, locations + 1)
    ]


@dataclass(frozen=True, slots=True)
class Edges:
    """The edge locations of a sandbox."""

    client: httpx.Client
    sandbox: Sandbox

    def answer(self, place: Place) -> str:
        """Return OPEN, CLOSED, or what else a visitor gets."""
        headers = {"Host": place.domain, "X-Sandbox-Edge-Location": str(place.location)}
        got = self.client.get(f"{self.sandbox.endpoint_url}{place.path}", headers=headers)
        if got.status_code == _SITE_STATUS:
            return OPEN
        # CloudFront's own 503 comes without this header.
        is_ours = got.status_code == _CLOSED_STATUS and got.headers.get("x-maintenance") == "on"
        # The sandbox's sentence ends with the reason.
        return CLOSED if is_ours else f"{got.status_code} …{got.text.strip()[-100:]!r}"

    def answers(self, places: Sequence[Place]) -> Mapping[Place, str]:
        """Return what a visitor gets at each place."""
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            return dict(zip(places, threads.map(self.answer, places), strict=True))


@dataclass(frozen=True, slots=True)
class Visitors:
    """Visitors who come all the time, to one place after the other, and what they got so far."""

    counted: Counter[str] = field(default_factory=Counter)

    def findings(self) -> list[Finding]:
        """Return how many came, and who got neither the site nor the page."""
        others = [
            f"{answer} ({n} times)" for answer, n in self.counted.items() if _is_other(answer)
        ]
        measured = f"{self.counted[OPEN]:,} got the site and {self.counted[CLOSED]:,} the page"
        return [
            Finding(subject="visits all the while", measured=measured),
            none_of("visitors who got neither the site nor the page", others),
        ]


def _is_other(answer: str) -> bool:
    return answer not in (OPEN, CLOSED)


@contextlib.contextmanager
def visiting(edges: Edges, places: Sequence[Place]) -> Iterator[Visitors]:
    """Let visitors come until the end of the block."""
    visitors, over = Visitors(), threading.Event()

    def visit() -> None:
        for place in itertools.cycle(places):
            try:
                visitors.counted[edges.answer(place)] += 1
            except httpx.HTTPError as error:
                visitors.counted[repr(error)] += 1
            if over.wait(_PAUSE_SECONDS):
                return

    thread = threading.Thread(target=visit)
    thread.start()
    try:
        yield visitors
    finally:
        over.set()
        thread.join()
