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

There is always a version to attach, because closing must not depend on a page. A fallback is
attached only where ours is not attached yet. An error fails the run at its end, so the next one
tries again.
"""

from collections.abc import Callable, Collection
from typing import Protocol

from msgspec import Struct

from maintenance.cloudfront.engine import Selection
from maintenance.deadline import Deadline
from maintenance.errors import MaintenanceError, PageRefused
from maintenance.lambda_edge.function import LambdaEdge
from maintenance.lambda_edge.package import PageContent, page_files_of
from maintenance.lambda_edge.publish import VersionPublisher
from maintenance.lambda_edge.version import ACTIVE, newest_with_page
from maintenance.schedule.announcement import Announcement

type _Page = dict[str, bytes]
type _ReadPage = Callable[[], _Page]
type _VersionOf = Callable[[_Page], str]


class _PageFiles(Protocol):
    def read(self) -> _Page: ...


class VersionSelector(Struct, frozen=True):
    """
    Selects among the versions of MaintenanceEdge and MaintenancePage.

    Each selection restarts the deadline, after which every call fails at once: what is left is a
    fallback that needs none. The preflight of what was selected has the rest of the time.
    """

    edge: LambdaEdge
    page_files: _PageFiles
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
        `attached` are the versions of ours that serve visitors now. `read_page` returns the page
        files if a read of them has begun. Failures are errors of the selection; nothing is raised.
        """

        def version_of(page: _Page) -> str:
            return self._version_of(PageContent(page, announcement), publish=publish)

        self.deadline.restart()
        try:
            page = (read_page or self.page_files.read)()
        except MaintenanceError as error:
            return self._select_last_good(None, str(error), version_of, attached)
        try:
            return Selection(version_of(page))
        except PageRefused as error:
            return self._select_last_good(page, str(error), version_of, attached)
        except MaintenanceError as error:
            return self._fall_back(page, _not_published(error))

    def _select_last_good(
        self,
        refused: _Page | None,
        error: str,
        version_of: _VersionOf,
        attached: Collection[str],
    ) -> Selection:
        page: _Page = {}
        try:
            if refused is not None and self._is_usable(refused):  # the announcement is refused
                return self._fall_back(refused, error)
            page = self._last_good_page(attached)
            return Selection(version_of(page), errors=(error,))
        except PageRefused as second:
            return self._fall_back(page, error, str(second))
        except MaintenanceError as second:
            return self._fall_back(page, error, _not_published(second))

    def _is_usable(self, page: _Page) -> bool:
        """Return whether the page files are usable without an announcement."""
        try:
            self._version_of(PageContent(page), publish=False)
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

    def _version_of(self, content: PageContent, *, publish: bool) -> str:
        if content.is_empty:
            return self.edge.base_arn
        if publish:
            return self.publisher.publish(content).arn
        version = self.publisher.dry_run(content)
        return version.arn if version else self.edge.unpublished_arn

    def _fall_back(self, page: _Page, *errors: str) -> Selection:
        return Selection(self._existing(PageContent(page)), is_fallback=True, errors=errors)

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
