"""What several steps of a run need of the outside: the protocols that they share."""

from collections.abc import Callable, Collection
from typing import Protocol

from maintenance.cloudfront.engine import Selection
from maintenance.schedule.announcement import Announcement

type ReadPage = Callable[[], dict[str, bytes]]


class VersionSelector(Protocol):
    """Selects the version of the maintenance function to attach; each engine has its own."""

    def select(
        self,
        announcement: Announcement,
        *,
        publish: bool = True,
        attached: Collection[str] = (),
        read_page: ReadPage | None = None,
    ) -> Selection:
        """
        Return the version to attach, with the errors of selecting it.

        Without `publish` nothing is written. `attached` are the versions of ours that serve
        visitors now. `read_page` returns the owner's page files if a read of them has begun.
        """
