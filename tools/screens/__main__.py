"""
Write the screens of the docs: `make screens`; with --check only say whether they are outdated.

They come from the sandbox, so instants and ids differ each time. A screen counts as the same if
only those differ, and is then left as it is.
"""

import argparse
import re
import sys

from tests.contract.template import ROOT
from tools.screens.situations import Screen, screens
from tools.screens.stage import start_stages

PAGE = ROOT / "docs" / "screens.md"
_INTRODUCTION = """\
# Screens

What `site-maintenance` shows in each situation, on a terminal of 80 columns without its colors.
The site is in Ljubljana, the operator in London.
`make screens` writes this page from the sandbox.
[The reference](operations-reference.md#command-line) explains the screens.
"""
_CHANGING = [
    (re.compile(r"\s+"), " "),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?"), "<instant>"),
    (re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b"), "<day>"),
    (re.compile(r"\b\d+ (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b( \d{4})?"), "<date>"),
    (re.compile(r"\d\d:\d\d"), "<time>"),
    (re.compile(r"\b(CET|CEST|GMT|BST|UTC)\b"), "<zone>"),
    # The reader's clock has a day only where it is another day than the site's.
    (re.compile(r"\((<day> )?(<date> )?<time>"), "(<time>"),
    (re.compile(r"about \w+, like the last change|usually a few minutes, \d+ at most"), "<wait>"),
    (re.compile(r"\b(in|about) (\d+[dhm])+|(\d+[dhm])+ ago|\bnow\b"), "<away>"),
    (re.compile(r"\bE[A-Z0-9]{12,14}\b"), "<id>"),
]


def main() -> int:
    """Write the page if it is outdated, or say so; return the exit code."""
    arguments = argparse.ArgumentParser(prog="make screens", description=__doc__)
    arguments.add_argument("--check", action="store_true", help="only say what is outdated")
    is_check = arguments.parse_args().check
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    old = {_lasting(each): each for each in _sections(text)}
    with start_stages() as sandbox:
        new = [_INTRODUCTION, *(_section(each) for each in screens(sandbox))]
    page = "\n".join(old.get(_lasting(each), each) for each in new)
    if page == text:
        return 0
    if is_check:
        titles = [each.splitlines()[0] for each in new if _lasting(each) not in old]
        sys.stderr.write(f"{PAGE.relative_to(ROOT)}: run make screens: {titles}\n")
        return 1
    PAGE.write_text(page, encoding="utf-8")
    return 0


def _sections(page: str) -> list[str]:
    """Return the sections of the page, the introduction first, as `main` joins them."""
    return re.split(r"\n(?=## )", page)


def _section(screen: Screen) -> str:
    typed = f"$ site-maintenance {screen.typed}"
    return f"## {screen.title}\n\n{screen.situation}\n\n```\n{typed}\n\n{screen.shown}\n```\n"


def _lasting(section: str) -> str:
    """Return a section without what differs each time."""
    for pattern, name in _CHANGING:
        section = pattern.sub(name, section)
    return section


if __name__ == "__main__":
    sys.exit(main())
