# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""Read a header of a request, and write those of a response, in the shapes of the events."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudfront_event import Headers, Request


def header(request: Request, name: str) -> str:
    """Return the values of a header joined as RFC 9110, section 5.3, has it; "" if it is absent."""
    fields = request.get("headers", {}).get(name)
    if not fields:
        return ""
    return ", ".join([field.get("value", "") for field in fields])


def header_fields(values: dict[str, str]) -> Headers:
    """Return plain headers, lowercase names to values, in the shape of a response."""
    return {name: [{"value": value}] for name, value in values.items()}
