"""The requests that origins get, and the origins that the edge does not reach."""

import asyncio
import socket
from typing import Any

import pytest

from sandbox.edge.config import Origin
from sandbox.edge.messages import EdgeError
from sandbox.edge.origin import fetch
from tests.sandbox.edge_builders import (
    DOMAIN,
    UNCACHED,
    Reply,
    Viewer,
    a_document,
    a_lambda,
    a_request,
    an_origin,
    behavior_members,
    the_request,
    with_lambda,
)

ALL_VIEWER = "<OriginRequestPolicyId>216adef6-5c7f-47e4-b989-5492eafa07d3</OriginRequestPolicyId>"
SELECTED_VALUES = """
    <ForwardedValues>
      <QueryString>true</QueryString>
      <QueryStringCacheKeys><Items><Name>b</Name></Items></QueryStringCacheKeys>
      <Cookies>
        <Forward>whitelist</Forward>
        <WhitelistedNames><Items><Name>t</Name></Items></WhitelistedNames>
      </Cookies>
    </ForwardedValues>
"""


def a_custom_origin(domain_name: str, protocol_policy: str = "http-only") -> str:
    """Return the members of a custom origin at port 80."""
    custom = (
        f"<HTTPPort>80</HTTPPort><OriginProtocolPolicy>{protocol_policy}</OriginProtocolPolicy>"
    )
    return (
        f"<DomainName>{domain_name}</DomainName><CustomOriginConfig>{custom}</CustomOriginConfig>"
    )


def test_the_origin_gets_a_request_as_from_cloudfront() -> None:
    """With its own Host, path and headers, and the viewer's address."""
    with an_origin() as origin:
        members = (
            "<DomainName>localhost</DomainName><OriginPath>/v1</OriginPath><CustomHeaders><Items>"
            "<OriginCustomHeader><HeaderName>X-Key</HeaderName><HeaderValue>secret</HeaderValue>"
            "</OriginCustomHeader></Items></CustomHeaders><CustomOriginConfig>"
            f"<HTTPPort>{origin.port}</HTTPPort></CustomOriginConfig>"
        )
        Viewer(a_document(origin=members)).ask(
            "/a%20b", headers={"X-Key": "forged", "X-Forwarded-For": "198.51.100.1"}
        )

    seen = origin.seen[0]
    assert "/v1/a%20b" == seen.target
    assert f"localhost:{origin.port}" == seen.headers["host"]
    assert "198.51.100.1, 203.0.113.7" == seen.headers["x-forwarded-for"]
    assert "secret" == seen.headers["x-key"]


@pytest.mark.parametrize(
    ("caching", "target", "cookie"),
    [
        (UNCACHED, "/", None),
        (UNCACHED + ALL_VIEWER, "/?a=1&b=2", "s=1; t=2"),
        (SELECTED_VALUES, "/?b=2", "t=2"),
    ],
)
def test_the_policies_decide_what_the_origin_gets(
    caching: str, target: str, cookie: str | None
) -> None:
    """Query string and cookies of the cache key, or all with an origin request policy."""
    members = behavior_members(caching=caching)
    with an_origin() as origin:
        viewer = Viewer(a_document(default=members, port=origin.port))
        viewer.ask("/?a=1&b=2", headers={"Cookie": "s=1; t=2"})

    assert (target, cookie) == (origin.seen[0].target, origin.seen[0].headers.get("cookie"))


def test_headers_of_the_key_reach_the_origin_unchanged() -> None:
    """Then Host and Accept-Encoding are the viewer's."""
    members = behavior_members(
        caching="<ForwardedValues><Headers><Items><Name>Host</Name><Name>Accept-Encoding</Name>"
        "</Items></Headers></ForwardedValues>"
    )
    with an_origin() as origin:
        viewer = Viewer(a_document(default=members, port=origin.port))
        viewer.ask(headers={"Accept-Encoding": "zstd"})

    seen = origin.seen[0].headers
    assert (DOMAIN, "zstd") == (seen["host"], seen["accept-encoding"])


def test_a_body_reaches_the_origin() -> None:
    """A POST is forwarded."""
    document_of = behavior_members(caching=UNCACHED)
    with an_origin() as origin:
        viewer = Viewer(a_document(default=document_of, port=origin.port))
        viewer.ask("/orders", "POST", content=b"one coffee")

    assert ("POST", b"one coffee") == (origin.seen[0].method, origin.seen[0].body)


def test_an_origin_request_function_may_select_another_origin() -> None:
    """By its port on this machine."""
    with an_origin() as first, an_origin({"/": Reply("the other")}) as other:

        def move(event: dict[str, Any]) -> object:
            request = the_request(event)
            request["origin"]["custom"]["port"] = other.port
            return request

        document = a_document(default=with_lambda("origin-request"), port=first.port)
        response = Viewer(document, lambdas={a_lambda(): move}).ask()

    assert "the other" == response.text


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (a_custom_origin("www.example.com"), "www.example.com is not on this machine"),
        (a_custom_origin("10.0.0.1"), "10.0.0.1 is not on this machine"),
        (a_custom_origin("localhost", "https-only"), "set http-only"),
        ("<DomainName>bucket.s3.amazonaws.com</DomainName><S3OriginConfig/>", "no custom origin"),
    ],
)
def test_an_origin_elsewhere_is_refused(origin: str, words: str) -> None:
    """The sandbox never connects to another machine."""
    response = Viewer(a_document(origin=origin)).ask()

    assert 502 == response.status_code
    assert words in response.text


def test_an_origin_that_does_not_listen_is_a_502() -> None:
    """The message has its address."""
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        port = placeholder.getsockname()[1]
        response = Viewer(a_document(port=port)).ask()

    assert 502 == response.status_code
    assert f"The origin at localhost:{port} cannot be reached" in response.text


def test_an_origin_that_does_not_respond_is_a_504() -> None:
    """It only accepts the connection."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        origin = Origin("shop", "127.0.0.1", "", silent.getsockname()[1], "http-only", ())

        with pytest.raises(EdgeError, match=r"did not respond within 0\.2 s") as caught:
            asyncio.run(fetch(origin, a_request(), seconds=0.2))

    assert 504 == caught.value.status
