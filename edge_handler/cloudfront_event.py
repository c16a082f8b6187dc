# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
The shapes that Lambda@Edge hands over and takes back at viewer-request, as types only.

doc: CloudFront Developer Guide, lambda-event-structure and lambda-generating-http-responses.
"""

from typing import TypedDict


class HeaderField(TypedDict, total=False):
    """One value of a header; CloudFront writes `key`, and fills it in where a function omits it."""

    key: str
    value: str


type Headers = dict[str, list[HeaderField]]


class Request(TypedDict, total=False):
    """The request of an event; returning it lets it pass."""

    clientIp: str
    method: str
    uri: str
    querystring: str
    headers: Headers


class Response(TypedDict, total=False):
    """A generated response; header names are lowercase, `status` is text."""

    status: str
    statusDescription: str
    headers: Headers
    body: str
    bodyEncoding: str


class EdgeData(TypedDict):
    """The part of a record that is read; `config` is not, for not every sender fills it in."""

    request: Request


class Record(TypedDict):
    """One record of an event."""

    cf: EdgeData


class Event(TypedDict):
    """A viewer-request event; it always holds exactly one record."""

    Records: list[Record]
