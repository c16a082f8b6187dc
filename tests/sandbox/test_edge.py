"""Requests through the edge to a real origin: serving and caching."""

from typing import Any

import pytest

from tests.sandbox.edge_builders import (
    DOMAIN,
    Reply,
    Viewer,
    a_document,
    a_lambda,
    an_origin,
    behavior_members,
    the_request,
    with_lambda,
)


def test_a_request_reaches_the_origin_and_the_response_the_viewer() -> None:
    """Status, headers and body, plus CloudFront's own headers."""
    created = Reply("made", 201, (("X-Shop", "yes"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")))
    with an_origin({"/orders": created}) as origin:
        response = Viewer(a_document(port=origin.port)).ask("/orders")

    assert (201, "made", "yes") == (response.status_code, response.text, response.headers["x-shop"])
    assert ["a=1", "b=2"] == response.headers.get_list("set-cookie")
    assert "Miss from cloudfront" == response.headers["x-cache"]
    assert response.headers["via"].endswith("(CloudFront)")
    assert response.headers["x-amz-cf-id"]


def test_the_second_request_is_served_from_the_cache() -> None:
    """The origin gets one request; the response has its age."""
    with an_origin() as origin:
        viewer = Viewer(a_document(port=origin.port))
        viewer.ask()
        viewer.now = 12.0
        response = viewer.ask()

    assert 1 == len(origin.seen)
    assert ("Hit from cloudfront", "12") == (response.headers["x-cache"], response.headers["age"])
    assert "from the origin" == response.text


def test_an_expired_response_is_fetched_again() -> None:
    """After the 60 seconds of its Cache-Control."""
    with an_origin() as origin:
        viewer = Viewer(a_document(port=origin.port))
        viewer.ask()
        viewer.now = 60.0
        viewer.ask()

    assert 2 == len(origin.seen)


def test_head_is_served_from_a_cached_get() -> None:
    """With the length of the body and without the body."""
    with an_origin() as origin:
        viewer = Viewer(a_document(port=origin.port))
        viewer.ask()
        response = viewer.ask(method="HEAD")

    assert 1 == len(origin.seen)
    assert ("15", "") == (response.headers["content-length"], response.text)


def test_a_response_to_head_is_not_cached() -> None:
    """It has no body for a GET."""
    with an_origin() as origin:
        viewer = Viewer(a_document(port=origin.port))
        viewer.ask(method="HEAD")
        response = viewer.ask()

    assert (2, "from the origin") == (len(origin.seen), response.text)


def test_an_error_of_the_origin_is_forwarded_and_not_cached() -> None:
    """X-Cache says that it is an error."""
    with an_origin({"/": Reply("no", 404)}) as origin:
        viewer = Viewer(a_document(port=origin.port))
        responses = [viewer.ask(), viewer.ask()]

    assert 2 == len(origin.seen)
    assert {(404, "Error from cloudfront")} == {
        (response.status_code, response.headers["x-cache"]) for response in responses
    }


def test_the_cache_survives_maintenance() -> None:
    """A response of a viewer-request function is not cached, and removes nothing from the cache."""
    with an_origin() as origin:
        viewer = Viewer(
            a_document(port=origin.port), lambdas={a_lambda(): lambda _: {"status": "503"}}
        )
        live = viewer.document
        members = with_lambda("viewer-request", caching="")
        viewer.ask()
        viewer.document = a_document(default=members, port=origin.port)
        during = viewer.ask()
        viewer.document = live
        after = viewer.ask()

    assert (503, 200) == (during.status_code, after.status_code)
    assert "Hit from cloudfront" == after.headers["x-cache"]
    assert 1 == len(origin.seen)


def test_the_default_root_object_serves_the_root() -> None:
    """The viewer-request function still sees `/`."""
    document = a_document(
        default=with_lambda("viewer-request"),
        more="<DefaultRootObject>index.html</DefaultRootObject>",
    )
    with an_origin() as origin:
        document = document.replace(b">80<", f">{origin.port}<".encode())
        viewer = Viewer(document, lambdas={a_lambda(): the_request})
        viewer.ask("/")

    assert ("/", "/index.html") == (the_request(viewer.events[0])["uri"], origin.seen[0].target)


def test_an_unknown_cache_policy_is_a_502() -> None:
    """The response names it, and what to use instead."""
    members = behavior_members(caching="<CachePolicyId>mine</CachePolicyId>")

    response = Viewer(a_document(default=members)).ask()

    assert 502 == response.status_code
    assert "does not know the cache policy mine" in response.text


@pytest.mark.parametrize(
    ("document", "options", "words"),
    [
        (
            a_document(),
            {"headers": {"Host": "other.cloudfront.net:8080"}},
            "'other.cloudfront.net'",
        ),
        (a_document().replace(b"true<", b"false<"), {}, "is disabled"),
        (a_document(), {"method": "DELETE"}, "does not allow the method DELETE"),
    ],
)
def test_a_request_that_is_not_served_is_a_403(
    document: bytes, options: dict[str, Any], words: str
) -> None:
    """An unknown host, a disabled distribution, or a method that the behavior does not allow."""
    response = Viewer(document).ask("/", **options)

    assert (403, "Error from cloudfront") == (response.status_code, response.headers["x-cache"])
    assert words in response.text


def test_a_host_may_have_a_port_and_any_case() -> None:
    """The sandbox does not listen on port 80."""
    with an_origin() as origin:
        response = Viewer(a_document(port=origin.port)).ask(
            headers={"Host": f"{DOMAIN.upper()}:4566"}
        )

    assert 200 == response.status_code
