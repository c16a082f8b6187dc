"""The text of a message or a request never becomes markup, headers or a way in."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, cast
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from maintenance_edge.bypass import COOKIE, PARAMETER
from maintenance_edge.negotiation import HTML, PROBLEM, TEXT
from maintenance_edge.page import Page, PageParts
from maintenance_edge.responses import Responses, prepare_responses
from maintenance_edge.tags import tags

from tests.edge.builders import (
    EDGE_HANDLER,
    NOW,
    TOKEN,
    a_request,
    a_responder,
    some_settings,
    value_of,
)
from tests.hypothesis_profiles import examples

if TYPE_CHECKING:
    from maintenance_edge.event import Response

MARKUP = [
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"'><svg/onload=a()>",
    "{{script}}", "{{title}}", "]]>", "-->", "<!--", "${alert(1)}", "\\", '","status":200,"x":"',
    "&lt;", "&#60;script&#62;", "javascript:alert(1)", "data:", "\u00a0", "\u200d", "</title><h1>", "https://a",
    " ", "http://a.example", "HTTPS://a", "//a",
]  # fmt: skip
MESSAGES = (
    st.lists(st.sampled_from(MARKUP) | st.text(max_size=10), min_size=1, max_size=6)
    .map("".join)
    .filter(lambda text: text.isprintable() and text.strip())
)
DEFAULTS = EDGE_HANDLER / "defaults"
PAGE = Page("page.html", (DEFAULTS / "page.html").read_text(encoding="utf-8"))
PARTS = PageParts(*((DEFAULTS / name).read_text() for name in ("page.css", "page.js")))
SITE_PROBLEM = {"title": "{{message}} now", "more": ["{{message}}", {"a": "{{until}}"}]}


def announcing(message: str) -> Responses:
    """Return the responses that show `message`, with the default page and a site's problem.json."""
    settings = some_settings(announcement=message)
    return prepare_responses({"en": PAGE}, PARTS, settings, SITE_PROBLEM).render_all()


class Elements(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.tags: list[object] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        """Keep an end."""
        self.tags.append(tag)

    def handle_comment(self, data: str) -> None:
        """Keep a comment."""
        self.tags.append(["comment", data])

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data


def read(page: str) -> Elements:
    """Return the tags and the text of a page, without the number of its version."""
    elements = Elements()
    elements.feed(re.sub(r'data-version="[0-9a-f]{8}"', "", page))
    elements.close()
    return elements


def without_links(tags: list[object]) -> list[object]:
    """Return the tags without those of https links, which have no other attribute."""
    left: list[object] = []
    is_open = False
    for tag in tags:
        match tag:
            case ("a", [("href", str(address))]) if address.lower().startswith("https://"):
                is_open = True
            case "a" if is_open:
                is_open = False
            case _:
                left.append(tag)
    return left


HARMLESS = "Moving."
EXPECTED = read(announcing(HARMLESS)["en", HTML]["body"])


@examples(25)
@given(MESSAGES)
@example("https://a HTTPS://a")
def test_a_message_is_only_text_in_the_page(message: str) -> None:
    """With any message, the page has the same elements and attributes, except for its links."""
    response = announcing(message)["en", HTML]

    found = read(response["body"])
    assert EXPECTED.tags == without_links(found.tags)
    assert EXPECTED.text.replace(HARMLESS, message) == found.text


@examples(25)
@given(MESSAGES)
def test_a_message_is_only_text_in_the_problem(message: str) -> None:
    """Members and their order are as the site's owner wrote them."""
    body = json.loads(announcing(message)["en", PROBLEM]["body"])

    assert [f"{message} now", message, [message, {"a": ""}], 503] == [
        body[member] for member in ("title", "detail", "more", "status")
    ]
    assert ["type", "title", "status", "detail", "until", "more"] == list(body)


@examples(25)
@given(MESSAGES)
def test_a_message_is_one_line_of_the_text_response(message: str) -> None:
    """Between the title and the end of the response."""
    title, line, end = announcing(message)["en", TEXT]["body"].split("\n")

    assert ("Back soon", message, "") == (title, line, end)


@examples(25)
@given(MESSAGES)
def test_no_header_depends_on_a_message(message: str) -> None:
    """So a message adds no header, and does not change the page's policy; the ETag is a number."""
    assert headers_of(announcing(HARMLESS)) == headers_of(announcing(message))


def headers_of(responses: Responses) -> list[dict[str, object]]:
    """Return the headers of the responses, with eight digits for those of an ETag."""
    return [
        {
            name: re.sub(r"^\"[0-9a-f]{8}\"$", "00000000", fields[0]["value"])
            for name, fields in each["headers"].items()
        }
        for each in responses.values()
    ]


ATTACKER = [
    "\r\nset-cookie: a=b", "//evil.example", "\\\\evil.example", "/..//", "%0d%0a", "\t", "@",
    "https:", "evil.example", "\u2028", "\ud800", "?", "#", "&", "\x00", ";",
]  # fmt: skip
PIECES = st.lists(st.sampled_from(ATTACKER) | st.text(max_size=5), max_size=6).map("".join)
OPEN = a_responder(
    cors_origins=["https://app.example.com", "*"],
    allowed_paths=["/open/*"],
    allowed_networks=["198.51.100.0/24", "2001:db8::/32"],
)


@examples(25)
@given(uri=PIECES, query=PIECES)
@example(uri="/\t/evil.example", query="")
@example(uri="/.//evil.example", query="")
def test_the_bypass_link_never_leads_to_another_site(uri: str, query: str) -> None:
    """Its redirect is a path, as browsers read it, whatever address the link is opened at."""
    response = OPEN.respond(a_request(uri, query=f"{query}&{PARAMETER}={TOKEN}"), NOW)

    location = value_of(response, "location")
    assert re.fullmatch(r"/(?!/)[!-~]*", location)
    assert "\\" not in location
    assert "www.example.com" == urlsplit(urljoin("https://www.example.com/", location)).netloc


@examples(25)
@given(
    uri=PIECES,
    query=PIECES | st.just(f"{PARAMETER}={TOKEN}"),
    method=st.sampled_from(["GET", "OPTIONS"]),
    value=PIECES,
)
def test_no_request_puts_a_line_end_into_a_header(
    uri: str, query: str, method: str, value: str
) -> None:
    """A caller cannot add a header to the response."""
    names = ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers", "Cookie"]
    request = a_request(uri, query=query, method=method, headers=dict.fromkeys(names, value))

    response = OPEN.respond(request, NOW)

    headers = response["headers"] if response is not request else {}
    values = [field["value"] for fields in headers.values() for field in fields]
    assert [] == [each for each in values if not re.fullmatch(r"[ -~]*", each)]


FORGEABLE = [
    "X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "Client-IP",
    "CloudFront-Viewer-Address", "X-Cluster-Client-IP", "X-Originating-IP",
]  # fmt: skip


@pytest.mark.parametrize("name", FORGEABLE)
@pytest.mark.parametrize("address", ["198.51.100.7", "2001:db8::7"])
def test_no_header_puts_a_viewer_into_an_allowed_network(name: str, address: str) -> None:
    """Only the address of the connection counts, which CloudFront provides."""
    request = a_request(headers={name: f"for={address}" if name == "Forwarded" else address})

    assert OPEN.respond(request, NOW) is not request


@pytest.mark.parametrize("name", ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Path", "Referer"])
def test_no_header_or_query_makes_a_path_allowed(name: str) -> None:
    """Even if an application behind CloudFront would use it as the path."""
    request = a_request("/admin", query="/open/x", headers={name: "/open/x"})

    assert OPEN.respond(request, NOW) is not request


@pytest.mark.parametrize("host", ["", "localhost", "evil.example", "www.example.com:1", "a" * 9000])
@pytest.mark.parametrize("method", ["GET", "PURGE", "TRACE", "get", "X" * 9000])
def test_no_host_and_no_method_passes(host: str, method: str) -> None:
    """Maintenance depends on neither; methods other than HEAD get what GET gets."""
    request = a_request(method=method, headers={"Host": host, "X-HTTP-Method-Override": "OPTIONS"})

    assert "503" == cast("Response", OPEN.respond(request, NOW))["status"]


OPEN_PAGE = """<p title="{{message}}" data-a='{{message}}' style="color: red">{{message}}
<svg><style>a&gt;b{}</style><title>{{message}}</title></svg><b onclick="go()">{{message}}</b>
<img alt="{{message}}" src="/open/a.png"><img src="{{message}}"><a href="{{message}}">a</a>
<!-- {{message}} --><textarea>{{message}}</textarea><link rel="stylesheet" href="/open/a.css">
<style>p{}</style><script src="/open/a.js"></script>"""
ATTRIBUTES = [
    "javascript:go()", "/open/b.png", "data:text/html,<script>go()</script>", "https://cdn.example",
    "\" onclick=go() style='a:b'", "' onerror='go()", "--><style>*{color:red}</style><!--",
    "</style></svg><style>", "</textarea><script src=/open/c.js></script>", "/open/a.js",
]  # fmt: skip


@examples(25)
@given(MESSAGES | st.sampled_from(ATTRIBUTES))
@example("javascript:alert(1)")
def test_no_message_changes_what_a_page_of_its_own_may_do(message: str) -> None:
    """Wherever the page shows it, even as an address: the policy is written without it."""
    allowed = {
        "allowed_paths": ["/open/*"],
        "asset_origins": ["https://cdn.example"],
        "page_scripts": True,
    }
    pages = {"en": Page("page.html", OPEN_PAGE)}
    harmless, announced = (
        prepare_responses(pages, PARTS, some_settings(**settings)).render_all()
        for settings in (allowed, {**allowed, "announcement": message})
    )

    assert headers_of(harmless) == headers_of(announced)
    assert names_of(harmless) == names_of(announced)


def names_of(responses: Responses) -> list[str]:
    """Return the names of the page's tags, in their order."""
    return [tag.name for tag in tags(responses["en", HTML]["body"])]


COOKIE_PIECES = [
    COOKIE, TOKEN, TOKEN[:-1], f"{COOKIE}=", "=", ";", "; ", " ", '"', ",", "%", "\\x00", "x",
    "$Version=1", COOKIE.lower(), "__Host-", "\r\n", "a" * 8_000,
]  # fmt: skip


@examples(50)
@given(st.lists(st.lists(st.sampled_from(COOKIE_PIECES), max_size=8).map("".join), max_size=3))
@example([f"{COOKIE}=x; {COOKIE}={TOKEN}"])
@example([f"{COOKIE}={TOKEN}x"])
@example([f'{COOKIE}="{TOKEN}"'])
@example([f"x{COOKIE}={TOKEN}", f"{COOKIE.lower()}={TOKEN}"])
def test_only_the_whole_token_in_the_first_cookie_of_the_name_passes(cookies: list[str]) -> None:
    """However the header is put together, as an independent parser reads it (RFC 6265, 5.4)."""
    request = a_request()
    request["headers"]["cookie"] = [{"key": "Cookie", "value": each} for each in cookies]
    pairs = [pair.strip().split("=", 1) for each in cookies for pair in each.split(";")]
    ours = [pair[1] for pair in pairs if len(pair) > 1 and pair[0] == COOKIE]

    assert (ours[:1] == [TOKEN]) is (OPEN.respond(request, NOW) is request)


def test_what_the_package_holds_makes_no_cookie_and_no_link() -> None:
    """Who may read the function knows the digest, in hexadecimal, in base64, or as it is."""
    digest = hashlib.sha256(TOKEN.encode()).digest()
    forms = [digest.hex(), digest.hex()[:43], base64.urlsafe_b64encode(digest).decode()[:43]]
    forms.append(digest.decode("latin-1"))
    for form in forms:
        request = a_request(headers={"Cookie": f"{COOKIE}={form}"}, query=f"{PARAMETER}={form}")

        assert "503" == cast("Response", OPEN.respond(request, NOW))["status"]
