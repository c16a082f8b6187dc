"""
Find what is wrong with the logos of a brand, which goes unnoticed until browsers show them. Pure.

    a logo                                             is an error, since
    -----------------------------------------------    ---------------------------------------------
    logo_dark without logo                             a light page would have none
    SVG as part of the page, with what markup.py has   the policy blocks it, or a browser drops it
    SVG as part of the page that is left open          it would swallow the rest of the page
    SVG as an image that is no XML                     browsers show no image

Only the check of a package imports this module.
"""

from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from maintenance_edge.brand import with_namespace
from maintenance_edge.markup import markup_errors
from maintenance_edge.settings import SITE_SETTINGS, Settings
from maintenance_edge.tags import tags

_DRAWING: Final = "<svg"


def logo_errors(settings: Settings) -> Iterator[str]:
    """Give a sentence for each error of the logos."""
    brand = settings.brand
    if brand is None:
        return
    logos, inline = brand.logos(), brand.inline_logos()
    if "logo_dark" in logos and "logo" not in logos:
        yield f"{SITE_SETTINGS}: 'brand.logo_dark' needs 'brand.logo' beside it: add that."
    for member, logo in inline.items():
        yield from _inline_errors(logo, f"{SITE_SETTINGS}, brand.{member}", settings)
    for member, logo in logos.items():
        if member not in inline and logo.startswith(_DRAWING):
            yield from _image_errors(logo, f"{SITE_SETTINGS}, brand.{member}")


def _inline_errors(logo: str, label: str, settings: Settings) -> Iterator[str]:
    if not _is_one_drawing(logo):
        yield (
            f"{label} is not one <svg>...</svg> with each tag, quote and comment in it closed, so "
            "it would swallow the page, or have other markup: correct it."
        )
    yield from markup_errors(logo, label, settings)


def _is_one_drawing(logo: str) -> bool:
    """Return whether the tag that closes the first <svg> is the end of it all."""
    depth, ends = 0, []
    for tag in tags(logo):
        if tag.name == "svg" and not logo.endswith("/>", tag.start, tag.end):
            depth += -1 if tag.is_end else 1
            if depth == 0:
                ends.append(tag.end)
    return ends == [len(logo)]


def _image_errors(logo: str, label: str) -> Iterator[str]:
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(with_namespace(logo), True)  # noqa: FBT003 -- its API
    except expat.ExpatError as error:
        yield (
            f"{label} is no XML ({error}), so browsers show no image: correct it, or export the "
            "drawing as a file again."
        )
