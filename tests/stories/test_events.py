"""The events about plans, ends and failures: each is sent once, and nothing is lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from maintenance.errors import ConfigurationError, ObservationError, RunFailed

from tests.sandbox.builders import a_distribution
from tests.stories.site import STATUS, SWITCH, Site

type LooksAfter = Callable[..., None]
type News = Callable[[], list[dict[str, Any]]]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime.now(UTC).replace(second=0, microsecond=0)
BEGINS = NOW + 7 * DAY


@pytest.fixture
def planning(site: Site, looks_after: LooksAfter) -> Site:
    """Give a site whose windows are announced a day ahead."""
    looks_after(a_distribution(site.cloud), NOTICE_MINUTES="1440")
    site.settles()
    return site


def a_window(begins: datetime) -> str:
    """Return a window of two hours."""
    return f"at({begins:%Y-%m-%dT%H:%M}) for 2h: Upgrade"


def at(instant: datetime) -> str:
    """Return an instant as events have it."""
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def changes(events: list[dict[str, Any]], name: str = "change") -> list[tuple[str, str]]:
    """Return kind and change of each event."""
    return [(each["detail-type"], each["detail"][name]) for each in events]


@pytest.mark.promise
def test_a_window_is_announced_once_at_its_notice(planning: Site, news: News) -> None:
    """The alarm clock wakes the controller then, and later runs are silent until it begins."""
    site = planning
    site.schedules("upgrade", a_window(BEGINS))

    site.runs_at(BEGINS - 2 * DAY)
    assert ([], f"at({BEGINS - DAY:%Y-%m-%dT%H:%M:%S})") == (news(), site.alarm())

    report = site.runs_at(BEGINS - DAY)
    site.runs_at(BEGINS - HOUR)

    [event] = news()
    assert ("Maintenance Planned", "planned") == changes([event])[0]
    detail = event["detail"]
    assert ("upgrade", at(BEGINS), at(BEGINS + 2 * HOUR), "Upgrade", None) == tuple(
        detail[name] for name in ("window", "begins", "ends", "message", "previous_begins")
    )
    assert "window 'upgrade', written by root" == detail["requested_by"]
    assert [f"Maintenance planned: {BEGINS:%a %d %b %Y %H:%M} UTC"] == report["announced"]
    assert f"at({BEGINS:%Y-%m-%dT%H:%M:%S})" == site.alarm()

    site.runs_at(BEGINS)
    assert [("Maintenance Mode Changed", "accepted")] == changes(news(), "phase")
    assert [] == site.status()["planned"]


def test_an_announced_window_that_moves_is_announced_again(planning: Site, news: News) -> None:
    """With the start that people have planned by."""
    site = planning
    site.schedules("upgrade", a_window(BEGINS))
    site.runs_at(BEGINS - DAY)
    site.schedules("upgrade", a_window(BEGINS + HOUR))

    site.runs_at(BEGINS - HOUR)

    assert [("Maintenance Planned", "planned"), ("Maintenance Planned", "changed")] == changes(
        events := news()
    )
    assert (at(BEGINS), at(BEGINS + HOUR)) == (
        events[1]["detail"]["previous_begins"],
        events[1]["detail"]["begins"],
    )


@pytest.mark.parametrize("how", ["deleted", "skipped", "ended"])
def test_an_announced_window_that_does_not_run_is_cancelled(
    planning: Site, news: News, how: str
) -> None:
    """Whether it was deleted, or an off or a skip holds beyond its start."""
    site = planning
    site.schedules("upgrade", a_window(BEGINS))
    site.runs_at(BEGINS - DAY)
    news()

    match how:
        case "deleted":
            site.cloud.ssm.delete_parameter(Name=f"{SWITCH}/windows/upgrade")
        case "skipped":
            site.schedules("upgrade/skip", f"until {at(BEGINS)}")
        case "ended":
            site.says(f"off until {at(BEGINS)}")
    site.runs_at(BEGINS - HOUR)
    site.runs_at(BEGINS + HOUR)

    [event] = news()
    assert ("Maintenance Planned", "cancelled") == changes([event])[0]
    assert (None, at(BEGINS)) == (event["detail"]["begins"], event["detail"]["previous_begins"])


def test_a_window_that_cannot_be_read_is_not_cancelled(planning: Site, news: News) -> None:
    """What is unknown decides nothing."""
    site = planning
    site.schedules("upgrade", a_window(BEGINS))
    site.runs_at(BEGINS - DAY)
    news()
    site.says("on")
    refusal = {"code": "AccessDeniedException", "status": 400, "times": 9}
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParametersByPath", **refusal)

    with pytest.raises(RunFailed):
        site.runs_at(BEGINS - HOUR)

    assert "Maintenance Planned" not in {each["detail-type"] for each in news()}
    assert ["upgrade"] == [each["window"] for each in site.status()["planned"]]


def test_without_a_notice_windows_are_not_announced(
    site: Site, looks_after: LooksAfter, news: News
) -> None:
    """Nor is what was announced before called cancelled."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id, NOTICE_MINUTES="1440")
    site.schedules("upgrade", a_window(BEGINS))
    site.runs_at(BEGINS - DAY)
    looks_after(distribution_id, NOTICE_MINUTES="0")

    site.runs_at(BEGINS - HOUR)

    assert [("Maintenance Planned", "planned")] == changes(news())


def test_a_plan_that_event_bridge_refuses_is_sent_by_the_next_run(
    planning: Site, news: News
) -> None:
    """The status does not say that it was announced."""
    site = planning
    site.schedules("upgrade", a_window(BEGINS))
    refusal = {"code": "AccessDeniedException", "status": 400, "times": 9}
    site.cloud.sandbox.inject_fault("refuse", "events:PutEvents", **refusal)
    with pytest.raises(RunFailed, match="the change cannot be announced"):
        site.runs_at(BEGINS - DAY)
    assert [] == site.status()["planned"]

    site.cloud.sandbox.clear_faults()
    site.runs_at(BEGINS - HOUR)

    assert [("Maintenance Planned", "planned")] == changes(news())


@pytest.mark.promise
@pytest.mark.usefixtures("distribution_id")
def test_another_end_is_announced_with_the_one_before(site: Site, news: News) -> None:
    """Longer, then shorter, then without an end; a repeated run adds nothing."""
    site.becomes(f"on until {at(NOW + HOUR)}")
    first = news()
    reported = []
    for value in (f"on until {at(NOW + 3 * HOUR)}", f"on until {at(NOW + 2 * HOUR)}", "on"):
        reported += [site.becomes(value), site.receives({"sweep": True})]

    ends = news()
    before_and_after = [
        {"previous": each["detail"]["previous_until"], "until": each["detail"]["until"]}
        for each in ends
    ]
    assert [change for each in before_and_after for change in (each, None)] == [
        each["end_change"] for each in reported
    ]
    assert [("Maintenance Mode Changed", "accepted")] == changes(first, "phase")
    words = ("extended", "shortened", "extended")
    assert [("Maintenance End Changed", each) for each in words] == changes(ends)
    assert [
        (at(NOW + HOUR), at(NOW + 3 * HOUR)),
        (at(NOW + 3 * HOUR), at(NOW + 2 * HOUR)),
        (at(NOW + 2 * HOUR), None),
    ] == [(each["detail"]["previous_until"], each["detail"]["until"]) for each in ends]
    assert None is site.status()["last_change"]["until"]


def test_a_run_that_fails_is_announced_once_until_runs_succeed(
    site: Site, looks_after: LooksAfter, news: News
) -> None:
    """With the error, which the end of the failure quotes again."""
    looks_after(f"{a_distribution(site.cloud)},E000000000GONE")
    for _ in range(2):
        with pytest.raises(RunFailed):
            site.receives({"sweep": True})
    [failed] = news()
    looks_after(a_distribution(site.cloud, "other"))
    for _ in range(2):
        site.receives({"sweep": True})
    [recovered] = news()

    assert ["Maintenance Run Failed", "Maintenance Run Recovered"] == [
        each["detail-type"] for each in (failed, recovered)
    ]
    assert "there is no distribution E000000000GONE" in failed["detail"]["error"]
    assert (failed["detail"]["error"], None) == (
        recovered["detail"]["error"],
        failed["detail"]["until"],
    )
    assert site.status()["last_error"]["until"] == recovered["detail"]["until"]


def test_a_run_that_could_do_nothing_is_announced(
    site: Site, looks_after: LooksAfter, news: News
) -> None:
    """It has no report, and says why in the event."""
    both = f"{a_distribution(site.cloud)},{a_distribution(site.cloud, 'other')}"
    looks_after(both, MAX_DISTRIBUTIONS="1")
    with pytest.raises(ConfigurationError):
        site.becomes("on")

    [event] = news()
    assert "Maintenance Run Failed" == event["detail-type"]
    assert "MaxDistributions allows 1" in event["detail"]["text"]


def test_a_failure_that_could_not_be_announced_is_announced_by_the_next_run(
    site: Site, looks_after: LooksAfter, news: News
) -> None:
    """The run fails with both errors."""
    looks_after(a_distribution(site.cloud))
    refusal = {"status": 400, "times": 9}
    site.cloud.sandbox.inject_fault(
        "refuse", "events:PutEvents", code="AccessDeniedException", **refusal
    )
    site.cloud.sandbox.inject_fault(
        "refuse", "cloudfront:ListDistributions", code="AccessDenied", **refusal
    )
    with pytest.raises(RunFailed, match=r"cannot be listed.*cannot be announced"):
        site.receives({"sweep": True})
    assert not site.status()["last_error"]["announced"]

    site.cloud.sandbox.clear_faults()
    site.cloud.sandbox.inject_fault(
        "refuse", "cloudfront:ListDistributions", code="AccessDenied", **refusal
    )
    for _ in range(2):
        with pytest.raises(ObservationError):
            site.receives({"sweep": True})

    assert ["Maintenance Run Failed"] == [each["detail-type"] for each in news()]


def test_nothing_is_announced_before_the_status_is_written(planning: Site, news: News) -> None:
    """Otherwise each run would announce it until the status can be written."""
    site = planning
    site.schedules("upgrade", a_window(BEGINS))
    refusal = {"code": "AccessDeniedException", "status": 400, "times": 9, "resource": STATUS}
    site.cloud.sandbox.inject_fault("refuse", "ssm:PutParameter", **refusal)
    for _ in range(2):
        with pytest.raises(RunFailed):
            site.runs_at(BEGINS - DAY)
    assert [] == news()

    site.cloud.sandbox.clear_faults()
    site.runs_at(BEGINS - DAY)

    assert [("Maintenance Planned", "planned")] == changes(news())
