"""A site's name, logo, colour and links, on the page, in its title and in the text response."""

import re

import pytest
from maintenance_edge.files import PackageError
from maintenance_edge.negotiation import HTML, TEXT
from maintenance_edge.responses import Responses

from tests.edge.builders import (
    TEXTS,
    some_responses,
    some_settings,
    value_of,
)

PAGE = "<style>{{style}}</style><title>{{title}}</title>{{brand}}<h1>{{heading}}</h1>{{links}}"
SVG = '<svg viewBox="0 0 1 1"><path d="M0 0h1"/></svg>'
PNG = "data:image/png;base64,iVBORw0KGgo="


def branded(**brand: object) -> Responses:
    """Return the responses of a site with this brand, in English and German."""
    return some_responses(PAGE, texts=TEXTS, brand=brand)


def page(language: str = "en", /, **brand: object) -> str:
    """Return the page of a site with this brand, without its style."""
    return re.sub(
        "<style>.*?</style>", "", branded(**brand)[language, HTML]["body"], flags=re.DOTALL
    )


def test_the_title_names_the_site_and_the_heading_does_not() -> None:
    """The name stands above the heading; the title stands alone, in a tab."""
    shipped = some_responses(PAGE, texts={"en": {}}, brand={"name": "Harbour & Sons"})
    body = shipped["en", HTML]["body"]

    assert (True, True, True) == (
        "<title>Harbour &amp; Sons: back soon</title>" in body,
        '<header class="brand"><span>Harbour &amp; Sons</span></header>' in body,
        "<h1>We’ll be back soon</h1>" in body,  # noqa: RUF001 -- as people set it
    )


def test_a_title_of_the_sites_own_follows_its_name() -> None:
    """Our title with a name would say something else."""
    assert "<title>Harbour: Soon</title>" in page(name="Harbour")


def test_texts_are_in_the_language_of_the_page() -> None:
    """One without a text of its own has that of the default language."""
    name = {"en": "Harbour", "de": "Hafen"}
    english = {"name": name, "contact": {"en": "hello@harbour.example"}}

    assert (True, True, True) == (
        "<title>Harbour: Soon</title>" in page("en", **english),
        "<title>Hafen: Gleich</title>" in page("de", **english),
        "mailto:hello@harbour.example" in page("de", **english),
    )


def test_a_page_of_a_region_has_the_texts_of_its_language() -> None:
    """First those of the region itself; a page in another language has the default ones."""
    texts = {**TEXTS, "de-at": TEXTS["de"], "de-ch": TEXTS["de"], "fr": TEXTS["en"]}
    name = {"de-ch": "Hafe", "de": "Hafen", "en": "Harbour"}
    responses = some_responses("{{name}}", texts=texts, brand={"name": name})

    assert {"en": "Harbour", "de": "Hafen", "de-at": "Hafen", "de-ch": "Hafe", "fr": "Harbour"} == {
        language: responses[language, HTML]["body"] for language in texts
    }


def test_texts_in_other_languages_only_are_better_than_none() -> None:
    """The first one is shown."""
    assert "<title>Port: Soon</title>" in page(name={"fr": "Port"})


@pytest.mark.parametrize(
    ("markup", "brand"),
    [
        (f'<img class="logo plate" src="{PNG}" alt=""><span>Harbour</span>', {"logo": PNG}),
        (
            f'<img class="logo plate" src="{PNG}" alt="Harbour">',
            {"logo": PNG, "logo_has_name": True},
        ),
        (
            (
                f'<img class="logo light" src="{PNG}" alt="">'
                f'<img class="logo dark" src="{PNG}x" alt=""><span>Harbour</span>'
            ),
            {"logo": PNG, "logo_dark": f"{PNG}x"},
        ),
        (
            (
                '<img class="logo plate" src="data:image/svg+xml,%3Csvg%20xmlns=%22http://'
                "www.w3.org/2000/svg%22%20viewBox=%220%200%201%201%22%3E%3Cpath%20d=%22M0%20"
                '0h1%22/%3E%3C/svg%3E" alt=""><span>Harbour</span>'
            ),
            {"logo": SVG},
        ),
        (
            (
                '<span class="logo" aria-hidden="true"><svg fill="currentColor"></svg></span>'
                "<span>Harbour</span>"
            ),
            {"logo": '<svg fill="currentColor"></svg>'},
        ),
        (
            (
                '<span class="logo" role="img" aria-label="Harbour">'
                '<svg fill="currentColor"></svg></span>'
            ),
            {"logo": '<svg fill="currentColor"></svg>', "logo_has_name": True},
        ),
    ],
)
def test_a_logo_is_part_of_the_page(markup: str, brand: dict[str, object]) -> None:
    """A drawing in `currentColor` follows the page; any other is an image, which does nothing."""
    header = f'<header class="brand">{markup}</header>'

    assert header == page(name="Harbour", **brand).partition("<h1>")[0].partition("</title>")[2]


@pytest.mark.parametrize(
    ("href", "brand"),
    [
        ("stroke=%22%235b78e5%22", {}),
        ("stroke=%22%230b6e4f%22", {"accent": "#0b6e4f"}),
        (f'href="{PNG}"', {"logo": PNG}),
        ("fill=%22%230b6e4f%22", {"logo": '<svg fill="currentColor"></svg>', "accent": "#0b6e4f"}),
        ("fill=%22%23808080%22", {"logo": '<svg fill="currentColor"></svg>'}),
    ],
)
def test_the_icon_of_the_tab_is_a_small_logo_or_a_clock(
    href: str, brand: dict[str, object]
) -> None:
    """It comes with the page, so that no visitor's browser requests another one."""
    icon = some_responses("{{icon}}", brand=brand)["en", HTML]["body"]

    assert (True, True) == (icon.startswith('<link rel="icon" href="data:'), href in icon)


@pytest.mark.parametrize("brand", [{"logo": PNG, "logo_has_name": True}, {"logo": PNG * 100}])
def test_another_logo_is_no_icon(brand: dict[str, object]) -> None:
    """A name cannot be read in a tab, and the page would have a large logo twice."""
    assert "" == some_responses("{{icon}}", brand=brand)["en", HTML]["body"]


def test_a_logo_without_a_name_has_no_text() -> None:
    """Then the title is as without a brand."""
    body = page(logo=PNG)

    assert ("<title>Soon</title>" in body, 'alt=""></header>' in body) == (True, True)


def test_without_name_and_logo_there_is_a_clock() -> None:
    """As without a brand."""
    assert '<svg class="clock"' in page(accent="#0b6e4f")


@pytest.mark.parametrize(
    ("link", "contact"),
    [
        ('<a href="mailto:a@b.example"><bdi>a@b.example</bdi></a>', "a@b.example"),
        ('<a href="tel:+38612345678"><bdi>+386 1 234-56-78</bdi></a>', "+386 1 234-56-78"),
        ('<a href="tel:080123"><bdi>080 123</bdi></a>', "080 123"),
        (
            '<a href="https://b.example/?a&amp;b"><bdi>Contact us</bdi></a>',
            "https://b.example/?a&b",
        ),
        ("<span><bdi>Ask &lt;Ana&gt; at a@b.example</bdi></span>", "Ask <Ana> at a@b.example"),
        ("<span><bdi>24 hours, every day</bdi></span>", "24 hours, every day"),
        ("<span><bdi>@harbour</bdi></span>", "@harbour"),
    ],
)
def test_a_contact_is_a_link_if_it_is_an_address(link: str, contact: str) -> None:
    """E-mail, telephone or page; anything else is text, and all of it is escaped."""
    assert f'<p class="links">{link}</p>' in page(contact=contact)


def test_the_status_page_is_a_link_in_words() -> None:
    """In the language of the page."""
    link = '<p class="links"><a href="https://status.example.com"><bdi>Betriebsstatus</bdi></a></p>'

    assert link in page("de", status_url="https://status.example.com")


def test_without_links_there_is_no_line_for_them() -> None:
    """Nor without a brand."""
    assert ("links" in page(name="Harbour"), "links" in page()) == (False, False)


def test_the_text_response_has_name_and_links() -> None:
    """A person reads it in a terminal."""
    brand = {
        "name": "Harbour",
        "status_url": "https://status.example.com",
        "contact": "a@b.example",
    }

    assert (
        "Harbour: Soon\nMoving.\nhttps://status.example.com\na@b.example\n"
        == (branded(**brand)["en", TEXT]["body"])
    )


def test_the_accent_replaces_the_colours_of_the_page() -> None:
    """In light and dark, behind those of page.css."""
    style = branded(accent="#FC0")["en", HTML]["body"].partition("</style>")[0]
    accents = re.findall("--accent: (#[0-9a-f]+);", style)

    assert (["#ffcc00", "#ffcc00"], True) == (
        accents,
        "@media (prefers-color-scheme: dark) { :root {" in style,
    )


def test_a_name_alone_changes_no_colour() -> None:
    """The page keeps its own."""
    assert "--accent" not in branded(name="Harbour")["en", HTML]["body"]


def test_an_accent_that_is_hard_to_read_is_noticed() -> None:
    """It is used all the same, where it can be."""
    brand = some_settings(brand={"accent": "#ffd400"}).brand
    notice = (
        "the accent #ffd400 has a contrast of 1.4 on white, and text needs 4.5 (WCAG 2.2 AA): "
        "links and borders are #8a7200, and the button keeps the accent"
    )

    assert brand is not None
    assert (notice,) == brand.notices()


@pytest.mark.parametrize("values", [{"accent": "#0b6e4f"}, {"name": "Harbour"}])
def test_there_is_nothing_to_notice_about_other_brands(values: dict[str, object]) -> None:
    """The accent is readable, or our own."""
    brand = some_settings(brand=values).brand

    assert brand is not None
    assert () == brand.notices()


def test_the_policy_allows_a_logo_that_is_an_image() -> None:
    """And no image without one."""
    policies = [
        value_of(branded(**brand)["en", HTML], "content-security-policy")
        for brand in ({"logo": PNG}, {"name": "Harbour"})
    ]

    assert [True, False] == ["img-src data:" in policy for policy in policies]


TEXT_RULE = "one line of text, or an object with one for each lowercase language tag"
LOGO_RULE = (
    "one <svg>...</svg> without <script>, the address of an image such as "
    '"data:image/png;base64,...", or for site-maintenance page put the name of a file beside it'
)
STATUS_RULE = (
    'an address such as "https://status.example.com", or an object with one for each lowercase '
    "language tag"
)


@pytest.mark.parametrize(
    ("error", "brand"),
    [
        ("'brand' must be an object, not []", []),
        ("remove 'brand.colour', which is not a setting", {"colour": "#fff"}),
        (f"'brand.name' must be {TEXT_RULE}, not \"\"", {"name": ""}),
        (f"'brand.name' must be {TEXT_RULE}, not {{}}", {"name": {}}),
        (f"'brand.name' must be {TEXT_RULE}, not 1", {"name": 1}),
        (f'\'brand.name\' must be {TEXT_RULE}, not {{"DE": "a"}}', {"name": {"DE": "a"}}),
        (
            f'\'brand.contact\' must be {TEXT_RULE}, not {{"en": "a\\nb"}}',
            {"contact": {"en": "a\nb"}},
        ),
        ('\'brand.accent\' must be a colour such as "#0b6e4f", not "red"', {"accent": "red"}),
        ('\'brand.accent\' must be a colour such as "#0b6e4f", not "#12345"', {"accent": "#12345"}),
        (
            '\'brand.accent\' must be a colour such as "#0b6e4f", not "#12345g"',
            {"accent": "#12345g"},
        ),
        (f"'brand.logo' must be {LOGO_RULE}, not \"logo.svg\"", {"logo": "logo.svg"}),
        (f"'brand.logo' must be {LOGO_RULE}, not 1", {"logo": 1}),
        (
            f"'brand.logo' must be {LOGO_RULE}, not \"<svg><script></script></svg>\"",
            {"logo": "<svg><script></script></svg>"},
        ),
        (
            f"'brand.logo_dark' must be {LOGO_RULE}, not \"data:image/png;base64\"",
            {"logo_dark": "data:image/png;base64"},
        ),
        ("'brand.logo_has_name' must be true or false, not \"yes\"", {"logo_has_name": "yes"}),
        (
            f"'brand.status_url' must be {STATUS_RULE}, not \"http://status.example.com\"",
            {"status_url": "http://status.example.com"},
        ),
        (f"'brand.status_url' must be {STATUS_RULE}, not {{}}", {"status_url": {}}),
        (
            f'\'brand.status_url\' must be {STATUS_RULE}, not {{"de_AT": "https://a"}}',
            {"status_url": {"de_AT": "https://a"}},
        ),
        (
            f"'brand.status_url' must be {STATUS_RULE}, not \"https://a b\"",
            {"status_url": "https://a b"},
        ),
    ],
)
def test_the_error_of_an_invalid_brand_has_the_remedy(error: str, brand: object) -> None:
    """One case for each way to get a member wrong."""
    with pytest.raises(PackageError) as raised:
        some_settings(brand=brand)

    assert f"defaults/settings.json: {error}." == str(raised.value)
