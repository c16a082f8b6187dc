"""
Check the responses that Lambda@Edge functions return, as CloudFront does, and read them. Pure.

    member             rule
    -----------------  ----------------------------------------------------------------
    status             a string, "200" to "599"
    statusDescription  a string, if present
    headers            see `lambda_headers`
    body               a string, if present; empty with status 204
    bodyEncoding       "text", or "base64" if the body is valid base64
    all together       40 KB with headers at viewer-request, 1 MB at origin events

(doc: CloudFront Developer Guide, lambda-generating-http-responses, cloudfront-limits). The guide
does not say whether a KB has 1,000 or 1,024 bytes, nor whether base64 counts before or after
decoding: here the smaller limit holds, and the encoded text counts.
"""

import base64
import binascii
from dataclasses import replace
from typing import Any, cast

from sandbox.edge.lambda_headers import change_headers, header_errors, read_headers
from sandbox.edge.messages import Headers, Response

SIZE_LIMITS = {"viewer-request": 40_000, "origin-request": 1_000_000, "origin-response": 1_000_000}
_LOWEST, _HIGHEST = 200, 599
_NO_CONTENT = 204


def check_generated_response(event_type: str, result: object) -> tuple[str, ...]:
    """
    Return every error that CloudFront finds in a response made at `event_type`, as sentences.

    `result` is the function's, decoded from JSON. With any error, CloudFront sends the viewer a 502
    (doc: CloudFront Developer Guide, http-502-bad-gateway).
    """
    return _errors(event_type, result, ())


def check_changed_response(event_type: str, before: Response, result: object) -> tuple[str, ...]:
    """Return the errors of a response that a function at a response event made of `before`."""
    errors = _errors(event_type, result, before.headers)
    if event_type == "viewer-response" and isinstance(result, dict) and "body" in result:
        errors += ("The body cannot be replaced at viewer-response.",)
    return errors


def read_response(result: dict[str, Any]) -> Response:
    """Return the response in a checked result."""
    return Response(int(result["status"]), read_headers(result.get("headers", {})), _body(result))


def change_response(event_type: str, before: Response, result: dict[str, Any]) -> Response:
    """Return `before` as a checked result changes it; without a new body, the old one stays."""
    return replace(
        before,
        status=int(result["status"]),
        headers=change_headers(event_type, before.headers, result.get("headers", {})),
        body=_body(result) if "body" in result else before.body,
    )


def _errors(event_type: str, result: object, before: Headers) -> tuple[str, ...]:
    if not isinstance(result, dict):
        return ("The function must return a request or a response object.",)
    members = cast("dict[str, Any]", result)
    in_headers = header_errors(event_type, members.get("headers", {}), before)
    in_body = _body_errors(members)
    too_big = () if in_headers or in_body else _size_errors(event_type, members)
    return (*_status_errors(members), *in_headers, *in_body, *too_big)


def _status_errors(result: dict[str, Any]) -> tuple[str, ...]:
    errors = []
    status = result.get("status")
    is_number = isinstance(status, str) and status.isascii() and status.isdecimal()
    if not is_number or not _LOWEST <= int(str(status)) <= _HIGHEST:
        errors.append(f'status must be a string from "200" to "599", not {status!r}.')
    if not isinstance(result.get("statusDescription", ""), str):
        errors.append("statusDescription must be a string.")
    return tuple(errors)


def _body_errors(result: dict[str, Any]) -> tuple[str, ...]:
    body, encoding = result.get("body", ""), result.get("bodyEncoding", "text")
    if not isinstance(body, str):
        return ("body must be a string.",)
    if encoding not in {"text", "base64"}:
        return (f'bodyEncoding must be "text" or "base64", not {encoding!r}.',)
    if encoding == "base64" and not _is_base64(body):
        return ("bodyEncoding is base64, but the body is not valid base64.",)
    if body and result.get("status") == str(_NO_CONTENT):
        return ("A response with status 204 must have no body.",)
    return ()


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _size_errors(event_type: str, result: dict[str, Any]) -> tuple[str, ...]:
    limit = SIZE_LIMITS.get(event_type)
    lines = [f"{key}: {value}\r\n" for key, value in read_headers(result.get("headers", {}))]
    size = len("".join((*lines, result.get("body", ""))).encode())
    if limit is None or size <= limit:
        return ()
    return (f"Body and headers have {size:,} bytes; at {event_type} {limit:,} are allowed.",)


def _body(result: dict[str, Any]) -> bytes:
    text: str = result.get("body", "")
    return base64.b64decode(text) if result.get("bodyEncoding") == "base64" else text.encode()
