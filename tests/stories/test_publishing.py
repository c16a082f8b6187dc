"""Publishing a version: the site closes at once, and gets the right version in the end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from maintenance.errors import RunFailed

from tests.cloud import eventually
from tests.sandbox.builders import a_package
from tests.stories.site import PAGE_NAME, Site, edge_package

type LooksAfter = Callable[..., None]

SWEEP = {"sweep": True}
REFUSED = {"code": "AccessDeniedException", "status": 403, "times": 9}


def description(site: Site, distribution_id: str) -> str:
    """Return the description of the attached version."""
    attached = site.version(distribution_id)
    return site.cloud.functions.get_function(FunctionName=attached)["Configuration"]["Description"]


def message(site: Site, distribution_id: str) -> str:
    """Return the message that a program gets."""
    detail: str = site.visit(distribution_id).json()["detail"]
    return detail


@pytest.mark.parametrize("operation", ["lambda:UpdateFunctionCode", "lambda:PublishVersion"])
def test_two_runs_at_once_publish_once(site: Site, distribution_id: str, operation: str) -> None:
    """The slower run finds what the other one has published."""
    site.says("on: Back soon")
    site.cloud.sandbox.inject_fault("hold", operation)

    with ThreadPoolExecutor(1) as other:
        first = other.submit(site.wakes)
        eventually(site.cloud.sandbox.held)
        site.wakes()
        site.cloud.sandbox.release()

    assert [] == first.result()["errors"]
    assert [site.version(distribution_id)] == site.published()
    assert "The packaged page: Back soon" == description(site, distribution_id)


def test_two_runs_with_different_messages_end_with_the_last(
    site: Site, distribution_id: str
) -> None:
    """The slower run publishes the message that it read, and then reads again."""
    site.says("on: one")
    site.cloud.sandbox.inject_fault("hold", "lambda:UpdateFunctionCode")

    with ThreadPoolExecutor(1) as other:
        first = other.submit(site.wakes)
        eventually(site.cloud.sandbox.held)
        site.becomes("on: two")
        site.cloud.sandbox.release()

    assert [] == first.result()["errors"]
    assert "The packaged page: two" == description(site, distribution_id)


def test_a_deployment_during_maintenance_keeps_the_message(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """The message is published again over the new base."""
    site.becomes("on: Back soon")
    newer = site.publishes_another_version()
    looks_after(distribution_id, EDGE_VERSION_ARN=newer)

    site.receives(SWEEP)

    assert (2, site.published()[-1]) == (len(site.published()), site.version(distribution_id))
    assert "Back soon" == message(site, distribution_id)


def test_a_rollback_of_the_base_attaches_the_earlier_version(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """The same content is the same version, so nothing is published."""
    site.becomes("on: Back soon")
    before = site.version(distribution_id)
    looks_after(distribution_id, EDGE_VERSION_ARN=site.publishes_another_version())
    site.receives(SWEEP)
    looks_after(distribution_id)

    site.receives(SWEEP)

    assert (before, 2) == (site.version(distribution_id), len(site.published()))


def edit_code(site: Site) -> None:
    """Upload other code as $LATEST, as a person can in the console."""
    site.cloud.functions.update_function_code(
        FunctionName=PAGE_NAME, ZipFile=a_package("def handler(event, context): pass")
    )


def edit_configuration(site: Site) -> None:
    """Configure $LATEST so that CloudFront would refuse it."""
    site.cloud.functions.update_function_configuration(
        FunctionName=PAGE_NAME,
        Timeout=30,
        MemorySize=256,
        Handler="app.handler",
        Environment={"Variables": {"DEBUG": "1"}},
    )


@pytest.mark.parametrize("edit", [edit_code, edit_configuration])
def test_edits_of_the_function_are_not_published(
    site: Site, distribution_id: str, edit: Callable[[Site], None]
) -> None:
    """A version gets its package and the base's configuration, whatever $LATEST has."""
    edit(site)

    site.becomes("on: Back soon")

    assert [site.version(distribution_id)] == site.published()
    assert "Back soon" == message(site, distribution_id)


def test_a_version_with_another_configuration_is_not_used(site: Site, distribution_id: str) -> None:
    """It has the right code, but CloudFront would refuse it."""
    site.becomes("on: Back soon")
    good = site.version(distribution_id)
    site.becomes("off")
    edit_configuration(site)
    site.cloud.functions.publish_version(FunctionName=PAGE_NAME)

    site.becomes("on: Back soon")

    assert good == site.version(distribution_id)


@pytest.mark.promise
@pytest.mark.parametrize(
    "operation",
    [
        "s3:ListObjectsV2",
        "lambda:GetFunction",
        "lambda:ListVersionsByFunction",
        "lambda:UpdateFunctionCode",
        "lambda:PublishVersion",
    ],
)
def test_if_publishing_fails_the_site_closes_with_a_fallback(
    site: Site, distribution_id: str, operation: str
) -> None:
    """It closes at once; the run fails, and the next one attaches the right version."""
    site.cloud.sandbox.inject_fault("refuse", operation, **REFUSED)

    with pytest.raises(RunFailed, match=r"AccessDenied"):
        site.becomes("on: Back soon")

    assert site.version(distribution_id)
    site.cloud.sandbox.clear_faults()
    site.receives(SWEEP)
    assert [site.version(distribution_id)] == site.published()


@pytest.mark.parametrize("operation", ["lambda:UpdateFunctionCode", "lambda:PublishVersion"])
def test_a_lost_response_publishes_nothing_twice(
    site: Site, distribution_id: str, operation: str
) -> None:
    """Lambda did it, and the run finds it done."""
    site.cloud.sandbox.inject_fault("lose", operation)

    site.becomes("on: Back soon")

    assert [site.version(distribution_id)] == site.published()


def test_a_version_that_does_not_become_active_in_time_does_not_delay_closing(
    site: Site, distribution_id: str
) -> None:
    """The base closes the site, and a later run attaches the version, Active by then."""
    site.says("on: Back soon")
    site.cloud.sandbox.set(activation_seconds=4)

    # A thirtieth of the run's time is for this.
    with pytest.raises(RunFailed, match=r"in time|no time|timed out"):
        site.receives(SWEEP, seconds=60)

    assert site.edge_version_arn == site.version(distribution_id)
    site.receives(SWEEP)
    assert [site.version(distribution_id)] == site.published()


def test_a_fallback_does_not_replace_an_attached_version(site: Site, distribution_id: str) -> None:
    """The old message is closer to the truth than no message."""
    site.becomes("on: one")
    attached = site.version(distribution_id)
    site.cloud.sandbox.inject_fault("refuse", "lambda:PublishVersion", **REFUSED)

    with pytest.raises(RunFailed, match=r"so a fallback is used: .*AccessDenied"):
        site.becomes("on: two")

    assert attached == site.version(distribution_id)


def test_if_the_page_is_refused_and_publishing_fails_the_base_closes_the_site(
    site: Site, distribution_id: str
) -> None:
    """The run fails with both errors."""
    site.puts("page.html", b"\xff")
    site.cloud.sandbox.inject_fault("refuse", "lambda:UpdateFunctionCode", **REFUSED)

    with pytest.raises(RunFailed, match=r"page/page.html is not UTF-8.*AccessDenied"):
        site.becomes("on: Back soon")

    assert site.edge_version_arn == site.version(distribution_id)


def test_a_base_that_cannot_be_read_is_attached_without_the_page(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """It is unknown whether the page was published for this base."""
    newer = site.publishes_another_version()
    looks_after(distribution_id, EDGE_VERSION_ARN=newer)
    site.puts("page.html", "<!doctype html><title>Ours</title>")
    site.cloud.sandbox.inject_fault("refuse", "lambda:GetFunction", **REFUSED)

    with pytest.raises(RunFailed, match=r"so a fallback is used: .*:2 cannot be read"):
        site.becomes("on")

    assert newer == site.version(distribution_id)


def test_the_page_without_the_message_is_a_better_fallback_than_the_base(
    site: Site, distribution_id: str
) -> None:
    """It was published when the page was uploaded."""
    site.puts("page.html", "<!doctype html><title>Ours</title>")
    site.notices_the_page()
    site.cloud.sandbox.inject_fault("refuse", "lambda:UpdateFunctionCode", **REFUSED)

    with pytest.raises(RunFailed, match=r"so a fallback is used"):
        site.becomes("on: Back soon")

    assert site.published() == [site.version(distribution_id)]


def test_an_edit_before_publishing_is_noticed(site: Site, distribution_id: str) -> None:
    """A run publishes only the package that it uploaded."""
    site.says("on: Back soon")
    site.cloud.sandbox.inject_fault("hold", "lambda:PublishVersion")

    with ThreadPoolExecutor(1) as other:
        running = other.submit(site.wakes)
        eventually(site.cloud.sandbox.held)
        edit_code(site)
        site.cloud.sandbox.release()

    assert [] == running.result()["errors"]
    assert "Back soon" == message(site, distribution_id)


def test_a_plan_publishes_nothing_and_checks_the_page(site: Site, distribution_id: str) -> None:
    """It names what a run would attach, and reports a page that cannot be used."""
    site.says("on: Back soon")

    planned: dict[str, Any] = site.receives({"plan": True})
    site.puts("page.html", b"\xff")
    refused = site.receives({"plan": True})

    assert ["attach"] == [each["action"] for each in planned["distributions"][0]["behaviors"]]
    assert ([], set()) == (site.published(), site.attached(distribution_id)["default"])
    assert ([], 1) == (planned["errors"], len(refused["errors"]))


def test_a_version_adds_the_announcement_to_the_base(site: Site, distribution_id: str) -> None:
    """Its description names the page and the message."""
    site.becomes("on: Back soon")

    found = site.cloud.functions.get_function(FunctionName=site.version(distribution_id))

    assert found["Configuration"]["Description"] == "The packaged page: Back soon"
    assert found["Configuration"]["CodeSize"] > len(edge_package())
