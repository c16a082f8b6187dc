"""Logos that lie beside settings.json are put into it."""

import json
from pathlib import Path

import pytest
from maintenance.cli.page.brand import prepare_settings
from maintenance.cli.page.check import page_errors, page_notices
from maintenance.cli.page.source import read_source

BRANDS = Path(__file__).parents[3] / "docs" / "brands"
FILES = {
    "logo.svg": b'<?xml version="1.0"?><!-- Drawn by hand --><svg>\n<path/></svg>\n',
    "live.svg": b"<svg><script>go()</script></svg>",
    "odd.svg": b"<p>no drawing</p>",
    "old.svg": b'<!DOCTYPE svg [<!ENTITY a "b">]><svg id="&a;"></svg>',
    "logo.png": b"\x89PNG",
}


def prepared(**brand: object) -> tuple[object, tuple[str, ...]]:
    """Return the brand as it is uploaded, and the steps."""
    result = prepare_settings(json.dumps({"brand": brand}).encode(), FILES.get)
    return json.loads(result.content)["brand"], result.steps


@pytest.mark.parametrize(
    ("name", "embedded", "step"),
    [
        ("logo.svg", "<svg>\n<path/></svg>", "put logo.svg into it (63 bytes)"),
        (
            "live.svg",
            "data:image/svg+xml;base64,PHN2Zz48c2NyaXB0PmdvKCk8L3NjcmlwdD48L3N2Zz4=",
            "put live.svg into it (32 bytes)",
        ),
        (
            "odd.svg",
            "data:image/svg+xml;base64,PHA+bm8gZHJhd2luZzwvcD4=",
            "put odd.svg into it (17 bytes)",
        ),
        (
            "old.svg",
            "data:image/svg+xml;base64,PCFET0NUWVBFIHN2ZyBbPCFFTlRJVFkgYSAiYiI+XT48c3ZnIGlkPSImYTsiPjwvc3ZnPg==",
            "put old.svg into it (52 bytes)",
        ),
        ("logo.png", "data:image/png;base64,iVBORw==", "put logo.png into it (4 bytes)"),
    ],
)
def test_a_logo_by_name_becomes_part_of_the_settings(name: str, embedded: str, step: str) -> None:
    """Light and dark."""
    brand, steps = prepared(name="Ours", logo=name, logo_dark=name)

    assert ({"name": "Ours", "logo": embedded, "logo_dark": embedded}, (step, step)) == (
        brand,
        steps,
    )


@pytest.mark.parametrize("logo", ["<svg></svg>", "data:image/png;base64,AA==", "missing.svg", 7])
def test_any_other_logo_stays(logo: object) -> None:
    """The check says what is wrong with one."""
    assert ({"logo": logo}, ()) == prepared(logo=logo)


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"{}", b'{"brand": []}', b"\xff", b"7", b"[" * 200_000]
)
def test_settings_without_a_brand_stay_as_they_are(content: bytes) -> None:
    """Byte for byte."""
    assert (content, ()) == (
        prepare_settings(content, FILES.get).content,
        prepare_settings(content, FILES.get).steps,
    )


@pytest.mark.parametrize("folder", sorted(BRANDS.iterdir()), ids=lambda folder: folder.name)
def test_the_brands_in_the_docs_are_usable(folder: Path) -> None:
    """Their logos lie beside them, and nothing about them is noticed."""
    source = read_source(folder)

    assert ((), (), True) == (
        page_errors(source.files),
        page_notices(source.files),
        source.steps[0].startswith("settings.json: put logo.svg into it"),
    )
