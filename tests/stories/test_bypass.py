"""Testers with a bypass link: from the stored token to the edge, without a deployment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from maintenance.errors import RunFailed

from tests.edge.builders import TOKEN, sha256
from tests.sandbox.builders import a_distribution
from tests.stories.site import BUCKET, Site
from tests.timing import PATIENCE

type LooksAfter = Callable[..., None]

KEY = "page-bypass.json"
LINK = f"/?maintenance-bypass={TOKEN}"


def opens(site: Site, distribution_id: str, link: str = LINK) -> httpx.Response:
    """Return the response to a browser that opens the link."""
    site.cloud.sandbox.finish_deployments()
    made = site.cloud.cloudfront.get_distribution(Id=distribution_id)["Distribution"]
    headers = {"Host": made["DomainName"], "Accept": "text/html"}
    return httpx.get(f"{site.cloud.sandbox.endpoint_url}{link}", headers=headers, timeout=PATIENCE)


@pytest.mark.promise
def test_a_link_works_until_it_is_revoked(site: Site, distribution_id: str) -> None:
    """The controller publishes the tokens while the site stays closed; nothing is deployed."""
    site.becomes("on: Back soon")
    before = opens(site, distribution_id)

    site.admits({"ana": TOKEN})
    site.notices_the_page()
    admitted = opens(site, distribution_id)
    site.admits({})
    site.notices_the_page()
    revoked = opens(site, distribution_id)

    assert [503, 303, 503] == [each.status_code for each in (before, admitted, revoked)]
    assert "Back soon" in revoked.text


def test_a_link_of_an_open_site_works_from_its_next_maintenance_on(
    site: Site, distribution_id: str
) -> None:
    """Its version is published at once, so that closing is quick."""
    site.admits({"ana": TOKEN})
    site.notices_the_page()
    published = site.published()

    site.becomes("on")

    assert published == [site.version(distribution_id)]
    assert 303 == opens(site, distribution_id).status_code


def test_a_token_that_expires_changes_nothing_but_its_link(
    site: Site, distribution_id: str
) -> None:
    """A closed site is not deployed again for it, and its name is forgotten with the next write."""
    site.admits({"ana": TOKEN}, lifetime=timedelta(hours=1))
    site.becomes("on")
    version = site.version(distribution_id)

    site.runs_at(datetime.now(UTC) + timedelta(hours=2))

    assert ([version], version) == (site.published(), site.version(distribution_id))


def test_an_expired_link_shows_the_page(site: Site, distribution_id: str) -> None:
    """By the clock of the edge."""
    site.admits({"ana": TOKEN}, lifetime=-timedelta(seconds=5))
    site.becomes("on")

    assert 503 == opens(site, distribution_id).status_code


def test_a_refused_page_keeps_no_revoked_link_alive(site: Site, distribution_id: str) -> None:
    """The last good page is attached with the tokens of now."""
    site.puts("page.html", "<h1>Ours</h1>{{message}}")
    site.admits({"ana": TOKEN})
    site.becomes("on")
    admitted = opens(site, distribution_id).status_code

    site.puts("logo.svg", "<svg/>")
    site.admits({})
    with pytest.raises(RunFailed, match=r"page/logo\.svg cannot be part of a page"):
        site.notices_the_page()
    revoked = opens(site, distribution_id)

    assert (303, 503) == (admitted, revoked.status_code)
    assert "<h1>Ours</h1>" in revoked.text


def test_damaged_tokens_keep_no_site_open_and_end_no_link(site: Site, distribution_id: str) -> None:
    """The error names the object and the remedy; links stay as they are until it is corrected."""
    site.admits({"ana": TOKEN})
    site.becomes("on")
    site.cloud.s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"{")

    with pytest.raises(RunFailed, match=rf"s3://{BUCKET}/{KEY} are invalid .*restore its last"):
        site.becomes("on: Still closed")

    assert "Still closed" == site.visit(distribution_id).json()["detail"]
    assert 303 == opens(site, distribution_id).status_code


def test_a_site_closes_although_its_tokens_are_damaged(site: Site, looks_after: LooksAfter) -> None:
    """Without the links, and the run fails."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.cloud.s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"x" * 1_000_001)

    with pytest.raises(RunFailed, match="are invalid"):
        site.becomes("on")

    assert 503 == site.visit(distribution_id).status_code


def test_no_token_and_no_name_is_in_the_package(site: Site, distribution_id: str) -> None:
    """Everyone who may read the function may read it; the digest makes no link."""
    site.admits({"ana@example.com": TOKEN})
    site.becomes("on")

    package = site.package(site.version(distribution_id))
    assert f'"{sha256(TOKEN)}"' in package
    assert (False, False) == (TOKEN in package, "ana@" in package)
