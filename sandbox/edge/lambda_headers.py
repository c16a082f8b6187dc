"""
Write and read headers in the form of Lambda@Edge, and check those a function must not set. Pure.

The form is {"lower-case-name": [{"key": "Name-As-Sent", "value": "..."}]}; results may omit `key`.

Functions do not see disallowed headers and must not add them. They see read-only headers, but must
not add, change or delete them (doc: CloudFront Developer Guide, edge-function-restrictions-all).
The guide names no error for a deleted read-only header: it is restored.
"""

from sandbox.edge.messages import Headers

DISALLOWED = frozenset({
    "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization",
    "proxy-connection", "trailer", "upgrade", "x-accel-buffering", "x-accel-charset",
    "x-accel-limit-rate", "x-accel-redirect", "x-amzn-auth", "x-amzn-cf-billing", "x-amzn-cf-id",
    "x-amzn-cf-xff", "x-amzn-errortype", "x-amzn-fle-profile", "x-amzn-header-count",
    "x-amzn-header-order", "x-amzn-lambda-integration-tag", "x-amzn-requestid", "x-cache",
    "x-forwarded-proto", "x-real-ip",
})  # fmt: skip
DISALLOWED_PREFIXES = ("x-amz-cf-", "x-edge-")

# At viewer-response, CloudFront Functions may set more headers than Lambda@Edge.
FUNCTION_VIEWER_RESPONSE = "viewer-response of a CloudFront Function"

READ_ONLY = {
    "viewer-request": frozenset({"cdn-loop", "content-length", "host", "transfer-encoding", "via"}),
    "origin-request": frozenset({
        "accept-encoding", "cdn-loop", "content-length", "if-modified-since", "if-none-match",
        "if-range", "if-unmodified-since", "transfer-encoding", "via",
    }),
    "origin-response": frozenset({"transfer-encoding", "via"}),
    "viewer-response": frozenset({
        "content-encoding", "content-length", "transfer-encoding", "via", "warning",
    }),
    FUNCTION_VIEWER_RESPONSE: frozenset({"via", "warning"}),
}  # fmt: skip


def is_disallowed(name: str) -> bool:
    """Return whether edge functions must not see or set the header `name` (in any case)."""
    return name.lower() in DISALLOWED or name.lower().startswith(DISALLOWED_PREFIXES)


def event_headers(headers: Headers) -> dict[str, list[dict[str, str]]]:
    """Return `headers` in the form of an event, without the disallowed ones."""
    fields: dict[str, list[dict[str, str]]] = {}
    for key, value in headers:
        if not is_disallowed(key):
            fields.setdefault(key.lower(), []).append({"key": key, "value": value})
    return fields


def read_headers(fields: dict[str, list[dict[str, str]]]) -> Headers:
    """Return the headers of a checked result; without a `key`, the name gets capitals."""
    return tuple(
        (entry.get("key", name.title()), entry["value"])
        for name, entries in fields.items()
        for entry in entries
    )


def change_headers(
    event_type: str, before: Headers, fields: dict[str, list[dict[str, str]]]
) -> Headers:
    """Return the headers of a checked result; those it cannot see or delete are restored."""
    after = read_headers(fields)
    names = {key.lower() for key, _ in after}
    restored = READ_ONLY[event_type] - names
    protected = [pair for pair in before if is_disallowed(pair[0]) or pair[0].lower() in restored]
    return (*after, *protected)


def header_errors(event_type: str, fields: object, before: Headers = ()) -> tuple[str, ...]:
    """Return the errors in a function's headers, as sentences; it was given `before`."""
    if not isinstance(fields, dict):
        return (f"headers must be an object of lists, not {_kind(fields)}.",)
    given = event_headers(before)
    errors: list[str] = []
    for name, entries in fields.items():
        errors += _shape_errors(name, entries) or _permission_errors(
            event_type, name, entries, given
        )
    return tuple(errors)


def _shape_errors(name: object, entries: object) -> list[str]:
    if not isinstance(name, str) or not name or name != name.lower():
        return [f"The header name {name!r} must be in lower case."]
    if not isinstance(entries, list) or not entries:
        return [
            f'The header {name} must be a list such as [{{"value": "..."}}], not {_kind(entries)}.'
        ]
    return [error for entry in entries if (error := _entry_error(name, entry))]


def _entry_error(name: str, entry: object) -> str | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("value"), str):
        return f"The header {name} needs a value that is a string."
    if str(entry.get("key", name)).lower() != name:
        return f"The header {name} has the key {entry['key']!r}, which is another name."
    if any(ord(c) < ord(" ") and c != "\t" for c in entry["value"]):
        return f"The value of the header {name} has a control character."
    return None


def _permission_errors(
    event_type: str,
    name: str,
    entries: list[dict[str, str]],
    given: dict[str, list[dict[str, str]]],
) -> list[str]:
    if is_disallowed(name):
        return [f"The header {name} is not allowed in an edge function's response."]
    values = [entry["value"] for entry in entries]
    if name in READ_ONLY[event_type] and values != [e["value"] for e in given.get(name, [])]:
        return [f"The header {name} is read-only at {event_type}: do not set it."]
    return []


def _kind(value: object) -> str:
    return {type(None): "null", dict: "an object", list: "a list", str: "a string"}.get(
        type(value), type(value).__name__
    )
