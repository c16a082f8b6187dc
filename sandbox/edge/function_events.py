"""
Write the events of CloudFront Functions, and read their results. Pure.

Query string, headers and cookies are objects {name: {"value": ..., "multiValue": [...]}}. Cookie
and Set-Cookie are not among the headers. For a repeated name a changed `multiValue` counts, else
`value` replaces the first one (doc: CloudFront Developer Guide, functions-event-structure). Any
other form of a result is an EdgeError 502.
"""

import base64
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

from sandbox.edge.config import EventType
from sandbox.edge.lambda_events import EventContext, reason, uri_errors
from sandbox.edge.lambda_headers import (
    FUNCTION_VIEWER_RESPONSE,
    change_headers,
    header_errors,
    is_disallowed,
)
from sandbox.edge.messages import (
    EdgeError,
    Headers,
    Request,
    Response,
    cookies,
    parameters,
    without,
)

type EventFields = dict[str, dict[str, Any]]

_LOWEST, _HIGHEST = 100, 599
_COOKIE_HEADERS = frozenset({"cookie", "set-cookie"})


def function_event(
    context: EventContext, event_type: EventType, request: Request, response: Response | None = None
) -> dict[str, Any]:
    """Return the event; only viewer-response has a `response`, and functions never see its body."""
    event: dict[str, Any] = {
        "version": "1.0",
        "context": {
            "distributionDomainName": context.domain_name,
            "distributionId": context.distribution_id,
            "eventType": event_type.value,
            "requestId": context.request_id,
        },
        "viewer": {"ip": request.client_ip},
        "request": _event_request(request),
    }
    if response is not None:
        event["response"] = _event_response(response)
    return event


def read_request_result(before: Request, result: object) -> Request | Response:
    """Return the request that a viewer-request function made of `before`, or its own response."""
    members = _check_object(result)
    if "statusCode" in members:
        return _read_response(EventType.VIEWER_REQUEST, Response(200), members)
    given = _event_request(before)
    uri = members.get("uri", before.uri)
    querystring = _read_querystring(before, given["querystring"], members)
    errors = uri_errors(uri, querystring)
    if members.get("method", before.method) != before.method:
        errors.append(f"method is read-only: {members['method']!r} instead of {before.method!r}.")
    _raise_errors(errors)
    headers = _read_headers(EventType.VIEWER_REQUEST, before.headers, given, members)
    return replace(
        before,
        uri=uri,
        querystring=querystring,
        headers=(*headers, *_read_cookie(before, given["cookies"], members)),
    )


def read_response_result(before: Response, result: object) -> Response:
    """Return the response that a viewer-response function made of `before`."""
    return _read_response(FUNCTION_VIEWER_RESPONSE, before, _check_object(result))


def _event_request(request: Request) -> dict[str, Any]:
    return {
        "method": request.method,
        "uri": request.uri,
        "querystring": _collapse(
            (name, {"value": value}) for name, value in parameters(request.querystring)
        ),
        "headers": _event_headers(request.headers),
        "cookies": _collapse((name, {"value": value}) for name, value in cookies(request.headers)),
    }


def _event_response(response: Response) -> dict[str, Any]:
    lines = [value for key, value in response.headers if key.lower() == "set-cookie"]
    return {
        "statusCode": response.status,
        "statusDescription": reason(response.status),
        "headers": _event_headers(response.headers),
        "cookies": _collapse(_event_set_cookie(line) for line in lines),
    }


def _event_set_cookie(line: str) -> tuple[str, dict[str, Any]]:
    crumb, _, attributes = line.partition(";")
    name, _, value = crumb.strip().partition("=")
    return name, {"value": value, **({"attributes": attributes.strip()} if attributes else {})}


def _event_headers(headers: Headers) -> EventFields:
    visible = [pair for pair in without(headers, _COOKIE_HEADERS) if not is_disallowed(pair[0])]
    return _collapse((key.lower(), {"value": value}) for key, value in visible)


def _collapse(entries: Iterable[tuple[str, dict[str, Any]]]) -> EventFields:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for name, entry in entries:
        grouped.setdefault(name, []).append(entry)
    return {
        name: {**group[0], "multiValue": group} if len(group) > 1 else group[0]
        for name, group in grouped.items()
    }


def _expand(given: EventFields, returned: EventFields) -> list[tuple[str, dict[str, Any]]]:
    entries: list[tuple[str, dict[str, Any]]] = []
    for name, entry in returned.items():
        group = entry.get("multiValue") or [entry]
        if group == given.get(name, {}).get("multiValue"):
            group = [entry, *group[1:]]
        entries += [(name, member) for member in group]
    return entries


def _read_querystring(before: Request, given: EventFields, members: dict[str, Any]) -> str:
    returned = _read_fields(members, "querystring")
    if returned == given:
        return before.querystring
    pairs = [(name, entry["value"]) for name, entry in _expand(given, returned)]
    return "&".join(f"{name}={value}" if value else name for name, value in pairs)


def _read_cookie(before: Request, given: EventFields, members: dict[str, Any]) -> Headers:
    returned = _read_fields(members, "cookies")
    if returned == given:
        return tuple(pair for pair in before.headers if pair[0].lower() == "cookie")
    crumbs = [f"{name}={entry['value']}" for name, entry in _expand(given, returned)]
    return (("Cookie", "; ".join(crumbs)),) if crumbs else ()


def _read_set_cookies(given: EventFields, members: dict[str, Any]) -> Headers:
    entries = _expand(given, _read_fields(members, "cookies"))
    parts = [(f"{name}={entry['value']}", entry.get("attributes", "")) for name, entry in entries]
    return tuple(("Set-Cookie", "; ".join(filter(None, part))) for part in parts)


def _read_headers(
    event_type: str, before: Headers, given: dict[str, Any], members: dict[str, Any]
) -> Headers:
    sent = without(before, _COOKIE_HEADERS)
    fields: dict[str, list[dict[str, str]]] = {}
    for name, entry in _expand(given["headers"], _read_fields(members, "headers")):
        fields.setdefault(name, []).append({"value": entry["value"]})
    _raise_errors(header_errors(event_type, fields, sent))
    return change_headers(event_type, sent, fields)


def _read_response(event_type: str, before: Response, members: dict[str, Any]) -> Response:
    status = members.get("statusCode")
    if not isinstance(status, int) or not _LOWEST <= status <= _HIGHEST:
        _raise_errors([f"statusCode must be a number from 100 to 599, not {status!r}."])
    given = _event_response(before)
    headers = _read_headers(event_type, before.headers, given, members)
    return replace(
        before,
        status=cast("int", status),
        headers=(*headers, *_read_set_cookies(given["cookies"], members)),
        body=_read_body(members["body"]) if "body" in members else before.body,
    )


def _read_body(body: object) -> bytes:
    full = {"encoding": "text", "data": body} if isinstance(body, str) else body
    if not isinstance(full, dict) or not isinstance(full.get("data"), str):
        raise _invalid("body must be a string, or an object with encoding and data.")
    data: str = full["data"]
    if full.get("encoding") == "text":
        return data.encode()
    try:
        return base64.b64decode(data, validate=True)
    except ValueError as error:
        raise _invalid(f"body is neither text nor valid base64: {error}.") from error


def _check_object(result: object) -> dict[str, Any]:
    if not isinstance(result, dict):
        raise _invalid("it must return a request or a response object.")
    return cast("dict[str, Any]", result)


def _read_fields(members: dict[str, Any], label: str) -> EventFields:
    fields = members.get(label, {})
    if not isinstance(fields, dict):
        raise _invalid(f"{label} must be an object.")
    for name, entry in fields.items():
        group = (entry, *entry.get("multiValue", ())) if isinstance(entry, dict) else (entry,)
        if not all(isinstance(e, dict) and isinstance(e.get("value"), str) for e in group):
            raise _invalid(f'{label}.{name} must be an object such as {{"value": "..."}}.')
    return fields


def _raise_errors(errors: Iterable[str]) -> None:
    if sentence := " ".join(errors):
        raise _invalid(sentence)


def _invalid(sentence: str) -> EdgeError:
    return EdgeError(
        502,
        f"The CloudFront function returned an invalid value: {sentence}",
        result="FunctionValidationError",
    )
