# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Read the files beside the handler, and check that they fit together.

    file                    holds
    --------------------    -----------------------------------------------------------------
    page_settings.json      what to say and whom to let in (page_settings.py has the keys)
    page.html               the page of the default language
    page.<language>.html    the page of another language, one for each further one in `texts`
    page.css, page.js       what the pages share, put into them by {{style}} and {{script}}
    bypass.json             what verifies the bypass link; without it there is no bypass
"""

from dataclasses import dataclass
from pathlib import Path

from answers import Answers, Page, PageParts, write_answers
from bypass import Bypass, parse_anchors
from page_settings import PageSettings, SettingsError, parse_settings


@dataclass(frozen=True, slots=True)
class Package:
    """All that an answer depends on, read, checked and rendered."""

    settings: PageSettings
    answers: Answers
    bypass: Bypass


def read_package(folder: Path) -> Package:
    """Return the package in `folder`; raise SettingsError where a file is missing or unusable."""
    settings = parse_settings(_text(folder / "page_settings.json"))
    parts = PageParts(style=_text(folder / "page.css"), script=_text(folder / "page.js"))
    anchors_file = folder / "bypass.json"
    anchors = parse_anchors(_text(anchors_file)) if anchors_file.exists() else {}
    return Package(
        settings=settings,
        answers=write_answers(_pages(folder, settings), parts, settings),
        bypass=Bypass(anchors=anchors, lifetime_hours=settings.bypass_lifetime_hours),
    )


def _pages(folder: Path, settings: PageSettings) -> dict[str, Page]:
    default, *others = settings.texts
    file_names = {default: "page.html", **{tag: f"page.{tag}.html" for tag in others}}
    unsaid = sorted({path.name for path in folder.glob("page*.html")} - set(file_names.values()))
    if unsaid:
        raise SettingsError(
            f"{', '.join(unsaid)} has no 'texts' in page_settings.json: add them or remove it."
        )
    return {tag: Page(name, _text(folder / name)) for tag, name in file_names.items()}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as fault:
        raise SettingsError(f"{file.name} is missing from the package: add it.") from fault
    except UnicodeDecodeError as fault:
        raise SettingsError(
            f"{file.name} is not UTF-8 ({fault.reason}): save it as UTF-8."
        ) from fault
