"""
Which objects under page/ in the state bucket make the owner's page, and how much of them. Pure.

They are judged by the listing, before the first is read. A folder of assets that someone copies
there must not keep the site open: it would cost a call for each file, and then the memory.
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

PAGE_PREFIX = "page/"
# The edge function reads these names and no others (edge_handler/maintenance_edge/overrides.py).
_NAME = re.compile(r"page(\.[a-zA-Z]{2,8}(-[a-zA-Z0-9]{2,8})*)?\.html|settings\.json|problem\.json")
_NAMES = "page.html, page.<language>.html, settings.json or problem.json"
# Pages of 40,000 bytes, which CloudFront accepts, in the EU's 24 official languages are within it.
_MAX_FILES = 40
_MAX_BYTES = 1_000_000
# Further names are not spelled out: one sentence says it all.
_SHOWN = 3


class PageState(Struct, frozen=True):
    """Whether the controller has published what is stored under page/, and why it never will."""

    is_published: bool = False
    errors: tuple[str, ...] = ()


def is_page_file(name: str) -> bool:
    """Return whether an object of this name under page/ can be part of a page."""
    return bool(_NAME.fullmatch(name))


def pages_without_message(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the names of the pages that show no message, because no {{message}} is in them."""
    pages = (name for name in sorted(files) if name.endswith(".html"))
    return tuple(name for name in pages if b"{{message" not in files[name])


def page_sizes(objects: Mapping[str, int]) -> dict[str, int]:
    """
    Return the sizes of the objects under page/ by name, without `page/`; `objects` has keys.

    A folder counts as one object of no size. The console creates one of the prefix's own name.
    """
    sizes: dict[str, int] = {}
    for key, size in objects.items():
        if key.startswith(PAGE_PREFIX) and key != PAGE_PREFIX:
            name, slash, _ = key.removeprefix(PAGE_PREFIX).partition("/")
            sizes[name + slash] = 0 if slash else size
    return sizes


def page_refusal(sizes: Mapping[str, int]) -> str | None:
    """
    Return why objects under page/ cannot make a page, and what to do; None if they can.

    `sizes` has their sizes in bytes by name, without `page/`. A folder counts as one object, whose
    name ends with a slash.
    """
    unused = [name for name in sizes if not is_page_file(name)]
    number, size = len(sizes), sum(sizes.values())
    if unused:
        return " ".join(_remedies(unused))
    if number > _MAX_FILES:
        return f"{PAGE_PREFIX} has {number} files, and at most {_MAX_FILES} are read: remove some."
    if size > _MAX_BYTES:
        largest = max(sizes, key=sizes.__getitem__)
        return (
            f"the files under {PAGE_PREFIX} have {size} bytes, and at most {_MAX_BYTES} are read: "
            f"shorten {PAGE_PREFIX}{largest}, which has {sizes[largest]}."
        )
    return None


def _remedies(unused: list[str]) -> Iterator[str]:
    renamed = [name for name in unused if is_page_file(name.lower())]
    removed = [name for name in unused if name not in renamed]
    if renamed:
        pairs = [f"{PAGE_PREFIX}{name} to {PAGE_PREFIX}{name.lower()}" for name in renamed]
        yield f"names are in lower case: rename {_first(pairs)}."
    if removed:
        names = _first([f"{PAGE_PREFIX}{name}" for name in removed])
        yield (
            f"{names} cannot be part of a page: remove what is not {_NAMES}, directly under "
            f"{PAGE_PREFIX}."
        )


def _first(names: list[str]) -> str:
    """Return the first few names; S3 returns a thousand at once, and may have more."""
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and others"
