"""Windows close the site and open it again by themselves, without the switch."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import ObservationError, RunFailed

from tests.sandbox.builders import a_distribution
from tests.stories.site import SWITCH, Site

type LooksAfter = Callable[..., None]

# The switch is written now, by SSM's clock, and the present is never before that.
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).replace(
    hour=0, minute=0, second=0, microsecond=0
)

REFUSED = {"code": "AccessDeniedException", "status": 400, "times": 99}


def at(clock: str) -> datetime:
    """Return that time of tomorrow, in UTC."""
    hour, minute = clock.split(":")
    return TOMORROW + timedelta(hours=int(hour), minutes=int(minute))


def a_window(clock: str, duration: str) -> str:
    """Return a window that runs once, tomorrow."""
    return f"at({at(clock):%Y-%m-%dT%H:%M}) for {duration}"


@pytest.mark.promise
def test_a_window_closes_the_site_and_opens_it_again(site: Site, looks_after: LooksAfter) -> None:
    """The switch is not touched, and the configuration is the same afterwards."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    before = site.config(distribution_id)
    site.schedules("upgrade", a_window("14:00", "1h"))

    assert "live" == site.runs_at(at("13:59"))["mode"]
    assert "maintenance" == site.runs_at(at("14:00"))["mode"]
    assert {f"viewer-request {site.published()[-1]}"} == site.attached(distribution_id)["default"]
    assert "live" == site.runs_at(at("15:00"))["mode"]
    assert before == site.config(distribution_id)


@pytest.mark.promise
def test_off_ends_tonight_and_a_later_window_still_runs(
    site: Site, looks_after: LooksAfter
) -> None:
    """One word ends what began before it, and nothing that begins after it."""
    looks_after(a_distribution(site.cloud))
    site.schedules("early", f"at({datetime.now(UTC):%Y-%m-%dT%H:%M}) for 36h")
    site.schedules("late", a_window("20:00", "1h"))
    assert "live" == site.becomes("off")["mode"]

    assert "live" == site.runs_at(at("19:59"))["mode"]
    assert "maintenance" == site.runs_at(at("20:00"))["mode"]


def test_on_holds_across_the_end_of_a_window(site: Site, looks_after: LooksAfter) -> None:
    """Work that takes longer than planned is not interrupted by the plan."""
    looks_after(a_distribution(site.cloud))
    site.schedules("upgrade", a_window("14:00", "1h"))
    site.says("on")

    assert "maintenance" == site.runs_at(at("16:00"))["mode"]


def test_an_off_in_the_history_still_ends_what_began_before_it(
    site: Site, looks_after: LooksAfter
) -> None:
    """An `on for` that expires inside such a window does not bring the window back."""
    looks_after(a_distribution(site.cloud))
    site.schedules("long", f"at({datetime.now(UTC):%Y-%m-%dT%H:%M}) for 36h")
    site.says("off")
    site.says("on for 10m")

    assert "live" == site.runs_at(datetime.now(UTC) + timedelta(minutes=11))["mode"]


def test_every_page_of_windows_counts(site: Site, looks_after: LooksAfter) -> None:
    """SSM returns ten at a time."""
    looks_after(a_distribution(site.cloud))
    for number in range(1, 24):
        site.schedules(f"w{number:02}", a_window(f"{number:02}:30", "10m"))

    # The first and the last of each page.
    assert ["maintenance"] * 6 == [
        site.runs_at(at(f"{number:02}:35"))["mode"] for number in (1, 10, 11, 20, 21, 23)
    ]


def test_an_unreadable_window_fails_the_run_and_its_last_readable_version_runs(
    site: Site, looks_after: LooksAfter
) -> None:
    """A typo in an edit must not cancel the maintenance that was planned."""
    looks_after(a_distribution(site.cloud))
    site.schedules("upgrade", a_window("14:00", "1h"))
    site.schedules("upgrade", "at(tomorrow) for 1h")

    with pytest.raises(
        RunFailed, match=rf"(?s)the window {SWITCH}/windows/upgrade.*'at\(tomorrow\)"
    ):
        site.runs_at(at("14:00"))

    report = site.receives({"status": True})
    assert "live" == report["mode"]


def test_a_window_runs_without_a_switch(site: Site, looks_after: LooksAfter) -> None:
    """A deleted switch rings the alarm, and planned maintenance still happens."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.schedules("upgrade", a_window("14:00", "1h"))
    site.cloud.ssm.delete_parameter(Name=SWITCH)

    with pytest.raises(RunFailed, match="does not exist"):
        site.runs_at(at("14:00"))

    assert {f"viewer-request {site.published()[-1]}"} == site.attached(distribution_id)["default"]


@pytest.mark.promise
def test_the_alarm_clock_is_set_to_the_next_change(site: Site, looks_after: LooksAfter) -> None:
    """First to the start of the window, then to its end, then it is removed."""
    looks_after(a_distribution(site.cloud))
    site.schedules("upgrade", a_window("14:00", "1h"))

    alarms = []
    for clock in ("13:00", "14:00", "15:00"):
        site.runs_at(at(clock))
        # While CloudFront deploys, the next wakeup is sooner.
        site.cloud.sandbox.finish_deployments()
        site.runs_at(at(clock))
        alarms.append(site.alarm())

    assert [
        f"at({at('14:00'):%Y-%m-%dT%H:%M:%S})",
        f"at({at('15:00'):%Y-%m-%dT%H:%M:%S})",
        None,
    ] == alarms


def test_an_alarm_clock_that_is_set_correctly_is_not_written(
    site: Site, looks_after: LooksAfter
) -> None:
    """A sweep over a settled site asks Scheduler once and writes nothing."""
    looks_after(a_distribution(site.cloud))
    site.schedules("upgrade", a_window("14:00", "1h"))
    site.runs_at(at("13:00"))
    before = len(site.cloud.sandbox.calls())

    site.runs_at(at("13:15"))

    later = [call["operation"] for call in site.cloud.sandbox.calls()[before:]]
    assert ["scheduler:GetSchedule"] == [each for each in later if each.startswith("scheduler:")]


def test_the_alarm_clock_is_set_at_least_a_minute_ahead(
    site: Site, looks_after: LooksAfter
) -> None:
    """Even for a change in ten seconds: Scheduler refuses or loses an instant in the past."""
    looks_after(a_distribution(site.cloud))
    site.schedules("upgrade", a_window("14:00", "1h"))

    site.runs_at(at("14:00") - timedelta(seconds=10))

    assert f"at({at('14:00') + timedelta(seconds=50):%Y-%m-%dT%H:%M:%S})" == site.alarm()


def test_an_alarm_clock_that_cannot_be_set_fails_the_run_and_undoes_nothing(
    site: Site, looks_after: LooksAfter
) -> None:
    """The sweep makes up for it, and an alarm is raised."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.schedules("upgrade", a_window("14:00", "1h"))
    refusal = {"code": "AccessDeniedException", "status": 403, "times": 9}
    site.cloud.sandbox.inject_fault("refuse", "scheduler:CreateSchedule", **refusal)

    with pytest.raises(RunFailed, match=r"the alarm clock cannot be set, so the next change waits"):
        site.runs_at(at("14:00"))

    assert {f"viewer-request {site.published()[-1]}"} == site.attached(distribution_id)["default"]


def test_a_window_in_a_folder_counts(site: Site, looks_after: LooksAfter) -> None:
    """Its change event wakes the controller, so the controller must read it as well."""
    looks_after(a_distribution(site.cloud))
    site.schedules("team/upgrade", a_window("14:00", "1h"))

    assert "maintenance" == site.runs_at(at("14:00"))["mode"]


def test_an_on_closes_the_site_although_the_history_cannot_be_read(
    site: Site, looks_after: LooksAfter
) -> None:
    """An on needs no history, but the run reports that it cannot be read."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.schedules("sunday", "cron(0 2 ? * SUN *) for 2h")
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParameterHistory", **REFUSED)

    with pytest.raises(RunFailed, match="the history of /site/maintenance cannot be read"):
        site.becomes("on")

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]


def test_an_off_opens_the_site_although_a_window_and_its_history_are_unreadable(
    site: Site, looks_after: LooksAfter
) -> None:
    """An operator who types off at 2 a.m. gets the site back."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.becomes("on")
    site.schedules("bad", "at(tomorrow) for 1h")
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParameterHistory", **REFUSED)

    with pytest.raises(RunFailed, match=r"(?s)windows/bad cannot be read.*'at\(tomorrow\)"):
        site.becomes("off")

    assert set() == site.attached(distribution_id)["default"]


def test_a_run_that_needs_the_history_and_cannot_read_it_changes_nothing(
    site: Site, looks_after: LooksAfter
) -> None:
    """An `on for` has expired inside a window, and only the history says if an off ended it."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.schedules("long", f"at({datetime.now(UTC):%Y-%m-%dT%H:%M}) for 36h")
    site.says("on for 10m")
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParameterHistory", **REFUSED)

    with pytest.raises(ObservationError, match="history"):
        site.runs_at(datetime.now(UTC) + timedelta(minutes=11))

    assert set() == site.attached(distribution_id)["default"]


def test_a_window_that_was_never_valid_is_ignored(site: Site, looks_after: LooksAfter) -> None:
    """The error says that no earlier version is in force."""
    looks_after(a_distribution(site.cloud))
    site.schedules("bad", "cron(0 2 * * *) for 2h")

    with pytest.raises(RunFailed, match="no earlier version is valid, so it is ignored"):
        site.runs_at(at("14:00"))


def test_an_end_beyond_all_schedules_needs_no_alarm_clock(
    site: Site, looks_after: LooksAfter
) -> None:
    """EventBridge Scheduler's years end in 2199; the sweep will notice in time."""
    looks_after(a_distribution(site.cloud))
    site.becomes("on until 9999-12-31T23:59:59.5Z")
    site.settles()

    assert None is site.alarm()


def test_a_window_that_was_over_when_it_was_written_is_an_error(
    site: Site, looks_after: LooksAfter
) -> None:
    """A wrong year would leave the site open during planned work; the earlier value applies."""
    looks_after(a_distribution(site.cloud))
    site.becomes("off")
    site.schedules("xmas", a_window("14:00", "1h"))
    site.schedules("xmas", "at(2025-12-24T18:00) for 14h: Merry Christmas!")

    with pytest.raises(RunFailed, match=r"(?s)windows/xmas is invalid.*over when it was written"):
        site.wakes()
    with pytest.raises(RunFailed):
        site.runs_at(at("14:00"))

    assert "maintenance" == site.status()["mode"]


def test_a_window_that_has_run_for_the_last_time_is_a_notice(
    site: Site, looks_after: LooksAfter
) -> None:
    """It is no error, for it has done what it was written for."""
    looks_after(a_distribution(site.cloud))
    site.says("off")
    site.schedules("upgrade", a_window("14:00", "1h"))

    before, after = site.runs_at(at("14:59")), site.runs_at(at("15:00"))

    assert [] == before["notices"]
    assert [
        "windows that are over and never begin again: upgrade. Delete them, or correct them"
    ] == (after["notices"])
