"""A selector of versions in memory, which knows when each of them begins to close a site."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from maintenance.cloudfront.engine import Selection
from maintenance.errors import ObservationError
from maintenance.reconcile.ports import ReadPage
from maintenance.schedule.announcement import Announcement


@dataclass
class VersionSelector:
    """
    Selects what `choose` returns for an announcement, and records what it is asked.

    `starts` has when the versions begin to close a site that do not at once.
    """

    choose: Callable[[Announcement], Selection]
    starts: Mapping[str, datetime]
    is_unreadable: bool = False
    asked: list[object] = field(default_factory=list)

    def select(
        self,
        announcement: Announcement,
        *,
        publish: bool = True,
        attached: Collection[str] = (),
        read_page: ReadPage | None = None,
    ) -> Selection:
        """Return the selection."""
        self.asked.append((announcement, publish, set(attached), read_page))
        return self.choose(announcement)

    def begins(self, versions: Collection[str]) -> Mapping[str, datetime]:
        """Return when these versions begin to close the site, unless at once."""
        self.asked.append(set(versions))
        if self.is_unreadable:
            raise ObservationError("Lambda does not answer")
        return {arn: at for arn, at in self.starts.items() if arn in versions}
