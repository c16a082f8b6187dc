"""Requests through the edge, over ASGI, to an origin that really listens: serving and caching."""

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


def test_a_request_reaches_the_origin_and_its_answer_the_viewer() -> None:
    """Status, headers and body, with CloudFront's own headers added."""
    created = Reply("made", 201, (("X-Shop", "yes"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")))
    with an_origin({"/orders": created}) as origin:
        answer = Viewer(a_document(port=origin.port)).ask("/orders")

    assert (201, "made", "yes") == (answer.status_code, answer.text, answer.headers["x-shop"])
    assert ["a=1", "b=2"] == answer.headers.get_list("set-cookie")
    assert "Miss from cloudfront" == answer.headers["x-cache"]
    assert answer.headers["via"].endswith("(CloudFront)")
    assert answer.headers["x-amz-cf-id"]


def test_the_second_request_is_answered_from_the_cache() -> None:
    """The origin is asked once; the answer tells its age."""
    with an_origin() as origin:
        viewer = Viewer(a_document(port=origin.port))
        viewer.ask()
        viewer.now = 12.0
        answer = viewer.ask()

    assert 1 == len(origin.seen)
    assert ("Hit from cloudfront", "12") == (answer.headers["x-cache"], answer.headers["age"])
    assert "from the origin" == answer.text


def test_an_answer_that_is_too_old_is_asked_for_again() -> None:
    """Cache-Control said 60 seconds."""
    with an_origin() as origin:
        viewer = Viewer(a_document(port=origin.port))
        viewer.ask()
        viewer.now = 60.0
        viewer.ask()

    assert 2 == len(origin.seen)


def test_head_is_answered_from_what_get_left() -> None:
    """With the length of the body and without the body."""
    with an_origin() as origin:
        viewer = Viewer(a_document(port=origin.port))
        viewer.ask()
        answer = viewer.ask(method="HEAD")

    assert 1 == len(origin.seen)
    assert ("15", "") == (answer.headers["content-length"], answer.text)


def test_head_alone_is_not_kept() -> None:
    """It has no body that a GET could be answered with."""
    with an_origin() as origin:
        viewer = Viewer(a_document(port=origin.port))
        viewer.ask(method="HEAD")
        answer = viewer.ask()

    assert (2, "from the origin") == (len(origin.seen), answer.text)


def test_an_error_of_the_origin_is_passed_on_and_not_kept() -> None:
    """X-Cache says whose fault it is."""
    with an_origin({"/": Reply("no", 404)}) as origin:
        viewer = Viewer(a_document(port=origin.port))
        answers = [viewer.ask(), viewer.ask()]

    assert 2 == len(origin.seen)
    assert {(404, "Error from cloudfront")} == {
        (answer.status_code, answer.headers["x-cache"]) for answer in answers
    }


def test_cached_content_is_there_again_after_maintenance() -> None:
    """What a viewer-request function answers is not kept, and takes nothing from the cache."""
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


def test_the_default_root_object_answers_for_the_root() -> None:
    """The viewer-request function still sees the slash."""
    document = a_document(
        default=with_lambda("viewer-request"),
        more="<DefaultRootObject>index.html</DefaultRootObject>",
    )
    with an_origin() as origin:
        document = document.replace(b">80<", f">{origin.port}<".encode())
        viewer = Viewer(document, lambdas={a_lambda(): the_request})
        viewer.ask("/")

    assert ("/", "/index.html") == (the_request(viewer.events[0])["uri"], origin.seen[0].target)


def test_a_cache_policy_that_is_not_known_is_a_502() -> None:
    """It is named, with what to use instead."""
    members = behavior_members(caching="<CachePolicyId>mine</CachePolicyId>")

    answer = Viewer(a_document(default=members)).ask()

    assert 502 == answer.status_code
    assert "does not know the cache policy mine" in answer.text


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
    """An unknown host, a disabled distribution, a method that the behavior does not take."""
    answer = Viewer(document).ask("/", **options)

    assert (403, "Error from cloudfront") == (answer.status_code, answer.headers["x-cache"])
    assert words in answer.text


def test_the_host_is_known_with_a_port_and_in_any_case() -> None:
    """A sandbox listens on a port of its own."""
    with an_origin() as origin:
        answer = Viewer(a_document(port=origin.port)).ask(
            headers={"Host": f"{DOMAIN.upper()}:4566"}
        )

    assert 200 == answer.status_code
