"""
Say which files a page cannot load during maintenance, and what to do instead. Pure.

    a file                                          is allowed
    --------------------------------------------    ------------------------------------------------
    data:, for images, fonts, video, sound, icons   always
    data:, for a style sheet, script or <use>       never: its text belongs into the page
    /a/path                                         if `allowed_paths` has it
    https://host/a/path                             if `asset_origins` has https://host
    either, for a script                            and if `page_scripts` is true
    {{message}}                                     never: a message is text
    a/path, ../a/path                               never: each address of the site has this page
    //host, http:, file: and others                 never
    <link rel="manifest">, prefetch                 never
    a script that makes styles in the browser       never
"""

from __future__ import annotations

import re
import urllib.parse

from maintenance_edge.loads import DATA, ICON, NEVER, SCRIPT, SELF, STYLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from maintenance_edge.loads import Load
    from maintenance_edge.settings import Settings
    from maintenance_edge.tags import Tag

POLICY: Final = "the page's Content-Security-Policy"

_BLOCKED: Final = f"which {POLICY} blocks"
_SETTINGS: Final = "page/settings.json"
_SHOWN_CHARACTERS: Final = 60
# Scripts that make <style> in the browser, of which no policy can have the hash.
_STYLE_WRITER: Final = re.compile(r"cdn\.tailwindcss\.com|@tailwindcss/browser|/less(?:@|\.)")
_BUILD: Final = "build its CSS and put that into <style>"
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def load_error(tag: Tag, load: Load, settings: Settings) -> str:
    """Return why a page may not load a file, and the remedy; "" if it may."""
    source = load.source
    what = f"<{tag.name} {load.name}>" if load.offset == 0 else f"{load.name} in <style>"
    if load.kind == NEVER:
        return f"{what} loads a file, {_BLOCKED}: remove it"
    if "{{message}}" in load.url:
        return f"{what} loads what a message says, which may be any file: write its address"
    # Browsers no longer draw <use href="data:..."> (SVG 2, section 5.5).
    is_drawn = load.kind not in {STYLE, SCRIPT} and tag.name != "use"
    if not source or (source == DATA and is_drawn):
        return ""
    shown = load.url.strip()
    shown = shown if len(shown) <= _SHOWN_CHARACTERS else f"{shown[:_SHOWN_CHARACTERS]}…"
    reason, setting = _refusal(load, settings)
    if not reason:
        return ""
    if load.kind == SCRIPT and _STYLE_WRITER.search(load.url):
        return f"{what} loads {shown}, which writes styles, and {POLICY} blocks those: {_BUILD}"
    remedies = [setting, _inlined(tag, load)] if load.kind != ICON else ["remove it", setting]
    return f"{what} loads {shown}, {reason}: {', or '.join(filter(None, remedies))}"


def _refusal(load: Load, settings: Settings) -> tuple[str, str]:
    """Return the reason and the settings that would allow it; "" and "" if it is allowed."""
    if load.source == DATA:
        return _BLOCKED, ""
    if load.source != SELF and not load.source.startswith("https://"):
        return _never(load)
    missing = _missing(load, settings)
    if not missing:
        return "", ""
    is_closed = load.source == SELF and "allowed_paths" in missing[0]
    reason = "which is closed during maintenance" if is_closed else _BLOCKED
    return reason, f"{' and '.join(missing)} in {_SETTINGS}"


def _missing(load: Load, settings: Settings) -> list[str]:
    """Return what the settings lack to allow a file of the own site or of another origin."""
    allowed, missing = settings.page_sources, []
    if load.source == SELF and path(load.url) not in settings.allowed_paths:
        missing.append("add its path to 'allowed_paths'")
    if load.source not in {SELF, *allowed.origins}:
        also = ", with the origins of what it loads," if load.kind == STYLE else ""
        missing.append(f"add \"{load.source}\" to 'asset_origins'{also}")
    if load.kind == SCRIPT and not allowed.are_scripts_allowed:
        missing.append('set "page_scripts": true')
    return missing


def _never(load: Load) -> tuple[str, str]:
    if load.url.strip().lower().startswith(("http:", "//", "\\")):
        return _BLOCKED, "write it with https"
    if _SCHEME.match(load.url.strip()):
        return _BLOCKED, ""
    return (
        "a relative address, but this page is shown at every address of the site",
        f"write its whole path and add that to 'allowed_paths' in {_SETTINGS}",
    )


def _inlined(tag: Tag, load: Load) -> str:
    if load.kind == STYLE:
        return "put its rules into <style>"
    if load.kind == SCRIPT:
        return "put the script itself between <script> and </script>"
    if tag.name == "use":
        return "draw it as <svg> in the page"
    return (
        "put it into the page as data:, as site-maintenance page put does if it lies beside the "
        "page"
    )


def path(url: str) -> str:
    """Return the path of an address of one's own site, as a browser sends it."""
    without_query = re.split(r"[?#]", url.strip().replace("\\", "/"), maxsplit=1)[0]
    return urllib.parse.quote(without_query, safe="/%:@!$&'()*+,;=~")
