"""
Events for Lambda@Edge functions, and the requests that they hand back. Pure.

Source: CloudFront Developer Guide, lambda-event-structure (event), lambda-include-body-access
(body), edge-function-restrictions-all (URI and query string). Of a changed origin, the custom
origin's domain name, port, path and headers count; another kind of origin is refused.
"""

import base64
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from sandbox.edge.config import Association, EventType, Origin
from sandbox.edge.lambda_headers import changed_headers, event_headers, header_faults
from sandbox.edge.messages import Request, Response

_BODY_LIMITS = {EventType.VIEWER_REQUEST: 40_000, EventType.ORIGIN_REQUEST: 1_000_000}
_URI_LIMIT = 8_192


@dataclass(frozen=True, slots=True)
class Visit:
    """One request at one distribution, as every event of it is told."""

    distribution_id: str
    domain_name: str
    request_id: str


def request_event(
    visit: Visit, association: Association, request: Request, origin: Origin | None = None
) -> dict[str, Any]:
    """Return the event of a request trigger; `origin` belongs to an origin-request only."""
    shaped = _request(request)
    if association.include_body:
        shaped["body"] = _shown_body(request.body, _BODY_LIMITS[EventType(association.event_type)])
    if origin is not None:
        shaped["origin"] = {"custom": _custom_origin(origin)}
    return _event(visit, association, {"request": shaped})


def response_event(
    visit: Visit, association: Association, request: Request, response: Response
) -> dict[str, Any]:
    """Return the event of a response trigger; the body is not shown to functions."""
    shown = {
        "status": str(response.status),
        "statusDescription": reason(response.status),
        "headers": event_headers(response.headers),
    }
    return _event(visit, association, {"request": _request(request), "response": shown})


def reason(status: int) -> str:
    """Return HTTP's phrase for `status`, or nothing."""
    return HTTPStatus(status).phrase if status in HTTPStatus else ""


def check_changed_request(
    event_type: str, before: Request, answer: dict[str, Any]
) -> tuple[str, ...]:
    """Return the faults of a request that a function handed back, as sentences."""
    faults = [
        f"{name} is read-only: {answer[name]!r} instead of {given!r}."
        for name, given in (("method", before.method), ("clientIp", before.client_ip))
        if answer.get(name, given) != given
    ]
    uri, querystring = answer.get("uri", before.uri), answer.get("querystring", before.querystring)
    faults += uri_faults(uri, querystring)
    faults += header_faults(event_type, answer.get("headers", {}), before.headers)
    faults += _replaced_body_faults(answer.get("body"))
    return tuple(faults)


def uri_faults(uri: object, querystring: object) -> list[str]:
    """Return what is wrong with a URI and a query string that a function wants."""
    if not isinstance(uri, str) or not uri.startswith("/"):
        return [f"uri must be a string that begins with a slash, not {uri!r}."]
    if not isinstance(querystring, str) or any(sign <= " " or sign == "#" for sign in querystring):
        return [f"querystring must be a string without spaces or #, not {querystring!r}."]
    if len(uri) + len(querystring) >= _URI_LIMIT:
        return [f"uri and querystring together must be shorter than {_URI_LIMIT} characters."]
    return []


def changed_request(event_type: str, before: Request, answer: dict[str, Any]) -> Request:
    """Return `before` as a checked answer wants it."""
    body = answer.get("body") or {}
    return replace(
        before,
        uri=answer.get("uri", before.uri),
        querystring=answer.get("querystring", before.querystring),
        headers=changed_headers(event_type, before.headers, answer.get("headers", {})),
        body=_replacement(body) if body.get("action") == "replace" else before.body,
    )


def check_changed_origin(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return what is wrong with the origin that an origin-request function asks for."""
    custom = (answer.get("origin") or {"custom": {}}).get("custom")
    if not isinstance(custom, dict):
        return ("origin must be a custom origin: the sandbox fetches from no other.",)
    if not isinstance(custom.get("domainName", ""), str) or not isinstance(
        custom.get("port", 1), int
    ):
        return ("origin.custom needs domainName as a string and port as a number.",)
    return header_faults(EventType.ORIGIN_REQUEST, custom.get("customHeaders", {}))


def changed_origin(before: Origin, answer: dict[str, Any]) -> Origin:
    """Return the origin that a checked answer asks for."""
    custom = (answer.get("origin") or {"custom": {}})["custom"]
    shaped = custom.get("customHeaders")
    return replace(
        before,
        domain_name=custom.get("domainName", before.domain_name),
        http_port=custom.get("port", before.http_port),
        path=custom.get("path", before.path),
        custom_headers=before.custom_headers
        if shaped is None
        else tuple((e.get("key", name), e["value"]) for name, es in shaped.items() for e in es),
    )


def _event(visit: Visit, association: Association, cf: dict[str, Any]) -> dict[str, Any]:
    config = {
        "distributionDomainName": visit.domain_name,
        "distributionId": visit.distribution_id,
        "eventType": association.event_type,
        "requestId": visit.request_id,
    }
    return {"Records": [{"cf": {"config": config, **cf}}]}


def _request(request: Request) -> dict[str, Any]:
    return {
        "clientIp": request.client_ip,
        "headers": event_headers(request.headers),
        "method": request.method,
        "querystring": request.querystring,
        "uri": request.uri,
    }


def _shown_body(body: bytes, limit: int) -> dict[str, Any]:
    return {
        "action": "read-only",
        "data": base64.b64encode(body[:limit]).decode(),
        "encoding": "base64",
        "inputTruncated": len(body) > limit,
    }


def _custom_origin(origin: Origin) -> dict[str, Any]:
    return {
        "customHeaders": event_headers(origin.custom_headers),
        "domainName": origin.domain_name,
        "keepaliveTimeout": 5,
        "path": origin.path,
        "port": origin.http_port,
        "protocol": "http",
        "readTimeout": 30,
        "sslProtocols": ["TLSv1.2"],
    }


def _replaced_body_faults(body: object) -> list[str]:
    if body is None or (isinstance(body, dict) and body.get("action") != "replace"):
        return []
    if not isinstance(body, dict) or not isinstance(body.get("data"), str):
        return ["body must be an object with action, encoding and data."]
    try:
        _replacement(body)
    except ValueError:
        return ["The replaced body says base64, but is not valid base64."]
    return []


def _replacement(body: dict[str, Any]) -> bytes:
    data: str = body["data"]
    is_base64 = body.get("encoding") == "base64"
    return base64.b64decode(data, validate=True) if is_base64 else data.encode()
