"""Visit each cache behavior of the shop, and show what a visitor gets."""

import json
from dataclasses import dataclass

import httpx

from sandbox.demo.console import StepConsole
from sandbox.demo.environment import DemoEnvironment

OK = 200
MAINTENANCE = 503


@dataclass(frozen=True, slots=True)
class Page:
    """A path to visit: which behavior serves it, and which path the origin is asked for."""

    path: str
    behavior: str
    origin_path: str
    accept: str
    is_cached: bool = True


@dataclass(frozen=True, slots=True)
class Visit:
    """The response for each page, and how often the origin was asked for it until then."""

    responses: dict[Page, httpx.Response]
    origin_counts: dict[Page, int]

    def statuses(self) -> list[int]:
        """Return the status of each response."""
        return [each.status_code for each in self.responses.values()]

    def is_maintenance(self) -> list[bool]:
        """Return, for each response, whether it is the maintenance function's own."""
        return [is_maintenance(each) for each in self.responses.values()]

    def text(self, path: str) -> str:
        """Return the response for this path as text."""
        return next(each.text for page, each in self.responses.items() if page.path == path)

    def problem(self, path: str) -> dict[str, str]:
        """Return the JSON members of the response for this path."""
        members: dict[str, str] = json.loads(self.text(path))
        return members

    def cached_bodies(self) -> list[bytes]:
        """Return the bodies of the pages that the edge caches."""
        return [each.content for page, each in self.responses.items() if page.is_cached]

    def cached_counts(self) -> list[int]:
        """Return how often the origin was asked for those."""
        return [count for page, count in self.origin_counts.items() if page.is_cached]

    def function_headers(self) -> list[str | None]:
        """Return the header that the shop's viewer-response function adds, for each response."""
        return [each.headers.get("x-content-type-options") for each in self.responses.values()]


def pages(demo: DemoEnvironment) -> tuple[Page, ...]:
    """Return one page per behavior; the API answers only requests that its function has marked."""
    html = "text/html,application/xhtml+xml,*/*;q=0.8"
    script = demo.origin.script_path
    return (
        Page("/", "default", "/index.html", html),
        Page("/api/orders", "/api/*", "/api/orders", "application/json", is_cached=False),
        Page(script, "/assets/*", script, "*/*"),
        Page("/downloads/latest.txt", "/downloads/*", "/downloads/report.txt", "text/plain"),
    )


def visit(demo: DemoEnvironment, console: StepConsole, *, fill_cache: bool = False) -> Visit:
    """Request every page, once before that to fill the cache, and print the responses."""
    if fill_cache:
        request_pages(demo)
    responses = {page: _request(demo, page) for page in pages(demo)}
    counts = {page: demo.origin.count(page.origin_path) for page in responses}
    columns = ("behavior", "status", "Retry-After", "type", "X-Cache")
    console.table(*columns, rows=[_row(*each) for each in responses.items()])
    return Visit(responses, counts)


def request_pages(demo: DemoEnvironment, location: int = 1) -> list[httpx.Response]:
    """Request every page at an edge location, without printing anything."""
    return [_request(demo, page, location) for page in pages(demo)]


def is_maintenance(response: httpx.Response) -> bool:
    """Return whether this is the maintenance function's 503; a function that crashes is one too."""
    is_marked = response.headers.get("x-maintenance") == "on"
    return response.status_code == MAINTENANCE and is_marked and "retry-after" in response.headers


def _request(demo: DemoEnvironment, page: Page, location: int = 1) -> httpx.Response:
    return demo.get(page.path, location, Accept=page.accept)


def _row(page: Page, response: httpx.Response) -> tuple[str, ...]:
    headers = response.headers
    content_type = str(headers.get("content-type", "")).partition(";")[0]
    return (
        page.behavior,
        f"[{'green' if response.status_code == OK else 'yellow'}]{response.status_code}",
        str(headers.get("retry-after", "")),
        content_type.rpartition("/")[2],
        str(headers.get("x-cache", "")).removesuffix(" from cloudfront"),
    )
