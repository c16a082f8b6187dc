"""
Write the events of Lambda@Edge functions, and read the requests that these return. Pure.

A function may change the custom origin's domain name, port, path and headers; another kind of
origin is refused.

Source: CloudFront Developer Guide, lambda-event-structure (event), lambda-include-body-access
(body), edge-function-restrictions-all (URI and query string).
"""

import base64
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from sandbox.edge.config import Association, EventType, Origin
from sandbox.edge.lambda_headers import change_headers, event_headers, header_errors
from sandbox.edge.messages import Request, Response

_BODY_LIMITS = {EventType.VIEWER_REQUEST: 40_000, EventType.ORIGIN_REQUEST: 1_000_000}
_URI_LIMIT = 8_192


@dataclass(frozen=True, slots=True)
class EventContext:
    """
    What every event of one viewer's request has: the distribution and the request's id.

    `location` is the edge location that serves the request.
    """

    distribution_id: str
    domain_name: str
    request_id: str
    location: int = 1


def request_event(
    context: EventContext, association: Association, request: Request, origin: Origin | None = None
) -> dict[str, Any]:
    """Return the event of a request trigger; only origin-request has an `origin`."""
    fields = _request(request)
    if association.include_body:
        fields["body"] = _event_body(request.body, _BODY_LIMITS[EventType(association.event_type)])
    if origin is not None:
        fields["origin"] = {"custom": _custom_origin(origin)}
    return _event(context, association, {"request": fields})


def response_event(
    context: EventContext, association: Association, request: Request, response: Response
) -> dict[str, Any]:
    """Return the event of a response trigger; functions never see the body."""
    response_fields = {
        "status": str(response.status),
        "statusDescription": reason(response.status),
        "headers": event_headers(response.headers),
    }
    return _event(context, association, {"request": _request(request), "response": response_fields})


def reason(status: int) -> str:
    """Return HTTP's phrase for `status`, or ''."""
    return HTTPStatus(status).phrase if status in HTTPStatus else ""


def check_changed_request(
    event_type: str, before: Request, result: dict[str, Any]
) -> tuple[str, ...]:
    """Return the errors of a request that a function returned, as sentences."""
    errors = [
        f"{name} is read-only: {result[name]!r} instead of {given!r}."
        for name, given in (("method", before.method), ("clientIp", before.client_ip))
        if result.get(name, given) != given
    ]
    uri, querystring = result.get("uri", before.uri), result.get("querystring", before.querystring)
    errors += uri_errors(uri, querystring)
    errors += header_errors(event_type, result.get("headers", {}), before.headers)
    errors += _body_errors(result.get("body"))
    return tuple(errors)


def uri_errors(uri: object, querystring: object) -> list[str]:
    """Return the errors of a URI and a query string that a function returned."""
    if not isinstance(uri, str) or not uri.startswith("/"):
        return [f"uri must be a string that begins with a slash, not {uri!r}."]
    if not isinstance(querystring, str) or any(c <= " " or c == "#" for c in querystring):
        return [f"querystring must be a string without spaces or #, not {querystring!r}."]
    if len(uri) + len(querystring) >= _URI_LIMIT:
        return [f"uri and querystring together must be shorter than {_URI_LIMIT} characters."]
    return []


def change_request(event_type: str, before: Request, result: dict[str, Any]) -> Request:
    """Return `before` as a checked result changes it."""
    body = result.get("body") or {}
    return replace(
        before,
        uri=result.get("uri", before.uri),
        querystring=result.get("querystring", before.querystring),
        headers=change_headers(event_type, before.headers, result.get("headers", {})),
        body=_replacement(body) if body.get("action") == "replace" else before.body,
    )


def check_changed_origin(result: dict[str, Any]) -> tuple[str, ...]:
    """Return the errors of the origin that an origin-request function returned."""
    custom = (result.get("origin") or {"custom": {}}).get("custom")
    if not isinstance(custom, dict):
        return ("origin must be a custom origin: the sandbox reaches no other kind.",)
    if not isinstance(custom.get("domainName", ""), str) or not isinstance(
        custom.get("port", 1), int
    ):
        return ("origin.custom needs domainName as a string and port as a number.",)
    return header_errors(EventType.ORIGIN_REQUEST, custom.get("customHeaders", {}))


def change_origin(before: Origin, result: dict[str, Any]) -> Origin:
    """Return `before` as a checked result changes it."""
    custom = (result.get("origin") or {"custom": {}})["custom"]
    fields = custom.get("customHeaders")
    return replace(
        before,
        domain_name=custom.get("domainName", before.domain_name),
        http_port=custom.get("port", before.http_port),
        path=custom.get("path", before.path),
        custom_headers=before.custom_headers
        if fields is None
        else tuple((e.get("key", name), e["value"]) for name, es in fields.items() for e in es),
    )


def _event(context: EventContext, association: Association, cf: dict[str, Any]) -> dict[str, Any]:
    config = {
        "distributionDomainName": context.domain_name,
        "distributionId": context.distribution_id,
        "eventType": association.event_type,
        "requestId": context.request_id,
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


def _event_body(body: bytes, limit: int) -> dict[str, Any]:
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


def _body_errors(body: object) -> list[str]:
    if body is None or (isinstance(body, dict) and body.get("action") != "replace"):
        return []
    if not isinstance(body, dict) or not isinstance(body.get("data"), str):
        return ["body must be an object with action, encoding and data."]
    try:
        _replacement(body)
    except ValueError:
        return ["The encoding of the body is base64, but the body is not valid base64."]
    return []


def _replacement(body: dict[str, Any]) -> bytes:
    data: str = body["data"]
    is_base64 = body.get("encoding") == "base64"
    return base64.b64decode(data, validate=True) if is_base64 else data.encode()
