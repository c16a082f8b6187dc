"""What stands in a page for each placeholder, and what is refused there."""

import hashlib

import pytest
from maintenance_edge.files import PackageError
from maintenance_edge.negotiation import HTML, PROBLEM, TEXT
from maintenance_edge.page import OUR_PAGE, Page, render_page
from maintenance_edge.page_policy import content_security_policy

from tests.edge.builders import EDGE_HANDLER, PARTS, TEXTS, some_responses, some_settings, value_of

END = "2026-11-26T03:00:00Z"


def filled(template: str, language: str = "en", /, **changes: object) -> str:
    """Return a page made of this template, with these settings."""
    return render_page(Page("page.html", template), PARTS, language, some_settings(**changes)).body


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        (
            'See <a href="https://a.example/b?c=1&amp;d#e">https://a.example/b?c=1&amp;d#e</a>.',
            "See https://a.example/b?c=1&d#e.",
        ),
        (
            '(<a href="https://a.example/b">https://a.example/b</a>), <a href="https://c">https://c</a>!',
            "(https://a.example/b), https://c!",
        ),
        (
            '詳細は<a href="https://a.example/">https://a.example/</a>をご覧ください',
            "詳細はhttps://a.example/をご覧ください",
        ),
        (
            '<a href="https://müller.example/straße?ü#é">https://müller.example/straße?ü#é</a>…',
            "https://müller.example/straße?ü#é…",
        ),
        (
            '„<a href="https://пример.example/ш">https://пример.example/ш</a>“',
            "„https://пример.example/ш“",
        ),
        (
            '(<a href="https://a.example/b_(c)">https://a.example/b_(c)</a>)',
            "(https://a.example/b_(c))",
        ),
        ("http://a.example ftp://a //a a@b.example", "http://a.example ftp://a //a a@b.example"),
        ("https:// https://&quot;x", 'https:// https://"x'),
        (
            '<a href="https://a">https://a</a>&lt;script&gt;&quot;onclick=&quot;',
            'https://a<script>"onclick="',
        ),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_https_addresses_in_a_message_become_links(markup: str, message: str) -> None:
    """Nothing else does, and punctuation behind one is not part of it."""
    assert f'<p><span lang="" dir="auto">{markup}</span></p>' == filled(
        "<p>{{message_html}}</p>", announcement=message
    )


@pytest.mark.parametrize(
    ("markup", "language"),
    [("Umzug", "de"), ('<span lang="de" dir="auto">Umzug</span>', "en")],
)
def test_the_language_of_announcements_may_be_known(markup: str, language: str) -> None:
    """A screen reader then pronounces it right; a page in that language says it already."""
    texts = {"en": TEXTS["en"], "de": TEXTS["de"]}
    announced = {"announcement": "Umzug", "announcement_language": "de"}

    assert markup == filled("{{message_html}}", language, texts=texts, **announced)


def test_a_message_of_the_language_needs_no_language_of_its_own() -> None:
    """An announcement is in whatever language its author writes; the message is in the page's."""
    texts = {"en": {"title": "Soon", "message": "See https://a.example"}}
    markup = '<p>See <a href="https://a.example">https://a.example</a></p>'

    assert markup == filled("<p>{{message_html}}</p>", texts=texts)


@pytest.mark.parametrize(
    ("markup", "language"),
    [("Moving.", "en-gb"), ('<span lang="en" dir="auto">Moving.</span>', "fr")],
)
def test_a_message_of_the_default_language_says_so(markup: str, language: str) -> None:
    """In a page of the site's own whose language has no texts, unless it is of that language."""
    assert markup == filled("{{message_html}}", language, texts={"en": TEXTS["en"]})


@pytest.mark.parametrize(
    "template",
    [
        "<p title='{{message_html}}'>",
        "<title>{{message_html}}</title>",
        "<p>{{message_html}}</p><p title={{message_html}}>",
    ],
)
def test_a_link_cannot_be_in_a_tag(template: str) -> None:
    """Its quotes would end the attribute; in a title it would be text."""
    with pytest.raises(PackageError, match=r"in a tag or in <title>.*use \{\{message\}\} there"):
        filled(template)


@pytest.mark.parametrize(
    ("direction", "language"),
    [
        ("ltr", "en"), ("ltr", "ja"), ("rtl", "ar"), ("rtl", "ar-eg"), ("rtl", "he"),
        ("ltr", "az"), ("rtl", "az-arab"),
    ],
)  # fmt: skip
def test_the_direction_is_that_of_the_language(direction: str, language: str) -> None:
    """Or of its script."""
    texts = {"en": TEXTS["en"], language: TEXTS["en"]}

    assert direction == filled("{{dir}}", language, texts=texts)


def test_the_version_changes_with_the_page() -> None:
    """The page has it, and the ETag of the page's response; other responses have none."""
    template = "<main data-version={{version}}>{{message}}</main>"
    first, same, other = (
        some_responses(template, announcement=message) for message in ("a", "a", "b")
    )
    tags = [value_of(each["en", HTML], "etag").strip('"') for each in (first, same, other)]

    assert (True, True, True, "", "") == (
        tags[0] == tags[1] != tags[2],
        f"data-version={tags[0]}>" in first["en", HTML]["body"],
        f"data-version={tags[2]}>" in other["en", HTML]["body"],
        value_of(first["en", PROBLEM], "etag"),
        value_of(first["en", TEXT], "etag"),
    )


def test_a_page_that_is_overdue_says_so_and_shows_no_end() -> None:
    """A time that has passed helps its readers with nothing."""
    page = Page("page.html", "{{until}}|{{until_utc}}|{{is_overdue}}")
    settings = some_settings(until=END)

    assert ("2026-11-26T03:00:00Z|2026-11-26 03:00 UTC|", "||true") == tuple(
        render_page(page, PARTS, "en", settings, is_overdue=is_overdue).body
        for is_overdue in (False, True)
    )


def test_a_page_shows_name_and_links_of_the_brand_as_text() -> None:
    """A site's own page puts them where it likes; without a brand they are empty."""
    template = "{{name}}|{{status_url}}|{{contact}}"
    brand = {"name": "A&B", "status_url": "https://s.example", "contact": "a@b.example"}

    assert ("A&amp;B|https://s.example|a@b.example", "||") == (
        filled(template, brand=brand),
        filled(template),
    )


def test_the_policy_of_each_language_is_that_of_its_own_code() -> None:
    """A script may hold the language, and then has another hash."""
    template = "<script>let l = '{{language}}'</script>"
    policies = [
        value_of(some_responses(template, texts=TEXTS)[language, HTML], "content-security-policy")
        for language in TEXTS
    ]

    assert 2 == len(set(policies))


TEMPLATE = (EDGE_HANDLER / "defaults" / "page.html").read_text(encoding="utf-8")
PNG = "data:image/png;base64,iVBORw0KGgo="


def test_the_checksum_is_that_of_our_page() -> None:
    """After an edit of defaults/page.html, write the first one into page.py."""
    assert hashlib.sha256(TEMPLATE.encode()).hexdigest() == OUR_PAGE


@pytest.mark.parametrize(
    "brand",
    [{}, {"name": "Harbour", "accent": "#0b6e4f"}, {"logo": PNG}, {"logo": "<svg></svg>"}],
)
def test_our_page_has_the_policy_that_its_tags_ask_for(brand: dict[str, object]) -> None:
    """It is not searched for them, because that would slow every cold start."""
    page = Page("defaults/page.html", TEMPLATE)
    rendered = render_page(page, PARTS, "en", some_settings(brand=brand))

    assert (True, content_security_policy(rendered.body)) == (page.is_ours, rendered.policy)


def test_a_logo_in_the_page_is_searched_for_what_it_needs() -> None:
    """It may have rules of its own."""
    logo = "<svg fill='currentColor'><style>path { fill: red }</style></svg>"
    settings = some_settings(brand={"logo": logo})
    rendered = render_page(Page("defaults/page.html", TEMPLATE), PARTS, "en", settings)

    assert content_security_policy(rendered.body) == rendered.policy


def test_a_default_page_that_was_changed_is_searched_for_what_it_needs() -> None:
    """It is no longer ours; a deployment may have changed it."""
    page = Page("defaults/page.html", TEMPLATE.replace("<h1", "<img src='/logo.png'><h1"))
    rendered = render_page(page, PARTS, "en", some_settings())

    assert (False, True) == (page.is_ours, "img-src data: 'self'" in rendered.policy)
