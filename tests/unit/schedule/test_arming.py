"""When the version of a window is attached ahead of its start."""

from datetime import timedelta

import pytest
from maintenance.schedule.arming import Arming, arming_of

from tests.unit.site import SUNDAYS, Site, instant

QUARTER = timedelta(minutes=15)


def test_it_is_a_lead_time_before_the_next_occurrence_that_runs() -> None:
    """One that is skipped does not count."""
    skips = {"w0": ("2026-12-01", "until 2026-12-06T03:00Z")}
    next_sunday, one_later = (
        arming_of(site.at("2026-12-03"), QUARTER)
        for site in (Site(windows=[SUNDAYS]), Site(windows=[SUNDAYS], skips=skips))
    )

    assert Arming(instant("2026-12-06T01:45"), instant("2026-12-06T02:00")) == next_sunday
    assert Arming(instant("2026-12-13T01:45"), instant("2026-12-13T02:00")) == one_later


@pytest.mark.parametrize(("windows", "lead_time"), [((), QUARTER), ((SUNDAYS,), timedelta(0))])
def test_without_a_window_or_a_lead_time_there_is_nothing_to_arm(
    windows: tuple[str, ...], lead_time: timedelta
) -> None:
    """A lead time of 0 switches it off."""
    assert None is arming_of(Site(windows=windows).at("2026-12-03"), lead_time)
