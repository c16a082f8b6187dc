"""What cannot be read decides nothing: neither a window nor the list of all windows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import ObservationError, RunFailed
from maintenance.wakeup import AlarmClockRang

from tests.sandbox.builders import a_distribution
from tests.stories.site import SWITCH, Site

type LooksAfter = Callable[..., None]

REFUSED = {"code": "AccessDeniedException", "status": 400, "times": 99}


def an_open_window() -> str:
    """Return a window that began this minute and lasts for a day."""
    return f"at({datetime.now(UTC):%Y-%m-%dT%H:%M}) for 36h"


def closed_by_a_window(site: Site, looks_after: LooksAfter) -> str:
    """
    Let a window close the only distribution, long after the switch was written; return its id.

    The switch says off since last week: SSM dates it now, so the controller's clock is ahead.
    """
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    start = datetime.now(UTC) + timedelta(days=7)
    site.schedules("upgrade", f"at({start:%Y-%m-%dT%H:%M}) for 36h")
    assert "maintenance" == site.runs_at(start)["mode"]
    return distribution_id


def in_a_week(**more: float) -> datetime:
    """Return the present of a run in the middle of that window."""
    return datetime.now(UTC) + timedelta(days=7, hours=1, **more)


@pytest.mark.promise
def test_a_typo_in_an_open_window_never_opens_the_site(site: Site, looks_after: LooksAfter) -> None:
    """The off of last week does not decide, and the window's history does not answer."""
    distribution_id = closed_by_a_window(site, looks_after)
    site.schedules("upgrade", "at(tomorrow) for 1h")
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParameterHistory", **REFUSED)

    with pytest.raises(ObservationError, match=r"(?s)windows/upgrade cannot be read.*at\(tomorrow"):
        site.runs_at(in_a_week())

    assert set() != site.attached(distribution_id)["default"]


def test_windows_that_cannot_be_listed_never_open_the_site(
    site: Site, looks_after: LooksAfter
) -> None:
    """A sweep in the middle of a window leaves it closed."""
    distribution_id = closed_by_a_window(site, looks_after)
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParametersByPath", **REFUSED)

    with pytest.raises(ObservationError, match=r"the windows under .* cannot be read"):
        site.runs_at(in_a_week())

    assert set() != site.attached(distribution_id)["default"]


def test_a_run_that_cannot_read_the_windows_wakes_up_again_in_a_minute(
    site: Site, looks_after: LooksAfter
) -> None:
    """A window may end or begin long before the next sweep."""
    closed_by_a_window(site, looks_after)
    site.cloud.sandbox.finish_deployments()
    now = in_a_week().replace(microsecond=0)
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParametersByPath", **REFUSED)

    with pytest.raises(ObservationError):
        site.runs_at(now)

    assert f"at({now + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S})" == site.alarm()


@pytest.mark.promise
def test_an_on_closes_the_site_although_the_windows_cannot_be_listed(
    site: Site, looks_after: LooksAfter
) -> None:
    """No window can change what it means; the run fails, and reads again in a minute."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParametersByPath", **REFUSED)

    with pytest.raises(RunFailed, match=f"the windows under {SWITCH}/windows cannot be read"):
        site.becomes("on")

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]
    assert None is not site.alarm()


def test_an_on_that_has_lasted_for_a_week_is_kept_although_the_windows_cannot_be_listed(
    site: Site, looks_after: LooksAfter
) -> None:
    """The sweep repairs what another tool undid."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.says("on")
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParametersByPath", **REFUSED)

    with pytest.raises(RunFailed, match="cannot be read"):
        site.runs_at(in_a_week())

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]


@pytest.mark.promise
def test_an_off_opens_the_site_although_the_windows_cannot_be_listed(
    site: Site, looks_after: LooksAfter
) -> None:
    """It ends everything that began before it, and it was written just now."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.schedules("upgrade", an_open_window())
    site.becomes("on")
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParametersByPath", **REFUSED)

    with pytest.raises(RunFailed, match=r"the windows under .* cannot be read"):
        site.becomes("off")

    assert set() == site.attached(distribution_id)["default"]


def test_the_event_of_an_old_off_does_not_open_the_site_while_the_windows_cannot_be_listed(
    site: Site, looks_after: LooksAfter
) -> None:
    """Delivered a week late, or again from the dead letters: a window has begun since."""
    distribution_id = closed_by_a_window(site, looks_after)
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParametersByPath", **REFUSED)
    changed = site.change_of_the_switch()

    with pytest.raises(ObservationError, match=r"the windows under .* cannot be read"):
        site.controller(clock=in_a_week).run(changed)

    assert set() != site.attached(distribution_id)["default"]


def test_another_event_right_after_an_off_does_not_open_the_site(
    site: Site, looks_after: LooksAfter
) -> None:
    """Only the run that the off itself has woken knows that no window began since."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.becomes("on")
    site.says("off")
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParametersByPath", **REFUSED)

    with pytest.raises(ObservationError, match=r"the windows under .* cannot be read"):
        site.controller().run(AlarmClockRang())

    assert set() != site.attached(distribution_id)["default"]
