"""Windows are written ahead, and the edge closes and opens by its own clock."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import RunFailed

from tests.stories.site import SWITCH
from tests.stories.standby.site import StandbySite

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).replace(
    hour=14, minute=0, second=0, microsecond=0
)
_SECOND = timedelta(seconds=1)


def a_window(begins: datetime, duration: str, message: str = "") -> str:
    """Return a window that runs once."""
    return f"at({begins:%Y-%m-%dT%H:%M}) for {duration}" + (f": {message}" if message else "")


@pytest.mark.promise
@pytest.mark.usefixtures("distribution_id")
def test_a_window_begins_and_ends_to_the_second_without_the_controller(
    standby: StandbySite,
) -> None:
    """One run has written it a day ahead, with its page, and no other run follows."""
    standby.site.schedules("upgrade", a_window(TOMORROW, "1h", "Upgrade"))
    standby.site.receives({"sweep": True})
    ends = TOMORROW + timedelta(hours=1)

    before, first, last, after = (
        standby.visitor_at(instant, accept="text/plain")
        for instant in (TOMORROW - _SECOND, TOMORROW, ends - _SECOND, ends)
    )

    assert "uri" in before
    assert 503 == first["statusCode"]
    assert "Upgrade" in first["body"]["data"]
    assert "3600" == first["headers"]["retry-after"]["value"]
    assert 503 == last["statusCode"]
    assert "uri" in after


@pytest.mark.usefixtures("distribution_id")
def test_a_window_that_is_removed_leaves_the_store(standby: StandbySite) -> None:
    """So does one that off ends or skips."""
    standby.site.schedules("upgrade", a_window(TOMORROW, "1h"))
    standby.site.receives({"sweep": True})
    assert 1 == len(standby.state().periods)

    standby.site.becomes("off until 9999-12-31T00:00Z")
    skipped = standby.state().periods
    standby.site.becomes("off")
    again = standby.state().periods
    standby.site.cloud.ssm.delete_parameter(Name="/site/maintenance/windows/upgrade")
    standby.site.receives({"sweep": True})

    assert ((), 1, ()) == (skipped, len(again), standby.state().periods)


@pytest.mark.usefixtures("distribution_id")
def test_a_window_written_ahead_changes_nothing_for_visitors(standby: StandbySite) -> None:
    """So neither the report nor the metric of changed distributions says so."""
    standby.site.schedules("weekend", a_window(TOMORROW, "1h"))

    report = standby.site.wakes()

    assert standby.state().periods
    assert [False] == [each["changed"] for each in report["distributions"]]


@pytest.mark.usefixtures("distribution_id")
def test_the_lead_time_does_not_count(
    standby: StandbySite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is for deployments, which take minutes; here nothing is deployed."""
    monkeypatch.setenv("LEAD_TIME_MINUTES", "15")
    standby.site.schedules("upgrade", a_window(TOMORROW, "1h"))

    standby.site.receives({"sweep": True})

    assert int(TOMORROW.timestamp()) == standby.state().periods[0].begins


@pytest.mark.usefixtures("distribution_id")
def test_the_coming_windows_are_written_as_far_as_there_is_room(standby: StandbySite) -> None:
    """At most eight periods fit; the later ones follow when these are over."""
    standby.site.schedules("nightly", "cron(0 2 * * ? *) for 1h")
    standby.site.receives({"sweep": True})

    periods = standby.state().periods
    assert 8 == len(periods)
    starts = [each.begins for each in periods]
    assert {86_400} == {late - early for early, late in itertools.pairwise(starts)}
    near = {each.rendering for each in periods[:2]}
    assert standby.state().default not in near


@pytest.mark.usefixtures("distribution_id")
def test_a_full_store_is_written_once(standby: StandbySite) -> None:
    """The end of a switch has a fraction of a second; it takes the place of no window."""
    standby.site.schedules("nightly", "cron(0 2 * * ? *) for 1h")
    standby.site.becomes("on for 2h")
    before = standby.state()

    standby.site.receives({"alarm_clock": True})

    assert (8, before) == (len(before.periods), standby.state())
    assert 8 == len({each.ends for each in before.periods})


@pytest.mark.usefixtures("distribution_id")
def test_the_start_of_a_window_writes_nothing_more(standby: StandbySite) -> None:
    """The run at its start finds the store as it should be, and announces both phases at once."""
    standby.site.schedules("upgrade", a_window(TOMORROW, "1h"))
    standby.site.receives({"sweep": True})
    before = standby.keys()

    report = standby.site.runs_at(TOMORROW)

    assert before["state"] == standby.keys()["state"]
    assert "maintenance" == report["mode"]
    assert ["Closing now", "Closed everywhere"] == report["announced"]


@pytest.mark.usefixtures("distribution_id")
def test_coming_windows_stay_while_they_cannot_be_read(standby: StandbySite) -> None:
    """A plain on closes, and the window that was written before begins even so."""
    standby.site.schedules("upgrade", a_window(TOMORROW, "1h"))
    standby.site.receives({"sweep": True})
    standby.site.says("on for 1h")
    refused = {"code": "AccessDeniedException", "status": 400, "times": 99}
    standby.site.cloud.sandbox.inject_fault("refuse", "ssm:GetParametersByPath", **refused)

    with pytest.raises(Exception, match="AccessDenied"):
        standby.site.wakes()

    begins = [each.begins for each in standby.state().periods]
    assert int(TOMORROW.timestamp()) in begins
    assert 2 <= len(begins)


@pytest.mark.usefixtures("distribution_id")
def test_a_window_that_off_skips_does_not_stay_though_windows_cannot_be_read(
    standby: StandbySite,
) -> None:
    """The off says by itself that the window does not begin."""
    standby.site.schedules("upgrade", a_window(TOMORROW, "1h"))
    standby.site.receives({"sweep": True})
    standby.site.says("off until 9999-12-31T00:00Z")
    refused = {"code": "AccessDeniedException", "status": 400, "times": 99}
    standby.site.cloud.sandbox.inject_fault("refuse", "ssm:GetParametersByPath", **refused)

    with pytest.raises(Exception, match="AccessDenied"):
        standby.site.wakes()

    assert "uri" in standby.visitor_at(TOMORROW + _SECOND)


@pytest.mark.usefixtures("distribution_id")
def test_a_window_that_is_removed_leaves_the_store_without_a_switch_too(
    standby: StandbySite,
) -> None:
    """Nothing says any more that the site closes."""
    standby.site.schedules("upgrade", a_window(TOMORROW, "1h"))
    standby.site.receives({"sweep": True})
    standby.site.cloud.ssm.delete_parameter(Name=SWITCH)
    standby.site.cloud.ssm.delete_parameter(Name=f"{SWITCH}/windows/upgrade")

    with pytest.raises(RunFailed, match="does not exist"):
        standby.site.receives({"alarm_clock": True})

    assert "uri" in standby.visitor_at(TOMORROW + _SECOND)


@pytest.mark.usefixtures("distribution_id")
def test_a_closed_site_stays_closed_without_a_switch(standby: StandbySite) -> None:
    """Also past the end that the store had: nothing is lifted, as with the other engine."""
    standby.site.becomes("on for 1h: Upgrade")
    standby.site.cloud.ssm.delete_parameter(Name=SWITCH)

    for _ in range(2):
        with pytest.raises(RunFailed, match="does not exist"):
            standby.site.receives({"alarm_clock": True})

    later = standby.visitor_at(datetime.now(UTC) + timedelta(hours=2))
    assert 503 == later["statusCode"]
