"""What a visitor gets from each cache behavior, and how the demo shows it."""

import json
from dataclasses import dataclass

import httpx

from sandbox.demo.console import StepConsole
from sandbox.demo.environment import DemoEnvironment

OK = 200
MAINTENANCE = 503


@dataclass(frozen=True, slots=True)
class Page:
    """A path that the story visits: which behavior serves it, and what the origin is asked for."""

    path: str
    behavior: str
    origin_path: str
    accept: str
    is_cached: bool = True


@dataclass(frozen=True, slots=True)
class Visit:
    """The answers of one round, and how often the origin was asked for each page so far."""

    answers: dict[Page, httpx.Response]
    asked: dict[Page, int]

    def statuses(self) -> list[int]:
        """Return the status of each answer."""
        return [each.status_code for each in self.answers.values()]

    def is_maintenance(self) -> list[bool]:
        """Tell of each answer whether it is our maintenance function's: a crash is a 503 too."""
        return [is_maintenance(each) for each in self.answers.values()]

    def text(self, path: str) -> str:
        """Return the answer at this path as text."""
        return next(each.text for page, each in self.answers.items() if page.path == path)

    def problem(self, path: str) -> dict[str, str]:
        """Return the answer at this path as the members of its JSON."""
        members: dict[str, str] = json.loads(self.text(path))
        return members

    def cached(self) -> list[bytes]:
        """Return the content of the pages that are served from the cache."""
        return [each.content for page, each in self.answers.items() if page.is_cached]

    def asked_for_cached(self) -> list[int]:
        """Return how often the origin was asked for those."""
        return [asked for page, asked in self.asked.items() if page.is_cached]

    def function_marks(self) -> list[str | None]:
        """Return a header that the site's own viewer-response function adds, answer by answer."""
        return [each.headers.get("x-content-type-options") for each in self.answers.values()]


def pages(demo: DemoEnvironment) -> tuple[Page, ...]:
    """Return one page of each behavior; /api/orders answers only what its own function let by."""
    html = "text/html,application/xhtml+xml,*/*;q=0.8"
    script = demo.origin.script_path
    return (
        Page("/", "default", "/index.html", html),
        Page("/api/orders", "/api/*", "/api/orders", "application/json", is_cached=False),
        Page(script, "/assets/*", script, "*/*"),
        Page("/downloads/latest.txt", "/downloads/*", "/downloads/report.txt", "text/plain"),
    )


def visit(demo: DemoEnvironment, console: StepConsole, *, warm: bool = False) -> Visit:
    """Visit every page, once before if the cache is to be warm, and show the answers."""
    visited = pages(demo)
    for page in visited if warm else ():
        demo.get(page.path, Accept=page.accept)
    answers = {page: demo.get(page.path, Accept=page.accept) for page in visited}
    asked = {page: demo.origin.count(page.origin_path) for page in visited}
    columns = ("behavior", "answer", "Retry-After", "type", "X-Cache")
    console.table(*columns, rows=[_row(*each) for each in answers.items()])
    return Visit(answers, asked)


def ask(demo: DemoEnvironment) -> list[httpx.Response]:
    """Return what each behavior answers now, without showing it."""
    return [demo.get(page.path, Accept=page.accept) for page in pages(demo)]


def is_maintenance(answer: httpx.Response) -> bool:
    """Tell whether this is the maintenance function's own 503."""
    is_marked = answer.headers.get("x-maintenance") == "on"
    return answer.status_code == MAINTENANCE and is_marked and "retry-after" in answer.headers


def _row(page: Page, answer: httpx.Response) -> tuple[str, ...]:
    headers = answer.headers
    content_type = str(headers.get("content-type", "")).partition(";")[0]
    return (
        page.behavior,
        f"[{'green' if answer.status_code == OK else 'yellow'}]{answer.status_code}",
        str(headers.get("retry-after", "")),
        content_type.rpartition("/")[2],
        str(headers.get("x-cache", "")).removesuffix(" from cloudfront"),
    )
