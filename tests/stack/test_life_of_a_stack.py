"""
One stack from its deployment to its deletion, every permission judged, beside another stack.

The tests run in order on one stack: deploying takes many seconds, and a life has an order.
"""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError

from sandbox.demo.environment import alarm
from sandbox.demo.sam import BUILT, deploy
from tests.cloud import eventually
from tests.stack.conftest import STACK, Deployed

SWITCH = "/site/maintenance"


def test_a_deployment_writes_the_switch_off(deployed: Deployed) -> None:
    """A new stack changes nothing about the site."""
    assert "off" == deployed.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]
    assert not deployed.is_closed()


def test_writing_on_closes_the_site(deployed: Deployed) -> None:
    """Parameter, change event, rule, controller with its own role, CloudFront."""
    deployed.put(SWITCH, "on")

    assert eventually(deployed.is_closed)


def test_the_status_says_that_it_is_closed(deployed: Deployed) -> None:
    """Written, and the change announced, with nothing but the role's permissions."""
    status = eventually(lambda: deployed.status("maintenance"))

    assert None is status["last_error"]
    assert status["last_change"]["accepted"]


def test_a_visitor_of_the_closed_site_gets_the_page(deployed: Deployed) -> None:
    """The deployed version itself answers: a function that crashes is a 503 too."""
    answer = eventually(lambda: page_of(deployed.visit()))

    assert ("503", "text/html; charset=utf-8") == answer


def page_of(answer: httpx.Response) -> tuple[str, str] | None:
    """Return status and type of the maintenance function's answer, None for any other."""
    if answer.headers.get("x-maintenance") != "on":
        return None
    return str(answer.status_code), answer.headers["content-type"]


def test_the_log_says_what_was_decided_and_done(deployed: Deployed) -> None:
    """One look at the log group of the outputs tells the person on call."""

    def messages() -> list[str]:
        group = deployed.output("ControllerLogs")
        events = deployed.cloud.logs.filter_log_events(logGroupName=group)["events"]
        return [each["message"] for each in events]

    decision = eventually(lambda: [each for each in messages() if '"decision made"' in each])
    changed = eventually(lambda: [each for each in messages() if '"distribution changed"' in each])
    assert '"cause":"parameter change"' in decision[-1]
    assert f'"distribution":"{deployed.distribution_id}"' in changed[-1]


def test_the_stack_of_another_site_closes_and_opens_it_alone(
    deployed: Deployed, shop: Deployed
) -> None:
    """Two sites of one account: what one switch says moves nothing of the other's."""
    here, there = deployed.config(), shop.config()

    shop.put(shop.switch, "on")
    eventually(shop.is_closed)
    assert here == deployed.config()

    shop.put(shop.switch, "off")
    eventually(lambda: there == shop.config())
    assert here == deployed.config()
    assert deployed.distribution_id in noted(deployed)
    assert set() == set(noted(deployed)) & set(noted(shop))


def noted(stack: Deployed) -> list[str]:
    """Return the distributions that a stack keeps notes about."""
    notes = stack.cloud.s3.list_objects_v2(Bucket=stack.output("StateBucket"))["Contents"]
    return [Path(each["Key"]).stem for each in notes]


def test_an_update_of_the_stack_leaves_the_site_closed(deployed: Deployed, tmp_path: Path) -> None:
    """Not for one visitor, not even with another edge package; nor is the switch written."""
    before = (deployed.output("EdgeVersionArn"), written(deployed))

    visitors = visits_during(deployed, lambda: deploy_a_newer_edge_package(deployed, tmp_path))

    after = (deployed.output("EdgeVersionArn"), written(deployed))
    assert {"on"} == visitors
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_the_next_look_attaches_the_new_version(deployed: Deployed) -> None:
    """In place of the one before, so that no visitor gets past."""
    error = []

    visitors = visits_during(deployed, lambda: error.append(deployed.receives({"sweep": True})))

    assert [""] == error
    assert {"on"} == visitors
    assert deployed.output("EdgeVersionArn").encode() in deployed.config()


def deploy_a_newer_edge_package(deployed: Deployed, directory: Path) -> None:
    """Deploy what is built, with another setting and one line more in the edge function."""
    built = shutil.copytree(BUILT, directory / "build")
    with (built / "MaintenanceEdge" / "viewer_request.py").open("a", encoding="utf-8") as source:
        source.write("# Newer than what is attached.\n")
    deploy(
        deployed.cloud.sandbox,
        STACK,
        built=built,
        Distributions=deployed.distribution_id,
        MaxDistributions="7",
        PreviewOrigin="www.example.com",
    )


def visits_during(deployed: Deployed, happen: Callable[[], object]) -> set[str | None]:
    """Return what visitors are told of maintenance while something happens, until Deployed."""
    told = set()
    with ThreadPoolExecutor(max_workers=1) as other:
        happening = other.submit(happen)
        while not (happening.done() and is_deployed(deployed)):
            wait([happening], timeout=0.1)
            told.add(deployed.visit().headers.get("x-maintenance"))
        happening.result()
    return told | {deployed.visit().headers.get("x-maintenance")}


def is_deployed(deployed: Deployed) -> bool:
    """Tell whether every edge has the latest configuration."""
    answer = deployed.cloud.cloudfront.get_distribution(Id=deployed.distribution_id)
    return answer["Distribution"]["Status"] == "Deployed"


def written(deployed: Deployed) -> int:
    """Return how many times the switch was written."""
    return deployed.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Version"]


def test_writing_off_opens_the_site(deployed: Deployed) -> None:
    """The displaced function is back, with nothing but the role's permissions."""
    deployed.put(SWITCH, "off")

    assert eventually(lambda: not deployed.is_closed())
    assert b"function/rewrite" in deployed.config()


def test_a_window_closes_the_site_and_sets_the_alarm_clock(deployed: Deployed) -> None:
    """A window wakes the controller like the switch, and its end is not left to events."""
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    eventually(lambda: datetime.now(UTC) > begins)

    window = f"at({begins:%Y-%m-%dT%H:%M:%S}) for 2h: We are upgrading the database"
    deployed.put(f"{SWITCH}/windows/now", window)

    assert eventually(deployed.is_closed)
    ends = begins + timedelta(hours=2)
    aim = f"at({ends:%Y-%m-%dT%H:%M:%S})"
    assert eventually(lambda: deployed.sweeps() and aim == alarm(deployed.cloud.scheduler))


def test_a_visitor_reads_the_message_of_the_window(deployed: Deployed) -> None:
    """A version was published for it, with nothing but the role's permissions."""

    def says_it() -> bool:
        return "We are upgrading the database" in deployed.visit().text

    assert eventually(says_it)


def test_a_page_that_is_put_into_the_bucket_is_served(deployed: Deployed) -> None:
    """S3's event wakes the controller, which judges the page and publishes it."""
    page = b"<!doctype html><html lang=en><title>Ours</title><p>{{message}}"
    bucket = deployed.output("StateBucket")

    deployed.cloud.s3.put_object(Bucket=bucket, Key="page/page.html", Body=page)

    def shows_it() -> bool:
        return "<title>Ours</title><p>We are upgrading" in deployed.visit().text

    assert eventually(shows_it)


def test_the_preview_shows_the_same_page(deployed: Deployed) -> None:
    """At an address of its own, which no visitor knows."""

    def shows_it() -> bool:
        host = deployed.output("PreviewDomainName")
        return "<title>Ours</title>" in deployed.visit(host).text

    assert eventually(shows_it)


def test_the_controllers_own_role_may_do_nothing_else(deployed: Deployed) -> None:
    """What is not in the template is refused: here, any other parameter."""
    role = deployed.cloud.iam.get_role(RoleName=deployed.named("ControllerRole"))["Role"]

    simulated = deployed.cloud.iam.simulate_principal_policy(
        PolicySourceArn=role["Arn"],
        ActionNames=["ssm:GetParameter"],
        ResourceArns=["arn:aws:ssm:us-east-1:000000000000:parameter/other"],
    )

    assert "implicitDeny" == simulated["EvaluationResults"][0]["EvalDecision"]


def test_deleting_the_stack_opens_the_site_and_keeps_the_notes(deployed: Deployed) -> None:
    """Nobody is stranded by a deletion in the middle of maintenance."""
    bucket = deployed.output("StateBucket")
    closed = deployed.is_closed()

    deployed.cloud.cloudformation.delete_stack(StackName=STACK)
    eventually(lambda: is_gone(deployed), seconds=120)

    assert closed
    assert b"function/rewrite" in deployed.config()
    assert not deployed.is_closed()
    assert deployed.cloud.s3.list_objects_v2(Bucket=bucket)["KeyCount"]
    value = deployed.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]
    assert value.startswith("off until 9999-12-31")
    assert {} == deployed.status("live")


def test_the_stack_of_the_other_site_goes_on(shop: Deployed) -> None:
    """Nothing of it was the deleted stack's."""
    there = shop.config()

    shop.put(shop.switch, "on")
    eventually(shop.is_closed)
    shop.put(shop.switch, "off")

    assert eventually(lambda: there == shop.config())


def is_gone(deployed: Deployed) -> bool:
    """Tell whether the stack is deleted; fail with the reason if its deletion has failed."""
    try:
        stack = deployed.cloud.cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError:
        return True
    if stack["StackStatus"] == "DELETE_FAILED":
        pytest.fail(stack.get("StackStatusReason", "the deletion failed"))
    return stack["StackStatus"] == "DELETE_COMPLETE"
