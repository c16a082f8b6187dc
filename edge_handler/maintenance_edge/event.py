"""
The types of Lambda@Edge's viewer-request events and responses, for type checking only.

doc: CloudFront Developer Guide, lambda-event-structure and lambda-generating-http-responses.
"""

from typing import TypedDict


class HeaderField(TypedDict, total=False):
    """One value of a header; `key` is the name as the viewer wrote it, optional in a response."""

    key: str
    value: str


type Headers = dict[str, list[HeaderField]]


class Request(TypedDict, total=False):
    """The viewer's request; a function that returns it lets it pass."""

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
    """The part of a record that we read; `config` is left out, since not every sender has it."""

    request: Request


class Record(TypedDict):
    """One record of an event."""

    cf: EdgeData


class Event(TypedDict):
    """A viewer-request event, which always has exactly one record."""

    Records: list[Record]
