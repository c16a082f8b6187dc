"""Who is let in sees the site as it is live, where a displaced function rewrote addresses."""

from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance_edge.files import PackageError

from tests.edge.builders import NOW, a_request, a_responder, some_settings

if TYPE_CHECKING:
    from maintenance_edge.event import Request

NETWORK = ["203.0.113.0/24"]


def path_at_the_origin(
    uri: str, rewrite: str | None, *, method: str = "GET", except_paths: tuple[str, ...] = ()
) -> str:
    """Return the path that a request from an allowed network has after it has passed."""
    responder = a_responder(
        allowed_networks=NETWORK, rewrite=rewrite, rewrite_except_paths=list(except_paths)
    )
    passed = cast("Request", responder.respond(a_request(uri, method=method), NOW))
    return passed["uri"]


@pytest.mark.parametrize(
    ("uri", "directory_index", "single_page"),
    [
        ("/", "/index.html", "/index.html"),
        ("/about/", "/about/index.html", "/index.html"),
        ("/about", "/about/index.html", "/index.html"),
        ("/a%20b/ü", "/a%20b/ü/index.html", "/index.html"),
        ("/app.js", "/app.js", "/app.js"),
        ("/v1.2/about", "/v1.2/about", "/v1.2/about"),
        ("/v1.2/about/", "/v1.2/about/index.html", "/v1.2/about/"),
        (
            "/.well-known/acme-challenge/7x",
            "/.well-known/acme-challenge/7x",
            "/.well-known/acme-challenge/7x",
        ),
    ],
)
def test_a_path_without_a_file_name_gets_one(
    uri: str, directory_index: str, single_page: str
) -> None:
    """As AWS's example does it, and as the fallback of a single-page app."""
    assert (uri, directory_index, single_page) == (
        path_at_the_origin(uri, None),
        path_at_the_origin(uri, "directory-index"),
        path_at_the_origin(uri, "single-page"),
    )


@pytest.mark.parametrize("rewrite", ["directory-index", "single-page"])
def test_excepted_paths_stay(rewrite: str) -> None:
    """An API at another cache behavior has no such function."""
    asked = ("/api/orders", "/health", "/apis/orders")

    assert ["/api/orders", "/health"] == [
        path
        for path in asked
        if path == path_at_the_origin(path, rewrite, except_paths=("/api/*", "/health"))
    ]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_reading_requests_are_rewritten(method: str) -> None:
    """A form is sent to the address that it names."""
    assert "/about/" == path_at_the_origin("/about/", "directory-index", method=method)


def test_head_is_rewritten_as_get() -> None:
    """RFC 9110, section 9.3.2."""
    assert "/about/index.html" == path_at_the_origin("/about/", "directory-index", method="HEAD")


def test_an_allowed_path_is_rewritten_too() -> None:
    """It is open as it is live; the rewritten path need not be allowed itself."""
    responder = a_responder(allowed_paths=["/about/"], rewrite="directory-index")
    rewritten = responder.respond(a_request("/about/"), NOW)
    asked_directly = responder.respond(a_request("/about/index.html"), NOW)

    assert ("/about/index.html", "503") == (rewritten.get("uri"), asked_directly.get("status"))


def test_a_rewritten_request_keeps_everything_else() -> None:
    """Its query, its headers and its viewer's address."""
    request = a_request("/about/", query="a=b", headers={"Cookie": "c=d"})
    responder = a_responder(allowed_networks=NETWORK, rewrite="directory-index")

    assert {**request, "uri": "/about/index.html"} == responder.respond(request, NOW)


@given(st.text(), st.sampled_from(["directory-index", "single-page", None]))
def test_rewriting_again_changes_nothing(uri: str, rewrite: str | None) -> None:
    """So it does no harm in front of an origin that adds an index itself."""
    once = path_at_the_origin(uri, rewrite)

    assert once == path_at_the_origin(once, rewrite)


@pytest.mark.parametrize("value", ["spa", 1, True, ["single-page"], {}])
def test_another_kind_is_refused(value: object) -> None:
    """With the kinds that there are."""
    with pytest.raises(
        PackageError, match=r'\'rewrite\' must be "directory-index", "single-page" or null, not'
    ):
        some_settings(rewrite=value)


def test_excepted_paths_are_patterns_one_each() -> None:
    """A comma joins two by mistake."""
    with pytest.raises(PackageError, match=r"'rewrite_except_paths' must be a list of path patt"):
        some_settings(rewrite_except_paths=["/api/*,/health"])
