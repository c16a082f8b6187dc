"""
Properties of every file that a site's owner may upload, and of every message of a switch.

Either the check accepts them, and every caller gets a response that CloudFront accepts and that
shows them; or the check reports errors, and the function gives its plain 503. Nothing raises.
"""

import html
import json
import tempfile
from pathlib import Path
from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from maintenance_edge.check import package_errors
from maintenance_edge.event import Request, Response
from viewer_request import load_responder

from sandbox.edge.lambda_responses import check_generated_response
from tests.edge.builders import BROWSER, NOW, a_package, a_request
from tests.hypothesis_profiles import untraced

pytestmark = untraced

ACCEPTS = (BROWSER, "application/json", "text/plain")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
MESSAGES = st.text(min_size=1) | st.sampled_from(
    ["New disks", "<b>&\"'", "{{title}}", "a\\b\u202f", "é" * 19_000, "\ud800", "&" * 8_000]
)
INSTANTS = st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat()) | st.text()
ANNOUNCEMENTS = st.fixed_dictionaries(
    {"message": MESSAGES}, optional={"until": st.none() | INSTANTS}
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "language": st.sampled_from(["en", "de", "fr"]) | JSON,
        "until": st.none() | INSTANTS,
        "retry_after_seconds": st.integers(1, 100) | JSON,
        "allowed_networks": st.lists(st.ip_addresses().map(str), max_size=2) | JSON,
        "texts": st.just({"en": {"title": "{{until}}", "message": "m"}}) | JSON,
        "other": JSON,
    },
)
PIECES = st.sampled_from(
    [
        "<p>{{message}}</p>", "{{title}}", "{{other}}", "{{", "<style>{{style}}</style>", "<!--",
        "<script>{{script}}</script>", "<script>", "</style>", "<img src=a>", "-->", "\n", "<style",
        "x" * 20_000, "\0", "\r", "<![a[",
    ]
)  # fmt: skip
PAGES = st.lists(PIECES | st.text(max_size=20), max_size=6).map("".join)
PROBLEMS = st.dictionaries(
    st.sampled_from(["type", "title", "status", "detail", "until", "code"]),
    JSON | st.sampled_from(["{{message}}", "{{until}} {{title}}", 503]),
)
OVERRIDES = st.fixed_dictionaries(
    {"announcement.json": ANNOUNCEMENTS},
    optional={
        "page.html": PAGES.map(lambda page: page.encode(errors="replace")) | st.binary(),
        "page.fr.html": PAGES.map(lambda page: page.encode(errors="replace")),
        "settings.json": SETTINGS | st.binary(),
        "problem.json": PROBLEMS | st.binary(),
        "logo.png": st.binary(),
    },
)


@given(OVERRIDES)
def test_accepted_files_are_served_and_refused_files_have_errors(
    overrides: dict[str, object],
) -> None:
    """In every media type and language."""
    with tempfile.TemporaryDirectory() as folder:
        package = a_package(Path(folder) / "package", overrides)
        errors = package_errors(package)
        respond = load_responder(package)
    responses = [
        respond(a_request(headers={"Accept": accept, "Accept-Language": language}), NOW)
        for accept in ACCEPTS
        for language in ("en", "de", "fr")
    ]

    assert [()] * len(responses) == [
        check_generated_response("viewer-request", json.loads(json.dumps(response)))
        for response in responses
    ]
    assert all(error.endswith(".") for error in errors)
    if not errors:
        assert [] == [
            response for response in responses if "content-language" not in response["headers"]
        ]


@given(
    MESSAGES.filter(lambda text: text.isprintable() and text.strip() and len(text) < 100),
    st.fixed_dictionaries(
        {},
        optional={
            "page.html": st.just("<p>{{message}}</p>"),
            "page.de.html": st.just("<b>{{message}}</b>"),
            "problem.json": st.just({"title": "{{message}}"}),
            "settings.json": st.just({"announcement": "Old", "until": "2026-12-01T04:00Z"}),
        },
    ).filter(lambda overrides: "page.html" in overrides or "page.de.html" not in overrides),
)
def test_an_announcement_is_in_every_response(message: str, overrides: dict[str, object]) -> None:
    """Whatever other files there are."""
    announced = {**overrides, "announcement.json": {"message": message}}
    with tempfile.TemporaryDirectory() as folder:
        package = a_package(Path(folder) / "package", announced)
        assert () == package_errors(package)
        respond = load_responder(package)
    asked = [a_request(headers={"Accept": accept}) for accept in ACCEPTS]
    page, problem, text = (_body(respond(request, NOW)) for request in asked)

    assert (message, message) == (json.loads(problem)["detail"], text.splitlines()[1])
    assert html.escape(message) in page


def _body(response: Request | Response) -> str:
    return cast("Response", response)["body"]
