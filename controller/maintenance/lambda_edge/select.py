"""
Select the version to attach: publish the page content as a version, or fall back.

    page files under page/      announcement  publishing  attached                         error
    --------------------------  ------------  ----------  -------------------------------  -----
    none                        none          not needed  the base                         no
    none, or usable             any           works       base, page files, announcement   no
    refused or unreadable       any           works       base, last good page files,      yes
                                                          announcement
    refused, none was good      none          not needed  the base                         yes
    usable                      refused       not tried   a fallback, as in the last row   yes
    any                         any           fails       a fallback: the version with     yes
                                                          the page files only, if there
                                                          is one, else the base

Each version that is attached has the bypass tokens as they are stored, so that a revoked one ends
with the next deployment whatever the page is like. If they cannot be read, those of the attached
version stay, and that is an error too.

There is always a version to attach, because closing must not depend on a page. A fallback is
attached only where ours is not attached yet. An error fails the run at its end, so the next one
tries again.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from maintenance.cloudfront.engine import Selection
from maintenance.deadline import Deadline
from maintenance.errors import MaintenanceError, PageRefused
from maintenance.lambda_edge.bypass import Token, published_tokens
from maintenance.lambda_edge.function import LambdaEdge
from maintenance.lambda_edge.package import PageContent, begins_of, bypass_of, page_files_of
from maintenance.lambda_edge.page_files import PageState
from maintenance.lambda_edge.publish import VersionPublisher
from maintenance.lambda_edge.stored_files import StoredFiles
from maintenance.lambda_edge.version import ACTIVE, newest_of, newest_with_page
from maintenance.schedule.announcement import NO_ANNOUNCEMENT, Announcement

type _Page = Mapping[str, bytes]
type _ReadPage = Callable[[], StoredFiles]


class _StoredFilesReader(Protocol):
    def read(self) -> StoredFiles: ...


class _Request(Struct, frozen=True):
    """What to select: the content but for the page, and which versions visitors get now."""

    content: PageContent
    publish: bool
    attached: Collection[str]


_NOTHING = _Request(PageContent(), publish=False, attached=())


class VersionSelector(Struct, frozen=True):
    """
    Selects among the versions of MaintenanceEdge and MaintenancePage.

    Each selection restarts the deadline, after which every call fails at once: what is left is a
    fallback that needs none. The preflight of what was selected has the rest of the time.
    """

    edge: LambdaEdge
    stored_files: _StoredFilesReader
    publisher: VersionPublisher
    deadline: Deadline

    def select(
        self,
        announcement: Announcement,
        *,
        publish: bool = True,
        attached: Collection[str] = (),
        read_page: _ReadPage | None = None,
    ) -> Selection:
        """
        Return the version to attach for this announcement, by the table of this module.

        Without `publish` nothing is written, and a version that would be published has no number.
        `attached` are the versions of ours that serve visitors now. `read_page` returns the stored
        files if a read of them has begun. Failures are errors of the selection; nothing is raised.
        """
        self.deadline.restart()
        stored = (read_page or self.stored_files.read)()
        try:
            bypass, bypass_errors = self._bypass(stored.tokens, attached)
        except MaintenanceError as error:
            # What is attached stays: a version without the tokens would end every bypass link.
            return self._fall_back({}, _NOTHING, str(stored.tokens), _not_published(error))
        request = _Request(PageContent({}, announcement, bypass), publish, attached)
        if isinstance(stored.page, MaintenanceError):
            selection = self._select_last_good(None, str(stored.page), request)
        else:
            selection = self._select_page(stored.page, request)
        # One failure of S3 may be the error of both.
        others = (each for each in bypass_errors if each not in selection.errors)
        return replace(selection, errors=(*selection.errors, *others))

    def check(self, page: _Page, announcement: Announcement) -> None:
        """Check page files before they are uploaded; raise PageRefused, or ObservationError."""
        self.deadline.restart()
        content = PageContent(announcement=announcement)
        self._version_of(page, _Request(content, publish=False, attached=()))

    def page_state(self, announcement: Announcement) -> PageState:
        """Return whether the stored page files are published with this announcement."""
        selection = self.select(announcement, publish=False)
        return PageState(selection.arn != self.edge.unpublished_arn, selection.errors)

    def begins(self, versions: Collection[str]) -> Mapping[str, datetime]:
        """Return since when each of these closes a site, if not at once; raise ObservationError."""
        self.deadline.restart()
        listed = (each for each in self.publisher.versions.list_versions() if each.arn in versions)
        found = ((each.arn, begins_of(each.description)) for each in listed)
        return {arn: begins for arn, begins in found if begins}

    def _select_page(self, page: _Page, request: _Request) -> Selection:
        try:
            return self._version_of(page, request)
        except PageRefused as error:
            return self._select_last_good(page, str(error), request)
        except MaintenanceError as error:
            return self._fall_back(page, request, _not_published(error))

    def _select_last_good(self, refused: _Page | None, error: str, request: _Request) -> Selection:
        page: _Page = {}
        try:
            if refused is not None and self._is_usable(refused):  # the announcement is refused
                return self._fall_back(refused, request, error)
            page = self._last_good_page(request.attached)
            return replace(self._version_of(page, request), errors=(error,))
        except PageRefused as second:
            return self._fall_back(page, request, error, str(second))
        except MaintenanceError as second:
            return self._fall_back(page, request, error, _not_published(second))

    def _bypass(
        self, tokens: tuple[Token, ...] | MaintenanceError, attached: Collection[str]
    ) -> tuple[bytes, tuple[str, ...]]:
        """
        Return the file with the bypass tokens, and the error if they cannot be read.

        Raises MaintenanceError if those of the attached version cannot be read either.
        """
        if isinstance(tokens, MaintenanceError):
            return self._attached_bypass(attached), (str(tokens),)
        return published_tokens(tokens), ()

    def _attached_bypass(self, attached: Collection[str]) -> bytes:
        """Return the file with the bypass tokens that visitors' version has; b"" without one."""
        if not attached:
            return b""
        newest = newest_of(self.publisher.versions.list_versions(), attached)
        if newest is None:
            return b""
        return bypass_of(self.publisher.versions.read_package(newest.arn).package)

    def _is_usable(self, page: _Page) -> bool:
        """Return whether the page files are usable without announcement and tokens."""
        try:
            self._version_of(page, _NOTHING)
        except PageRefused:
            return False
        return True

    def _last_good_page(self, attached: Collection[str]) -> _Page:
        """
        Return the page files that visitors see, or if ours is not attached, the newest published.

        They passed the check once. The newest version need not have the last page: content that was
        published before is found again, and a page that was removed leaves its version.
        """
        versions = self.publisher.versions.list_versions()
        candidates = [each for each in versions if not attached or each.arn in attached]
        newest = newest_with_page(candidates)
        if newest is None:
            return {}
        return page_files_of(self.publisher.versions.read_package(newest.arn).package)

    def _version_of(self, page: _Page, request: _Request) -> Selection:
        content = replace(request.content, page=page)
        if content.is_empty:
            return Selection(self.edge.base_arn)
        if request.publish:
            published = self.publisher.publish(content)
            return Selection(published.arn, notices=published.notices)
        version = self.publisher.dry_run(content)
        return Selection(version.arn if version else self.edge.unpublished_arn)

    def _fall_back(self, page: _Page, request: _Request, *errors: str) -> Selection:
        content = replace(request.content, page=page, announcement=NO_ANNOUNCEMENT)
        return Selection(self._existing(content), is_fallback=True, errors=errors)

    def _existing(self, content: PageContent) -> str:
        """Return the version with this content if it exists and is usable, else the base."""
        if content.is_empty:
            return self.edge.base_arn
        try:
            found = self.publisher.find(self.publisher.spec(content))
        except MaintenanceError:
            # The error that made a fallback necessary is reported; this one would repeat it.
            return self.edge.base_arn
        is_usable = found is not None and found.state in {None, ACTIVE}
        return found.arn if found and is_usable else self.edge.base_arn


def _not_published(error: MaintenanceError) -> str:
    return f"no version of the page could be published, so a fallback is used: {error}"
