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
"""

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
from maintenance.reconcile.standby.store import StandbyStore
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


class PageRenderer(Struct, frozen=True):
    """
    Renders by the code of the base version `base_arn`, which answers visitors of the other engine.

    Each rendering restarts the deadline, after which every call fails at once.
    """

    base_arn: str
    stored_files: _StoredFilesReader
    packages: _Packages
    check_package: _Check
    programs: _Programs
    deadline: Deadline
    clock: Callable[[], datetime]

    def render(self, closures: Sequence[Closure]) -> RenderedPages:
        """Return what the store should have for these closures; nothing is raised."""
        self.deadline.restart()
        stored = self.stored_files.read()
        pages = self._pages(stored, closures)
        if isinstance(stored.tokens, MaintenanceError):
            # One failure of S3 may be the error of both.
            errors = tuple(dict.fromkeys((*pages.errors, str(stored.tokens))))
            return replace(pages, errors=errors)
        expiries = {each.sha256: int(each.expires.timestamp()) for each in stored.tokens}
        return replace(pages, tokens=token_keys(expiries))

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
        if closure.begins and closure.begins > now + _RENDERED_AHEAD:
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
        expiries = {each.sha256: int(each.expires.timestamp()) for each in tokens}
        return token_keys(expiries) == tokens_of(self.store.store.read_keys())

    def page_state(self, announcement: Announcement) -> PageState:  # noqa: ARG002 - the protocol's
        """Return whether the store has the stored page files; raise ObservationError."""
        pages = self.renderer.render(())
        if pages.site is None:
            return PageState(errors=pages.errors)
        state = self.store.read()
        has_page = state is not None and state.default == pages.site.default.rendering
        settings = self.store.store.read_key(SETTINGS_KEY)
        return PageState(has_page and settings == pages.site.settings[SETTINGS_KEY])


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
