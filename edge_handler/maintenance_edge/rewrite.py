"""
Rewrite the address of a request that passes, as a function that ours displaced would. Pure.

    the path             directory-index            single-page
    -----------------    -----------------------    -------------------
    ends with a slash    gets index.html            is /index.html
    has no dot           gets /index.html           is /index.html
    has a dot            stays                      stays, also with a slash at its end

The first column is how AWS's own example finds out that a file name is missing (doc: CloudFront
Developer Guide, example-function-add-index). Only GET and HEAD read files, so other methods keep
their path, and so do the paths in `rewrite_except_paths`: unlike a displaced function, ours is at
every cache behavior, an API's too. CloudFront has chosen the behavior already, by the path that the
viewer sent (doc: CloudFront Developer Guide, DownloadDistValuesCacheBehavior).
"""

from __future__ import annotations

from types import MappingProxyType

from maintenance_edge.paths import PATH_PATTERNS, compile_patterns
from maintenance_edge.rules import or_null

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Final

    from maintenance_edge.event import Request
    from maintenance_edge.rules import Rules

_DIRECTORY_INDEX: Final = "directory-index"
_SINGLE_PAGE: Final = "single-page"


class Rewrite:
    """How to rewrite: one of two kinds, or None for not at all; `kept` are patterns of paths."""

    __slots__ = ("expression", "kept", "kind")

    def __init__(self, kind: str | None, kept: Iterable[str]) -> None:
        self.kind: Final = kind
        self.kept: Final = tuple(kept)
        self.expression: Final = compile_patterns(self.kept)

    def apply(self, request: Request) -> Request:
        """Return a request that passes: `request` itself, or with another path."""
        uri = request.get("uri", "/")
        path = _rewritten(uri, self.kind)
        is_kept = self.expression.fullmatch(uri)
        if path == uri or request.get("method") not in {"GET", "HEAD"} or is_kept:
            return request
        return {**request, "uri": path}


def read_rewrite(values: Mapping[str, Any]) -> Rewrite:
    """Return how to rewrite by these settings."""
    return Rewrite(values["rewrite"], values["rewrite_except_paths"])


def _rewritten(uri: str, kind: str | None) -> str:
    if kind == _SINGLE_PAGE and "." not in uri:
        return "/index.html"
    if kind == _DIRECTORY_INDEX and uri.endswith("/"):
        return f"{uri}index.html"
    if kind == _DIRECTORY_INDEX and "." not in uri:
        return f"{uri}/index.html"
    return uri


def _is_kind(value: object) -> bool:
    return isinstance(value, str) and value in {_DIRECTORY_INDEX, _SINGLE_PAGE}


REWRITE_RULES: Final[Rules] = MappingProxyType(
    {
        "rewrite": (or_null(_is_kind), f'"{_DIRECTORY_INDEX}", "{_SINGLE_PAGE}" or null'),
        "rewrite_except_paths": PATH_PATTERNS,
    }
)
