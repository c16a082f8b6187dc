"""
HTTP messages as the edge forwards them, and the error of a request that it cannot serve. Pure.

Headers are pairs in the order of the wire, because a name may occur more than once (Set-Cookie).
Names keep their case and are compared without it.
"""

from collections.abc import Collection
from dataclasses import dataclass

type Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A viewer's request; `uri` is the raw path, `querystring` has no question mark."""

    method: str
    uri: str
    querystring: str
    headers: Headers
    client_ip: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """A response to the viewer, from an origin, a function or the cache."""

    status: int
    headers: Headers = ()
    body: bytes = b""


class EdgeError(Exception):
    """
    The edge cannot serve a request: the viewer gets `status` and this error's sentence.

    `result` is CloudFront's word for the kind of failure, as in `X-Cache: <result> from cloudfront`
    (doc: CloudFront Developer Guide, standard logs, x-edge-detailed-result-type).
    """

    def __init__(self, status: int, sentence: str, *, result: str = "Error") -> None:
        super().__init__(sentence)
        self.status = status
        self.result = result


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of `name`, or None."""
    return next((value for key, value in headers if key.lower() == name.lower()), None)


def without(headers: Headers, names: Collection[str]) -> Headers:
    """Return `headers` without those in `names` (lower case)."""
    return tuple((key, value) for key, value in headers if key.lower() not in names)


def cookies(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Return the name and value of every cookie of a request, in order."""
    lines = [value for key, value in headers if key.lower() == "cookie"]
    pairs = [crumb.strip().partition("=") for line in lines for crumb in line.split(";")]
    return tuple((name, value) for name, _, value in pairs if name)


def parameters(querystring: str) -> tuple[tuple[str, str], ...]:
    """Return the name and value of every query string parameter, in order, still encoded."""
    pairs = [part.partition("=") for part in querystring.split("&") if part]
    return tuple((name, value) for name, _, value in pairs)
