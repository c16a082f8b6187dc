"""Whatever happens while a version is baked: the site closes at once, and gets the right one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from maintenance.errors import RunFailed
from maintenance.model import Timer

from tests.cloud import eventually
from tests.sandbox.builders import a_package
from tests.stories.site import PAGE_NAME, Site, edge_package

type LooksAfter = Callable[..., None]

SWEEP = {"sweep": True}
REFUSED = {"code": "AccessDeniedException", "status": 403, "times": 9}
IMPATIENT_TIMER = Timer(elapsed=iter(range(0, 10_000, 20)).__next__, sleep=lambda _: None)


def said(site: Site, distribution_id: str) -> str:
    """Return what the attached version is described as."""
    attached = site.version(distribution_id)
    return site.cloud.functions.get_function(FunctionName=attached)["Configuration"]["Description"]


def message(site: Site, distribution_id: str) -> str:
    """Return what a program is told of the maintenance."""
    detail: str = site.visit(distribution_id).json()["detail"]
    return detail


@pytest.mark.parametrize("operation", ["lambda:UpdateFunctionCode", "lambda:PublishVersion"])
def test_two_runs_at_once_publish_once(site: Site, distribution_id: str, operation: str) -> None:
    """The one that comes second finds what the first has published."""
    site.says("on: Back soon")
    site.cloud.sandbox.inject_fault("hold", operation)

    with ThreadPoolExecutor(1) as other:
        first = other.submit(site.wakes)
        eventually(site.cloud.sandbox.held)
        site.wakes()
        site.cloud.sandbox.release()

    assert [] == first.result()["errors"]
    assert [site.version(distribution_id)] == site.published()
    assert "The packaged page: Back soon" == said(site, distribution_id)


def test_two_runs_with_different_messages_end_with_the_last(
    site: Site, distribution_id: str
) -> None:
    """The slower one bakes what was true when it looked, and then looks again."""
    site.says("on: one")
    site.cloud.sandbox.inject_fault("hold", "lambda:UpdateFunctionCode")

    with ThreadPoolExecutor(1) as other:
        first = other.submit(site.wakes)
        eventually(site.cloud.sandbox.held)
        site.becomes("on: two")
        site.cloud.sandbox.release()

    assert [] == first.result()["errors"]
    assert "The packaged page: two" == said(site, distribution_id)


def test_a_deployment_during_maintenance_keeps_the_message(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """It is baked anew over the new base."""
    site.becomes("on: Back soon")
    newer = site.publishes_another_version()
    looks_after(distribution_id, EDGE_VERSION_ARN=newer)

    site.receives(SWEEP)

    assert (2, site.published()[-1]) == (len(site.published()), site.version(distribution_id))
    assert "Back soon" == message(site, distribution_id)


def test_a_rollback_of_the_base_goes_back_to_the_version_of_before(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """The same content is the same version, so nothing is published for it."""
    site.becomes("on: Back soon")
    before = site.version(distribution_id)
    looks_after(distribution_id, EDGE_VERSION_ARN=site.publishes_another_version())
    site.receives(SWEEP)
    looks_after(distribution_id)

    site.receives(SWEEP)

    assert (before, 2) == (site.version(distribution_id), len(site.published()))


def edit_code(site: Site) -> None:
    """Upload something else as $LATEST, as a person does in the console."""
    site.cloud.functions.update_function_code(
        FunctionName=PAGE_NAME, ZipFile=a_package("def handler(event, context): pass")
    )


def edit_configuration(site: Site) -> None:
    """Configure $LATEST so that CloudFront would not take it."""
    site.cloud.functions.update_function_configuration(
        FunctionName=PAGE_NAME,
        Timeout=30,
        MemorySize=256,
        Handler="app.handler",
        Environment={"Variables": {"DEBUG": "1"}},
    )


@pytest.mark.parametrize("edit", [edit_code, edit_configuration])
def test_an_edited_function_is_mended(
    site: Site, distribution_id: str, edit: Callable[[Site], None]
) -> None:
    """What is published is the package and the base's configuration, whatever $LATEST was."""
    edit(site)

    site.becomes("on: Back soon")

    assert [site.version(distribution_id)] == site.published()
    assert "Back soon" == message(site, distribution_id)


def test_a_version_that_somebody_has_configured_otherwise_is_not_used(
    site: Site, distribution_id: str
) -> None:
    """It has the right code, and CloudFront would not take it."""
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
def test_a_step_that_fails_closes_the_site_with_a_stand_in(
    site: Site, distribution_id: str, operation: str
) -> None:
    """At once; the run fails with a sentence, and the next one attaches the right version."""
    site.cloud.sandbox.inject_fault("refuse", operation, **REFUSED)

    with pytest.raises(RunFailed, match=r"AccessDenied"):
        site.becomes("on: Back soon")

    assert site.version(distribution_id)
    site.cloud.sandbox.clear_faults()
    site.receives(SWEEP)
    assert [site.version(distribution_id)] == site.published()


@pytest.mark.parametrize("operation", ["lambda:UpdateFunctionCode", "lambda:PublishVersion"])
def test_an_answer_that_gets_lost_costs_nothing(
    site: Site, distribution_id: str, operation: str
) -> None:
    """Lambda did it, so the run finds it done."""
    site.cloud.sandbox.inject_fault("lose", operation)

    site.becomes("on: Back soon")

    assert [site.version(distribution_id)] == site.published()


def test_a_version_that_does_not_become_active_in_time_is_not_waited_for(
    site: Site, distribution_id: str
) -> None:
    """The base closes the site, and a later run, which finds it Active, attaches it."""
    site.says("on: Back soon")
    site.cloud.sandbox.set(activation_seconds=1.5)

    with pytest.raises(RunFailed, match=r"within 30 seconds"):
        site.runs_at(datetime.now(UTC), timer=IMPATIENT_TIMER)

    assert site.edge_version_arn == site.version(distribution_id)
    site.receives(SWEEP)
    assert [site.version(distribution_id)] == site.published()


def test_a_stand_in_does_not_replace_what_is_attached(site: Site, distribution_id: str) -> None:
    """The old message is closer to the truth than none."""
    site.becomes("on: one")
    attached = site.version(distribution_id)
    site.cloud.sandbox.inject_fault("refuse", "lambda:PublishVersion", **REFUSED)

    with pytest.raises(RunFailed, match=r"so a fallback is used: .*AccessDenied"):
        site.becomes("on: two")

    assert attached == site.version(distribution_id)


def test_a_refused_page_and_lambda_that_refuses_leave_the_base(
    site: Site, distribution_id: str
) -> None:
    """The site is closed all the same, and both sentences are told."""
    site.puts("page.html", b"\xff")
    site.cloud.sandbox.inject_fault("refuse", "lambda:UpdateFunctionCode", **REFUSED)

    with pytest.raises(RunFailed, match=r"page/page.html is not UTF-8.*AccessDenied"):
        site.becomes("on: Back soon")

    assert site.edge_version_arn == site.version(distribution_id)


def test_a_base_that_cannot_be_read_is_attached_without_the_page(
    site: Site, distribution_id: str, looks_after: LooksAfter
) -> None:
    """Whether the page was published for it, nobody can tell then."""
    newer = site.publishes_another_version()
    looks_after(distribution_id, EDGE_VERSION_ARN=newer)
    site.puts("page.html", "<!doctype html><title>Ours</title>")
    site.cloud.sandbox.inject_fault("refuse", "lambda:GetFunction", **REFUSED)

    with pytest.raises(RunFailed, match=r"so a fallback is used: .*:2 cannot be read"):
        site.becomes("on")

    assert newer == site.version(distribution_id)


def test_the_page_without_the_message_stands_in_before_the_base(
    site: Site, distribution_id: str
) -> None:
    """It was published when the page was put there."""
    site.puts("page.html", "<!doctype html><title>Ours</title>")
    site.notices_the_page()
    site.cloud.sandbox.inject_fault("refuse", "lambda:UpdateFunctionCode", **REFUSED)

    with pytest.raises(RunFailed, match=r"so a fallback is used"):
        site.becomes("on: Back soon")

    assert site.published() == [site.version(distribution_id)]


def test_somebody_who_edits_meanwhile_is_noticed(site: Site, distribution_id: str) -> None:
    """What is published is what was checked, and nothing that came in between."""
    site.says("on: Back soon")
    site.cloud.sandbox.inject_fault("hold", "lambda:PublishVersion")

    with ThreadPoolExecutor(1) as other:
        running = other.submit(site.wakes)
        eventually(site.cloud.sandbox.held)
        edit_code(site)
        site.cloud.sandbox.release()

    assert [] == running.result()["errors"]
    assert "Back soon" == message(site, distribution_id)


def test_a_plan_publishes_nothing_and_names_what_would_be(site: Site, distribution_id: str) -> None:
    """It judges the page all the same."""
    site.says("on: Back soon")

    planned: dict[str, Any] = site.receives({"plan": True})
    site.puts("page.html", b"\xff")
    refused = site.receives({"plan": True})

    assert ["attach"] == [each["action"] for each in planned["distributions"][0]["behaviors"]]
    assert ([], set()) == (site.published(), site.attached(distribution_id)["default"])
    assert ([], 1) == (planned["errors"], len(refused["errors"]))


def test_the_packages_are_those_of_the_folder(site: Site, distribution_id: str) -> None:
    """The base's files, byte for byte, and beside them what is said."""
    site.becomes("on: Back soon")

    found = site.cloud.functions.get_function(FunctionName=site.version(distribution_id))

    assert found["Configuration"]["Description"] == "The packaged page: Back soon"
    assert found["Configuration"]["CodeSize"] > len(edge_package())
