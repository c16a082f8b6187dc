"""
The same request as Lambda@Edge and as CloudFront Functions write it, and answers to compare.

An answer becomes what a visitor gets: the address of a request that passes, or status, headers and
body, the page unpacked.
"""

import base64
import gzip
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from maintenance_edge.event import Request
from msgspec import Struct

from tests.edge.builders import NOW
from tests.standby.runtimes import Engine, Run
from tests.standby.sites import Site

_VARY = ", Accept-Encoding"


class Visit(Struct, frozen=True):
    """A request of a visitor; headers with their values, in order."""

    uri: str = "/"
    method: str = "GET"
    query: str = ""
    ip: str = "203.0.113.7"
    headers: tuple[tuple[str, str], ...] = ()


def lambda_request(visit: Visit) -> Request:
    """Return the request of a Lambda@Edge event."""
    fields: dict[str, list[Any]] = {}
    for name, value in visit.headers:
        fields.setdefault(name, []).append({"key": name, "value": value})
    return {
        "clientIp": visit.ip,
        "method": visit.method,
        "uri": visit.uri,
        "querystring": visit.query,
        "headers": fields,
    }


def function_event(visit: Visit) -> dict[str, Any]:
    """Return the event of a CloudFront Function (doc: functions-event-structure)."""
    cookies = [
        pair.strip().partition("=")[::2]
        for name, value in visit.headers
        if name == "cookie"
        for pair in value.split(";")
    ]
    return {
        "version": "1.0",
        "context": {"eventType": "viewer-request"},
        "viewer": {"ip": visit.ip},
        "request": {
            "method": visit.method,
            "uri": visit.uri,
            "querystring": _fields(
                pair.partition("=")[::2] for pair in visit.query.split("&") if pair
            ),
            "headers": _fields(pair for pair in visit.headers if pair[0] != "cookie"),
            "cookies": _fields(cookies),
        },
    }


def _fields(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    values: dict[str, list[Any]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append({"value": value})
    return {
        name: {**each[0], "multiValue": each} if len(each) > 1 else each[0]
        for name, each in values.items()
    }


def lambda_answer(response: Mapping[str, Any]) -> object:
    """Return what a visitor gets from Lambda@Edge."""
    if "status" not in response:
        return response["uri"]
    headers = {name: fields[0]["value"] for name, fields in response["headers"].items()}
    return int(response["status"]), headers, response.get("body", "")


def function_answer(result: Mapping[str, Any]) -> object:
    """
    Return what a visitor gets from the function.

    Without what is different on purpose: the page is compressed, and Vary says so.
    """
    if "statusCode" not in result:
        return result["uri"]
    headers = {name: field["value"] for name, field in result["headers"].items()}
    for name, cookie in result.get("cookies", {}).items():
        headers["set-cookie"] = f"{name}={cookie['value']}; {cookie['attributes']}"
    headers["vary"] = headers.get("vary", "").removesuffix(_VARY)
    body = result.get("body", {"encoding": "text", "data": ""})
    text = body["data"]
    if headers.pop("content-encoding", "") and body["encoding"] == "base64":
        text = gzip.decompress(base64.b64decode(text)).decode()
    return result["statusCode"], {k: v for k, v in headers.items() if k != "vary" or v}, text


def differences(engine: Engine, site: Site, visits: Sequence[Visit]) -> list[object]:
    """Return each visit that the two answer differently, with both answers, Lambda@Edge's first."""
    runs = [Run(function_event(each), NOW, each.query, site.store) for each in visits]
    found: list[object] = []
    for visit, outcome in zip(visits, engine(site.code, runs), strict=True):
        expected = lambda_answer(site.responder.respond(lambda_request(visit), NOW))
        answer = function_answer(outcome.result)
        if expected != answer:
            found.append((visit, expected, answer))
    return found
