"""
Render what visitors of a closed site get, as keys of the store.

    page files under page/            announcement    visitors get
    --------------------------------  --------------  ------------------------------------------
    none, or usable                   any             base, page files, announcement
    refused, unreadable or too large  any             the default page that the store has; if it
                                                      has none, the packaged one. An error says so.
                                                      Only the packaged one gets an announcement
    usable                            refused         the default page, and an error says so

Nothing of this keeps a site open: it is closed before its page is rendered (ADR 0052).

A rendering takes a second of a processor, and the same source always gives the same pages. So a
source has a name, and for a store that was written from it nothing is rendered.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from maintenance.deadline import Deadline
from maintenance.errors import ConfigurationError, MaintenanceError, PageRefused
from maintenance.lambda_edge.bypass import Token
from maintenance.lambda_edge.package import PageContent, build_package
from maintenance.lambda_edge.page_files import PageState
from maintenance.lambda_edge.stored_files import StoredFiles
from maintenance.lambda_edge.version import FunctionPackage
from maintenance.reconcile.standby.store import StandbyStore, digest
from maintenance.schedule.announcement import NO_ANNOUNCEMENT, Announcement
from maintenance.standby.access import SETTINGS_KEY, settings_keys, token_keys
from maintenance.standby.closures import Closure
from maintenance.standby.desired import RenderedPages, RenderedSite, tokens_of
from maintenance.standby.layout import render_keys
from maintenance.standby.plan import DesiredPeriod
from maintenance.standby.rendering import Rendering, decode_rendering
from maintenance.standby.state import check_room

_EXPORT = "maintenance_edge.export"
# The pages of windows lie ready for days, so that a controller that stopped does not spoil them.
_RENDERED_AHEAD = timedelta(days=3)


class _StoredFilesReader(Protocol):
    def read(self) -> StoredFiles: ...


class _Packages(Protocol):
    def read_package(self, version_arn: str) -> FunctionPackage: ...


class _Programs(Protocol):
    def run(self, program: str, package: bytes) -> bytes: ...


class _Check(Protocol):
    def run(self, package: bytes) -> tuple[str, ...]: ...


class PageSource(Struct, frozen=True):
    """
    What pages are rendered from: the stored files, and when the site is closed.

    `closures` are None if that is unknown. `name` is a digest of everything in it,
    '' if a file is unreadable.
    """

    stored: StoredFiles
    closures: Sequence[Closure] | None
    name: str


class PageRenderer(Struct, frozen=True):
    """
    Renders by the code of the base version `base_arn`, which answers visitors of the other engine.

    `own_code` returns a digest of the controller's code. Each reading and rendering
    restarts the deadline, after which every call fails at once.
    """

    base_arn: str
    own_code: Callable[[], str]
    stored_files: _StoredFilesReader
    packages: _Packages
    check_package: _Check
    programs: _Programs
    deadline: Deadline
    clock: Callable[[], datetime]

    def read(self, closures: Sequence[Closure] | None) -> PageSource:
        """Return what the pages of these closures are rendered from; nothing is raised."""
        self.deadline.restart()
        stored = self.stored_files.read()
        return PageSource(stored, closures, self._name(stored, closures))

    def render(self, source: PageSource) -> RenderedPages:
        """Return what the store should have; nothing is raised."""
        self.deadline.restart()
        stored = source.stored
        pages = self._pages(stored, source.closures or ())
        if isinstance(stored.tokens, MaintenanceError):
            # One failure of S3 may be the error of both.
            errors = tuple(dict.fromkeys((*pages.errors, str(stored.tokens))))
            return replace(pages, errors=errors)
        return replace(pages, tokens=_token_keys(stored.tokens))

    def _name(self, stored: StoredFiles, closures: Sequence[Closure] | None) -> str:
        if isinstance(stored.page, MaintenanceError) or isinstance(stored.tokens, MaintenanceError):
            return ""
        files = {name: digest(content) for name, content in stored.page.items()}
        periods = [(repr(each), self._has_page(each)) for each in closures or ()]
        tokens, is_known = _token_keys(stored.tokens), closures is not None
        document = [self.own_code(), self.base_arn, files, tokens, is_known, periods]
        return digest(json.dumps(document, sort_keys=True).encode())

    def _has_page(self, closure: Closure) -> bool:
        """Return whether a closure is so near that its page is rendered."""
        return not closure.begins or closure.begins <= self.clock() + _RENDERED_AHEAD

    def check(self, page: Mapping[str, bytes], announcement: Announcement) -> None:
        """Check page files before they are uploaded; raise PageRefused, or ObservationError."""
        self.deadline.restart()
        content = PageContent(page, replace(announcement, begins=None))
        self.check_package.run(self._package(content))
        try:
            _rendered_site(self._rendering(content, content.announcement))
        except PageRefused:
            raise
        except ConfigurationError as error:
            raise PageRefused(str(error)) from error

    def _pages(self, stored: StoredFiles, closures: Sequence[Closure]) -> RenderedPages:
        try:
            if isinstance(stored.page, MaintenanceError):
                raise stored.page
            content = PageContent(stored.page)
            notices = self.check_package.run(self._package(content))
            default = self._rendering(content)
            site = _rendered_site(default)
        except MaintenanceError as error:
            plain = tuple(each.period(self.clock()) for each in closures)
            return self._with_packaged(RenderedPages(None, plain, errors=(str(error),)), closures)
        rendered = [self._period(each, content, default) for each in closures]
        return RenderedPages(
            site,
            tuple(period for period, _ in rendered),
            errors=tuple(dict.fromkeys(error for _, error in rendered if error)),
            notices=notices,
        )

    def _with_packaged(self, pages: RenderedPages, closures: Sequence[Closure]) -> RenderedPages:
        """Return the pages with the packaged page, unless that cannot be had either."""
        content = PageContent()
        try:
            default = self._rendering(content)
            site = _rendered_site(default)
        except MaintenanceError:
            # The error that made it necessary is reported; this one would repeat it.
            return pages
        rendered = [self._period(each, content, default) for each in closures]
        errors = (*pages.errors, *(error for _, error in rendered if error))
        return replace(
            pages,
            fallback=site,
            fallback_periods=tuple(period for period, _ in rendered),
            errors=tuple(dict.fromkeys(errors)),
        )

    def _period(
        self, closure: Closure, content: PageContent, default: Rendering
    ) -> tuple[DesiredPeriod, str]:
        """Return the period with its page, or without it and why."""
        now = self.clock()
        if closure.announcement == NO_ANNOUNCEMENT:
            return closure.period(now, default), ""
        if not self._has_page(closure):
            return closure.period(now), ""
        try:
            return closure.period(now, self._rendering(content, closure.announcement)), ""
        except MaintenanceError as error:
            return closure.period(now), f"{error}; visitors get the page without message and end"

    def _rendering(
        self, content: PageContent, announcement: Announcement = NO_ANNOUNCEMENT
    ) -> Rendering:
        package = self._package(replace(content, announcement=announcement))
        return decode_rendering(self.programs.run(_EXPORT, package))

    def _package(self, content: PageContent) -> bytes:
        return build_package(self.packages.read_package(self.base_arn).package, content)


class StandbyPages(Struct, frozen=True):
    """What the command asks about the page."""

    renderer: PageRenderer
    store: StandbyStore

    def check(self, page: Mapping[str, bytes], announcement: Announcement) -> None:
        """Check page files before they are uploaded; raise PageRefused, or ObservationError."""
        self.renderer.check(page, announcement)

    def has_tokens(self, tokens: Iterable[Token]) -> bool:
        """Return whether the store admits these bypass tokens and no others."""
        return _token_keys(tokens) == tokens_of(self.store.store.read_keys())

    def page_state(self, announcement: Announcement) -> PageState:  # noqa: ARG002 - the protocol's
        """Return whether the store has the stored page files; raise ObservationError."""
        pages = self.renderer.render(self.renderer.read(None))
        if pages.site is None:
            return PageState(errors=pages.errors)
        state = self.store.read()
        has_page = state is not None and state.default == pages.site.default.rendering
        settings = self.store.store.read_key(SETTINGS_KEY)
        return PageState(has_page and settings == pages.site.settings[SETTINGS_KEY])


def _token_keys(tokens: Iterable[Token]) -> dict[str, str]:
    return token_keys({each.sha256: int(each.expires.timestamp()) for each in tokens})


def _rendered_site(rendering: Rendering) -> RenderedSite:
    """Return the default page and the settings; ConfigurationError if they are too large."""
    try:
        # A state that can hold no period could never close the site.
        check_room(rendering.languages)
        return RenderedSite(
            rendering.languages,
            render_keys(rendering.answers),
            settings_keys(rendering.settings),
        )
    except ConfigurationError as error:
        raise ConfigurationError(f"page/: {error}") from error
