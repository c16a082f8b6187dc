"""The preview answers as the edge would, from files of this machine."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Thread

import pytest
from maintenance.cli.page.check import page_errors
from maintenance.cli.page.preview import ADDRESS, Preview, make_server
from maintenance.cli.page.source import PageSource, announced, read_source
from maintenance.errors import ConfigurationError

from tests.builders import NOW
from tests.timing import PATIENCE

PAGE = """<!doctype html><meta name="color-scheme" content="light dark"><title>{{title}}</title>
<style>:root { color-scheme: light dark } @media (prefers-color-scheme: dark) { p { color: red } }
</style><p>{{message}}</p><img alt="" src="/assets/logo.svg">"""
SETTINGS = '{"allowed_paths": ["/assets/*"]}'
BROWSER = {"accept": "text/html", "host": "localhost:8503"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a page, its settings and an asset."""
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "page.de.html").write_text(PAGE.replace("<p>", "<p>Hallo "))
    (tmp_path / "settings.json").write_text(SETTINGS)
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "logo.svg").write_text("<svg/>")
    return tmp_path


def a_preview(folder: Path) -> Preview:
    """Return a preview with a message and an end an hour from now."""

    def read() -> PageSource:
        return announced(read_source(folder), "New disks", NOW)

    return Preview(read, lambda: NOW.timestamp() - 3_600)


def get(preview: Preview, target: str, headers: Mapping[str, str] = BROWSER) -> tuple[int, str]:
    """Return status and body of an answer."""
    answer = preview.answer(target, headers)
    return answer.status, answer.body.decode()


def test_the_first_page_links_to_every_variant(folder: Path) -> None:
    """Each of them answers with the edge's 503."""
    preview = a_preview(folder)
    _, index = get(preview, "/")
    variants = [
        f"/-/{tag}/{form}"
        for tag in ("en", "de")
        for form in ("light", "dark", "overdue", "json", "text")
    ]

    assert [] == [each for each in variants if f'href="{each}"' not in index]
    assert {503} == {get(preview, each)[0] for each in variants}


def test_a_variant_has_the_headers_of_the_edge(folder: Path) -> None:
    """Policy, language, type, and the seconds to the end."""
    headers = a_preview(folder).answer("/-/de/light", BROWSER).headers

    assert ("de", "text/html; charset=utf-8", "3600", True) == (
        headers["content-language"],
        headers["content-type"],
        headers["retry-after"],
        "img-src 'self'" in headers["content-security-policy"],
    )


@pytest.mark.parametrize(
    ("form", "query", "scheme"),
    [("dark", "(min-width: 0)", "dark"), ("light", "(max-width: 0)", "light")],
)
def test_light_and_dark_are_decided(folder: Path, form: str, query: str, scheme: str) -> None:
    """Whatever the operator's machine prefers."""
    _, page = get(a_preview(folder), f"/-/en/{form}")

    assert (True, 2, False) == (
        f"@media {query}" in page,
        page.count(f'"{scheme}"') + page.count(f": {scheme} }}"),
        "prefers-color-scheme" in page,
    ), page


def test_the_colours_of_a_brand_are_decided_too(folder: Path) -> None:
    """The edge makes its styles; the policy has the hash of what is shown."""
    (folder / "page.html").unlink()
    (folder / "page.de.html").unlink()
    (folder / "settings.json").write_text('{"brand": {"name": "Shop", "accent": "#0b5d63"}}')
    answer = a_preview(folder).answer("/-/en/dark", BROWSER)
    page, policy = answer.body.decode(), answer.headers["content-security-policy"]
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert (False, True, True) == (
        "prefers-color-scheme" in page,
        "@media (min-width: 0)" in style,
        f"'sha256-{digest}'" in policy,
    )


def test_the_page_after_the_end_has_none(folder: Path) -> None:
    """It promises no time that has passed."""
    (folder / "page.html").write_text("<p>{{until_utc}}.{{is_overdue}}</p>")
    preview = a_preview(folder)
    before, after = (get(preview, f"/-/en/{form}")[1][:30] for form in ("light", "overdue"))

    assert ("<p>2026-12-01 02:00 UTC.</p>", "<p>.true</p>") == (
        before[:28],
        after[:12],
    )


def test_json_and_text_have_the_message(folder: Path) -> None:
    """As programs get it."""
    preview = a_preview(folder)

    assert ("New disks", True) == (
        json.loads(get(preview, "/-/en/json")[1])["detail"],
        "New disks" in get(preview, "/-/en/text")[1],
    )


def test_any_other_address_is_negotiated(folder: Path) -> None:
    """A front end can be tried against it."""
    preview = a_preview(folder)
    german = get(preview, "/shop/cart", {"accept": "text/html", "accept-language": "de-AT"})
    program = get(preview, "/-/en/unknown", {"accept": "*/*"})
    text = get(preview, "/a", {"accept": "text/plain"})

    assert (True, 503, True) == (
        "Hallo New disks" in german[1],
        program[0],
        text[1].startswith("We"),
    )


def test_an_allowed_path_gives_its_file(folder: Path) -> None:
    """As the site would; a missing one is named."""
    preview = a_preview(folder)
    answer = preview.answer("/assets/logo.svg?v=1", BROWSER)

    assert (200, "image/svg+xml", b"<svg/>") == (
        answer.status,
        answer.headers["content-type"],
        answer.body,
    )
    assert (404, "/assets/a.png is allowed, and the folder has no file there.\n") == get(
        preview, "/assets/a.png"
    )


def test_a_changed_file_changes_the_page(folder: Path) -> None:
    """The page asks for the version, and loads itself again."""
    preview = a_preview(folder)
    before = get(preview, "/-/version")
    (folder / "page.html").write_text("<p>new {{message}}")
    after = get(preview, "/-/version")

    assert before != after
    assert after[1].strip() in get(preview, "/-/en/light")[1]
    assert "new New disks" in get(preview, "/-/en/light")[1]


def test_errors_are_shown_until_they_are_fixed(folder: Path) -> None:
    """In place of the variants, with the steps of put."""
    preview = a_preview(folder)
    (folder / "page.html").write_text("<iframe></iframe>")
    index, variant = get(preview, "/"), get(preview, "/-/en/light")
    (folder / "page.html").write_text("<link rel=icon href=/a.ico>")
    fixed = get(preview, "/")

    assert ("&lt;iframe&gt; shows another document" in index[1], 500) == (True, variant[0])
    assert ("/-/en/dark" in fixed[1], "left out &lt;link rel=&quot;icon&quot;&gt;" in fixed[1]) == (
        True,
        True,
    )


def test_a_folder_that_cannot_be_read_is_an_error_of_the_page(folder: Path) -> None:
    """The server goes on, and reads it again."""
    preview = a_preview(folder)
    (folder / "page.html").rename(folder / "a.html")
    (folder / "page.de.html").rename(folder / "b.html")

    assert "several other pages: name the file" in get(preview, "/")[1]
    (folder / "a.html").rename(folder / "page.html")
    assert "/-/en/dark" in get(preview, "/")[1]


def test_a_folder_that_is_removed_is_an_error_of_the_page(folder: Path) -> None:
    """The server goes on."""
    preview = a_preview(folder)
    get(preview, "/")
    folder.rename(folder.with_name("elsewhere"))

    assert "cannot be read: No such file or directory" in get(preview, "/")[1]


@pytest.mark.parametrize("target", ["//[", "/assets/%00", "/assets/" + "a" * 5_000])
def test_any_target_has_an_answer(folder: Path, target: str) -> None:
    """Also those that are no address, or no file's."""
    assert get(a_preview(folder), target)[0] in {404, 503}


def test_a_page_as_large_as_possible_is_shown_without_the_script(folder: Path) -> None:
    """There is no room for it."""
    (folder / "page.de.html").unlink()
    sizes = range(39_000, 36_000, -50)
    largest = next(size for size in sizes if not page_errors({"page.html": b"a" * size}))
    (folder / "settings.json").unlink()
    (folder / "page.html").write_text("a" * largest)

    status, page = get(a_preview(folder), "/-/en/light")

    assert (503, False) == (status, "/-/version" in page)


@contextmanager
def served(preview: Preview) -> Iterator[int]:
    """Serve a preview; give its port."""
    with make_server(preview, 0) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def ask(port: int, method: str, host: str = "localhost") -> tuple[HTTPResponse, bytes]:
    """Return the response to a request, and its body."""
    connection = HTTPConnection(ADDRESS, port, timeout=PATIENCE)
    connection.request(method, "/", headers={"Host": f"{host}:{port}"})
    response = connection.getresponse()
    return response, response.read()


def test_the_server_answers_this_machine_only(folder: Path) -> None:
    """On loopback, and not under a name that another site's page points here."""
    with served(a_preview(folder)) as port:
        page, head = ask(port, "GET"), ask(port, "HEAD")
        others = [ask(port, "GET", host)[0].status for host in ("evil.example", "[", "")]

    assert (200, 200, [403, 403, 403]) == (page[0].status, head[0].status, others)
    assert (str(len(page[1])), b"") == (head[0].headers["content-length"], head[1])


def test_a_port_in_use_is_refused(folder: Path) -> None:
    """With the option that names another."""
    with (
        served(a_preview(folder)) as port,
        pytest.raises(ConfigurationError, match=r"port \d+ cannot be used: .*; name another one"),
    ):
        make_server(a_preview(folder), port)
