"""What visitors of a closed site get: the message, the real end, and the owner's own page."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import RunFailed

from tests.cloud import eventually
from tests.sandbox.builders import a_distribution
from tests.stories.site import Site

type LooksAfter = Callable[..., None]

PAGE = "<!doctype html><html lang=en><title>{{title}}</title><h1>Our page</h1><p>{{message}}"
SWEEP = {"sweep": True}


@pytest.mark.promise
def test_visitors_read_the_message_and_the_real_end(site: Site, distribution_id: str) -> None:
    """A person in the page, a program in the JSON; Retry-After says an hour at most."""
    site.becomes("on for 90m: We are upgrading the database")

    for_programs = site.visit(distribution_id)
    for_people = site.visit(distribution_id, "text/html")

    assert "We are upgrading the database" == for_programs.json()["detail"]
    ends = datetime.fromisoformat(for_programs.json()["until"])
    assert timedelta(minutes=89) < ends - datetime.now(UTC) <= timedelta(minutes=90)
    assert "3600" == for_programs.headers["retry-after"]
    assert "We are upgrading the database" in for_people.text


@pytest.mark.promise
def test_the_owners_page_is_served(site: Site, distribution_id: str) -> None:
    """As it was uploaded under page/, with the switch's message in it."""
    site.puts("page.html", PAGE)
    site.puts("page.sl.html", PAGE.replace("Our page", "Naša stran"))
    site.puts("problem.json", json.dumps({"type": "https://example.com/maintenance"}))
    site.puts("settings.json", json.dumps({"retry_after_seconds": 77}))

    site.becomes("on: Back soon")

    page = site.visit(distribution_id, "text/html")
    assert "<h1>Our page</h1><p>Back soon" in page.text
    problem = site.visit(distribution_id).json()
    assert ("https://example.com/maintenance", "Back soon") == (problem["type"], problem["detail"])
    assert "77" == page.headers["retry-after"]


def test_a_brand_needs_no_page(site: Site, distribution_id: str) -> None:
    """The upload of its settings says what it will change; the page has name, colour and link."""
    brand = {"name": "Harbour", "accent": "#ffd400", "status_url": "https://status.example.com"}
    site.puts("settings.json", json.dumps({"brand": brand}))

    (notice,) = site.notices_the_page()["notices"]
    site.becomes("on: See https://status.example.com/7")

    page = site.visit(distribution_id, "text/html").text
    parts = (
        "<title>Harbour: back soon</title>",
        "--accent: #ffd400;",
        '<a href="https://status.example.com"><bdi>Service status</bdi></a>',
        '<a href="https://status.example.com/7">https://status.example.com/7</a>',
    )
    assert [] == [each for each in parts if each not in page]
    assert notice.startswith("page/settings.json: the accent #ffd400 has a contrast of 1.4")


def test_after_its_end_the_page_shows_none(site: Site, distribution_id: str) -> None:
    """CloudFront takes minutes to open the site; a time that has passed helps no visitor."""
    end = datetime.now(UTC) + timedelta(seconds=2)
    site.puts("settings.json", json.dumps({"until": end.isoformat()}))
    site.becomes("on")

    assert eventually(lambda: site.visit(distribution_id).json()["until"] is None)
    page = site.visit(distribution_id, "text/html").text
    assert 'data-end="" data-overdue="true"' in page


def test_a_bare_on_publishes_nothing(site: Site, distribution_id: str) -> None:
    """The base is enough, and Lambda is asked only whether it can be attached."""
    before = len(site.cloud.sandbox.calls())
    site.becomes("on")

    assert site.edge_version_arn == site.version(distribution_id)
    asked = [call["operation"] for call in site.cloud.sandbox.calls()[before:]]
    assert ["lambda:GetFunction"] == [each for each in asked if each.startswith("lambda:")]


def test_another_message_replaces_the_version(site: Site, distribution_id: str) -> None:
    """Visitors read the message that the switch has now."""
    site.becomes("on: one")
    first = site.version(distribution_id)

    site.becomes("on: two")

    assert "two" == site.visit(distribution_id).json()["detail"]
    assert [first, site.version(distribution_id)] == site.published()


def test_the_same_message_is_the_same_version(site: Site, distribution_id: str) -> None:
    """Nothing is published twice."""
    site.becomes("on: one")
    first = site.version(distribution_id)
    site.becomes("off")

    site.becomes("on: one")

    assert ([first], first) == (site.published(), site.version(distribution_id))


def test_a_version_stays_attached_as_time_passes(site: Site, distribution_id: str) -> None:
    """The end is an instant, so a maintenance keeps its version to the last second."""
    site.becomes("on for 90m: wait")
    before = len(site.cloud.sandbox.calls("cloudfront:UpdateDistribution"))

    site.runs_at(datetime.now(UTC) + timedelta(minutes=50))

    assert 1 == len(site.published())
    assert before == len(site.cloud.sandbox.calls("cloudfront:UpdateDistribution"))
    assert site.published()[-1] == site.version(distribution_id)


def test_a_window_that_begins_before_the_end_moves_the_end(
    site: Site, distribution_id: str
) -> None:
    """Retry-After does not invite visitors into the window that follows."""
    site.becomes("on for 90m")
    begins = datetime.now(UTC) + timedelta(minutes=30)
    site.schedules("upgrade", f"at({begins:%Y-%m-%dT%H:%M}) for 3h")

    site.receives(SWEEP)

    ends = datetime.fromisoformat(site.visit(distribution_id).json()["until"])
    assert ends - datetime.now(UTC) > timedelta(hours=3)
    assert 2 == len(site.published())


def error_at_upload(site: Site) -> str:
    """Return the error of the run that the upload of an unusable file starts."""
    with pytest.raises(RunFailed) as failed:
        site.notices_the_page()
    return str(failed.value)


def test_unusable_files_are_refused_at_upload(site: Site, looks_after: LooksAfter) -> None:
    """Each with its own error, before any maintenance; nothing is published."""
    looks_after(a_distribution(site.cloud))
    site.puts("page.html", '<script src="https://cdn.example.com/x.js"></script>')
    site.puts("page.de.html", b"\xff\xfe")
    site.puts("page.fr.html", "x" * 41_000)
    site.puts("problem.json", "{")
    site.puts("settings.json", '{"untill": null}')

    error = error_at_upload(site)

    expected = (
        "page/page.html, line 1: <script",
        "page/page.de.html is not UTF-8",
        "page/page.fr.html has 41000 bytes",
        "page/problem.json is not valid JSON",
        "'untill'",
    )
    assert [] == [each for each in expected if each not in error]
    assert [] == site.published()


def test_each_sweep_reports_a_refused_page(site: Site, looks_after: LooksAfter) -> None:
    """Even while the site is open and nothing is planned, because the next on would lack it."""
    looks_after(a_distribution(site.cloud))
    site.puts("page.html", '<script src="https://cdn.example.com/x.js"></script>')
    error_at_upload(site)

    for _ in range(2):
        with pytest.raises(RunFailed, match=r"page/page\.html, line 1: <script"):
            site.receives({"sweep": True})
    site.puts("page.html", PAGE)

    assert [] == site.receives({"sweep": True})["errors"]


@pytest.mark.promise
def test_a_folder_of_assets_is_refused_by_its_listing(site: Site, distribution_id: str) -> None:
    """The site closes all the same, no file is read, and one short error says why."""
    for number in range(30):
        site.puts(f"assets/{number}.png", "x" * 100_000)
        site.puts(f"{number}.svg", "<svg/>")
    site.puts("page.html", PAGE)
    before = len(site.cloud.sandbox.calls("s3:GetObject"))

    with pytest.raises(RunFailed) as failed:
        site.becomes("on")

    read = [each["resource"] for each in site.cloud.sandbox.calls("s3:GetObject")[before:]]
    assert site.edge_version_arn == site.version(distribution_id)
    assert (
        "page/0.svg, page/1.svg, page/10.svg and others cannot be part of a page: remove what is "
        "not page.html, page.<language>.html, settings.json or problem.json, directly under page/."
    ) == str(failed.value)
    assert [] == [each for each in read if "page" in each]


def test_a_page_that_is_far_too_large_is_not_read(site: Site, looks_after: LooksAfter) -> None:
    """It may not fit into memory."""
    looks_after(a_distribution(site.cloud))
    site.puts("page.html", "x" * 1_000_001)

    error = error_at_upload(site)

    read = [each["resource"] for each in site.cloud.sandbox.calls("s3:GetObject")]
    assert "shorten page/page.html, which has 1000001" in error
    assert [] == [each for each in read if "page" in each]


def test_a_page_is_published_at_upload(site: Site, distribution_id: str) -> None:
    """Closing the site then publishes nothing."""
    site.puts("page.html", PAGE)
    site.notices_the_page()
    published = site.published()

    site.becomes("on")

    assert ([site.version(distribution_id)], published) == (site.published(), site.published())


def test_a_refused_page_keeps_the_last_good_one(site: Site, distribution_id: str) -> None:
    """Also with another message; the run fails, because the owner wants another page."""
    site.puts("page.html", PAGE)
    site.becomes("on: one")
    good = site.version(distribution_id)
    site.puts("page.html", "<iframe src=https://example.com></iframe>")

    with pytest.raises(RunFailed, match=r"page/page.html.*iframe"):
        site.notices_the_page()
    assert good == site.version(distribution_id)
    with pytest.raises(RunFailed, match=r"page/page.html.*iframe"):
        site.becomes("on: two")

    assert "<h1>Our page</h1><p>two" in site.visit(distribution_id, "text/html").text


def test_the_packaged_page_replaces_a_refused_first_page(site: Site, distribution_id: str) -> None:
    """There is no earlier page to keep."""
    site.puts("page.html", "<iframe src=https://example.com></iframe>")

    with pytest.raises(RunFailed, match=r"page/page.html.*iframe"):
        site.becomes("on: Back soon")

    assert "Back soon" == site.visit(distribution_id).json()["detail"]


def test_a_refused_message_does_not_keep_the_site_open(site: Site, distribution_id: str) -> None:
    """It has a character that reverses text, so the base closes the site."""
    with pytest.raises(RunFailed, match=r"announcement"):
        site.becomes("on: \u202eback soon")

    assert site.edge_version_arn == site.version(distribution_id)


def test_opening_does_not_depend_on_a_page(site: Site, distribution_id: str) -> None:
    """The run neither reports the unusable page nor asks Lambda for a version."""
    site.becomes("on: Back soon")
    site.puts("page.html", b"\xff")
    before = _calls_of_lambda(site)

    report = site.becomes("off")

    assert ("live", []) == (report["mode"], report["errors"])
    assert set() == site.attached(distribution_id)["default"]
    assert before == _calls_of_lambda(site)


def _calls_of_lambda(site: Site) -> int:
    calls = site.cloud.sandbox.calls()
    return sum(1 for call in calls if call["operation"].startswith("lambda:"))


def test_deleting_the_page_brings_back_the_packaged_one(site: Site, distribution_id: str) -> None:
    """An owner needs no other way back."""
    site.puts("page.html", PAGE)
    site.becomes("on")
    site.cloud.s3.delete_object(Bucket="site-state", Key="page/page.html")

    site.notices_the_page()

    assert site.edge_version_arn == site.version(distribution_id)


def test_a_refused_message_brings_back_no_deleted_page(site: Site, distribution_id: str) -> None:
    """The page is valid, so it stays what its owner wants: here, the packaged one."""
    site.puts("page.html", PAGE)
    site.notices_the_page()
    site.cloud.s3.delete_object(Bucket="site-state", Key="page/page.html")

    with pytest.raises(RunFailed, match=r"announcement"):
        site.becomes("on: \u202eback soon")

    assert site.edge_version_arn == site.version(distribution_id)


def test_a_refused_page_keeps_the_one_that_visitors_see(site: Site, distribution_id: str) -> None:
    """Even if the newest version has another page, which its owner tried and withdrew."""
    site.puts("page.html", PAGE)
    site.becomes("on")
    shown = site.version(distribution_id)
    site.puts("page.html", PAGE.replace("Our page", "A trial"))
    site.notices_the_page()
    site.puts("page.html", PAGE)
    site.notices_the_page()
    site.puts("page.html", "<iframe src=https://example.com></iframe>")

    with pytest.raises(RunFailed, match=r"page/page.html.*iframe"):
        site.notices_the_page()

    assert shown == site.version(distribution_id)


def test_an_unreadable_bucket_brings_back_no_deleted_page(site: Site, distribution_id: str) -> None:
    """Visitors still see what they saw before."""
    site.puts("page.html", PAGE)
    site.notices_the_page()
    site.cloud.s3.delete_object(Bucket="site-state", Key="page/page.html")
    site.becomes("on")
    site.cloud.sandbox.inject_fault("refuse", "s3:ListObjectsV2", code="AccessDenied", status=403)

    with pytest.raises(RunFailed, match="cannot be read"):
        site.receives(SWEEP)

    assert site.edge_version_arn == site.version(distribution_id)
