# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Answer a viewer request while the site is in maintenance: 503 as the caller reads it, or pass it on.

The controller attaches this function to cache behaviors as Lambda@Edge, event viewer-request. The
files beside it are read, checked and rendered at import, so that a request costs a few look-ups.
Lambda imports at the first request: a fault in the files that no test found would be met by
visitors, as a bare 503 of CloudFront's. So it is logged, and everybody gets a plain 503 of ours.

    the request, first match                   gets
    ---------------------------------------    ---------------------------------------------------
    opens the bypass link                      the cookie, and a redirect to the address without it
    has an open path, an open network, or      through, untouched
    a genuine bypass cookie
    is a preflight of an allowed origin        204, or the browser would hide the 503 to come
    is HEAD                                    the headers of what GET would get, and no body
    is anything else                           503 in the media type and language it likes best
"""

from __future__ import annotations

import os
import sys
import time

from answers import retry_after
from cors import is_preflight, preflight_response
from headers import header, header_fields
from negotiation import preferred_language, preferred_media_type
from package_files import read_package
from text_files import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    from cloudfront_event import Event, Request, Response
    from package_files import Package

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
    """Answers requests as one package says."""

    __slots__ = ("languages", "package")

    def __init__(self, package: Package, languages: tuple[str, ...]) -> None:
        self.package: Final = package
        self.languages: Final = languages

    def respond(self, request: Request, now: float) -> Request | Response:
        """
        Return `request` itself to let it pass, else the generated response; `now` is Unix time.

        Never raises for a request of CloudFront's, and relies on no member that one may lack.
        """
        bypass = self.package.bypass
        if bypass and (opened := bypass.opened(request, now)):
            return opened
        if self._may_pass(request, now):
            return request
        cors_headers = self.package.settings.allowed_origins.headers(request)
        if cors_headers and is_preflight(request):
            return preflight_response(request, cors_headers)
        return self._unavailable(request, cors_headers, now)

    def _may_pass(self, request: Request, now: float) -> bool:
        settings, bypass = self.package.settings, self.package.bypass
        return (
            request.get("uri", "/") in settings.open_paths
            or request.get("clientIp", "") in settings.open_networks
            or (bypass is not None and bypass.admits(request, now))
        )

    def _unavailable(self, request: Request, cors_headers: dict[str, str], now: float) -> Response:
        language = preferred_language(header(request, "accept-language"), self.languages)
        media_type = preferred_media_type(header(request, "accept"))
        answer = self.package.answers[language, media_type]
        added = {"retry-after": retry_after(self.package.settings, now), **cors_headers}
        return _fit_for(
            request, {**answer, "headers": {**answer["headers"], **header_fields(added)}}
        )


def make_responder(package: Package) -> Responder:
    """Return what answers requests as `package` says."""
    languages = dict.fromkeys(language for language, _ in package.answers)
    return Responder(package=package, languages=tuple(languages))


def respond_as(folder: str | os.PathLike[str]) -> Respond:
    """Return what answers requests as `folder` says, with a plain 503 if its files are unusable."""
    try:
        return make_responder(read_package(folder)).respond
    except SettingsError as fault:
        # Lambda writes this to the log; raising would leave all visitors with an error page.
        sys.stderr.write(f"Everybody gets a plain 503, because the page is unusable. {fault}\n")
        return _plainly


def _plainly(request: Request, _now: float) -> Response:
    return _fit_for(request, _PLAIN)


def _fit_for(request: Request, answer: Response) -> Response:
    if request.get("method") != "HEAD":
        return answer
    response = answer.copy()
    del response["body"], response["bodyEncoding"]
    return response


_RESPOND: Final = respond_as(os.path.dirname(__file__))


def handler(event: Event, _context: object) -> Request | Response:
    """Return what Lambda@Edge is to do with the request of `event`."""
    now = time.time()  # noqa: TID251 -- the one place of this function that asks the clock
    return _RESPOND(event["Records"][0]["cf"]["request"], now)
