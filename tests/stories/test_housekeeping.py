"""Housekeeping: publish for the next window, update the preview, delete unused versions."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import RunFailed

from tests.sandbox.builders import a_distribution
from tests.stories.site import PAGE_NAME, Site

type LooksAfter = Callable[..., None]

SWEEP = {"sweep": True}
IN_TWO_HOURS = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=2)
WINDOW = f"at({IN_TWO_HOURS:%Y-%m-%dT%H:%M}) for 1h: Weekly update"
IN_EIGHT_DAYS = datetime.now(UTC) + timedelta(days=8)


def uploads(site: Site) -> int:
    """Return the number of packages that the controller has uploaded so far."""
    return len(site.cloud.sandbox.calls("lambda:UpdateFunctionCode"))


def test_the_version_of_a_window_is_published_ahead(site: Site, looks_after: LooksAfter) -> None:
    """When the window starts, nothing is left to publish."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.schedules("weekly", WINDOW)
    site.receives(SWEEP)
    (ahead,) = site.published()
    before = uploads(site)

    site.runs_at(IN_TWO_HOURS)

    assert (ahead, before) == (site.version(distribution_id), uploads(site))
    assert "Weekly update" in site.answers(distribution_id, at=IN_TWO_HOURS)


def test_the_version_of_a_window_of_another_day_is_not_published_yet(
    site: Site, looks_after: LooksAfter
) -> None:
    """The message may still change many times."""
    looks_after(a_distribution(site.cloud))
    later = IN_TWO_HOURS + timedelta(days=1)
    site.schedules("weekly", f"at({later:%Y-%m-%dT%H:%M}) for 1h")

    site.receives(SWEEP)

    assert [] == site.published()


def test_a_version_that_cannot_be_published_ahead_is_an_error(
    site: Site, looks_after: LooksAfter
) -> None:
    """The window could only show a fallback, and there are hours left to fix that."""
    looks_after(a_distribution(site.cloud))
    site.schedules("weekly", WINDOW)
    refusal = {"code": "AccessDeniedException", "status": 403, "times": 9}
    site.cloud.sandbox.inject_fault("refuse", "lambda:PublishVersion", **refusal)

    with pytest.raises(RunFailed, match=r"no version of the page could be published"):
        site.receives(SWEEP)


@pytest.fixture
def preview(site: Site, looks_after: LooksAfter) -> str:
    """Give the preview distribution of a site with one other distribution."""
    made = a_distribution(site.cloud, "preview")
    looks_after(a_distribution(site.cloud), PREVIEW_DISTRIBUTION=made, MAX_DISTRIBUTIONS="1")
    return made


@pytest.mark.promise
def test_the_preview_shows_the_page_before_visitors_see_it(site: Site, preview: str) -> None:
    """The site stays live while its owner checks the page."""
    site.puts("page.html", "<!doctype html><title>Ours</title>")

    report = site.notices_the_page()

    assert "<title>Ours</title>" in site.visit(preview, "text/html").text
    assert ("live", [False, True]) == (
        report["mode"],
        [each["preview"] for each in report["distributions"]],
    )


def test_the_preview_shows_the_next_window(site: Site, preview: str) -> None:
    """With its message and its end."""
    site.schedules("weekly", WINDOW)

    site.receives(SWEEP)

    problem = site.visit(preview).json()
    ends = IN_TWO_HOURS + timedelta(hours=1)
    assert ("Weekly update", ends) == (problem["detail"], datetime.fromisoformat(problem["until"]))


def test_the_preview_keeps_the_page_when_the_site_opens(site: Site, preview: str) -> None:
    """It is closed from the first sweep to the stack's deletion."""
    site.becomes("on: Back soon")
    assert "Back soon" == site.visit(preview).json()["detail"]

    site.becomes("off")

    assert "Back soon" == site.visit(preview).json()["detail"]
    site.receives(SWEEP)
    assert site.edge_version_arn == site.version(preview)


def test_housekeeping_needs_one_more_listing(site: Site, preview: str) -> None:
    """The preview and the deletion of unused versions share it."""
    site.says("on: Back soon")
    site.receives({"sweep": True})
    before = len(site.cloud.sandbox.calls("cloudfront:ListDistributions"))

    site.receives({"sweep": True})

    assert "Back soon" == site.visit(preview).json()["detail"]
    assert 2 == len(site.cloud.sandbox.calls("cloudfront:ListDistributions")) - before


def test_the_status_shows_the_preview_and_changes_nothing(site: Site, preview: str) -> None:
    """It is marked as the preview, so that people do not take it for the site."""
    marked = [
        each["behaviors"][0]["action"]
        for each in site.receives({"status": True})["distributions"]
        if each["preview"]
    ]

    assert (["attach"], set()) == (marked, site.attached(preview)["default"])


def test_a_preview_distribution_that_does_not_exist_is_an_error(
    site: Site, looks_after: LooksAfter
) -> None:
    """The sites are closed all the same."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id, PREVIEW_DISTRIBUTION="E2EXAMPLE1AB3")

    with pytest.raises(RunFailed, match=r"preview distribution: E2EXAMPLE1AB3 does not exist"):
        site.becomes("on")

    assert site.edge_version_arn == site.version(distribution_id)


def publish_three_versions(site: Site) -> tuple[str, ...]:
    """Publish an unused version, one with the last good page, and one that is attached."""
    site.becomes("on: unused")
    site.puts("page.html", "<!doctype html><title>Ours</title>")
    site.becomes("on")
    site.cloud.s3.delete_object(Bucket="site-state", Key="page/page.html")
    site.becomes("on: used")
    site.cloud.sandbox.finish_deployments()
    return tuple(site.published())


def test_a_version_that_is_unused_for_a_week_is_deleted(
    site: Site, looks_after: LooksAfter
) -> None:
    """The attached version and the last good page stay."""
    looks_after(a_distribution(site.cloud))
    _, last_good, used = publish_three_versions(site)
    site.receives(SWEEP)
    assert 3 == len(site.published())

    site.runs_at(IN_EIGHT_DAYS)

    assert [last_good, used] == site.published()


def test_replicas_that_remain_for_hours_are_no_error(
    site: Site, looks_after: LooksAfter, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are normal; a metric counts such versions, and a later sweep deletes them."""
    looks_after(a_distribution(site.cloud))
    site.cloud.sandbox.set(replica_seconds=3600)
    site.becomes("on: once")
    site.becomes("off")

    report = site.runs_at(IN_EIGHT_DAYS)

    assert ([], 1) == (report["errors"], len(site.published()))
    assert '"VersionsStillReplicated":[1.0]' in capsys.readouterr().out


def test_a_version_that_cannot_be_deleted_is_an_error(site: Site, looks_after: LooksAfter) -> None:
    """Any reason but replicas needs a fix."""
    looks_after(a_distribution(site.cloud))
    site.becomes("on: once")
    site.becomes("off")
    refusal = {"code": "AccessDeniedException", "status": 403, "resource": PAGE_NAME}
    site.cloud.sandbox.inject_fault("refuse", "lambda:DeleteFunction", **refusal)

    with pytest.raises(RunFailed, match=rf"{PAGE_NAME}:1 was not deleted: .*AccessDenied"):
        site.runs_at(IN_EIGHT_DAYS)
