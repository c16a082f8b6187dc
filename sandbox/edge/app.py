"""
Respond to a viewer's request as the deployed configuration says. An ASGI application.

    viewer-request ── own response ────────────────────────────────────────► viewer, never cached
         │
       cache ── hit ──────────────────────────────────────► viewer-response ► viewer
         │ miss
    origin-request ── own response ── cached ─────────────► viewer-response ► viewer
         │
       origin ► origin-response ── cached ────────────────► viewer-response ► viewer
                                                            (not for status 400 and above)

(doc: CloudFront Developer Guide, lambda-cloudfront-trigger-events, edge-function-restrictions-all.)
Every viewer counts as one that uses HTTPS. Not modelled: custom error pages, compression, response
headers policies, signed URLs, origin failover, geo restriction, WAF; see also `cache` and `origin`.
A request goes to edge location 1, or to that of its header X-Sandbox-Edge-Location; X-Amz-Cf-Pop
says which one answered. All locations share one cache.
A method that AllowedMethods lacks is a 403 before any function runs (doc: http-403-invalid-method;
aws-samples/cloudfront-authorization-at-edge#26, where the error page for 403 answered a POST).
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate

from sandbox.api import asgi
from sandbox.edge.cache import Cache, Caching, cache_key, lifetime
from sandbox.edge.config import (
    Behavior,
    EdgeConfig,
    EventType,
    parse_distribution_config,
    select_behavior,
)
from sandbox.edge.interface import DeployedAt, EdgeFunctions, Invoke
from sandbox.edge.lambda_events import EventContext
from sandbox.edge.messages import EdgeError, Headers, Request, Response, header, without
from sandbox.edge.origin import fetch, origin_request
from sandbox.edge.triggers import Triggers

_ERROR = 400
_BODILESS = frozenset({204, 304})
_OURS = frozenset(
    {"content-length", "transfer-encoding", "via", "x-amz-cf-id", "x-amz-cf-pop", "x-cache"}
)
_LOCATION = "x-sandbox-edge-location"


@dataclass(frozen=True, slots=True)
class _Route:
    """The configuration and the cache behavior that serve a request."""

    context: EventContext
    config: EdgeConfig
    behavior: Behavior

    @property
    def caching(self) -> Caching:
        if self.behavior.caching is None:
            raise EdgeError(
                502,
                f"The sandbox does not know the cache policy {self.behavior.cache_policy_id}: "
                "use a managed one, or ForwardedValues.",
            )
        return self.behavior.caching


class Edge:
    """
    The edge of all distributions; the Host header selects one.

    `clock` gives seconds that only grow; cached responses age by it. `locations` returns how many
    edge locations there are.
    """

    def __init__(
        self,
        *,
        deployed: DeployedAt,
        invoke: Invoke,
        functions: EdgeFunctions,
        locations: Callable[[], int] = lambda: 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deployed = deployed
        self._locations = locations
        self._triggers = Triggers(invoke, functions)
        self._clock = clock
        self._cache = Cache()

    def clear(self) -> None:
        """Empty the cache."""
        self._cache = Cache()

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Respond to one HTTP request."""
        given = _request(scope, await asgi.read_body(receive))
        request = replace(given, headers=without(given.headers, {_LOCATION}))
        request_id = secrets.token_urlsafe(40) + "=="
        try:
            location = self._location(given)
            response, result = await self._serve(request, request_id, location)
        except EdgeError as error:
            response, result = _error_page(error), error.result
        await _send(_finish(response, given, request_id, result), send)

    def _location(self, request: Request) -> int:
        asked, number = (
            header(request.headers, _LOCATION) or "1",
            max(1, self._locations()),
        )
        if not asked.isdecimal() or int(asked) not in range(1, number + 1):
            sentence = f"There are {number} edge locations, 1 to {number}; {asked!r} is not one."
            raise EdgeError(400, f"{sentence} The setting edge_locations changes that.")
        return int(asked)

    async def _serve(
        self, request: Request, request_id: str, location: int
    ) -> tuple[Response, str]:
        route = self._route(request, request_id, location)
        association = route.behavior.association(EventType.VIEWER_REQUEST)
        if association is not None:
            result = await self._triggers.viewer_request(route.context, association, request)
            if isinstance(result, Response):
                kind = "Lambda" if association.is_lambda else "Function"
                return result, f"{kind}GeneratedResponse"
            request = result
        if request.uri == "/" and route.config.default_root_object:
            request = replace(request, uri=f"/{route.config.default_root_object}")
        response, x_cache = await self._serve_from_cache(route, request)
        return await self._viewer_response(route, request, response), x_cache

    def _route(self, request: Request, request_id: str, location: int) -> _Route:
        host = _host_name(request)
        deployed = self._deployed(host, location)
        if deployed is None:
            raise EdgeError(403, f"No distribution serves {host!r}.")
        config = parse_distribution_config(deployed.config_xml)
        if not config.enabled:
            raise EdgeError(403, f"The distribution {deployed.distribution_id} is disabled.")
        behavior = select_behavior(config, request.uri)
        if request.method not in behavior.allowed_methods:
            raise EdgeError(403, f"This cache behavior does not allow the method {request.method}.")
        context = EventContext(deployed.distribution_id, deployed.domain_name, request_id, location)
        return _Route(context, config, behavior)

    async def _serve_from_cache(self, route: _Route, request: Request) -> tuple[Response, str]:
        owner = (route.context.distribution_id, route.behavior.origin_id)
        key = cache_key(route.caching, owner, request)
        is_cacheable = request.method in {"GET", "HEAD"}
        cached = self._cache.find(key, self._clock()) if is_cacheable else None
        if cached is not None:
            return cached, "Hit"
        response = await self._fetch(route, request)
        seconds = lifetime(route.caching, response)
        if request.method == "GET" and seconds > 0:
            self._cache.store(key, response, seconds=seconds, now=self._clock())
        return response, "Error" if response.status >= _ERROR else "Miss"

    async def _fetch(self, route: _Route, request: Request) -> Response:
        origin = route.config.origin(route.behavior.origin_id)
        outgoing = origin_request(route.behavior, route.caching, origin, request)
        association = route.behavior.association(EventType.ORIGIN_REQUEST)
        if association is not None:
            changed = await self._triggers.origin_request(
                route.context, association, outgoing, origin
            )
            if isinstance(changed, Response):
                return changed
            outgoing, origin = changed
        response = await fetch(origin, outgoing)
        association = route.behavior.association(EventType.ORIGIN_RESPONSE)
        if association is None:
            return response
        return await self._triggers.response(route.context, association, outgoing, response)

    async def _viewer_response(
        self, route: _Route, request: Request, response: Response
    ) -> Response:
        association = route.behavior.association(EventType.VIEWER_RESPONSE)
        if association is None or response.status >= _ERROR:
            return response
        return await self._triggers.response(route.context, association, request, response)


def _request(scope: asgi.Scope, body: bytes) -> Request:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    client = scope.get("client") or ("127.0.0.1", 0)
    headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]]
    return Request(
        method=scope["method"],
        uri=path.partition(b"?")[0].decode("latin-1"),
        querystring=scope["query_string"].decode("latin-1"),
        headers=tuple(headers),
        client_ip=client[0],
        body=body,
    )


def _host_name(request: Request) -> str:
    host = header(request.headers, "host") or ""
    return host.rpartition(":")[0].lower() if ":" in host else host.lower()


def _error_page(error: EdgeError) -> Response:
    headers = (("Content-Type", "text/plain; charset=utf-8"), ("Server", "CloudFront"))
    return Response(error.status, headers, f"{error.status} ERROR\n\n{error}\n".encode())


def _finish(response: Response, request: Request, request_id: str, result: str) -> Response:
    has_length_only = request.method == "HEAD" and not response.body
    length = header(response.headers, "content-length") if has_length_only else None
    fields: Headers = (
        ("Via", "1.1 sandbox.cloudfront.net (CloudFront)"),
        ("X-Amz-Cf-Id", request_id),
        ("X-Amz-Cf-Pop", f"SANDBOX{header(request.headers, _LOCATION) or 1}"),
        ("X-Cache", f"{result} from cloudfront"),
    )
    if header(response.headers, "date") is None:
        fields = (("Date", formatdate(usegmt=True)), *fields)
    if response.status not in _BODILESS:
        fields = (("Content-Length", length or str(len(response.body))), *fields)
    body = b"" if request.method == "HEAD" else response.body
    return Response(response.status, (*without(response.headers, _OURS), *fields), body)


async def _send(response: Response, send: asgi.Send) -> None:
    headers = [(name.encode("latin-1"), _wire(value)) for name, value in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": False})


def _wire(value: str) -> bytes:
    # The bytes of origins were read as latin-1; functions may return any text, sent as UTF-8.
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()
