"""The pages of this repository: their sh blocks, code in sentences, links and anchors."""

import itertools
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

# A fence, also in a list; or, where a page has none, lines that are indented by four.
_FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^ {4}\S.*\n)+", re.MULTILINE)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def all_pages() -> list[Path]:
    """Return every page, but for those of installed packages."""
    found: list[Path] = []
    for folder, folders, files in ROOT.walk():
        folders[:] = [each for each in folders if each[0] != "." and each != "node_modules"]
        found += [folder / name for name in files if name.endswith(".md")]
    return sorted(found)


def blocks(text: str) -> list[str]:
    """Return the sh blocks of a page."""
    fences = _FENCED.findall(text)
    if any(kind != "mermaid" for _, kind, _ in fences):
        return [textwrap.dedent(body) for _, kind, body in fences if kind == "sh"]
    return [textwrap.dedent(found) for found in _INDENTED.findall(text)]


def inline(text: str) -> list[str]:
    """Return what a page shows between single backticks."""
    return _INLINE.findall(_FENCED.sub("", text))


def links(text: str) -> Iterator[tuple[str, str]]:
    """Yield path and anchor of each link that stays in this repository; either may be empty."""
    for target in _LINK.findall(_FENCED.sub("", text)):
        if "://" not in target and not target.startswith("mailto:"):
            path, _, anchor = target.partition("#")
            yield path, anchor


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    found: set[str] = set()
    for heading in _HEADING.findall(_FENCED.sub("", text)):
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        numbered = (f"{name}-{number}" for number in itertools.count(1))
        found.add(
            name if name not in found else next(each for each in numbered if each not in found)
        )
    return found
