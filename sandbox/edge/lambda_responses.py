"""
Check the responses that Lambda@Edge functions answer with, as CloudFront does, and read them. Pure.

    member             rule
    -----------------  ----------------------------------------------------------------
    status             a string, "200" to "599"
    statusDescription  a string, if there
    headers            see edge_headers
    body               a string, if there; none with status 204
    bodyEncoding       "text" or "base64", which must be valid then
    all of it          40 KB with headers at viewer-request, 1 MB at origin events

(doc: CloudFront Developer Guide, lambda-generating-http-responses, cloudfront-limits). The guide
does not say whether a KB has 1,000 or 1,024 bytes, nor whether base64 counts before or after
decoding: the smaller limit is used here, and the encoded text counted.
"""

import base64
import binascii
from dataclasses import replace
from typing import Any, cast

from sandbox.edge.lambda_headers import changed_headers, header_faults, headers_from
from sandbox.edge.messages import Headers, Response

SIZE_LIMITS = {"viewer-request": 40_000, "origin-request": 1_000_000, "origin-response": 1_000_000}
_LOWEST, _HIGHEST = 200, 599
_NO_CONTENT = 204


def check_generated_response(event_type: str, answer: object) -> tuple[str, ...]:
    """
    Return every fault that CloudFront would find in a response made at `event_type`, as sentences.

    `answer` is the function's answer, decoded from JSON. For any fault CloudFront gives the viewer
    a 502 (doc: CloudFront Developer Guide, http-502-bad-gateway).
    """
    return _faults(event_type, answer, ())


def check_changed_response(event_type: str, before: Response, answer: object) -> tuple[str, ...]:
    """Return the faults of a response that a function at a response event made of `before`."""
    faults = _faults(event_type, answer, before.headers)
    if event_type == "viewer-response" and isinstance(answer, dict) and "body" in answer:
        faults += ("The body cannot be replaced at viewer-response.",)
    return faults


def generated_response(answer: dict[str, Any]) -> Response:
    """Return the response of a checked answer."""
    return Response(int(answer["status"]), headers_from(answer.get("headers", {})), _body(answer))


def changed_response(event_type: str, before: Response, answer: dict[str, Any]) -> Response:
    """Return `before` as a checked answer wants it; the body stays unless there is a new one."""
    return replace(
        before,
        status=int(answer["status"]),
        headers=changed_headers(event_type, before.headers, answer.get("headers", {})),
        body=_body(answer) if "body" in answer else before.body,
    )


def _faults(event_type: str, answer: object, before: Headers) -> tuple[str, ...]:
    if not isinstance(answer, dict):
        return ("The function must answer with a request or a response object.",)
    members = cast("dict[str, Any]", answer)
    in_headers = header_faults(event_type, members.get("headers", {}), before)
    in_body = _body_faults(members)
    too_big = () if in_headers or in_body else _size_faults(event_type, members)
    return (*_status_faults(members), *in_headers, *in_body, *too_big)


def _status_faults(answer: dict[str, Any]) -> tuple[str, ...]:
    faults = []
    status = answer.get("status")
    is_number = isinstance(status, str) and status.isascii() and status.isdecimal()
    if not is_number or not _LOWEST <= int(str(status)) <= _HIGHEST:
        faults.append(f'status must be a string from "200" to "599", not {status!r}.')
    if not isinstance(answer.get("statusDescription", ""), str):
        faults.append("statusDescription must be a string.")
    return tuple(faults)


def _body_faults(answer: dict[str, Any]) -> tuple[str, ...]:
    body, encoding = answer.get("body", ""), answer.get("bodyEncoding", "text")
    if not isinstance(body, str):
        return ("body must be a string.",)
    if encoding not in {"text", "base64"}:
        return (f'bodyEncoding must be "text" or "base64", not {encoding!r}.',)
    if encoding == "base64" and not _is_base64(body):
        return ("bodyEncoding is base64, but the body is not valid base64.",)
    if body and answer.get("status") == str(_NO_CONTENT):
        return ("A response with status 204 must have no body.",)
    return ()


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _size_faults(event_type: str, answer: dict[str, Any]) -> tuple[str, ...]:
    limit = SIZE_LIMITS.get(event_type)
    lines = [f"{key}: {value}\r\n" for key, value in headers_from(answer.get("headers", {}))]
    size = len("".join((*lines, answer.get("body", ""))).encode())
    if limit is None or size <= limit:
        return ()
    return (f"Body and headers have {size:,} bytes; at {event_type} {limit:,} are allowed.",)


def _body(answer: dict[str, Any]) -> bytes:
    text: str = answer.get("body", "")
    return base64.b64decode(text) if answer.get("bodyEncoding") == "base64" else text.encode()
