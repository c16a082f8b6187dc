"""
Events for CloudFront Functions, and what they hand back. Pure.

Query string, headers and cookies are objects {name: {"value": ..., "multiValue": [...]}}.
Cookie and Set-Cookie are not among the headers. Of a repeated one a changed `multiValue` counts,
else `value` stands for its first (doc: CloudFront Developer Guide, functions-event-structure). An
answer that does not keep to this is an EdgeError, 502.
"""

import base64
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

from sandbox.edge.config import EventType
from sandbox.edge.lambda_events import Visit, reason, uri_faults
from sandbox.edge.lambda_headers import (
    FUNCTION_VIEWER_RESPONSE,
    changed_headers,
    header_faults,
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

type Shaped = dict[str, dict[str, Any]]

_LOWEST, _HIGHEST = 100, 599
_COOKIE_HEADERS = frozenset({"cookie", "set-cookie"})


def function_event(
    visit: Visit, event_type: EventType, request: Request, response: Response | None = None
) -> dict[str, Any]:
    """Return the event; `response` belongs to viewer-response only, and its body is not shown."""
    event: dict[str, Any] = {
        "version": "1.0",
        "context": {
            "distributionDomainName": visit.domain_name,
            "distributionId": visit.distribution_id,
            "eventType": event_type.value,
            "requestId": visit.request_id,
        },
        "viewer": {"ip": request.client_ip},
        "request": _shown_request(request),
    }
    if response is not None:
        event["response"] = _shown_response(response)
    return event


def read_request_answer(before: Request, answer: object) -> Request | Response:
    """Return what a viewer-request function made of `before`: a request, or its own response."""
    members = _members(answer)
    if "statusCode" in members:
        return _read_response(EventType.VIEWER_REQUEST, Response(200), members)
    shown = _shown_request(before)
    uri = members.get("uri", before.uri)
    querystring = _read_querystring(before, shown["querystring"], members)
    faults = uri_faults(uri, querystring)
    if members.get("method", before.method) != before.method:
        faults.append(f"method is read-only: {members['method']!r} instead of {before.method!r}.")
    _refuse(faults)
    headers = _read_headers(EventType.VIEWER_REQUEST, before.headers, shown, members)
    return replace(
        before,
        uri=uri,
        querystring=querystring,
        headers=(*headers, *_read_cookie(before, shown["cookies"], members)),
    )


def read_response_answer(before: Response, answer: object) -> Response:
    """Return what a viewer-response function made of `before`."""
    return _read_response(FUNCTION_VIEWER_RESPONSE, before, _members(answer))


def _shown_request(request: Request) -> dict[str, Any]:
    return {
        "method": request.method,
        "uri": request.uri,
        "querystring": _collapsed(
            (name, {"value": value}) for name, value in parameters(request.querystring)
        ),
        "headers": _shown_headers(request.headers),
        "cookies": _collapsed((name, {"value": value}) for name, value in cookies(request.headers)),
    }


def _shown_response(response: Response) -> dict[str, Any]:
    lines = [value for key, value in response.headers if key.lower() == "set-cookie"]
    return {
        "statusCode": response.status,
        "statusDescription": reason(response.status),
        "headers": _shown_headers(response.headers),
        "cookies": _collapsed(_shown_set_cookie(line) for line in lines),
    }


def _shown_set_cookie(line: str) -> tuple[str, dict[str, Any]]:
    crumb, _, attributes = line.partition(";")
    name, _, value = crumb.strip().partition("=")
    return name, {"value": value, **({"attributes": attributes.strip()} if attributes else {})}


def _shown_headers(headers: Headers) -> Shaped:
    shown = [pair for pair in without(headers, _COOKIE_HEADERS) if not is_disallowed(pair[0])]
    return _collapsed((key.lower(), {"value": value}) for key, value in shown)


def _collapsed(entries: Iterable[tuple[str, dict[str, Any]]]) -> Shaped:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for name, entry in entries:
        grouped.setdefault(name, []).append(entry)
    return {
        name: {**group[0], "multiValue": group} if len(group) > 1 else group[0]
        for name, group in grouped.items()
    }


def _expanded(shown: Shaped, answered: Shaped) -> list[tuple[str, dict[str, Any]]]:
    entries: list[tuple[str, dict[str, Any]]] = []
    for name, entry in answered.items():
        group = entry.get("multiValue") or [entry]
        if group == shown.get(name, {}).get("multiValue"):
            group = [entry, *group[1:]]
        entries += [(name, member) for member in group]
    return entries


def _read_querystring(before: Request, shown: Shaped, members: dict[str, Any]) -> str:
    answered = _shaped(members, "querystring")
    if answered == shown:
        return before.querystring
    pairs = [(name, entry["value"]) for name, entry in _expanded(shown, answered)]
    return "&".join(f"{name}={value}" if value else name for name, value in pairs)


def _read_cookie(before: Request, shown: Shaped, members: dict[str, Any]) -> Headers:
    answered = _shaped(members, "cookies")
    if answered == shown:
        return tuple(pair for pair in before.headers if pair[0].lower() == "cookie")
    crumbs = [f"{name}={entry['value']}" for name, entry in _expanded(shown, answered)]
    return (("Cookie", "; ".join(crumbs)),) if crumbs else ()


def _read_set_cookies(shown: Shaped, members: dict[str, Any]) -> Headers:
    entries = _expanded(shown, _shaped(members, "cookies"))
    parts = [(f"{name}={entry['value']}", entry.get("attributes", "")) for name, entry in entries]
    return tuple(("Set-Cookie", "; ".join(filter(None, part))) for part in parts)


def _read_headers(
    event_type: str, before: Headers, shown: dict[str, Any], members: dict[str, Any]
) -> Headers:
    given = without(before, _COOKIE_HEADERS)
    shaped: dict[str, list[dict[str, str]]] = {}
    for name, entry in _expanded(shown["headers"], _shaped(members, "headers")):
        shaped.setdefault(name, []).append({"value": entry["value"]})
    _refuse(header_faults(event_type, shaped, given))
    return changed_headers(event_type, given, shaped)


def _read_response(event_type: str, before: Response, members: dict[str, Any]) -> Response:
    status = members.get("statusCode")
    if not isinstance(status, int) or not _LOWEST <= status <= _HIGHEST:
        _refuse([f"statusCode must be a number from 100 to 599, not {status!r}."])
    shown = _shown_response(before)
    headers = _read_headers(event_type, before.headers, shown, members)
    return replace(
        before,
        status=cast("int", status),
        headers=(*headers, *_read_set_cookies(shown["cookies"], members)),
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


def _members(answer: object) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise _invalid("it must return a request or a response object.")
    return cast("dict[str, Any]", answer)


def _shaped(members: dict[str, Any], label: str) -> Shaped:
    shaped = members.get(label, {})
    if not isinstance(shaped, dict):
        raise _invalid(f"{label} must be an object.")
    for name, entry in shaped.items():
        group = (entry, *entry.get("multiValue", ())) if isinstance(entry, dict) else (entry,)
        if not all(isinstance(e, dict) and isinstance(e.get("value"), str) for e in group):
            raise _invalid(f'{label}.{name} must be an object such as {{"value": "..."}}.')
    return shaped


def _refuse(faults: Iterable[str]) -> None:
    if sentence := " ".join(faults):
        raise _invalid(sentence)


def _invalid(sentence: str) -> EdgeError:
    return EdgeError(
        502,
        f"The CloudFront function returned an invalid value: {sentence}",
        result="FunctionValidationError",
    )
