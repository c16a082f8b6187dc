"""
Build the request to an origin (pure), and fetch the response over HTTP.

The sandbox reaches custom origins on this machine's loopback only, over plain HTTP.

    the viewer's request   what the origin gets
    ---------------------  -------------------------------------------------------------------
    query string, cookies  what is in the cache key; everything with any origin request policy
    Host                   the origin's, unless Host is in the cache key
    Accept-Encoding        what is in the cache key
    other headers          all but hop-by-hop ones; CloudFront withholds more of them
"""

import asyncio
import ipaddress
from dataclasses import replace
from http.client import HTTPConnection, HTTPException

from sandbox.edge.cache import Caching, accepted_encodings, is_selected
from sandbox.edge.config import Behavior, Origin
from sandbox.edge.messages import (
    EdgeError,
    Headers,
    Request,
    Response,
    cookies,
    header,
    parameters,
    without,
)

SECONDS = 30.0  # CloudFront's default response timeout of an origin
_HTTP_PORT = 80
_HOP_BY_HOP = frozenset({
    "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization",
    "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
})  # fmt: skip
_REWRITTEN = frozenset({"accept-encoding", "content-length", "cookie", "host", "x-forwarded-for"})


def origin_request(
    behavior: Behavior, caching: Caching, origin: Origin, request: Request
) -> Request:
    """Return `request` as CloudFront sends it to `origin`; `fetch` adds the origin's path."""
    headers = [
        ("Host", _host(caching, origin, request)),
        *without(request.headers, _HOP_BY_HOP | _REWRITTEN),
        ("X-Forwarded-For", _forwarded_for(request)),
        *_optional("Accept-Encoding", accepted_encodings(caching, request.headers)),
        *_optional("Cookie", _cookie(behavior, caching, request)),
    ]
    return replace(
        request, headers=tuple(headers), querystring=_querystring(behavior, caching, request)
    )


async def fetch(origin: Origin, request: Request, *, seconds: float = SECONDS) -> Response:
    """
    Return the response of `origin` to `request`, with any status.

    EdgeError 502 if the origin must not or cannot be reached, 504 if it does not respond in time.
    """
    port = reachable_port(origin)
    try:
        return await asyncio.to_thread(_exchange, origin, port, request, seconds)
    except TimeoutError as error:
        raise EdgeError(504, f"The origin did not respond within {seconds:g} s.") from error
    except (OSError, HTTPException) as error:
        where = f"{origin.domain_name}:{port}"
        raise EdgeError(502, f"The origin at {where} cannot be reached: {error}.") from error


def reachable_port(origin: Origin) -> int:
    """Return the port of `origin`; EdgeError if the sandbox must not reach it."""
    if origin.http_port is None:
        raise EdgeError(
            502,
            f"The origin {origin.origin_id} is no custom origin, and the sandbox reaches no other.",
        )
    if not _is_loopback(origin.domain_name):
        raise EdgeError(
            502,
            f"The origin {origin.domain_name} is not on this machine; the sandbox fetches from "
            "localhost, 127.0.0.1 or [::1] only.",
        )
    if origin.protocol_policy == "https-only":
        raise EdgeError(
            502,
            f"The origin {origin.origin_id} requires HTTPS; the sandbox uses HTTP: set http-only.",
        )
    return origin.http_port


def _is_loopback(domain_name: str) -> bool:
    if domain_name == "localhost":
        return True
    try:
        return ipaddress.ip_address(domain_name.strip("[]")).is_loopback
    except ValueError:
        return False


def _exchange(origin: Origin, port: int, request: Request, seconds: float) -> Response:
    connection = HTTPConnection(origin.domain_name.strip("[]"), port, timeout=seconds)
    query = f"?{request.querystring}" if request.querystring else ""
    try:
        connection.putrequest(
            request.method,
            f"{origin.path}{request.uri}{query}",
            skip_host=True,
            skip_accept_encoding=True,
        )
        custom = {name.lower() for name, _ in origin.custom_headers}
        for name, value in (*without(request.headers, custom), *origin.custom_headers):
            connection.putheader(name, value)
        if request.body:
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)
        return _read_response(connection)
    finally:
        connection.close()


def _read_response(connection: HTTPConnection) -> Response:
    response = connection.getresponse()
    body = response.read()
    headers = without(tuple(response.getheaders()), _HOP_BY_HOP)
    return Response(response.status, headers, body)


def _host(caching: Caching, origin: Origin, request: Request) -> str:
    if is_selected(caching.headers, "host"):
        return header(request.headers, "host") or origin.domain_name
    port = f":{origin.http_port}" if origin.http_port not in {None, _HTTP_PORT} else ""
    return f"{origin.domain_name}{port}"


def _forwarded_for(request: Request) -> str:
    earlier = header(request.headers, "x-forwarded-for")
    return f"{earlier}, {request.client_ip}" if earlier else request.client_ip


def _cookie(behavior: Behavior, caching: Caching, request: Request) -> str:
    forwards_all = behavior.has_origin_request_policy
    return "; ".join(
        f"{name}={value}"
        for name, value in cookies(request.headers)
        if forwards_all or is_selected(caching.cookies, name)
    )


def _querystring(behavior: Behavior, caching: Caching, request: Request) -> str:
    known = {name for name, _ in parameters(request.querystring)}
    if behavior.has_origin_request_policy or all(
        is_selected(caching.query_strings, n) for n in known
    ):
        return request.querystring
    parts = [part for part in request.querystring.split("&") if part]
    return "&".join(p for p in parts if is_selected(caching.query_strings, p.partition("=")[0]))


def _optional(name: str, value: str | None) -> Headers:
    return ((name, value),) if value else ()
