"""What the responses say, which headers they have, and which pages are refused."""

import base64
import hashlib
import html
import json

import pytest
from maintenance_edge.files import PackageError
from maintenance_edge.negotiation import HTML, MEDIA_TYPES, PROBLEM, TEXT
from maintenance_edge.page import CLOCK, CLOCK_ICON, Page, render_page
from maintenance_edge.page_policy import content_security_policy
from maintenance_edge.retry_after import retry_after

from tests.edge.builders import NOW, PARTS, TEXTS, some_responses, some_settings, value_of
from tests.timing import fastest

END = "2026-11-26T04:00:00+01:00"


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_every_response_is_a_503_that_caches_do_not_store(media_type: str) -> None:
    """For every media type."""
    response = some_responses()["en", media_type]
    names = ("cache-control", "x-maintenance", "vary", "x-content-type-options", "content-language")

    assert ("503", "no-store", "on", "Accept, Accept-Language", "nosniff", "en") == (
        response["status"],
        *(value_of(response, name) for name in names),
    )


@pytest.mark.parametrize(
    ("media_type", "content_type"),
    [
        (HTML, "text/html; charset=utf-8"),
        (PROBLEM, "application/problem+json"),
        (TEXT, "text/plain; charset=utf-8"),
    ],
)
def test_every_response_has_its_content_type(media_type: str, content_type: str) -> None:
    """Text has a charset; JSON has none (RFC 8259, section 8.1)."""
    assert content_type == value_of(some_responses()["en", media_type], "content-type")


def test_a_response_varies_by_origin_if_origins_are_configured() -> None:
    """A cache must not give one origin's permission to another."""
    response = some_responses(cors_origins=["https://app.example.com"])["en", PROBLEM]

    assert "Accept, Accept-Language, Origin" == value_of(response, "vary")


def test_programs_get_problem_details() -> None:
    """The members of RFC 9457, and the end as an instant in UTC."""
    response = some_responses(announcement="Zurück um vier", until=END)["en", PROBLEM]

    assert {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "Zurück um vier",
        "until": "2026-11-26T03:00:00Z",
    } == json.loads(response["body"])


def test_an_unknown_end_is_null_for_programs() -> None:
    """The member is always there."""
    assert None is json.loads(some_responses()["en", PROBLEM]["body"])["until"]


def test_the_text_response_is_title_message_and_end() -> None:
    """A person sees it in a terminal."""
    assert (
        "Back soon\nWe are moving house.\n2026-11-26 03:00 UTC\n"
        == some_responses(until=END)["en", TEXT]["body"]
    )


def test_each_language_has_its_own_texts() -> None:
    """In JSON and text as well."""
    responses = some_responses(texts=TEXTS)

    assert ("Moving.", "Gleich\nUmzug.\n") == (
        json.loads(responses["en", PROBLEM]["body"])["detail"],
        responses["de", TEXT]["body"],
    )


def test_inserted_text_is_escaped() -> None:
    """Markup in a message is shown, not run, and placeholders in it stay text."""
    settings = some_settings(announcement="""<script>x('&"')</script>{{title}}""")
    page = render_page(Page("page.html", "<p title='{{message}}'>"), PARTS, "en", settings).body

    assert "<p title='&lt;script&gt;x(&#x27;&amp;&quot;&#x27;)&lt;/script&gt;{{title}}'>" == page


@pytest.mark.parametrize(
    ("placeholder", "inserted"),
    [
        ("language", "en"),
        ("dir", "ltr"),
        ("title", "Back soon"),
        ("heading", "Back soon"),
        ("message", "We are moving house."),
        ("message_html", "We are moving house."),
        ("is_overdue", ""),
        ("try_again", "Try again"),
        ("name", ""),
        ("brand", CLOCK),
        ("links", ""),
        ("icon", CLOCK_ICON),
        ("until", "2026-11-26T03:00:00Z"),
        ("until_utc", "2026-11-26 03:00 UTC"),
        ("retry_after_seconds", "120"),
        ("style", PARTS.style),
        ("script", PARTS.script),
    ],
)
def test_every_placeholder_is_filled(placeholder: str, inserted: str) -> None:
    """The table of the module, row by row."""
    page = Page("page.html", f"<p>{{{{{placeholder}}}}}</p>")

    assert f"<p>{inserted}</p>" == render_page(page, PARTS, "en", some_settings(until=END)).body


def test_an_unknown_placeholder_is_refused() -> None:
    """Visitors would see a misspelt placeholder."""
    with pytest.raises(PackageError, match=r"page.html has the unknown placeholder \{\{mesage\}\}"):
        some_responses("{{mesage}}")


@pytest.mark.parametrize(
    "element",
    [
        "<script>let m = `{{message}}`</script>",
        "<STYLE a>{{message}}</STYLE>",
        "<svg><style>{{message}}</style></svg>",
        "<p style='color: {{message}}'>",
        "<p ONCLICK=\"alert('{{message}}')\">",
        "<p/onclick={{message}}>",
        "<p onclick='&#123;{message}}'>",
        "<script>{{message}}",
    ],
)
def test_a_message_never_becomes_script_or_style(element: str) -> None:
    """Escaping does not help there, and the policy would allow it as the page's own."""
    with pytest.raises(PackageError, match=r"page.html has \{\{message\}\} in <style>, <script>"):
        some_responses(element)


def test_the_policy_allows_the_pages_styles_and_scripts_by_hash() -> None:
    """It allows no others, and requests only to this site."""
    style, script = (
        base64.b64encode(hashlib.sha256(text).digest()).decode() for text in (b"p {}", b"go()")
    )
    page = "<style>p {}</style><script>go()</script>"

    assert (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ) == content_security_policy(page)


@pytest.mark.parametrize(
    "page",
    [
        '<script type="module">go()</script>',
        "<SCRIPT\n nonce='>' defer>go()</SCRIPT>",
        "<script>go()</script >",
        "<!-- <script>stop()</script> --><script>go()</script>",
        "<!-- <script> --><script>go()</script><!-- </script> -->",
        # As a browser ends comments (HTML Standard, 13.2.5.43 to 13.2.5.52).
        "<!--><script>go()</script>",
        "<!---><script>go()</script>",
        "<!-- --!><script>go()</script>",
        "<script>go()</script><!-- <script>stop()</script>",
    ],
)
def test_the_policy_allows_a_script_however_it_is_written(page: str) -> None:
    """With any attributes and case; a script in a comment does not run."""
    script = base64.b64encode(hashlib.sha256(b"go()").digest()).decode()

    assert f"script-src 'sha256-{script}'; " in content_security_policy(page)


@pytest.mark.parametrize(
    "page",
    [
        "<!--", "<!-- ", "<!-->" * 1_000 + "<!--", "<style>", "<style ", "<style '", '<style "a',
        "<script>", "<script a='>'", "<style></style", "{{", "{{ ", "{{a}", "{{\n",
        "<a b=c ", "<p style='a' ", "<p onclick='a'>", "<p a='&lt;' ", "<img srcset='a 1x,b 2x' ",
        "<style>image-set(", "<style>a{b:url(c)}", "<style>@import ", "<style>/*",
        "<style><![CDATA[" + "<![CDATA[" * 4_000,
    ],
)  # fmt: skip
@pytest.mark.no_cover
def test_no_page_takes_long_to_render(page: str) -> None:
    """With thousands of what is never closed, it took the edge longer than it has."""
    page *= 37_000 // len(page)
    rendered = some_responses(page)["en", HTML]["body"]
    seconds = fastest(lambda: some_responses(page), limit=0.1)

    assert (page, True) == (rendered, seconds < 0.1), seconds


def test_what_is_never_closed_does_not_hide_the_placeholders_of_other_lines() -> None:
    """Before and after it."""
    page = "{{title}} {{\n{{title}}"

    assert (
        "Down {{\nDown"
        == render_page(
            Page("page.html", page),
            PARTS,
            "en",
            some_settings(texts={"en": {"title": "Down", "message": "!"}}),
        ).body
    )


def test_a_comment_in_a_script_is_part_of_its_hash() -> None:
    """For a browser it belongs to the script."""
    script = base64.b64encode(hashlib.sha256(b"<!-- go()").digest()).decode()

    assert f"script-src 'sha256-{script}'; " in content_security_policy(
        "<script><!-- go()</script>"
    )


def test_other_elements_are_not_scripts() -> None:
    """Even if their name begins alike."""
    assert "script-src 'none'; " in content_security_policy("<script-x>go()</script-x>")


def test_a_page_without_styles_and_scripts_is_allowed_none() -> None:
    """Its policy has no hashes."""
    assert "style-src 'none'; script-src 'none'; " in content_security_policy("<p>plain</p>")


@pytest.mark.parametrize(
    ("seconds", "until"),
    [
        ("120", None),
        ("3600", "2026-11-26T01:00:00Z"),
        ("1", "2026-11-26T00:00:00.2Z"),
        ("120", "2026-11-26T00:00:00Z"),
        ("120", "2026-11-25T00:00:00Z"),
        ("3600", "2026-11-26T01:00:01Z"),
        ("3600", "2026-12-01T00:00:00Z"),
    ],
)
def test_retry_after_counts_to_the_end(seconds: str, until: str | None) -> None:
    """Rounded up, and an hour at most; the setting if no end lies ahead."""
    assert seconds == retry_after(some_settings(until=until), NOW)


@pytest.mark.parametrize("until", [None, "2026-11-26T00:30:00Z"])
def test_retry_after_is_never_more_than_its_most(until: str | None) -> None:
    """A program that obeys it is back soon after an early end, whatever was announced."""
    settings = some_settings(until=until, retry_after_seconds=86_400, retry_after_max_seconds=60)

    assert "60" == retry_after(settings, NOW)


def test_a_response_that_is_too_large_is_refused_with_its_size() -> None:
    """40,000 bytes of UTF-8, with headers."""
    with pytest.raises(PackageError, match=r"page.html can have 4\d{4} bytes .* accepts 40000"):
        some_responses(announcement="é" * 19_500)


def test_inserted_texts_are_escaped_as_the_standard_library_does() -> None:
    """The function does without the module `html`, which would slow every cold start."""
    characters = "".join(map(chr, range(0x20, 0x7F)))
    settings = some_settings(announcement=characters)

    assert (
        html.escape(characters)
        == render_page(Page("page.html", "{{message}}"), PARTS, "en", settings).body
    )
