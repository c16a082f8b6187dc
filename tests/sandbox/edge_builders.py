"""Build documents, functions, origins and an edge for the edge's tests, with defaults."""

import asyncio
import contextlib
import functools
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from sandbox.edge.app import Edge
from sandbox.edge.function_throttle import FunctionThrottle
from sandbox.edge.interface import Deployed, EdgeFunctions, InvokeResult, LiveFunction
from sandbox.edge.messages import Headers, Request
from sandbox.settings import Settings

DISTRIBUTION = "E2EXAMPLE"
DOMAIN = "d111111abcdef8.cloudfront.net"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
METHODS = "<Items><Method>GET</Method><Method>POST</Method></Items>"
ALL_METHODS = f"<AllowedMethods>{METHODS}</AllowedMethods>"
UNCACHED = f"<CachePolicyId>{CACHING_DISABLED}</CachePolicyId>{ALL_METHODS}"
MAINTENANCE = {
    "status": "503",
    "headers": {"retry-after": [{"key": "Retry-After", "value": "60"}]},
    "body": "back soon",
}

_SETTINGS = Settings()

type LambdaHandler = Callable[[dict[str, Any]], object]


def an_association(event_type: str, arn: str, *, include_body: bool = False) -> str:
    """Return an association of the function `arn`, of either kind."""
    if ":lambda:" not in arn:
        members = f"<EventType>{event_type}</EventType><FunctionARN>{arn}</FunctionARN>"
        return f"<FunctionAssociation>{members}</FunctionAssociation>"
    body = str(include_body).lower()
    members = f"<EventType>{event_type}</EventType><LambdaFunctionARN>{arn}</LambdaFunctionARN>"
    return (
        f"<LambdaFunctionAssociation>{members}<IncludeBody>{body}</IncludeBody>"
        "</LambdaFunctionAssociation>"
    )


def behavior_members(
    *associations: str, caching: str = f"<CachePolicyId>{CACHING_OPTIMIZED}</CachePolicyId>"
) -> str:
    """Return the members of a cache behavior of the origin `shop`, without its pattern."""
    lists = [
        f"<{kind}Associations><Quantity>{len(items)}</Quantity><Items>{''.join(items)}</Items>"
        f"</{kind}Associations>"
        for kind in ("LambdaFunction", "Function")
        if (items := [a for a in associations if a.startswith(f"<{kind}Association>")])
    ]
    return f"<TargetOriginId>shop</TargetOriginId>{caching}{''.join(lists)}"


def with_lambda(event_type: str, *, include_body: bool = False, caching: str = UNCACHED) -> str:
    """Return a behavior with one Lambda@Edge function."""
    return behavior_members(
        an_association(event_type, a_lambda(), include_body=include_body), caching=caching
    )


def with_function(event_type: str) -> str:
    """Return a behavior with one CloudFront Function."""
    return behavior_members(an_association(event_type, a_function()), caching=UNCACHED)


def a_document(
    *ordered: tuple[str, str], default: str = "", port: int = 80, more: str = "", origin: str = ""
) -> bytes:
    """
    Return a DistributionConfig; `ordered` has a pattern and members for each ordered behavior.

    `more` is added to the root; `origin` replaces the members of the origin, which is localhost.
    """
    behaviors = "".join(
        f"<CacheBehavior><PathPattern>{pattern}</PathPattern>{members}</CacheBehavior>"
        for pattern, members in ordered
    )
    items = f"<Items>{behaviors}</Items>" if ordered else ""
    custom = f"<CustomOriginConfig><HTTPPort>{port}</HTTPPort></CustomOriginConfig>"
    members = origin or f"<DomainName>localhost</DomainName>{custom}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">'
        f"<Enabled>true</Enabled>{more}"
        f"<Origins><Items><Origin><Id>shop</Id>{members}</Origin></Items></Origins>"
        f"<DefaultCacheBehavior>{default or behavior_members()}</DefaultCacheBehavior>"
        f"<CacheBehaviors><Quantity>{len(ordered)}</Quantity>{items}</CacheBehaviors>"
        "</DistributionConfig>"
    ).encode()


def a_request(
    *headers: tuple[str, str], uri: str = "/", querystring: str = "", method: str = "GET"
) -> Request:
    """Return a viewer's request."""
    return Request(method, uri, querystring, headers, "203.0.113.7")


@dataclass(frozen=True)
class Reply:
    """A response of an origin."""

    body: str = "from the origin"
    status: int = 200
    headers: Headers = (("Cache-Control", "max-age=60"),)


@dataclass(frozen=True)
class Seen:
    """A request that an origin received; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class TestOrigin:
    """An origin on loopback, and the requests that it received."""

    __test__ = False  # the name is a noun, not a test

    port: int = 0
    seen: list[Seen] = field(default_factory=list)


@contextlib.contextmanager
def an_origin(replies: Mapping[str, Reply] | None = None) -> Iterator[TestOrigin]:
    """Serve `replies` by path without query, and `Reply()` at all other paths."""
    origin = TestOrigin()
    handler = functools.partial(_OriginHandler, replies or {}, origin)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    origin.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _OriginHandler(BaseHTTPRequestHandler):
    def __init__(self, replies: Mapping[str, Reply], origin: TestOrigin, *connection: Any) -> None:  # noqa: ANN401 - http.server's own three
        self._replies = replies
        self._origin = origin
        super().__init__(*connection)

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._origin.seen.append(Seen(self.command, self.path, headers, body))
        reply = self._replies.get(self.path.partition("?")[0], Reply())
        self.send_response(reply.status)
        for name, value in (*reply.headers, ("Content-Length", str(len(reply.body)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body.encode())

    do_HEAD = do_POST = do_OPTIONS = do_GET  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        pass


def a_lambda(name: str = "edge", version: int = 1) -> str:
    """Return a version's ARN."""
    return f"arn:aws:lambda:us-east-1:123456789012:function:{name}:{version}"


def a_function(name: str = "function") -> str:
    """Return a CloudFront Function's ARN."""
    return f"arn:aws:cloudfront::123456789012:function/{name}"


class Viewer:
    """
    A browser at an edge that serves one document; `now` is the edge's clock, in seconds.

    `lambdas` are the handlers of Lambda versions; one that raises ZeroDivisionError fails. With
    `raw`, every version returns that.
    """

    def __init__(
        self,
        document: bytes,
        *,
        lambdas: Mapping[str, LambdaHandler] | None = None,
        functions: Mapping[str, str] | None = None,
        raw: InvokeResult | None = None,
        settings: Settings = _SETTINGS,
    ) -> None:
        self.document = document
        self.now = 0.0
        self.events: list[dict[str, Any]] = []
        self._lambdas = lambdas or {}
        self._functions = functions or {}
        self._throttle = FunctionThrottle(lambda: self.now, lambda: settings.throttle_seconds)
        self._raw = raw
        self._edge = Edge(
            deployed=self._deployed,
            invoke=self._invoke,
            functions=EdgeFunctions(self._live_function, self._count, self._throttle.start),
            locations=lambda: settings.edge_locations,
            clock=lambda: self.now,
        )

    def ask(self, target: str = "/", method: str = "GET", **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Return the edge's response."""
        return asyncio.run(self._ask(target, method, options))

    async def _ask(self, target: str, method: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self._edge, client=("203.0.113.7", 4711))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{DOMAIN}") as client:
            return await client.request(method, target, **options)

    def _live_function(self, arn: str, _location: int) -> LiveFunction | None:
        if arn not in self._functions:
            return None
        is_throttled = self._throttle.is_throttled(arn)
        return LiveFunction(self._functions[arn], is_throttled=is_throttled)

    def _count(self, _arn: str, _metric: str, _number: int) -> None:
        pass

    def _deployed(self, host: str, _location: int) -> Deployed | None:
        return Deployed(DISTRIBUTION, DOMAIN, self.document) if host == DOMAIN else None

    async def _invoke(self, arn: str, payload: bytes) -> InvokeResult:
        event = json.loads(payload)
        self.events.append(event)
        if self._raw is not None:
            return self._raw
        try:
            result = self._lambdas[arn](event)
        except ZeroDivisionError as error:
            failure = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return InvokeResult(json.dumps(failure).encode(), "Unhandled")
        return InvokeResult(json.dumps(result).encode(), None)


def the_request(event: dict[str, Any]) -> dict[str, Any]:
    """Return the request of a Lambda@Edge event."""
    request: dict[str, Any] = event["Records"][0]["cf"]["request"]
    return request


def the_response(event: dict[str, Any]) -> dict[str, Any]:
    """Return the response of a Lambda@Edge event."""
    response: dict[str, Any] = event["Records"][0]["cf"]["response"]
    return response
