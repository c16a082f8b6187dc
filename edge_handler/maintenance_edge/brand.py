"""
Read the setting `brand`, and write what it adds to a page. Pure.

    member           meaning
    -------------    -------------------------------------------------------------------------
    name             the site's name; in the title and at the top of the page
    logo             <svg>...</svg>, or the data: address of an image
    logo_dark        the logo on a dark page
    logo_has_name    whether the logo shows the name, so that it is not written beside it
    accent           the colour of button and links; the other colours follow (colors.py)
    status_url       https address of a page about the service
    contact          e-mail address, telephone number, https address, or other text

Every member is optional. `name`, `status_url` and `contact` are one text, or one for each language.

An SVG with `currentColor` becomes part of the page, and follows its colours. Every other logo is an
image, so that nothing in it acts on the page; without `logo_dark` it stands on a white plate when
the page is dark.
"""

from __future__ import annotations

import string
from types import MappingProxyType

from maintenance_edge.negotiation import preferred_language
from maintenance_edge.page import CLOCK, CLOCK_ICON, ICON_COLOR, escape
from maintenance_edge.rules import is_line
from maintenance_edge.texts import is_language_tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Final

    from maintenance_edge.rules import Rules
    from maintenance_edge.texts import Text

# What may not stand in the attribute of a tag, or has a meaning in an address.
_QUOTED_IN_ADDRESS: Final = str.maketrans(
    {each: f"%{ord(each):02X}" for each in "\t\n\r \"#%&'<>`{}"}
)
_NOT_IN_ADDRESS: Final = frozenset(" \"'<>`\\")
_TELEPHONE: Final = frozenset(string.digits + " ()-./")
_SHORT_COLOR, _LONG_COLOR = 4, 7
# The page has it twice then.
_LARGEST_ICON: Final = 2_000


class Brand:
    """
    A valid brand.

    For de-at, its texts are those in de-at or de, or else in the default language, or the first.
    """

    __slots__ = ("_language", "_values")

    def __init__(self, values: Mapping[str, Any], language: str) -> None:
        self._values: Final = values
        self._language: Final = language

    def text(self, member: str, language: str) -> str:
        """Return the name, status_url or contact in a language; "" if there is none."""
        value = self._values.get(member, "")
        if isinstance(value, str):
            return value
        languages = sorted(value, key=lambda each: each != self._language)
        found: str = value[preferred_language(language, tuple(languages))]
        return found

    def style(self) -> str:
        """Return the colours that replace those of page.css; "" without an accent."""
        if not self._values.get("accent"):
            return ""
        from maintenance_edge.colors import full_hex, palette  # noqa: PLC0415 -- rarely needed

        accent = full_hex(self._values["accent"])
        light, dark = (_root(palette(accent, dark=dark)) for dark in (False, True))
        return f"{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n"

    def notices(self) -> tuple[str, ...]:
        """Return a sentence about an accent that is hard to read, and what is used instead."""
        if not self._values.get("accent"):
            return ()
        from maintenance_edge.colors import READABLE, contrast, full_hex, palette  # noqa: PLC0415

        accent = full_hex(self._values["accent"])
        link = palette(accent, dark=False)["link"]
        if link == accent:
            return ()
        found = f"{contrast(accent, '#ffffff'):.1f}"
        notice = (
            f"the accent {accent} has a contrast of {found} on white, and text needs {READABLE} "
            f"(WCAG 2.2 AA): links and borders are {link}, and the button keeps the accent"
        )
        return (notice,)

    def inline_logos(self) -> dict[str, str]:
        """Return the logos that become part of the page, with whatever they have, by member."""
        return {member: logo for member, logo in self.logos().items() if _is_inline(logo)}

    def logos(self) -> dict[str, str]:
        """Return the logos by member."""
        return {each: self._values[each] for each in ("logo", "logo_dark") if each in self._values}

    def header(self, language: str) -> str:
        """Return the markup of logo and name, or of our clock without both."""
        name, logo = escape(self.text("name", language)), self._values.get("logo", "")
        if not (name or logo):
            return CLOCK
        dark = self._values.get("logo_dark", "")
        has_name = bool(logo and self._values.get("logo_has_name"))
        label = name if has_name else ""
        if dark:
            markup = _logo(logo, label, "logo light") + _logo(dark, label, "logo dark")
        else:
            plate = "" if _is_inline(logo) else " plate"
            markup = _logo(logo, label, f"logo{plate}") if logo else ""
        shown = "" if has_name or not name else f"<span>{name}</span>"
        return f'<header class="brand">{markup}{shown}</header>'

    def icon(self) -> str:
        """
        Return the markup of the tab's icon: a small logo without the name, or a clock.

        "" with any other logo: the icon that the browser remembers of the site is better.
        """
        logo, accent = self._values.get("logo", ""), self._values.get("accent", "")
        if not logo:
            return CLOCK_ICON.replace(ICON_COLOR, f"%23{accent[1:]}") if accent else CLOCK_ICON
        if self._values.get("logo_has_name") or len(logo) > _LARGEST_ICON:
            return ""
        colored = logo.replace("currentColor", accent or "#808080") if _is_inline(logo) else logo
        return f'<link rel="icon" href="{escape(_image_address(colored))}">'

    def links(self, text: Text, language: str) -> str:
        """Return the markup of the links to status page and contact; "" without both."""
        status, contact = self.text("status_url", language), self.text("contact", language)
        links = [_link(status, text.phrases.get("service_status", status))] if status else []
        if contact:
            is_page = contact.startswith("https://")
            shown = text.phrases.get("contact_us", contact) if is_page else contact
            links.append(_link(_address(contact), shown))
        return f'<p class="links">{" ".join(links)}</p>' if links else ""


def _root(colors: Mapping[str, str]) -> str:
    return f":root {{ {' '.join(f'--{name}: {color};' for name, color in colors.items())} }}"


def _link(address: str, shown: str) -> str:
    text = f"<bdi>{escape(shown)}</bdi>"
    return f'<a href="{escape(address)}">{text}</a>' if address else f"<span>{text}</span>"


def _address(contact: str) -> str:
    """Return the address of a contact, "" if it is only text."""
    if contact.startswith("https://"):
        return contact
    if "@" in contact.strip("@") and _NOT_IN_ADDRESS.isdisjoint(contact):
        return f"mailto:{contact}"
    digits = contact.removeprefix("+")
    if digits[:1].isdigit() and _TELEPHONE.issuperset(digits):
        return "tel:" + "".join(each for each in contact if each in f"+{string.digits}")
    return ""


def _logo(logo: str, label: str, classes: str) -> str:
    if _is_inline(logo):
        role = f'role="img" aria-label="{label}"' if label else 'aria-hidden="true"'
        return f'<span class="{classes}" {role}>{logo}</span>'
    return f'<img class="{classes}" src="{escape(_image_address(logo))}" alt="{label}">'


def _is_inline(logo: str) -> bool:
    return logo.startswith("<svg") and "currentcolor" in logo.lower()


def _image_address(logo: str) -> str:
    if not logo.startswith("<svg"):
        return logo
    return f"data:image/svg+xml,{with_namespace(logo).translate(_QUOTED_IN_ADDRESS)}"


def with_namespace(svg: str) -> str:
    """Return <svg>...</svg> as a file of its own."""
    has_namespace = "xmlns=" in svg.partition(">")[0]
    return svg if has_namespace else f'<svg xmlns="http://www.w3.org/2000/svg"{svg[4:]}'


def _is_text(value: object) -> bool:
    return _is_valid(value, is_line)


def _is_valid(value: object, is_text: Callable[[object], bool]) -> bool:
    """Return whether this is one text, or an object with one for each of some languages."""
    if not isinstance(value, dict):
        return is_text(value)
    return bool(value) and all(map(is_language_tag, value)) and all(map(is_text, value.values()))


def _is_https(value: object) -> bool:
    is_address = (
        isinstance(value, str) and value.startswith("https://") and len(value) > len("https://")
    )
    return is_address and is_line(value) and _NOT_IN_ADDRESS.isdisjoint(str(value))


def _are_https(value: object) -> bool:
    return _is_valid(value, _is_https)


def _is_logo(value: object) -> bool:
    if not isinstance(value, str):
        return False
    if value.startswith("<svg"):
        return value.endswith("</svg>") and "<script" not in value.lower() and "{{" not in value
    return value.startswith("data:image/") and "," in value and _NOT_IN_ADDRESS.isdisjoint(value)


def _is_color(value: object) -> bool:
    return (
        isinstance(value, str)
        and len(value) in {_SHORT_COLOR, _LONG_COLOR}
        and value[0] == "#"
        and set(value[1:]) <= set(string.hexdigits)
    )


_TEXT_EXPECTED: Final = "one line of text, or an object with one for each lowercase language tag"
_LOGO_EXPECTED: Final = (
    "one <svg>...</svg> without <script>, the address of an image such as "
    '"data:image/png;base64,...", or for site-maintenance page put the name of a file beside it'
)
BRAND_RULES: Final[Rules] = MappingProxyType(
    {
        "name": (_is_text, _TEXT_EXPECTED),
        "logo": (_is_logo, _LOGO_EXPECTED),
        "logo_dark": (_is_logo, _LOGO_EXPECTED),
        "logo_has_name": (lambda value: isinstance(value, bool), "true or false"),
        "accent": (_is_color, 'a colour such as "#0b6e4f"'),
        "status_url": (
            _are_https,
            (
                'an address such as "https://status.example.com", or an object with one for each '
                "lowercase language tag"
            ),
        ),
        "contact": (_is_text, _TEXT_EXPECTED),
    }
)
