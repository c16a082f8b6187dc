"""
Show a page as visitors would get it, from a server on this machine; nothing leaves it.

    address                         gives
    ----------------------------    ----------------------------------------------------------------
    /                               what there is: every language, light, dark, JSON and text
    /-/<language>/<form>            that response, with the headers that the edge gives it
    a path of `allowed_paths`       the file that lies there in the folder of the page
    any other                       the response that the edge would choose for the caller

`light` and `dark` are the page with its media queries for them decided, `overdue` is the page after
the end. Pages get one script more,
which loads them again when a file changes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import unquote

from maintenance_edge.files import PackageError
from maintenance_edge.negotiation import (
    HTML,
    PROBLEM,
    TEXT,
    preferred_language,
    preferred_media_type,
)
from maintenance_edge.package import Package, read_package
from maintenance_edge.page_policy import content_security_policy
from maintenance_edge.retry_after import retry_after
from msgspec import Struct

from maintenance.cli.page.check import package_folder, page_errors
from maintenance.cli.page.prepare import media_type
from maintenance.cli.page.source import PageSource
from maintenance.errors import ConfigurationError, MaintenanceError

ADDRESS = "127.0.0.1"
_NAMES = {ADDRESS, "localhost"}
_OVERDUE = "overdue"
_FORMS = {"light": HTML, "dark": HTML, _OVERDUE: HTML, "json": PROBLEM, "text": TEXT}
_SCHEMES = {"light", "dark"}
_SCHEME_QUERY = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)")
_BOTH_SCHEMES = re.compile(r"""(color-scheme\s*:\s*|content\s*=\s*["'])(?:light dark|dark light)""")
_RELOAD = """<script>setInterval(async () => {{
  if (await (await fetch("/-/version")).text() !== "{version}") location.reload();
}}, 1000);</script>"""
_INDEX = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Preview</title>
<style>body {{ font: 16px/1.6 system-ui; margin: 2rem auto; max-width: 44rem; padding: 0 1rem }}
td, th {{ padding: .25rem 1rem .25rem 0; text-align: left }} li.error {{ color: #b00020 }}</style>
<h1>{folder}</h1>{errors}{variants}{steps}
<p>Any other address answers as the edge would, for example
<code>curl -i http://{host}/shop -H 'Accept: application/json'</code></p>{reload}"""


class Answer(Struct, frozen=True):
    """What the server sends."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Preview:
    """
    The page that `read` returns, read again when one of its files has changed.

    `clock` returns Unix time, from which Retry-After counts.
    """

    def __init__(self, read: Callable[[], PageSource], clock: Callable[[], float]) -> None:
        self._read = read
        self._clock = clock
        self._lock = Lock()
        self._state: _State | None = None

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        """Return the answer to a request for `target` with these headers, by lowercase name."""
        with self._lock:
            if self._state is None or self._state.is_outdated():
                self._state = _State.of(self._read)
            state = self._state
        path = unquote(target.partition("?")[0])
        if path == "/-/version":
            return _text(HTTPStatus.OK, state.version)
        if path == "/":
            return state.index(headers.get("host", ""))
        if state.errors:
            return _text(HTTPStatus.INTERNAL_SERVER_ERROR, "\n".join(state.errors))
        found = re.fullmatch(r"/-/([a-z0-9-]+)/([a-z]+)", path)
        if found and found[2] in _FORMS and found[1] in state.languages:
            return state.response(found[1], found[2], self._clock())
        return state.file(path) or state.negotiated(headers, self._clock())


class _State(Struct, frozen=True):
    """One version of the page, rendered; or its errors."""

    source: PageSource | None
    version: str
    errors: tuple[str, ...] = ()
    package: Package | None = None

    @classmethod
    def of(cls, read: Callable[[], PageSource]) -> _State:
        """Read the page and render it."""
        try:
            source = read()
        except MaintenanceError as error:
            # There is nothing to watch, so the next request reads again.
            return cls(None, "", (str(error),))
        version = source.version()
        if errors := page_errors(source.files):
            return cls(source, version, errors)
        return cls(source, version, package=_render(source, version))

    def is_outdated(self) -> bool:
        """Return whether a file of the page has changed."""
        return self.source is None or self.source.version() != self.version

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the page, the default one first."""
        return self._package().responses.languages

    def response(self, language: str, form: str, now: float) -> Answer:
        """Return one variant; '' is the page in the visitor's own color scheme."""
        package = self._package()
        responses = package.overdue_responses if form == _OVERDUE else package.responses
        rendered = responses[language, _FORMS.get(form, HTML)]
        headers = {name: fields[0]["value"] for name, fields in rendered["headers"].items()}
        headers["retry-after"] = retry_after(package.settings, now)
        body = _in_scheme(rendered["body"], form)
        if body != rendered["body"]:
            # Other styles have other hashes.
            policy = content_security_policy(body, package.settings.page_sources)
            headers["content-security-policy"] = policy
        return Answer(int(rendered["status"]), headers, body.encode())

    def negotiated(self, headers: Mapping[str, str], now: float) -> Answer:
        """Return the variant that the edge would choose."""
        language = preferred_language(headers.get("accept-language", ""), self.languages)
        media_type = preferred_media_type(headers.get("accept", ""))
        form = {HTML: "", PROBLEM: "json", TEXT: "text"}[media_type]
        return self.response(language, form, now)

    def file(self, path: str) -> Answer | None:
        """Return the file below an allowed path, 404 if there is none; None for closed paths."""
        if self.source is None or path not in self._package().settings.allowed_paths:
            return None
        content = self.source.read(path.lstrip("/"))
        if content is None:
            return _text(
                HTTPStatus.NOT_FOUND, f"{path} is allowed, and the folder has no file there."
            )
        return Answer(HTTPStatus.OK, {"content-type": media_type(path)}, content)

    def index(self, host: str) -> Answer:
        """Return the page that links to every variant."""
        page = _INDEX.format(
            folder=html.escape(str(self.source.folder) if self.source else "Preview"),
            errors=_list("Not usable", self.errors, "error"),
            variants="" if self.errors else "".join(self._table()),
            steps=_list("Changed, as page put does", self.source.steps if self.source else ()),
            host=html.escape(host),
            reload=_RELOAD.format(version=self.version),
        )
        return Answer(HTTPStatus.OK, {"content-type": "text/html; charset=utf-8"}, page.encode())

    def _package(self) -> Package:
        if self.package is None:
            raise ConfigurationError("; ".join(self.errors))
        return self.package

    def _table(self) -> Iterator[str]:
        yield "<table>"
        for language in self.languages:
            links = (f'<td><a href="/-/{language}/{form}">{form}</a>' for form in _FORMS)
            yield f"<tr><th>{language}{''.join(links)}"
        yield "</table>"


def _render(source: PageSource, version: str) -> Package:
    try:
        return _package(source, _RELOAD.format(version=version))
    except PackageError:
        # A page that is as large as CloudFront accepts has no room for the script.
        return _package(source, "")


def _package(source: PageSource, added: str) -> Package:
    with package_folder(source.files) as folder:
        for file in (*folder.glob("overrides/page*.html"), *folder.glob("defaults/page*.html")):
            file.write_text(file.read_text(encoding="utf-8-sig") + added, encoding="utf-8")
        return read_package(folder)


def _in_scheme(text: str, scheme: str) -> str:
    if scheme not in _SCHEMES:
        return text
    text = _SCHEME_QUERY.sub(
        lambda found: "(min-width: 0)" if found[1] == scheme else "(max-width: 0)", text
    )
    return _BOTH_SCHEMES.sub(lambda found: f"{found[1]}{scheme}", text)


def _list(title: str, items: tuple[str, ...], kind: str = "") -> str:
    lines = "".join(f'<li class="{kind}">{html.escape(item)}' for item in items)
    return f"<h2>{title}</h2><ul>{lines}</ul>" if items else ""


def _text(status: int, text: str) -> Answer:
    return Answer(status, {"content-type": "text/plain; charset=utf-8"}, f"{text}\n".encode())


def make_server(preview: Preview, port: int) -> ThreadingHTTPServer:
    """Return a server for the preview on this port of loopback; raise ConfigurationError."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            # Another site's page could otherwise read this one by a name that it points here.
            is_local = headers.get("host", "").partition(":")[0].lower() in _NAMES
            answer = (
                preview.answer(self.path, headers)
                if is_local
                else _text(HTTPStatus.FORBIDDEN, "Only for this machine: use localhost.")
            )
            self.send_response(answer.status)
            for name, value in {**answer.headers, "content-length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_HEAD = do_POST = do_GET  # noqa: N815 - names of the base class

        def log_message(self, *_: object) -> None:
            """Log nothing: the operator watches the page."""

    try:
        return ThreadingHTTPServer((ADDRESS, port), Handler)
    except OSError as error:
        raise ConfigurationError(
            f"port {port} cannot be used: {error.strerror}; name another one with --port"
        ) from error
