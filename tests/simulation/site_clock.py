"""
One clock for the site: hours pass at once, for Parameter Store and the controller alike.

The sandbox dates parameters by the machine's clock. Here botocore's event `after-call.ssm` replaces
these dates on their way to the controller, which needs no change: each version gets the site's
instant at which it was first seen.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

# Far ahead of the machine's clock, by which the sandbox fires and removes the alarm clock.
_BEGINNING = datetime(2198, 12, 1, 2, tzinfo=UTC)
_TICK = timedelta(seconds=2)


class SiteClock:
    """The present of a site, and when each version of its parameters was written."""

    def __init__(self) -> None:
        self._now = _BEGINNING
        self._written: dict[tuple[str, int], datetime] = {}

    def now(self) -> datetime:
        """Return the present."""
        return self._now

    def passes(self, time: timedelta = _TICK) -> None:
        """Let time pass."""
        self._now += time

    def written(self, name: str, version: int) -> datetime:
        """Return when this version of a parameter was written, the present if it is new."""
        return self._written.setdefault((name, version), self._now)

    def forget(self, name: str) -> None:
        """Forget the versions of a deleted parameter, because they will count from 1 again."""
        self._written = {each: at for each, at in self._written.items() if each[0] != name}

    def _date(self, parsed: dict[str, Any], **_: object) -> None:
        """Put the site's dates into an answer of Parameter Store."""
        single = [parsed["Parameter"]] if "Parameter" in parsed else []
        for each in [*single, *parsed.get("Parameters", [])]:
            each["LastModifiedDate"] = self.written(each["Name"], each["Version"])

    def dates(self, session: boto3.Session) -> None:
        """Let every client of a session read the site's dates."""
        session.events.register("after-call.ssm", self._date)
