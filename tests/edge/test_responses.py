"""What the answers say and carry, and which pages are refused before they are deployed."""

import base64
import hashlib
import html
import json

import pytest
from maintenance_edge.files import PackageError
from maintenance_edge.negotiation import HTML, MEDIA_TYPES, PROBLEM, TEXT
from maintenance_edge.responses import Page, content_security_policy, render_page, retry_after

from tests.edge.builders import NOW, PARTS, some_answers, some_settings, value_of

END = "2026-11-26T04:00:00+01:00"
TEXTS = {
    "en": {"title": "Soon", "message": "Moving."},
    "de": {"title": "Gleich", "message": "Umzug."},
}


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_every_answer_is_a_503_that_nobody_keeps(media_type: str) -> None:
    """Search engines, caches and programs learn the same from each of them."""
    answer = some_answers()["en", media_type]
    names = ("cache-control", "x-maintenance", "vary", "x-content-type-options", "content-language")

    assert ("503", "no-store", "on", "Accept, Accept-Language", "nosniff", "en") == (
        answer["status"],
        *(value_of(answer, name) for name in names),
    )


@pytest.mark.parametrize(
    ("media_type", "content_type"),
    [
        (HTML, "text/html; charset=utf-8"),
        (PROBLEM, "application/problem+json"),
        (TEXT, "text/plain; charset=utf-8"),
    ],
)
def test_every_answer_is_labelled_as_what_it_is(media_type: str, content_type: str) -> None:
    """Text has its charset; JSON has none to give (RFC 8259, section 8.1)."""
    assert content_type == value_of(some_answers()["en", media_type], "content-type")


def test_an_answer_varies_by_origin_where_origins_are_told_apart() -> None:
    """A cache in between must not hand one origin's permission to another."""
    answer = some_answers(cors_origins=["https://app.example.com"])["en", PROBLEM]

    assert "Accept, Accept-Language, Origin" == value_of(answer, "vary")


def test_programs_get_problem_details() -> None:
    """The members of RFC 9457, and the end as one instant in UTC."""
    answer = some_answers(announcement="Zurück um vier", until=END)["en", PROBLEM]

    assert {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "Zurück um vier",
        "until": "2026-11-26T03:00:00Z",
    } == json.loads(answer["body"])


def test_an_unknown_end_is_null_for_programs() -> None:
    """The member is always there."""
    assert None is json.loads(some_answers()["en", PROBLEM]["body"])["until"]


def test_the_text_answer_is_title_message_and_end() -> None:
    """What a person sees in a terminal."""
    assert (
        "Back soon\nWe are moving house.\n2026-11-26 03:00 UTC\n"
        == some_answers(until=END)["en", TEXT]["body"]
    )


def test_each_language_has_its_own_texts() -> None:
    """JSON and text are for people, too, in the end."""
    answers = some_answers(texts=TEXTS)

    assert ("Moving.", "Gleich\nUmzug.\n") == (
        json.loads(answers["en", PROBLEM]["body"])["detail"],
        answers["de", TEXT]["body"],
    )


def test_inserted_text_is_escaped() -> None:
    """A message is text: markup in it is shown, not run, and placeholders in it stay text."""
    settings = some_settings(announcement="""<script>x('&"')</script>{{title}}""")
    page = render_page(Page("page.html", "<p title='{{message}}'>"), PARTS, "en", settings)

    assert "<p title='&lt;script&gt;x(&#x27;&amp;&quot;&#x27;)&lt;/script&gt;{{title}}'>" == page


@pytest.mark.parametrize(
    ("placeholder", "inserted"),
    [
        ("language", "en"),
        ("until", "2026-11-26T03:00:00Z"),
        ("until_utc", "2026-11-26 03:00 UTC"),
        ("retry_after_seconds", "120"),
        ("style", PARTS.style),
        ("script", PARTS.script),
    ],
)
def test_a_page_can_show_all_that_is_known(placeholder: str, inserted: str) -> None:
    """The table of the module, row by row."""
    page = Page("page.html", f"<{{{{{placeholder}}}}}>")

    assert f"<{inserted}>" == render_page(page, PARTS, "en", some_settings(until=END))


def test_a_placeholder_that_nobody_fills_is_refused() -> None:
    """A misspelt placeholder would be shown to every visitor."""
    with pytest.raises(PackageError, match=r"page.html has the unknown placeholder \{\{mesage\}\}"):
        some_answers("{{mesage}}")


@pytest.mark.parametrize(
    "element", ["<script>let m = `{{message}}`</script>", "<STYLE a>{{message}}</STYLE>"]
)
def test_a_message_never_becomes_script_or_style(element: str) -> None:
    """No escaping makes it harmless there, and the policy would allow it as the page's own."""
    with pytest.raises(PackageError, match=r"page.html has \{\{message\}\} in <style> or <script>"):
        some_answers(element)


def test_the_policy_allows_styles_and_scripts_of_the_page_by_their_hash() -> None:
    """The browser refuses any but those that were there at build time, and asks only this site."""
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
    ],
)
def test_the_policy_allows_a_script_however_it_is_written(page: str) -> None:
    """Attributes, case and comments are the author's; a script that was left out is not run."""
    script = base64.b64encode(hashlib.sha256(b"go()").digest()).decode()

    assert f"script-src 'sha256-{script}'; " in content_security_policy(page)


def test_the_policy_allows_what_a_comment_within_a_script_belongs_to() -> None:
    """It is part of the script for a browser, and so of its hash."""
    script = base64.b64encode(hashlib.sha256(b"<!-- go()").digest()).decode()

    assert f"script-src 'sha256-{script}'; " in content_security_policy(
        "<script><!-- go()</script>"
    )


def test_other_elements_are_no_scripts() -> None:
    """A name that only begins alike is another's."""
    assert "script-src 'none'; " in content_security_policy("<script-x>go()</script-x>")


def test_a_page_without_styles_and_scripts_is_allowed_none() -> None:
    """There is nothing to fall back on."""
    assert "style-src 'none'; script-src 'none'; " in content_security_policy("<p>plain</p>")


@pytest.mark.parametrize(
    ("seconds", "until"),
    [
        ("120", None),
        ("3600", "2026-11-26T01:00:00Z"),
        ("1", "2026-11-26T00:00:00.2Z"),
        ("120", "2026-11-26T00:00:00Z"),
        ("120", "2026-11-25T00:00:00Z"),
        ("432000", "2026-12-01T00:00:00Z"),
    ],
)
def test_retry_after_counts_to_the_end(seconds: str, until: str | None) -> None:
    """Rounded up, so that nobody is early; the default where no end lies ahead."""
    assert seconds == retry_after(some_settings(until=until), NOW)


def test_an_answer_that_cloudfront_would_refuse_is_refused_with_its_size() -> None:
    """40,000 bytes with headers; what counts is UTF-8, not characters."""
    with pytest.raises(PackageError, match=r"page.html can have 4\d{4} bytes .* accepts 40000"):
        some_answers(announcement="é" * 19_500)


def test_inserted_texts_are_escaped_as_the_standard_library_does() -> None:
    """The function does so itself, because the module `html` weighs on every cold start."""
    characters = "".join(map(chr, range(0x20, 0x7F)))
    settings = some_settings(announcement=characters)

    assert html.escape(characters) == render_page(
        Page("page.html", "{{message}}"), PARTS, "en", settings
    )
