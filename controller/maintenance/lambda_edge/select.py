"""
Choose the edge version to attach: bake what is to be said into one, or fall back.

    page files under page/   to say   baking    attached                                      fault
    -----------------------  -------  --------  --------------------------------------------  -----
    none                     nothing  not done  the base                                      no
    none, or usable          any      works     base, page files and announcement             no
    refused or unreadable    any      works     base, last good page files and announcement   yes
    refused, none was good   nothing  not done  the base                                      yes
    usable                   refused  not done  a stand-in, as in the next row                yes
    any                      any      fails     a stand-in: the page without announcement if  yes
                                                there is such a version, else the base

Closing never waits for a nice page: whatever fails, there is a version to attach. A stand-in only
goes where nothing of ours is attached yet. A fault fails the run at its end, so the next one tries
again.
"""

from collections.abc import Callable, Collection
from typing import Protocol

from msgspec import Struct

from maintenance.cloudfront.engine import Selection
from maintenance.errors import MaintenanceError, PageRefused
from maintenance.lambda_edge.function import LambdaEdge
from maintenance.lambda_edge.package import Announcement, PageContent, has_own_page, own_page
from maintenance.lambda_edge.publish import VersionPublisher
from maintenance.lambda_edge.version import ACTIVE, newest_with_page

type _Page = dict[str, bytes]
type _ReadPage = Callable[[], _Page]


class _PageFiles(Protocol):
    def read(self) -> _Page: ...


class VersionSelector(Struct, frozen=True):
    """Chooses among the versions of our two functions; `edge` names the base."""

    edge: LambdaEdge
    page_files: _PageFiles
    publisher: VersionPublisher

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

        Without `publish` nothing is written: a version that would be published has no number yet.
        `attached` are the ARNs of ours that visitors meet now.
        `read_page` gives the page files where somebody has begun to read them already.
        What could not be done is in the faults of the choice; no MaintenanceError is raised.
        """

        def baked(page: _Page) -> Selection:
            return self._baked(PageContent(page, announcement), publish=publish)

        def with_last_good_page(refused: _Page | None, error: MaintenanceError) -> Selection:
            return self._with_last_good_page(refused, str(error), baked, attached)

        try:
            page = (read_page or self.page_files.read)()
        except MaintenanceError as error:
            return with_last_good_page(None, error)
        try:
            return baked(page)
        except PageRefused as error:
            return with_last_good_page(page, error)
        except MaintenanceError as error:
            return self._stand_in(page, _not_published(error))

    def _with_last_good_page(
        self,
        refused: _Page | None,
        error: str,
        baked: Callable[[_Page], Selection],
        attached: Collection[str],
    ) -> Selection:
        page: _Page = {}
        try:
            if refused is not None and self._is_good(refused):  # then the announcement is refused
                return self._stand_in(refused, error)
            page = self._last_good_page(attached)
            selection = baked(page)
        except PageRefused as second:
            return self._stand_in(page, error, str(second))
        except MaintenanceError as second:
            return self._stand_in(page, error, _not_published(second))
        return Selection(selection.arn, errors=(error,))

    def _is_good(self, page: _Page) -> bool:
        """Tell whether the page files are usable as long as nothing is announced."""
        try:
            self._baked(PageContent(page), publish=False)
        except PageRefused:
            return False
        return True

    def _last_good_page(self, attached: Collection[str]) -> _Page:
        """
        Return the page files that visitors see, or where ours is not attached, the newest baked.

        They passed once. The newest need not be the last: a page that was there before is found
        again, and one that was taken away leaves its version.
        """
        versions = self.publisher.versions.list_versions()
        shown = [each for each in versions if not attached or each.arn in attached]
        newest = newest_with_page(shown, has_own_page)
        return own_page(self.publisher.versions.read_package(newest.arn).package) if newest else {}

    def _baked(self, content: PageContent, *, publish: bool) -> Selection:
        if content.is_empty:
            return Selection(self.edge.base_arn)
        version = self.publisher.publish_spec(content) if publish else self.publisher.look(content)
        return Selection(version.arn if version else self.edge.unpublished_arn)

    def _stand_in(self, page: _Page, *errors: str) -> Selection:
        return Selection(self._existing(PageContent(page)), is_fallback=True, errors=errors)

    def _existing(self, content: PageContent) -> str:
        """Return the version with this overlay if it is there to be used; else the base."""
        if content.is_empty:
            return self.edge.base_arn
        try:
            found = self.publisher.find(self.publisher.spec(content))
        except MaintenanceError:
            # The fault that made a stand-in necessary is told already; this one would repeat it.
            return self.edge.base_arn
        is_usable = found is not None and found.state in {None, ACTIVE}
        return found.arn if found and is_usable else self.edge.base_arn


def _not_published(error: MaintenanceError) -> str:
    return f"no version of the page could be published, and another stands in for it: {error}"
