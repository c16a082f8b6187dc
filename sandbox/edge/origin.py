"""
Ask an origin: what a request to it looks like (pure), and the fetch over HTTP.

The sandbox reaches custom origins on this machine's loopback only, over plain HTTP.

    of the viewer's request   goes to the origin
    -----------------------   ----------------------------------------------------------------------
    query string, cookies     what is in the cache key; all of it with any origin request policy
    Host                      the origin's, unless Host is in the cache key
    Accept-Encoding           what is in the cache key
    other headers             as they are, less hop-by-hop ones; CloudFront holds back more of them
"""

import asyncio
import ipaddress
from dataclasses import replace
from http.client import HTTPConnection, HTTPException

from sandbox.edge.cache import Caching, accepted_encodings, chosen
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
    """Return `request` as CloudFront would send it to `origin`; its path is added at the fetch."""
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
    Return what `origin` answers to `request`, whatever its status.

    EdgeError: 502 where the origin may not or cannot be reached, 504 where it is silent.
    """
    port = reachable_port(origin)
    try:
        return await asyncio.to_thread(_exchange, origin, port, request, seconds)
    except TimeoutError as error:
        raise EdgeError(504, f"The origin did not answer within {seconds:g} s.") from error
    except (OSError, HTTPException) as error:
        where = f"{origin.domain_name}:{port}"
        raise EdgeError(502, f"The origin at {where} cannot be reached: {error}.") from error


def reachable_port(origin: Origin) -> int:
    """Return the port to ask `origin` at; EdgeError where the sandbox does not go."""
    if origin.http_port is None:
        raise EdgeError(
            502,
            f"The origin {origin.origin_id} is no custom origin: the sandbox has no other.",
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
            f"The origin {origin.origin_id} wants HTTPS; the sandbox speaks HTTP: use http-only.",
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
        return _answer(connection)
    finally:
        connection.close()


def _answer(connection: HTTPConnection) -> Response:
    answer = connection.getresponse()
    body = answer.read()
    headers = without(tuple(answer.getheaders()), _HOP_BY_HOP)
    return Response(answer.status, headers, body)


def _host(caching: Caching, origin: Origin, request: Request) -> str:
    if chosen(caching.headers, "host"):
        return header(request.headers, "host") or origin.domain_name
    port = f":{origin.http_port}" if origin.http_port not in {None, _HTTP_PORT} else ""
    return f"{origin.domain_name}{port}"


def _forwarded_for(request: Request) -> str:
    earlier = header(request.headers, "x-forwarded-for")
    return f"{earlier}, {request.client_ip}" if earlier else request.client_ip


def _cookie(behavior: Behavior, caching: Caching, request: Request) -> str:
    every = behavior.has_origin_request_policy
    crumbs = [(n, v) for n, v in cookies(request.headers) if every or chosen(caching.cookies, n)]
    return "; ".join(f"{name}={value}" for name, value in crumbs)


def _querystring(behavior: Behavior, caching: Caching, request: Request) -> str:
    known = {name for name, _ in parameters(request.querystring)}
    if behavior.has_origin_request_policy or all(chosen(caching.query_strings, n) for n in known):
        return request.querystring
    parts = [part for part in request.querystring.split("&") if part]
    return "&".join(p for p in parts if chosen(caching.query_strings, p.partition("=")[0]))


def _optional(name: str, value: str | None) -> Headers:
    return ((name, value),) if value else ()
