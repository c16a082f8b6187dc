"""Ordinary requests, settings and packages, apart from what a test changes."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from maintenance_edge.bypass import Bypass
from maintenance_edge.event import Event, HeaderField, Request, Response
from maintenance_edge.package import Package
from maintenance_edge.page import Page, PageParts
from maintenance_edge.responses import Responses, prepare_responses
from maintenance_edge.settings import Settings, parse_settings
from maintenance_edge.texts import parse_texts
from viewer_request import Responder

EDGE_HANDLER = Path(__file__).parents[2] / "edge_handler"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

# 2026-11-26, midnight in UTC.
NOW = 1_795_651_200.0
HOUR = 3_600.0
TOKEN = "8yU3cN0m6fJ4Qk1sVb7wZrXt2LpHdEgA5oIuYnKqTjM"  # noqa: S105 -- of the tests alone

TEMPLATE = "<style>{{style}}</style><h1>{{title}}</h1><p>{{message}}</p><i>{{until_utc}}</i>"
PARTS = PageParts(style="p { color: red }", script="")
TEXTS = {
    "en": {"title": "Soon", "message": "Moving."},
    "de": {"title": "Gleich", "message": "Umzug."},
}
SHIPPED_TEXTS = parse_texts((EDGE_HANDLER / "defaults" / "texts.json").read_text(encoding="utf-8"))
_NONE: Mapping[str, object] = MappingProxyType({})


def settings_values(**changes: object) -> dict[str, Any]:
    """Return valid settings with `changes` made to them; a change to `...` removes that key."""
    values: dict[str, Any] = {
        "language": "en",
        "texts": {"en": {"title": "Back soon", "message": "We are moving house."}},
        "brand": {},
        "announcement": None,
        "announcement_language": None,
        "until": None,
        "retry_after_seconds": 120,
        "retry_after_max_seconds": 3_600,
        "allowed_paths": [],
        "rewrite": None,
        "rewrite_except_paths": [],
        "allowed_networks": [],
        "asset_origins": [],
        "page_scripts": False,
        "cors_origins": [],
        **changes,
    }
    return {key: value for key, value in values.items() if value is not ...}


def some_settings(**changes: object) -> Settings:
    """Return settings with these changes; `from` is that of an announcement."""
    announced = {key: changes.pop(key) for key in ("from",) if key in changes}
    return parse_settings(json.dumps(settings_values(**changes)), announced, SHIPPED_TEXTS)


def some_responses(template: str = TEMPLATE, /, **changes: object) -> Responses:
    """Return the responses for these settings; each language has the page `template`."""
    settings = some_settings(**changes)
    pages = {language: Page("page.html", template) for language in settings.texts}
    return prepare_responses(pages, PARTS, settings).render_all()


def a_responder(**changes: object) -> Responder:
    """Return a responder with these settings, for which TOKEN is valid for twelve hours."""
    settings = some_settings(**changes)
    bypass = Bypass({sha256(TOKEN): int(NOW + 12 * HOUR)})
    responses = some_responses(**changes)
    return Responder(Package(settings, responses, responses, bypass))


def sha256(token: str) -> str:
    """Return what a package holds of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def a_request(
    uri: str = "/", *, method: str = "GET", query: str = "", headers: dict[str, str] | None = None
) -> Request:
    """Return a request as Lambda@Edge writes it, with each of `headers` given once."""
    fields: dict[str, list[HeaderField]] = {
        name.lower(): [{"key": name, "value": value}]
        for name, value in {"Host": "www.example.com", **(headers or {})}.items()
    }
    return {
        "clientIp": "203.0.113.7",
        "method": method,
        "uri": uri,
        "querystring": query,
        "headers": fields,
    }


def an_event(request: Request) -> Event:
    """Return the event of a viewer request, without the config, which not every sender fills in."""
    return {"Records": [{"cf": {"request": request}}]}


def value_of(response: Request | Response, name: str) -> str:
    """Return the only value of a header, "" if it is absent."""
    values = [field["value"] for field in response["headers"].get(name, [])]
    assert len(values) <= 1
    return values[0] if values else ""


def a_package(folder: Path, overrides: Mapping[str, object] = _NONE, **changes: object) -> Path:
    """
    Write a whole package, English and German, into the new `folder` and return that.

    Each of the `overrides` is text, bytes, or a value to write as JSON; `changes` are to settings.
    """
    shutil.copytree(EDGE_HANDLER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    values = settings_values(**{"texts": TEXTS, **changes})
    (folder / "defaults" / "settings.json").write_text(json.dumps(values))
    for name, content in overrides.items():
        file = folder / "overrides" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(_as_bytes(content))
    return folder


def _as_bytes(content: object) -> bytes:
    if isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else json.dumps(content)).encode()
