"""Invalid settings are refused with a message that says what to do."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance_edge.files import PackageError
from maintenance_edge.settings import parse_settings
from maintenance_edge.texts import is_language_tag

from tests.edge.builders import EDGE_HANDLER, SHIPPED_TEXTS, a_request, some_settings

PATHS = (
    "must be a list of path patterns that begin with '/', are more than wildcards and have no "
    "comma or blank, not"
)
NETWORKS = (
    "'allowed_networks' must be a list of networks in CIDR notation such as "
    '"192.0.2.0/24", without host bits, that do not cover all of IPv4, not'
)
ORIGINS = (
    "'cors_origins' must be a list of origins as browsers send them, such as "
    '"https://app.example.com", "https://*.example.com", "capacitor://localhost" or "*", not'
)
TEXTS = (
    "'texts' must be an object with one-line texts for each language tag, of those named title, "
    "title_with_name, message, planned_end, time_left, overdue, try_again, leave_open, checked, "
    "service_status, contact_us, not"
)
INSTANT = "'until' must be a time with offset such as \"2026-12-01T04:00Z\" or null, not"


@pytest.mark.parametrize(
    ("error", "changes"),
    [
        ("remove 'titel', which is not a setting", {"titel": "Back soon"}),
        ("add the missing 'announcement', one line of text or null", {"announcement": ...}),
        ("'announcement' must be one line of text or null, not \"  \"", {"announcement": "  "}),
        (
            "'announcement' must be one line of text or null, not \"a\\nb\"",
            {"announcement": "a\nb"},
        ),
        (
            '\'language\' must be a lowercase language tag such as "en", not "EN"',
            {"language": "EN"},
        ),
        ("'language' must be a lowercase language tag such as \"en\", not 1", {"language": 1}),
        ("'texts' has no entry for the 'language' 'fr'", {"language": "fr"}),
        (f"{TEXTS} []", {"texts": []}),
        (f'{TEXTS} {{"en": "hello"}}', {"texts": {"en": "hello"}}),
        (f'{TEXTS} {{"en": {{"titel": "x"}}}}', {"texts": {"en": {"titel": "x"}}}),
        (
            f'{TEXTS} {{"en": {{"title": "x", "message": null}}}}',
            {"texts": {"en": {"title": "x", "message": None}}},
        ),
        (f'{TEXTS} {{"e": {{}}}}', {"texts": {"e": {}}}),
        (f'{INSTANT} "2026-12-01T04:00"', {"until": "2026-12-01T04:00"}),
        (f'{INSTANT} "soon"', {"until": "soon"}),
        (f"{INSTANT} 5", {"until": 5}),
        (f'{INSTANT} "9999-12-31T23:59:59-12:00"', {"until": "9999-12-31T23:59:59-12:00"}),
        (f'{INSTANT} "9999-12-31T23:59:59.9999999Z"', {"until": "9999-12-31T23:59:59.9999999Z"}),
        (f'{INSTANT} "0001-01-01T00:00:00+14:00"', {"until": "0001-01-01T00:00:00+14:00"}),
        (
            "'retry_after_seconds' must be a whole number from 1 to 86400, not 0",
            {"retry_after_seconds": 0},
        ),
        (
            "'retry_after_seconds' must be a whole number from 1 to 86400, not 86401",
            {"retry_after_seconds": 86_401},
        ),
        (
            "'retry_after_seconds' must be a whole number from 1 to 86400, not true",
            {"retry_after_seconds": True},
        ),
        (
            "'retry_after_max_seconds' must be a whole number from 1 to 86400, not 0",
            {"retry_after_max_seconds": 0},
        ),
        (f"'allowed_paths' {PATHS} \"/a\"", {"allowed_paths": "/a"}),
        (f"'allowed_paths' {PATHS} [\"a\"]", {"allowed_paths": ["a"]}),
        (f"'allowed_paths' {PATHS} [1]", {"allowed_paths": [1]}),
        (f"'allowed_paths' {PATHS} [\"/*\"]", {"allowed_paths": ["/*"]}),
        (f"'allowed_paths' {PATHS} [\"/?*/**\"]", {"allowed_paths": ["/?*/**"]}),
        (f"'allowed_paths' {PATHS} [\"/a,/b\"]", {"allowed_paths": ["/a,/b"]}),
        (f"'allowed_paths' {PATHS} [\"/a /b\"]", {"allowed_paths": ["/a /b"]}),
        (f'{NETWORKS} ["10.0.0.1/8"]', {"allowed_networks": ["10.0.0.1/8"]}),
        (f'{NETWORKS} ["0.0.0.0/0"]', {"allowed_networks": ["0.0.0.0/0"]}),
        (
            f'{NETWORKS} ["0.0.0.0/1", "128.0.0.0/1"]',
            {"allowed_networks": ["0.0.0.0/1", "128.0.0.0/1"]},
        ),
        (f'{NETWORKS} "::1"', {"allowed_networks": "::1"}),
        (f'{NETWORKS} ["::/0"]', {"allowed_networks": ["::/0"]}),
        (f'{NETWORKS} ["::ffff:0:0/96"]', {"allowed_networks": ["::ffff:0:0/96"]}),
        (f"{NETWORKS} [167772160]", {"allowed_networks": [167772160]}),
        (f'{ORIGINS} ["app.example.com"]', {"cors_origins": ["app.example.com"]}),
        (f'{ORIGINS} ["https://app.example.com/"]', {"cors_origins": ["https://app.example.com/"]}),
        (f'{ORIGINS} ["https://a.*.com"]', {"cors_origins": ["https://a.*.com"]}),
        (f'{ORIGINS} ["null"]', {"cors_origins": ["null"]}),
        (f'{ORIGINS} ["capacitor://"]', {"cors_origins": ["capacitor://"]}),
        (f'{ORIGINS} ["://localhost"]', {"cors_origins": ["://localhost"]}),
        (f'{ORIGINS} ["https://a.example\\r\\n"]', {"cors_origins": ["https://a.example\r\n"]}),
        (f'{ORIGINS} ["https://App.example.com"]', {"cors_origins": ["https://App.example.com"]}),
    ],
)
def test_the_error_of_an_invalid_setting_has_the_remedy(
    error: str, changes: dict[str, object]
) -> None:
    """One case for each way to get a setting wrong."""
    with pytest.raises(PackageError) as raised:
        some_settings(**changes)

    assert f"defaults/settings.json: {error}." == str(raised.value)


def test_ordinary_texts_are_accepted_in_every_script() -> None:
    """No-break spaces (French), joiners (Persian, Hindi, emoji) and soft hyphens included."""
    french = "\u00abDéjà\u202f?\u00a0\u00bb"
    persian, hindi = "\u0645\u06cc\u200c\u0634\u0648\u062f", "\u0915\u094d\u200d\u0937"
    message = f"{french} {persian} {hindi} Wartungs\u00adarbeiten"

    assert message == some_settings(announcement=message).texts["en"].message


@given(st.characters())
def test_characters_that_break_a_line_or_turn_its_direction_are_refused(character: str) -> None:
    """Control characters, lone surrogates, line ends and overrides of direction, but no others."""
    overrides = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    expected = unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in overrides
    try:
        some_settings(announcement=f"a{character}b")
    except PackageError:
        refused = True
    else:
        refused = False

    assert expected == refused


def test_the_root_may_be_an_allowed_path() -> None:
    """It is one page, not the whole site."""
    assert "/" in some_settings(allowed_paths=["/"]).allowed_paths


def test_all_errors_are_reported_together() -> None:
    """So that one deployment corrects them all."""
    with pytest.raises(PackageError, match=r"add the missing 'texts'.*|'until' must be"):
        some_settings(texts=..., until=1)


def test_invalid_json_is_refused_with_its_line_and_column() -> None:
    """The message leads to the error."""
    with pytest.raises(
        PackageError, match=r"not valid JSON \(.*line 2 column 1.*\): correct it there"
    ):
        parse_settings("{\n")


def test_settings_must_be_an_object() -> None:
    """A list has no keys."""
    with pytest.raises(PackageError, match="must be one JSON object"):
        parse_settings("[]")


def test_the_default_language_comes_first() -> None:
    """Visitors who accept none of the languages get it, wherever it stands in the file."""
    text = {"title": "t", "message": "m"}
    settings = some_settings(language="de", texts={"aa": text, "en": text, "de": text})

    assert ("de", "aa", "en") == tuple(settings.texts)


def test_an_announcement_replaces_the_message_in_every_language() -> None:
    """Titles stay."""
    texts = {"en": {"title": "Soon", "message": "m"}, "de": {"title": "Gleich", "message": "n"}}

    announced = some_settings(texts=texts, announcement="New disks").texts

    assert {"en": ("Soon", "New disks"), "de": ("Gleich", "New disks")} == {
        language: (text.title, text.message) for language, text in announced.items()
    }


@given(st.text("abz09-AÄé\n\u212a", max_size=12))
def test_a_language_tag_is_subtags_in_lower_case(text: str) -> None:
    """Of 2 to 8 letters, and of letters and digits from the second on."""
    expected = re.fullmatch(r"[a-z]{2,8}(?:-[a-z0-9]{2,8})*", text) is not None

    assert expected == is_language_tag(text)


def test_the_end_counts_with_its_offset() -> None:
    """It is 03:00 in UTC."""
    assert 1_796_094_000.0 == some_settings(until="2026-12-01T04:00+01:00").until


@pytest.mark.parametrize("origin", ["capacitor://localhost", "ionic://localhost", "app://-"])
def test_origins_of_installed_apps_are_accepted(origin: str) -> None:
    """Hybrid apps serve their files under a scheme of their own, and send it as their origin."""
    request = a_request(headers={"Origin": origin})
    headers = some_settings(cors_origins=[origin]).allowed_origins.headers(request)

    assert (origin, "true") == (
        headers["access-control-allow-origin"],
        headers["access-control-allow-credentials"],
    )


def test_scripts_of_every_origin_may_read_the_response_as_deployed() -> None:
    """It holds nothing private; credentials need a name, as the Fetch standard wants it."""
    text = (EDGE_HANDLER / "defaults" / "settings.json").read_text(encoding="utf-8")
    request = a_request(headers={"Origin": "https://anyone.example"})
    headers = parse_settings(text, texts=SHIPPED_TEXTS).allowed_origins.headers(request)

    assert {
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "Retry-After, X-Maintenance",
    } == headers
