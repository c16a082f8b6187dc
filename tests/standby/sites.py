"""
Sites as the standby engine serves them, and the edge handler with the same package beside it.

    small     two languages, our page, the default settings, no end
    large     eight languages, networks, path patterns, named origins, tokens, a brand, an end
    own       pages of the site's owner, in languages with a region and a script
    program   an API: a problem in its own shape, rewritten addresses, every origin and a named one
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maintenance.standby.access import settings_keys, token_keys
from maintenance.standby.layout import RenderedKeys, render_keys
from maintenance.standby.program import bake
from maintenance.standby.rendering import Rendering, decode_rendering
from maintenance.standby.state import Period, State, encode_state
from maintenance_edge.export import export
from maintenance_edge.package import read_package
from msgspec import Struct
from viewer_request import Responder

from tests.edge.builders import EDGE_HANDLER, HOUR, NOW, TOKEN, sha256
from tests.standby.runtimes import PROGRAM

EXPIRED = "A" * 43
END = NOW + 90 * 60
TOKENS = {sha256(TOKEN): int(NOW + 12 * HOUR), sha256(EXPIRED): int(NOW - 1)}
GENERATION = 1_795_651_000_000

NETWORKS = [
    "192.0.2.0/24",
    "198.51.100.7/32",
    "2001:db8::/32",
    "2001:db9:0:1::/64",
    "::ffff:203.0.113.64/122",
    *(f"10.{number}.0.0/17" for number in range(0, 200, 2)),
    *(f"2a00:{number:x}::/32" for number in range(1, 80, 2)),
]
_LARGE = {
    "allowed_paths": [
        "/robots.txt",
        "/open/*",
        "/v?/health",
        "/*.ico",
        "/a*b*c?d*",
        "/caf\u00e9/*",
    ],
    "allowed_networks": NETWORKS,
    "cors_origins": ["https://app.example.com", "https://*.example.org", "capacitor://localhost"],
    "retry_after_seconds": 77,
    "rewrite": "single-page",
    "rewrite_except_paths": ["/open/api/*", "/open/?"],
    "brand": {"name": "Ann\u00e9e & Co", "status_url": "https://status.example.com"},
}
_PROGRAM = {
    "language": "de",
    "texts": {"de": {}, "en": {"message": "\u65e5\u672c\u8a9e, <b>\U0001f680</b>"}},
    "allowed_paths": ["/open/*"],
    "cors_origins": ["*", "https://app.example.com"],
    "rewrite": "directory-index",
    "rewrite_except_paths": [],
    "retry_after_max_seconds": 200,
}
_PROBLEM = {"$media_type": "application/vnd.site+json", "error": {"code": "E1", "t": "{{message}}"}}


class Site(Struct, frozen=True):
    """The edge handler's answers, the keys of the store, and the code for one site."""

    responder: Responder
    store: Mapping[str, str]
    code: bytes
    rendering: Rendering
    rendered: RenderedKeys


def site(folder: Path, overrides: Mapping[str, object], end: float | None = None) -> Site:
    """Return the site whose package has these overrides, closed since an hour until `end`."""
    shutil.copytree(EDGE_HANDLER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "overrides").mkdir()
    for name, content in overrides.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / "overrides" / name).write_text(text, encoding="utf-8")
    package = read_package(folder)
    rendering = decode_rendering(json.dumps(export(package)).encode())
    rendered = render_keys(rendering.answers)
    period = Period(int(NOW - HOUR), int(end or 0), rendered.rendering, "Upgrade")
    state = State(GENERATION, rendering.languages, rendered.rendering, (period,))
    store = {
        "state": encode_state(state),
        **settings_keys(rendering.settings),
        **token_keys(TOKENS),
        **rendered.keys,
    }
    baked = State(GENERATION - 1, rendering.languages, rendered.rendering, ())
    code = bake(PROGRAM.read_text(encoding="utf-8"), baked, rendering.settings.allowed_paths)
    return Site(Responder(package), store, code, rendering, rendered)


def sites(folder: Path) -> dict[str, Site]:
    """Return the sites of this module."""
    tokens: dict[str, Any] = {"bypass.json": TOKENS}
    until = "2026-11-26T01:30:00Z"
    return {
        "small": site(
            folder / "small", {"settings.json": {"texts": {"en": {}, "de": {}}}, **tokens}
        ),
        "large": site(
            folder / "large",
            {
                "settings.json": _LARGE,
                "announcement.json": {"message": "Upgrade, see https://a.example", "until": until},
                **tokens,
            },
            END,
        ),
        "own": site(
            folder / "own",
            {
                f"page{tag}.html": f"<h1>{{{{title}}}}{tag}</h1>"
                for tag in ("", ".pt-br", ".zh-hant")
            }
            | tokens,
        ),
        "program": site(
            folder / "program",
            {"settings.json": _PROGRAM, "problem.json": _PROBLEM, **tokens},
        ),
    }
