"""The check of a package, run as the controller runs it before publishing."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from maintenance_edge.check import package_errors, reading_errors

from tests.edge.builders import EDGE_HANDLER, a_package

OVERRIDES = {
    "page.html": "<h1>{{title}}</h1><style>{{style}}</style>",
    "problem.json": {"code": 7},
    "announcement.json": {"message": "Nové disky", "until": None},
}


def run_check(package: Path) -> tuple[int, str, str]:
    """Return exit status, output and errors of the check, run as the controller does."""
    done = subprocess.run(
        [sys.executable, "-E", "-s", "-B", "-m", "maintenance_edge.check"],
        cwd=package,
        env={"PATH": os.defpath, "LC_ALL": "POSIX"},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_usable_package_passes_without_output(tmp_path: Path) -> None:
    """The check writes nothing into the package either."""
    package = a_package(tmp_path / "package", OVERRIDES)

    assert (0, "", "") == run_check(package)
    assert [] == list(package.rglob("__pycache__"))


def test_each_error_of_an_unusable_package_is_one_line(tmp_path: Path) -> None:
    """Unreadable files and blocked markup, in any script."""
    overrides = {**OVERRIDES, "page.html": "<p>\n<img src='é'>", "settings.json": '{"é": 1}'}
    package = a_package(tmp_path / "package", overrides)

    assert (
        1,
        (
            "page/settings.json: remove 'é', which is not a setting.\n"
            "page/page.html, line 2: <img src> loads é, a relative address, but this page is shown "
            "at every address of the site: write its whole path and add that to 'allowed_paths' in "
            "page/settings.json, or put it into the page as data:, as site-maintenance page put "
            "does if it lies beside the page.\n"
        ),
        "",
    ) == run_check(package)


ONE = '<svg fill="currentColor"><svg/><path d="M0 0h1"/><svg></svg></svg>'
OPEN = (
    "page/settings.json, brand.logo is not one <svg>...</svg> with each tag, quote and comment in "
    "it closed, so it would swallow the page, or have other markup: correct it."
)
NO_XML = (
    "page/settings.json, brand.logo is no XML ({}), so browsers show no image: correct it, or "
    "export the drawing as a file again."
)


@pytest.mark.parametrize(
    ("errors", "brand"),
    [
        ((), {"logo": ONE, "logo_dark": ONE}),
        ((), {"logo": "<svg><path d='M0 0h1'/></svg>"}),
        ((), {"logo": "data:image/png;base64,AA=="}),
        ((OPEN,), {"logo": '<svg fill="currentColor"><!-- </svg>'}),
        ((OPEN,), {"logo": '<svg fill="currentColor"><path d="</svg>'}),
        ((OPEN,), {"logo": '<svg fill="currentColor"><title>Ours</svg>'}),
        ((OPEN,), {"logo": '<svg fill="currentColor"></svg><h1>Ours</h1><svg></svg>'}),
        (
            (NO_XML.format("unbound prefix: line 1, column 40"),),
            {"logo": "<svg><use xlink:href='#a'/></svg>"},
        ),
        (
            (NO_XML.format("undefined entity: line 1, column 46"),),
            {"logo": "<svg><text>&nbsp;</text></svg>"},
        ),
        (
            ("page/settings.json: 'brand.logo_dark' needs 'brand.logo' beside it: add that.",),
            {"logo_dark": ONE},
        ),
    ],
)
def test_a_logo_that_browsers_would_not_show_is_refused(
    tmp_path: Path, errors: tuple[str, ...], brand: dict[str, object]
) -> None:
    """Or with which they would not show the page."""
    package = a_package(tmp_path / "package", {"settings.json": {"brand": brand}})

    assert errors == package_errors(package)


def test_an_accent_that_is_hard_to_read_is_a_notice(tmp_path: Path) -> None:
    """The package is usable all the same."""
    overrides = {"settings.json": {"brand": {"name": "Sonne", "accent": "#ffd400"}}}

    assert (
        0,
        (
            "page/settings.json: the accent #ffd400 has a contrast of 1.4 on white, and text needs "
            "4.5 (WCAG 2.2 AA): links and borders are #8a7200, and the button keeps the accent.\n"
        ),
        "",
    ) == run_check(a_package(tmp_path / "package", overrides))


def test_a_logo_in_the_page_must_keep_its_policy(tmp_path: Path) -> None:
    """One that is an image may have anything: nothing in it acts on the page."""
    svg = '<svg fill="{}"><image href="https://a.example/b.png"/></svg>'
    brand = {"logo": svg.format("currentColor"), "logo_dark": svg.format("red")}
    (error,) = package_errors(a_package(tmp_path / "package", {"settings.json": {"brand": brand}}))

    assert error.startswith(
        "page/settings.json, brand.logo, line 1: <image href> loads https://a.example/b.png"
    )


def test_a_package_that_takes_the_edge_too_long_is_refused(tmp_path: Path) -> None:
    """Its import would not end within the function's five seconds, and no visitor get an answer."""
    networks = [f"10.{number // 256}.{number % 256}.0/24" for number in range(10_000)]
    package = a_package(tmp_path / "package", {"settings.json": {"allowed_networks": networks}})

    error = (
        "Reading the package takes more than 0.1 seconds of a processor, and the edge function has "
        "a fourteenth of one: shorten page/settings.json, or the markup of the pages."
    )
    assert (error,) == package_errors(package)


@pytest.mark.parametrize(
    ("seconds", "is_refused"), [([0.4, 0.4, 0.01], False), ([0.4, 0.4, 0.4], True)]
)
def test_a_package_is_too_slow_only_if_every_try_is(
    tmp_path: Path, seconds: list[float], *, is_refused: bool
) -> None:
    """A busy machine makes single ones slow."""
    package = a_package(tmp_path / "package", {})
    readings = (reading for each in seconds for reading in (0.0, each))

    errors = [*reading_errors(package, lambda: next(readings))]

    assert is_refused == bool(errors)


def test_pages_in_every_official_language_of_the_eu_are_usable(tmp_path: Path) -> None:
    """As large as CloudFront lets them be: they take a quarter of the time."""
    style = "p { color: #123456 }\n" * 1_000
    page = f"<!doctype html><style>{style}</style>{'<p>{{title}}</p>' * 500}{{{{message}}}}"
    languages = re.findall("..", "bgcsdadeelesetfifrgahrhuitltlvmtnlplptroskslsv")
    texts = {each: {"title": "!", "message": "!"} for each in ("en", *languages)}
    pages = {f"page.{language}.html": page for language in languages}
    overrides = {"page.html": page, **pages, "settings.json": {"texts": texts}}

    assert (0, "", "") == run_check(a_package(tmp_path / "package", overrides))


def test_the_source_of_a_template_is_the_only_error_of_its_page(tmp_path: Path) -> None:
    """What else is in it is for the engine."""
    overrides = {"page.html": "<?php head() ?><img src=a>{{ title }}", "page.de.html": "<iframe>"}
    package = a_package(tmp_path / "package", overrides)

    (error,) = package_errors(package)

    assert error.startswith("page/page.html, line 1: '<?php head() ?>")


def test_a_file_that_the_settings_allow_is_accepted(tmp_path: Path) -> None:
    """Case 06: a logo below an allowed path, by settings of the site or of the deployment."""
    page = "<img src=/assets/a.png><img src=/deployed/a.png>"
    own = {"page.html": page, "settings.json": {"allowed_paths": ["/assets/*", "/deployed/*"]}}
    packages = (
        a_package(tmp_path / "own", own),
        a_package(tmp_path / "deployed", {"page.html": page}, allowed_paths=["/deployed/*"]),
    )

    own_errors, (error,) = map(package_errors, packages)

    assert () == own_errors
    assert "<img src> loads /assets/a.png, which is closed during maintenance" in error


def test_markup_is_checked_although_the_settings_cannot_be_read(tmp_path: Path) -> None:
    """By those that are deployed, so that one upload corrects all."""
    page = "<img src=/deployed/a.png><img src=/assets/a.png>"
    package = a_package(
        tmp_path / "package",
        {"page.html": page, "settings.json": "{"},
        allowed_paths=["/deployed/*"],
    )

    about_settings, about_page = package_errors(package)

    assert about_settings.startswith("page/settings.json is not valid JSON")
    assert about_page.startswith("page/page.html, line 1: <img src> loads /assets/a.png, which is")


def test_a_base_without_readable_settings_has_one_error(tmp_path: Path) -> None:
    """Deployed by mistake; the pages cannot be judged by it."""
    package = a_package(tmp_path / "package", {"page.html": "<img src=a>"})
    (package / "defaults" / "settings.json").write_text("{}")

    (error,) = package_errors(package)

    assert error.startswith("defaults/settings.json: add the missing 'language'")


def test_an_unreadable_page_has_one_error(tmp_path: Path) -> None:
    """Its markup is not checked."""
    package = a_package(tmp_path / "package", {"page.html": b"\xff<img src=a>"})

    assert (
        "page/page.html is not UTF-8 (invalid start byte at byte 0): save it as UTF-8.",
    ) == package_errors(package)


def test_the_package_of_this_repository_is_usable(capfd: pytest.CaptureFixture[str]) -> None:
    """Run from edge_handler/ itself, with the settings that are deployed next."""
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(EDGE_HANDLER / "maintenance_edge" / "check.py"), run_name="__main__")

    assert (0, "") == (ended.value.code, capfd.readouterr().out)
