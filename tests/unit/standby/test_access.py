"""Who may pass is laid out so that few reads decide it, and within the store's limits."""

import json

import pytest
from maintenance.errors import ConfigurationError
from maintenance.standby.access import is_access_key, settings_keys, token_keys
from maintenance.standby.layout import VALUE_LIMIT_BYTES
from maintenance.standby.rendering import EdgeSettings
from msgspec.structs import replace

SETTINGS = EdgeSettings(
    allowed_paths=("/robots.txt",),
    rewrite=None,
    rewrite_except_paths=(),
    allowed_ranges=(),
    named_origins="",
    all_origins=False,
    retry_after_seconds=300,
    retry_after_max_seconds=3_600,
)


def test_what_is_not_set_takes_no_room() -> None:
    """Every closed request reads this value."""
    assert {"settings": '{"a":["/robots.txt"],"r":300,"x":3600}'} == settings_keys(SETTINGS)


def test_each_setting_has_its_member() -> None:
    """By the names that the function reads."""
    settings = replace(
        SETTINGS,
        rewrite="single-page",
        rewrite_except_paths=("/api/*",),
        named_origins="https://a\\.example",
        all_origins=True,
    )

    value = json.loads(settings_keys(settings)["settings"])

    assert {
        "a": ["/robots.txt"],
        "w": "s",
        "k": ["/api/*"],
        "o": "https://a\\.example",
        "e": 1,
        "r": 300,
        "x": 3_600,
    } == value


def test_the_other_rewrite_is_a_d() -> None:
    """As in directory index."""
    settings = replace(SETTINGS, rewrite="directory-index")

    assert "d" == json.loads(settings_keys(settings)["settings"])["w"]


def test_networks_are_ranges_of_fixed_width_apart_by_version() -> None:
    """A mapped IPv4 address has eight digits."""
    settings = replace(
        SETTINGS,
        allowed_ranges=(
            (f"{'0' * 20}ffffc0000200", f"{'0' * 20}ffffc00002ff"),
            (f"20010db8{'0' * 24}", f"20010db8{'f' * 24}"),
        ),
    )

    keys = settings_keys(settings)

    value = json.loads(keys.pop("settings"))
    assert (["c0000200"], [f"20010db8{'0' * 24}"]) == (value["8"], value["32"])
    assert {
        "n8.0": "c0000200c00002ff",
        "n32.0": f"20010db8{'0' * 24}20010db8{'f' * 24}",
    } == keys


def test_many_networks_are_parts_whose_first_addresses_are_known() -> None:
    """So one part is read, however many there are."""
    ranges = tuple((f"{'0' * 20}ffff{n:08x}", f"{'0' * 20}ffff{n:08x}") for n in range(150))

    keys = settings_keys(replace(SETTINGS, allowed_ranges=ranges))

    value = json.loads(keys["settings"])
    assert ["00000000", "00000040", "00000080"] == value["8"]
    assert [VALUE_LIMIT_BYTES, VALUE_LIMIT_BYTES, 22 * 16] == [
        len(keys[f"n8.{part}"]) for part in range(3)
    ]


def _single_addresses(number: int, prefix: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"{prefix}{n * 2:08x}", f"{prefix}{n * 2:08x}") for n in range(number))


@pytest.mark.parametrize(
    ("changed", "size", "longest"),
    [
        (
            {"allowed_paths": tuple(f"/path/{n:04}/*" for n in range(70))},
            1_074,
            "'allowed_paths', which takes 1120",
        ),
        (
            {
                "rewrite": "single-page",
                "rewrite_except_paths": tuple(f"/{n:04}/\u00e9/*" for n in range(80)),
            },
            1_092,
            "'rewrite_except_paths', which takes 1120",
        ),
        ({"named_origins": "x" * 1_000}, 1_045, "'cors_origins', which takes 1002"),
        (
            {"allowed_ranges": _single_addresses(6_000, f"{'0' * 20}ffff")},
            1_078,
            "'allowed_networks', which takes 1130",
        ),
        (
            {"allowed_ranges": _single_addresses(600, "2001" + "0" * 20)},
            1_375,
            "'allowed_networks', which takes 1370",
        ),
    ],
)
def test_settings_that_do_not_fit_are_refused_by_the_longest(
    changed: dict[str, object], size: int, longest: str
) -> None:
    """With the figures, so that one knows how much to take out."""
    message = f"the settings take {size} bytes, .* room for 1024: shorten {longest}$"

    with pytest.raises(ConfigurationError, match=message):
        settings_keys(replace(SETTINGS, **changed))


def test_settings_of_just_a_kilobyte_fit() -> None:
    """Characters of other scripts count as UTF-8, as the store counts them."""
    paths = ("/robots.txt", "/" + "\u00e9" * 490 + "xx")

    value = settings_keys(replace(SETTINGS, allowed_paths=paths))["settings"]

    assert (VALUE_LIMIT_BYTES, True) == (len(value.encode()), "\u00e9" in value)


def test_a_token_is_a_key_of_its_own() -> None:
    """Its digest in base64url, the empty text's here; creating one is a write of one key."""
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    assert {"t.47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU": "1796040000"} == token_keys(
        {digest: 1_796_040_000}
    )


def test_its_keys_are_known_by_their_names() -> None:
    """Those of others, which a composed function may have, are left alone."""
    ours = ["settings", "n8.0", "n32.19", *token_keys({"ab" * 32: 1})]
    theirs = ["settings2", "n16.0", "n8.", "n8.x", "t.abc", "state", "xt." + "a" * 43]

    assert (ours, []) == (
        [each for each in ours if is_access_key(each)],
        [each for each in theirs if is_access_key(each)],
    )
