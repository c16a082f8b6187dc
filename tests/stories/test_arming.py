"""Ahead of a window the edge is armed: it closes the site by its own clock, to the second."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from maintenance.errors import RunFailed
from maintenance.wakeup import AlarmClockRang, Sweep

from tests.sandbox.builders import a_behavior, a_distribution, a_version, change_default, edge
from tests.stories.site import STATUS, SWITCH, Site

type LooksAfter = Callable[..., None]

SWEEP = {"sweep": True}
LEAD = {"LEAD_TIME_MINUTES": "15"}
START = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=2)
ARMS = START - timedelta(minutes=15)
SECOND = timedelta(seconds=1)
WINDOW = f"at({START:%Y-%m-%dT%H:%M}) for 1h: Weekly update"


@pytest.fixture
def armed(site: Site, distribution_id: str, looks_after: LooksAfter) -> str:
    """Give the only distribution of a site whose window is near, after a run."""
    looks_after(distribution_id, **LEAD)
    site.schedules("weekly", WINDOW)
    site.runs_at(ARMS)
    return distribution_id


def moved(by: timedelta) -> str:
    """Return the window, but with another start."""
    return f"at({START + by:%Y-%m-%dT%H:%M}) for 1h: Weekly update"


@pytest.mark.promise
def test_a_window_closes_the_site_at_its_start_without_a_run(site: Site, armed: str) -> None:
    """What is attached lets visitors through until then, and closes from then on."""
    assert "" == site.answers(armed, at=ARMS)
    assert "" == site.answers(armed, at=START - SECOND)
    assert "Weekly update" in site.answers(armed, at=START)


@pytest.mark.promise
def test_visitors_meet_the_window_on_the_second(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """Through the edge itself, with the controller's last run well before the start."""
    looks_after(distribution_id, **LEAD)
    start, visits = visited_around_a_start(site, distribution_id, seconds=6)
    if visits[0][1] >= start:
        # The machine is so busy that the window began before the first visit.
        start, visits = visited_around_a_start(site, distribution_id, seconds=90)

    assert {503} == {status for began, _, status in visits if began >= start}
    assert visits[0][1] < start
    assert 503 not in {status for _, ended, status in visits if ended < start}


type Visits = list[tuple[datetime, datetime, int]]


def visited_around_a_start(
    site: Site, distribution_id: str, *, seconds: int
) -> tuple[datetime, Visits]:
    """
    Let a window begin in so many seconds, and visit the site until a second after.

    Returns the start, and of each visit when it began and ended, and its status.
    """
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
    site.schedules("now", f"at({start:%Y-%m-%dT%H:%M:%S}) for 1h")
    site.receives(SWEEP)
    visits: Visits = []
    while not visits or visits[-1][0] < start + SECOND:
        began = datetime.now(UTC)
        status = site.visit(distribution_id).status_code
        visits.append((began, datetime.now(UTC), status))
        time.sleep(0.1)
    return start, visits


def test_the_run_at_the_start_changes_nothing(site: Site, armed: str) -> None:
    """The version that was attached ahead is that of the maintenance."""
    before = site.config(armed)

    report = site.runs_at(START)

    assert ("maintenance", before) == (report["mode"], site.config(armed))
    assert [False] == [each["changed"] for each in report["distributions"]]


def test_a_site_is_armed_no_earlier_than_the_lead_time(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """The alarm clock rings for it."""
    looks_after(distribution_id, **LEAD)
    site.schedules("weekly", WINDOW)
    before = site.config(distribution_id)

    report = site.runs_at(ARMS - timedelta(minutes=2))

    assert before == site.config(distribution_id)
    assert ARMS == datetime.fromisoformat(report["arming"]["at"])
    assert f"at({ARMS:%Y-%m-%dT%H:%M:%S})" == site.alarm()


@pytest.mark.promise
def test_nothing_is_displaced_before_the_start(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """Attaching ahead would switch that function off, so that distribution closes at the start."""
    auth = a_version(site.cloud, "auth")
    with_auth = a_distribution(
        site.cloud,
        "with-auth",
        DefaultCacheBehavior=a_behavior(LambdaFunctionAssociations=edge(viewer_request=auth)),
    )
    looks_after(f"{distribution_id},{with_auth}", **LEAD)
    site.schedules("weekly", WINDOW)

    report = site.runs_at(ARMS)

    assert [distribution_id] == report["armed"]
    assert {f"viewer-request {auth}"} == site.attached(with_auth)["default"]
    assert any(
        f"not armed, because that would displace functions: {with_auth}" in each
        for each in report["notices"]
    )
    site.runs_at(START)
    assert site.version(with_auth) == site.version(distribution_id)


def test_a_distribution_that_will_be_refused_is_named_before_the_start(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """With the reason: it does not close at the start either."""
    auth = a_version(site.cloud, "auth")
    change_default(
        site.cloud, distribution_id, LambdaFunctionAssociations=edge(viewer_request=auth)
    )
    looks_after(distribution_id, **LEAD, EXISTING_FUNCTIONS="refuse")
    site.schedules("weekly", WINDOW)

    [notice] = site.runs_at(ARMS)["notices"]

    assert notice.startswith(f"{distribution_id} stays open when the window begins: Lambda@Edge")
    assert "ExistingFunctions is refuse" in notice


def test_a_site_that_would_lose_its_functions_everywhere_has_no_time_to_arm(
    site: Site, looks_after: LooksAfter
) -> None:
    """The report says so, and the alarm clock rings only at the start."""
    auth = a_version(site.cloud, "auth")
    behavior = a_behavior(LambdaFunctionAssociations=edge(viewer_request=auth))
    looks_after(a_distribution(site.cloud, DefaultCacheBehavior=behavior), **LEAD)
    site.schedules("weekly", WINDOW)

    report = site.runs_at(ARMS - timedelta(minutes=2))

    assert None is report["arming"]
    assert f"at({START:%Y-%m-%dT%H:%M:%S})" == site.alarm()


@pytest.mark.promise
def test_a_window_that_is_deleted_while_the_site_is_armed_does_not_close_it(
    site: Site, armed: str
) -> None:
    """Nor one that is skipped: what is attached comes off before the start."""
    site.cloud.ssm.delete_parameter(Name=f"{SWITCH}/windows/weekly")

    site.runs_at(ARMS + timedelta(minutes=1))

    assert set() == site.attached(armed)["default"]


@pytest.mark.parametrize("value", ["off until {end}", "off for 5h"])
def test_an_off_that_skips_the_window_disarms_the_site(site: Site, armed: str, value: str) -> None:
    """It says so for the window's start."""
    site.says(value.format(end=f"{START + timedelta(hours=1):%Y-%m-%dT%H:%M}Z"))

    site.runs_at(ARMS + timedelta(minutes=1))

    assert set() == site.attached(armed)["default"]


def test_a_skip_disarms_the_site(site: Site, armed: str) -> None:
    """It is an off until for one window."""
    site.schedules("weekly/skip", f"until {START + timedelta(hours=1):%Y-%m-%dT%H:%M}Z")

    site.runs_at(ARMS + timedelta(minutes=1))

    assert set() == site.attached(armed)["default"]


@pytest.mark.parametrize("is_window_deleted", [True, False])
def test_without_a_switch_only_a_window_keeps_the_site_armed(
    site: Site, armed: str, *, is_window_deleted: bool
) -> None:
    """The site then stays as it is: open, and a window still closes it."""
    before = site.config(armed)
    site.cloud.ssm.delete_parameter(Name=SWITCH)
    if is_window_deleted:
        site.cloud.ssm.delete_parameter(Name=f"{SWITCH}/windows/weekly")

    with pytest.raises(RunFailed, match="does not exist"):
        site.runs_at(ARMS + timedelta(minutes=1))

    assert is_window_deleted is (set() == site.attached(armed)["default"])
    assert is_window_deleted is (before != site.config(armed))


def test_without_a_switch_what_is_no_target_any_more_is_disarmed(
    site: Site, armed: str, looks_after: LooksAfter
) -> None:
    """It is open, and the window of another site would close it."""
    looks_after(a_distribution(site.cloud, "second"), **LEAD)
    site.cloud.ssm.delete_parameter(Name=SWITCH)

    with pytest.raises(RunFailed, match="does not exist"):
        site.runs_at(ARMS + timedelta(minutes=1))

    assert set() == site.attached(armed)["default"]


def test_a_plain_off_leaves_the_site_armed(site: Site, armed: str) -> None:
    """A window that begins after the off runs."""
    before = site.config(armed)
    site.says("off")

    site.runs_at(ARMS + timedelta(minutes=1))

    assert before == site.config(armed)


@pytest.mark.parametrize("by", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_a_window_that_moves_a_little_rearms_the_site(
    site: Site, armed: str, by: timedelta
) -> None:
    """In one update, with the version of the new start."""
    site.schedules("weekly", moved(by))

    report = site.runs_at(ARMS + timedelta(minutes=6))

    assert ["replace"] == [each["action"] for each in report["distributions"][0]["behaviors"]]
    assert "" == site.answers(armed, at=START + by - SECOND)
    assert "Weekly update" in site.answers(armed, at=START + by)


def test_a_window_that_moves_far_away_disarms_the_site(site: Site, armed: str) -> None:
    """It is armed again when its new start is near."""
    site.schedules("weekly", moved(timedelta(hours=3)))

    site.runs_at(ARMS + timedelta(minutes=1))

    assert set() == site.attached(armed)["default"]


@pytest.mark.promise
def test_an_on_closes_an_armed_site_at_once(site: Site, armed: str) -> None:
    """What lets visitors through is replaced, and the status says that it is closing."""
    site.says("on: Now")

    report = site.runs_at(ARMS + timedelta(minutes=1))

    assert ["replace"] == [each["action"] for each in report["distributions"][0]["behaviors"]]
    assert "Now" in site.answers(armed, at=ARMS)
    change = site.status()["last_change"]
    assert ("maintenance", None) == (change["mode"], change["deployed"])


def test_an_on_is_not_deployed_before_it_has_reached_all_that_is_armed(
    site: Site, armed: str, looks_after: LooksAfter
) -> None:
    """CloudFront refuses one of two updates; when the next run makes it, that one is still open."""
    looks_after(f"{armed},{a_distribution(site.cloud, 'second')}", **LEAD)
    site.runs_at(ARMS)
    site.says("on: Now")
    site.cloud.sandbox.inject_fault("refuse", "cloudfront:UpdateDistribution", status=403)
    with pytest.raises(RunFailed, match="UpdateDistribution"):
        site.runs_at(ARMS + timedelta(minutes=1))
    site.cloud.sandbox.finish_deployments()

    report = site.runs_at(ARMS + timedelta(minutes=2))

    assert [True, False] == sorted(
        (each["changed"] for each in report["distributions"]), reverse=True
    )
    change = site.status()["last_change"]
    assert ("maintenance", None) == (change["mode"], change["deployed"])


def test_an_on_closes_an_armed_site_although_nothing_can_be_published(
    site: Site, armed: str
) -> None:
    """A fallback takes the place of what lets visitors through."""
    refusal: dict[str, Any] = {"code": "AccessDeniedException", "status": 403, "times": 9}
    site.cloud.sandbox.inject_fault("refuse", "lambda:PublishVersion", **refusal)
    site.says("on: Now")

    with pytest.raises(RunFailed, match="so a fallback is used"):
        site.runs_at(ARMS + timedelta(minutes=1))

    assert site.edge_version_arn == site.version(armed)


def test_a_window_that_moves_to_now_closes_the_site_although_nothing_can_be_published(
    site: Site, armed: str
) -> None:
    """No window is near any more, and what is attached still lets visitors through."""
    site.schedules("weekly", moved(timedelta(minutes=-15)))
    refusal: dict[str, Any] = {"code": "AccessDeniedException", "status": 403, "times": 9}
    site.cloud.sandbox.inject_fault("refuse", "lambda:PublishVersion", **refusal)

    with pytest.raises(RunFailed, match="so a fallback is used"):
        site.runs_at(ARMS + timedelta(minutes=1))

    assert site.edge_version_arn == site.version(armed)


def test_a_version_that_cannot_be_had_arms_nothing(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """A fallback would close the site at once; the alarm rings while it is still open."""
    looks_after(distribution_id, **LEAD)
    site.schedules("weekly", WINDOW)
    refusal: dict[str, Any] = {"code": "AccessDeniedException", "status": 403, "times": 9}
    site.cloud.sandbox.inject_fault("refuse", "lambda:PublishVersion", **refusal)

    with pytest.raises(RunFailed, match="no version of the page could be published"):
        site.runs_at(ARMS)

    assert set() == site.attached(distribution_id)["default"]


def test_an_armed_site_stays_armed_while_versions_cannot_be_published(
    site: Site, armed: str
) -> None:
    """A page that Lambda does not take must not cost the punctual start."""
    before = site.config(armed)
    site.puts("page.html", "<!doctype html><title>Ours</title>")
    refusal: dict[str, Any] = {"code": "AccessDeniedException", "status": 403, "times": 9}
    site.cloud.sandbox.inject_fault("refuse", "lambda:PublishVersion", **refusal)

    with pytest.raises(RunFailed, match="no version of the page could be published"):
        site.runs_at(ARMS + timedelta(minutes=1))

    assert before == site.config(armed)


def test_a_new_page_replaces_the_armed_one(site: Site, armed: str) -> None:
    """Visitors get it from the start on."""
    site.puts("page.html", "<!doctype html><title>Ours</title>")

    site.runs_at(ARMS + timedelta(minutes=1))

    assert "<title>Ours</title>" in site.package(site.version(armed))
    assert "" == site.answers(armed, at=START - SECOND)


def test_more_distributions_than_allowed_are_an_error_before_the_start(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """So that there is time to fix it."""
    looks_after(
        f"{distribution_id},{a_distribution(site.cloud, 'second')}", **LEAD, MAX_DISTRIBUTIONS="1"
    )
    site.schedules("weekly", WINDOW)

    with pytest.raises(RunFailed, match="MaxDistributions allows 1"):
        site.runs_at(ARMS)

    assert set() == site.attached(distribution_id)["default"]


def test_a_site_that_has_just_opened_is_armed_by_the_next_run(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """Opening waits for no page."""
    looks_after(distribution_id, **LEAD)
    site.becomes("on")
    site.schedules("weekly", WINDOW)
    site.says("off")

    site.controller(clock=lambda: ARMS).run(AlarmClockRang())
    opened, published = site.attached(distribution_id)["default"], site.published()
    site.runs_at(ARMS + timedelta(minutes=1))

    assert (set(), []) == (opened, published)
    assert "Weekly update" in site.answers(distribution_id, at=START)


@pytest.mark.parametrize("is_target", [True, False])
def test_what_is_armed_stays_so_while_another_distribution_is_opened(
    site: Site, armed: str, looks_after: LooksAfter, *, is_target: bool
) -> None:
    """It may fail for good, if another tool has written what it read during a maintenance."""
    ours = edge(viewer_request=site.edge_version_arn)
    second = a_distribution(
        site.cloud, "second", DefaultCacheBehavior=a_behavior(LambdaFunctionAssociations=ours)
    )
    looks_after(f"{armed},{second}" if is_target else armed, **LEAD)
    before = site.config(armed)

    for wakeup in (AlarmClockRang(), Sweep()):
        with pytest.raises(RunFailed, match="does not say what was there before"):
            site.controller(clock=lambda: ARMS + timedelta(minutes=1)).run(wakeup)

    assert before == site.config(armed)


@pytest.mark.parametrize("is_scheduled", [True, False])
def test_a_sweep_arms_a_site_although_a_distribution_fails_to_open(
    site: Site, distribution_id: str, looks_after: LooksAfter, *, is_scheduled: bool
) -> None:
    """For weeks, maybe: its error is another one."""
    ours = edge(viewer_request=site.edge_version_arn)
    looks_after(distribution_id, **LEAD)
    site.schedules("weekly", WINDOW)
    a_distribution(
        site.cloud, "second", DefaultCacheBehavior=a_behavior(LambdaFunctionAssociations=ours)
    )

    with pytest.raises(RunFailed, match="does not say what was there before"):
        site.controller(clock=lambda: ARMS).run(Sweep(is_scheduled))

    assert "" == site.answers(distribution_id, at=START - SECOND)
    assert "Weekly update" in site.answers(distribution_id, at=START)


def test_what_another_tool_disarms_is_armed_again_by_one_run(site: Site, armed: str) -> None:
    """Terraform writes back a configuration without ours."""
    attached = site.version(armed)
    change_default(site.cloud, armed, LambdaFunctionAssociations=edge())

    site.runs_at(ARMS + timedelta(minutes=1))

    assert attached == site.version(armed)


def test_a_function_that_another_tool_attaches_disarms_the_site(site: Site, armed: str) -> None:
    """Visitors need it until the start; then it is displaced."""
    auth = a_version(site.cloud, "auth")
    change_default(site.cloud, armed, LambdaFunctionAssociations=edge(viewer_request=auth))

    site.runs_at(ARMS + timedelta(minutes=1))
    before = site.attached(armed)["default"]
    site.runs_at(START)

    assert {f"viewer-request {auth}"} == before
    assert "Weekly update" in site.answers(armed, at=START)


def test_a_function_that_is_owed_comes_back_before_the_site_is_armed(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """And then nothing is armed, because it would be displaced again."""
    auth = a_version(site.cloud, "auth")
    with_auth = edge(viewer_request=auth)
    change_default(site.cloud, distribution_id, LambdaFunctionAssociations=with_auth)
    looks_after(distribution_id, **LEAD)
    site.becomes("on")
    change_default(site.cloud, distribution_id, LambdaFunctionAssociations=edge())
    site.says("off")
    site.schedules("weekly", WINDOW)

    for minutes in range(3):
        site.runs_at(ARMS + timedelta(minutes=minutes))

    assert {f"viewer-request {auth}"} == site.attached(distribution_id)["default"]


def test_arming_sends_no_event_although_the_status_is_lost(
    site: Site,
    distribution_id: str,
    looks_after: LooksAfter,
    news: Callable[[], list[dict[str, Any]]],
) -> None:
    """The site was live, and stays so."""
    looks_after(distribution_id, **LEAD)
    site.schedules("weekly", WINDOW)

    site.runs_at(ARMS)

    assert "Maintenance Mode Changed" not in {each["detail-type"] for each in news()}


def test_a_crash_after_arming_loses_nothing(site: Site, armed: str) -> None:
    """The next run finds out from the version itself that it is armed."""
    site.cloud.ssm.delete_parameter(Name=STATUS)
    before = site.config(armed)

    report = site.runs_at(ARMS + timedelta(minutes=1))

    assert ([armed], before) == (report["armed"], site.config(armed))
