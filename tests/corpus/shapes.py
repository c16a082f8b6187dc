"""
Maintenance pages in the shapes that real ones have, and what becomes of each.

All of them are ours, written after how such pages look in the field: framework defaults, exports of
site builders, plugins, pages saved by an editor, and template source that is no page yet. `pages`
has each as it is written, in UTF-8; `content` gives it in the encoding that it stands for.

A shape works as it is, also if `settings` of the site are part of it; or after the steps of
`site-maintenance page put`, with the files that lie beside it; or it is refused.
"""

import base64
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from maintenance.cli.page.check import page_errors
from maintenance.cli.page.source import read_source

PAGES = Path(__file__).parent / "pages"

# One pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_RULES = "".join(f".c{number}{{margin:{number}px;color:#{number:06x}}}" for number in range(6_000))
_SCRIPT = "".join(f"window.v{number} = {number};\n" for number in range(300))


class Outcome(StrEnum):
    """What becomes of a page."""

    AS_IT_IS = "works as it is"
    AFTER_STEPS = "works after the steps of `page put`"
    REFUSED = "refused, with the remedy"


@dataclass(frozen=True)
class Shape:
    """A page with the files beside it; `refusal` is the sentence if it is refused."""

    name: str
    outcome: Outcome = Outcome.AS_IT_IS
    refusal: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    beside: Mapping[str, bytes] = field(default_factory=dict)
    encoding: str = "utf-8"
    line_ends: str = "\n"
    styles: int = 20_000

    def content(self) -> bytes:
        """Return the bytes of the page."""
        text = (PAGES / f"{self.name}.html").read_text(encoding="utf-8")
        text = text.replace("FILL_SCRIPT", _SCRIPT).replace("FILL", _RULES[: self.styles])
        return text.replace("\n", self.line_ends).encode(self.encoding)

    def write(self, folder: Path) -> None:
        """Write the page with what belongs to it."""
        (folder / "page.html").write_bytes(self.content())
        if self.settings:
            (folder / "settings.json").write_text(json.dumps(self.settings))
        for name, content in self.beside.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def _steps(name: str, *files: str, **members: object) -> Shape:
    beside = {file: _FILES.get(file.rpartition(".")[2], PNG) for file in files}
    return Shape(name, Outcome.AFTER_STEPS, beside=beside, **members)  # type: ignore[arg-type]  # as in Shape


def _refused(name: str, refusal: str, **members: object) -> Shape:
    return Shape(name, Outcome.REFUSED, refusal, **members)  # type: ignore[arg-type]  # as in Shape


def _open(*paths: str) -> dict[str, object]:
    return {"allowed_paths": list(paths)}


def _origins(*origins: str) -> dict[str, object]:
    return {"asset_origins": list(origins)}


_FILES = {
    "css": b"body { color: #123; background: url(../images/logo.png) }\n",
    "js": b"document.querySelector('.note').textContent = 'Ready.';\n",
}
_SCRIPTS = {"page_scripts": True}
_FONTS = _origins("https://fonts.googleapis.com", "https://fonts.gstatic.com")

SHAPES = (
    Shape("plain-article"),
    Shape("web-server-503", line_ends="\r\n"),
    Shape("html2-503"),
    Shape("app-offline-padded", encoding="utf-8-sig", line_ends="\r\n"),
    Shape("framework-503-classic"),
    Shape("framework-503-drawing"),
    Shape("php-framework-503", settings=_origins("https://fonts.bunny.net")),
    Shape("python-framework-503"),
    Shape("data-background"),
    Shape("blog-core-maintenance"),
    Shape("blog-maintenance-plugin", settings=_open("/wp-content/*", "/wp-includes/*") | _SCRIPTS),
    Shape(
        "blog-coming-soon-builder",
        settings=_open("/wp-content/*")
        | _origins(
            "https://use.fontawesome.com",
            "https://fonts.googleapis.com",
            "https://fonts.gstatic.com",
        ),
    ),
    Shape("page-builder-many-styles"),
    Shape(
        "css-framework-cdn-with-scripts", settings=_origins("https://cdn.jsdelivr.net") | _SCRIPTS
    ),
    _steps("css-framework-cdn", settings=_origins("https://cdnjs.cloudflare.com")),
    Shape("web-fonts", settings=_FONTS),
    Shape("web-fonts-imported", settings=_FONTS),
    _steps("logo-beside", "images/logo.png"),
    _steps("style-and-script-beside", "css/style.css", "js/app.js", "images/logo.png"),
    _steps("icon-set", "favicon-16x16.png"),
    Shape("reload-button"),
    _steps("reload-link"),
    Shape("countdown"),
    _steps("static-site-generator", "assets/main.css", "images/logo.png"),
    Shape("minified-without-quotes"),
    Shape("spa-module-build", settings=_open("/assets/*") | _SCRIPTS),
    Shape("react-framework-export", settings=_open("/_next/static/*") | _SCRIPTS),
    _steps("react-app-build", settings=_open("/static/*") | _SCRIPTS),
    _steps("component-framework-build", settings=_open("/portal/*") | _SCRIPTS),
    Shape("site-builder-export", settings=_origins("https://cdn.prod.website-files.com")),
    _steps("forge-deploy-page"),
    Shape("social-app-500", settings=_open("/packs/css/*", "/oops.png")),
    Shape("xhtml-strict"),
    Shape("illustration"),
    Shape("drawing-program-svg"),
    Shape("embedded-font"),
    _steps("tables-like-an-email", "tile.png", "spacer.gif"),
    Shape("old-browser-comments"),
    Shape("meta-refresh"),
    Shape("two-languages"),
    Shape("right-to-left"),
    _steps("wide-characters", encoding="utf-16"),
    _steps("western-encoding", encoding="cp1252"),
    _steps("japanese-encoding", encoding="shift_jis"),
    _steps("own-policy"),
    _steps("analytics-tag"),
    _steps("tag-manager"),
    _steps("chat-and-pixel"),
    Shape("video-background", settings=_open("/maintenance/*")),
    Shape("canvas-game"),
    Shape("theme-switch"),
    _steps("responsive-pictures", "img/hero.png"),
    Shape("images-on-static-host", settings=_origins("https://static.shop.example")),
    Shape("our-placeholders"),
    Shape("closed-dialog"),
    Shape("large-inline-styles"),
    _refused("template-php", "is the source of a template (PHP)"),
    _refused("template-jinja", "is the source of a template (Jinja, Liquid, Twig or Django)"),
    _refused("template-erb", "is the source of a template (ERB, EJS, JSP or ASP)"),
    _refused("newsletter-form", "<form> sends a form"),
    _refused("status-frame", "<iframe> shows another document"),
    _refused("styles-made-by-script", "which writes styles"),
    _refused("far-too-large", "CloudFront accepts 40000 with headers: shorten it", styles=120_000),
)


def outcome_of(shape: Shape) -> tuple[Outcome, tuple[str, ...]]:
    """Return what becomes of a shape, by the code that judges pages, and the errors."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shape.write(folder)
        files = {
            each: (folder / each).read_bytes()
            for each in ("page.html", "settings.json")
            if (folder / each).exists()
        }
        if not page_errors(files):
            return Outcome.AS_IT_IS, ()
        errors = page_errors(read_source(folder).files)
    return (Outcome.REFUSED if errors else Outcome.AFTER_STEPS), errors
