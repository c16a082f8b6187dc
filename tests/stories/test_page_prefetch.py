"""The owner's page is read ahead, and only a run that closes the site waits for it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from maintenance.errors import RunFailed

from tests.cloud import eventually
from tests.sandbox.builders import a_distribution
from tests.stories.site import Site
from tests.timing import PATIENCE

LISTING, PAGE = "cloudfront:ListDistributions", "s3:ListObjectsV2"
OWN_PAGE = "<!doctype html><html lang=en><title>{{{{title}}}}</title><h1>{}</h1><p>{{{{message}}}}"
REFUSED = {"code": "AccessDenied", "status": 403, "message": "Access Denied"}


def test_the_page_is_read_while_the_distributions_are_listed(
    site: Site, distribution_id: str
) -> None:
    """A toggle does not wait for one after the other."""
    site.cloud.sandbox.inject_fault("hold", LISTING)
    site.says("on")
    with ThreadPoolExecutor(max_workers=1) as other:
        run = other.submit(site.wakes)
        eventually(site.cloud.sandbox.held)
        read = eventually(lambda: site.cloud.sandbox.calls(PAGE))
        site.cloud.sandbox.release()
        report = run.result(timeout=PATIENCE)

    assert 1 == len(read) == len(site.cloud.sandbox.calls(PAGE))
    assert "maintenance" == report["mode"]
    assert site.version(distribution_id) == site.edge_version_arn


def test_opening_does_not_wait_for_the_page(site: Site, distribution_id: str) -> None:
    """However long the page takes, the site opens first."""
    site.becomes("on")
    site.settles()
    site.cloud.sandbox.inject_fault("hold", PAGE)
    site.says("off")
    try:
        report = site.wakes()
        waiting = eventually(site.cloud.sandbox.held)
    finally:
        site.cloud.sandbox.release()

    assert 1 == len(waiting)
    assert "live" == report["mode"]
    assert {"default": set()} == site.attached(distribution_id)


def test_an_unreadable_page_is_no_error_when_opening(site: Site, distribution_id: str) -> None:
    """Opening does not need the page."""
    site.becomes("on")
    site.settles()
    site.cloud.sandbox.inject_fault("refuse", PAGE, **REFUSED)

    assert "live" == site.becomes("off")["mode"]
    assert {"default": set()} == site.attached(distribution_id)


def test_an_unreadable_page_is_an_error_when_closing(site: Site, distribution_id: str) -> None:
    """The site is closed all the same."""
    site.cloud.sandbox.inject_fault("refuse", PAGE, **REFUSED)

    with pytest.raises(RunFailed, match=r"the page in s3://.*/page/ cannot be read"):
        site.becomes("on")

    assert site.version(distribution_id) == site.edge_version_arn


def test_a_slow_run_does_not_replace_a_newer_page(site: Site, distribution_id: str) -> None:
    """The upload's own event has attached it before the slow run ends."""
    site.puts("page.html", OWN_PAGE.format("old"))
    site.cloud.sandbox.inject_fault("hold", LISTING)
    site.says("on")
    with ThreadPoolExecutor(max_workers=1) as other:
        slow = other.submit(site.wakes)
        eventually(lambda: site.cloud.sandbox.calls("s3:GetObject"))
        eventually(site.cloud.sandbox.held)
        site.puts("page.html", OWN_PAGE.format("new"))
        site.notices_the_page()
        site.cloud.sandbox.release()
        slow.result(timeout=PATIENCE)

    assert "new" in site.visit(distribution_id, "text/html").text


def test_a_run_that_starts_over_reads_the_page_again(site: Site, distribution_id: str) -> None:
    """Message and page have changed during the first update."""
    site.puts("page.html", OWN_PAGE.format("old"))
    site.cloud.sandbox.inject_fault("hold", "cloudfront:UpdateDistribution")
    site.says("on: one")
    with ThreadPoolExecutor(max_workers=1) as other:
        run = other.submit(site.wakes)
        eventually(site.cloud.sandbox.held)
        site.puts("page.html", OWN_PAGE.format("new"))
        site.says("on: two")
        site.cloud.sandbox.release()
        run.result(timeout=PATIENCE)

    page = site.visit(distribution_id, "text/html").text
    assert ("new" in page, "two" in page) == (True, True)


def test_a_sweep_reads_the_page_once(site: Site, looks_after: Callable[..., None]) -> None:
    """For housekeeping while the site is open, and to close it otherwise."""
    looks_after(a_distribution(site.cloud))
    read = []
    for value in ("off", "on"):
        site.says(value)
        before = len(site.cloud.sandbox.calls(PAGE))
        site.settles()
        read.append(len(site.cloud.sandbox.calls(PAGE)) - before)

    assert [1, 1] == read
