"""Read a header of a request, and write the headers of a response, as Lambda@Edge shapes them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maintenance_edge.event import Headers, Request


def header(request: Request, name: str) -> str:
    """Return the values of a header, joined (RFC 9110, section 5.3); "" if it is absent."""
    fields = request.get("headers", {}).get(name)
    if not fields:
        return ""
    return ", ".join([field.get("value", "") for field in fields])


def header_fields(values: dict[str, str]) -> Headers:
    """Return `values`, by lowercase name, in the shape of a response."""
    return {name: [{"value": value}] for name, value in values.items()}
