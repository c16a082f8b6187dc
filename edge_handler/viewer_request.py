"""
Answer a viewer request while the site is in maintenance, or let it pass.

The controller attaches this function to cache behaviors as Lambda@Edge, event viewer-request. It
reads and checks the files beside it at import, and renders a response when it is first needed, so
that a request costs a few look-ups. The check before publication renders them all (check.py). If a
package is unusable all the same, an exception would give visitors a bare 503 of CloudFront's;
instead the error is logged, and they get a plain 503 of ours.

    the request, first match                   gets
    ---------------------------------------    ---------------------------------------------------
    comes before the window's start            through, as if this function were not attached
    opens the bypass link                      a cookie, and a redirect to the address without it
    has an allowed path or network, or         through, with the path that `rewrite` gives it
    a valid bypass cookie
    is a preflight of an allowed origin        204, or the browser would hide the 503 that follows
    is HEAD                                    the headers that GET would get, and no body
    is anything else                           503 in the media type and language it prefers
"""

from __future__ import annotations

import gc

# What is imported and rendered below stays, so scanning it for garbage is a waste (ADR 0021).
gc.disable()

import os
import sys
import time

from maintenance_edge.cors import is_preflight, preflight_response
from maintenance_edge.files import PackageError
from maintenance_edge.headers import header, header_fields
from maintenance_edge.negotiation import preferred_language, preferred_media_type
from maintenance_edge.package import open_package
from maintenance_edge.retry_after import retry_after

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    from maintenance_edge.event import Event, Request, Response
    from maintenance_edge.package import Package

type Respond = Callable[[Request, float], Request | Response]

_PLAIN: Final[Response] = {
    "status": "503",
    "statusDescription": "Service Unavailable",
    "headers": header_fields(
        {
            "cache-control": "no-store",
            "content-type": "text/plain; charset=utf-8",
            "retry-after": "300",
            "x-content-type-options": "nosniff",
            "x-maintenance": "on",
        }
    ),
    "body": "This site is down for maintenance. Please try again in a few minutes.\n",
    "bodyEncoding": "text",
}


class Responder:
    """Answers requests according to one package."""

    __slots__ = ("_rendered", "begins", "languages", "package")

    def __init__(self, package: Package) -> None:
        self.package: Final = package
        self.begins: Final = package.settings.begins
        self.languages: Final = package.responses.languages
        self._rendered: Final[dict[tuple[str, str, bool], Response]] = {}

    def respond(self, request: Request, now: float) -> Request | Response:
        """
        Return `request` to let it pass, maybe rewritten, or else a response; `now` is Unix time.

        It raises for no request from CloudFront, and does without any member that one may lack.
        """
        if now < self.begins:
            return request
        bypass = self.package.bypass
        if bypass and (redirect := bypass.link_response(request, now)):
            return redirect
        if self._may_pass(request, now):
            return self.package.settings.rewrite.apply(request)
        cors_headers = self.package.settings.allowed_origins.headers(request)
        if cors_headers and is_preflight(request):
            return preflight_response(request, cors_headers)
        return self._unavailable(request, cors_headers, now)

    def _may_pass(self, request: Request, now: float) -> bool:
        settings, bypass = self.package.settings, self.package.bypass
        return (
            request.get("uri", "/") in settings.allowed_paths
            or request.get("clientIp", "") in settings.allowed_networks
            or (bypass is not None and bypass.admits(request, now))
        )

    def _unavailable(self, request: Request, cors_headers: dict[str, str], now: float) -> Response:
        settings = self.package.settings
        key = (
            preferred_language(header(request, "accept-language"), self.languages),
            preferred_media_type(header(request, "accept")),
            settings.until is not None and settings.until <= now,
        )
        rendered = self._rendered.get(key) or self._render(*key)
        added = {"retry-after": retry_after(settings, now), **cors_headers}
        headers = {**rendered["headers"], **header_fields(added)}
        return _without_body_for_head(request, {**rendered, "headers": headers})

    def _render(self, language: str, media_type: str, is_overdue: bool) -> Response:  # noqa: FBT001 -- part of a key
        """Return a response that is needed for the first time; if it has an error, a plain one."""
        package = self.package
        responses = package.overdue_responses if is_overdue else package.responses
        try:
            rendered = responses[language, media_type]
        except PackageError as error:
            _log(error, f"Visitors who ask for {media_type} in {language!r} get")
            rendered = _PLAIN
        self._rendered[language, media_type, is_overdue] = rendered
        return rendered


def load_responder(folder: str | os.PathLike[str]) -> Respond:
    """Return what answers for the package in `folder`, with a plain 503 if that is unusable."""
    try:
        return Responder(open_package(folder)).respond
    except PackageError as error:
        _log(error, "Every visitor gets")
        return _respond_plainly


def _log(error: PackageError, who: str) -> None:
    # Lambda writes standard error to the log.
    sys.stderr.write(f"{who} a plain 503, because of an error in the package. {error}\n")


def _respond_plainly(request: Request, _now: float) -> Response:
    return _without_body_for_head(request, _PLAIN)


def _without_body_for_head(request: Request, response: Response) -> Response:
    if request.get("method") != "HEAD":
        return response
    bodiless = response.copy()
    del bodiless["body"], bodiless["bodyEncoding"]
    return bodiless


_RESPOND: Final = load_responder(os.path.dirname(__file__))
gc.freeze()
gc.enable()


def handler(event: Event, _context: object) -> Request | Response:
    """Return to Lambda@Edge the request of `event` or a response."""
    now = time.time()  # noqa: TID251 -- the only place of this function that asks the clock
    return _RESPOND(event["Records"][0]["cf"]["request"], now)
