"""
Headers as Lambda@Edge writes them, and which of them a function may not touch. Pure.

Shape: {"lower-case-name": [{"key": "Name-As-Sent", "value": "..."}]}, `key` optional in answers.

Disallowed headers are not shown to functions and may not be added; read-only ones may be read, but
not added, changed or deleted (doc: CloudFront Developer Guide, edge-function-restrictions-all). The
guide has no error for a deleted one: it is put back.
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

# At viewer-response CloudFront Functions have more freedom than Lambda@Edge.
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
    """Say whether `name` (in any case) is kept from edge functions."""
    return name.lower() in DISALLOWED or name.lower().startswith(DISALLOWED_PREFIXES)


def event_headers(headers: Headers) -> dict[str, list[dict[str, str]]]:
    """Return `headers` in the shape of an event, less the disallowed ones."""
    shaped: dict[str, list[dict[str, str]]] = {}
    for key, value in headers:
        if not is_disallowed(key):
            shaped.setdefault(key.lower(), []).append({"key": key, "value": value})
    return shaped


def headers_from(shaped: dict[str, list[dict[str, str]]]) -> Headers:
    """Return a function's (checked) headers; a missing `key` is the name with capitals."""
    return tuple(
        (entry.get("key", name.title()), entry["value"])
        for name, entries in shaped.items()
        for entry in entries
    )


def changed_headers(
    event_type: str, before: Headers, shaped: dict[str, list[dict[str, str]]]
) -> Headers:
    """Return a function's (checked) headers, with those put back that it cannot see or delete."""
    after = headers_from(shaped)
    names = {key.lower() for key, _ in after}
    kept = READ_ONLY[event_type] - names
    held = [pair for pair in before if is_disallowed(pair[0]) or pair[0].lower() in kept]
    return (*after, *held)


def header_faults(event_type: str, shaped: object, before: Headers = ()) -> tuple[str, ...]:
    """Return the faults of a function's headers, as sentences; `before` is what it was given."""
    if not isinstance(shaped, dict):
        return (f"headers must be an object of lists, not {_kind(shaped)}.",)
    given = event_headers(before)
    faults: list[str] = []
    for name, entries in shaped.items():
        faults += _shape_faults(name, entries) or _liberty_faults(event_type, name, entries, given)
    return tuple(faults)


def _shape_faults(name: object, entries: object) -> list[str]:
    if not isinstance(name, str) or not name or name != name.lower():
        return [f"The header name {name!r} must be in lower case."]
    if not isinstance(entries, list) or not entries:
        return [
            f'The header {name} must be a list such as [{{"value": "..."}}], not {_kind(entries)}.'
        ]
    return [fault for entry in entries if (fault := _entry_fault(name, entry))]


def _entry_fault(name: str, entry: object) -> str | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("value"), str):
        return f"The header {name} needs a value that is a string."
    if str(entry.get("key", name)).lower() != name:
        return f"The header {name} has the key {entry['key']!r}, which is another name."
    if any(ord(sign) < ord(" ") and sign != "\t" for sign in entry["value"]):
        return f"The value of the header {name} has a control character in it."
    return None


def _liberty_faults(
    event_type: str,
    name: str,
    entries: list[dict[str, str]],
    given: dict[str, list[dict[str, str]]],
) -> list[str]:
    if is_disallowed(name):
        return [f"The header {name} is not allowed in an edge function's answer."]
    values = [entry["value"] for entry in entries]
    if name in READ_ONLY[event_type] and values != [e["value"] for e in given.get(name, [])]:
        return [f"The header {name} is read-only at {event_type}: do not set it."]
    return []


def _kind(value: object) -> str:
    return {type(None): "null", dict: "an object", list: "a list", str: "a string"}.get(
        type(value), type(value).__name__
    )
