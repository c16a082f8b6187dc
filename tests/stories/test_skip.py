"""A skip keeps one window from running for a while, whatever else is written."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import ObservationError, RunFailed

from tests.sandbox.builders import a_distribution
from tests.stories.site import SWITCH, Site
from tests.stories.test_windows import REFUSED, a_window, at

type LooksAfter = Callable[..., None]


def skip_until(clock: str) -> str:
    """Return a skip up to that time of tomorrow."""
    return f"until {at(clock):%Y-%m-%dT%H:%MZ}"


@pytest.mark.promise
def test_a_skipped_window_does_not_run_and_the_others_do(
    site: Site, looks_after: LooksAfter
) -> None:
    """An edit of the window, by Terraform for example, does not bring it back."""
    looks_after(a_distribution(site.cloud))
    site.schedules("upgrade", a_window("14:00", "1h"))
    site.schedules("other", a_window("14:30", "1h"))
    site.schedules("upgrade/skip", skip_until("15:00"))
    site.schedules("upgrade", a_window("14:00", "50m"))

    assert "live" == site.runs_at(at("14:10"))["mode"]
    assert "maintenance" == site.runs_at(at("14:30"))["mode"]


def test_a_skip_ends_a_window_that_is_open(site: Site, looks_after: LooksAfter) -> None:
    """Its event wakes the controller, which opens the site; deleting it closes the site again."""
    now = datetime.now(UTC)
    looks_after(a_distribution(site.cloud))
    site.schedules("upgrade", f"at({now + timedelta(minutes=1):%Y-%m-%dT%H:%M}) for 2h")
    later = now + timedelta(hours=1)
    assert "maintenance" == site.runs_at(later)["mode"]

    site.schedules("upgrade/skip", f"until {now + timedelta(hours=3):%Y-%m-%dT%H:%MZ}")
    assert "live" == site.runs_at(later)["mode"]

    site.cloud.ssm.delete_parameter(Name=f"{SWITCH}/windows/upgrade/skip")
    assert "maintenance" == site.runs_at(later)["mode"]


def test_an_invalid_skip_fails_the_run_and_its_last_valid_version_applies(
    site: Site, looks_after: LooksAfter
) -> None:
    """A typo changes nothing, and rings the alarm."""
    looks_after(a_distribution(site.cloud))
    site.schedules("upgrade", a_window("14:00", "1h"))
    site.schedules("upgrade/skip", skip_until("15:00"))
    site.schedules("upgrade/skip", "until sunday")

    with pytest.raises(RunFailed, match=r"the skip .*upgrade/skip is invalid, so its last valid"):
        site.runs_at(at("14:10"))

    assert "live" == site.status()["mode"]


def test_a_skip_that_was_never_valid_skips_nothing(site: Site, looks_after: LooksAfter) -> None:
    """The window runs as it is planned, and the alarm rings before that."""
    looks_after(a_distribution(site.cloud))
    site.schedules("upgrade", a_window("14:00", "1h"))
    site.schedules("upgrade/skip", "off")

    with pytest.raises(RunFailed, match="expected 'until' and a time"):
        site.runs_at(at("14:10"))

    assert "maintenance" == site.status()["mode"]


def test_a_skip_whose_history_cannot_be_read_decides_nothing(
    site: Site, looks_after: LooksAfter
) -> None:
    """The mode stays as it is."""
    looks_after(a_distribution(site.cloud))
    site.schedules("upgrade", a_window("14:00", "1h"))
    site.schedules("upgrade/skip", "off")
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParameterHistory", **REFUSED)

    with pytest.raises(ObservationError, match=r"upgrade/skip cannot be read"):
        site.runs_at(at("14:10"))


def test_a_skip_of_a_window_that_does_not_exist_is_an_error_while_it_lasts(
    site: Site, looks_after: LooksAfter
) -> None:
    """Someone believes that a window is skipped which will run."""
    looks_after(a_distribution(site.cloud))
    site.schedules("upgrade", a_window("14:00", "1h"))
    site.schedules("upgarde/skip", skip_until("15:00"))

    with pytest.raises(RunFailed, match=r"skips nothing, because there is no window upgarde: corr"):
        site.runs_at(at("13:00"))

    assert "live" == site.runs_at(at("15:00"))["mode"]
