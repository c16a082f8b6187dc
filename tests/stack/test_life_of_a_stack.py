"""
One stack from its deployment to its deletion, with IAM enforced, beside another stack.

The tests run in order on the same stack, because a deployment takes many seconds.
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
from sandbox.demo.sam import BUILT, deploy, lock_build
from tests.cloud import eventually
from tests.stack.conftest import STACK, DeployedStack

SWITCH = "/site/maintenance"


def test_a_deployment_writes_off_to_the_switch(deployed: DeployedStack) -> None:
    """A new stack does not change the site."""
    assert "off" == deployed.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]
    assert not deployed.is_closed()


def test_writing_on_closes_the_site(deployed: DeployedStack) -> None:
    """The parameter's change event reaches the controller, which updates CloudFront in its role."""
    deployed.put(SWITCH, "on")

    assert eventually(deployed.is_closed)


def test_the_status_says_that_the_site_is_closed(deployed: DeployedStack) -> None:
    """The role's permissions suffice to write it and to announce the change."""
    status = eventually(lambda: deployed.status("maintenance"))

    assert None is status["last_error"]
    assert status["last_change"]["accepted"]


def test_a_visitor_of_the_closed_site_gets_the_page(deployed: DeployedStack) -> None:
    """The deployed version itself answers; a function that crashes would be a 503 too."""
    answer = eventually(lambda: page_of(deployed.visit()))

    assert ("503", "text/html; charset=utf-8") == answer


def page_of(answer: httpx.Response) -> tuple[str, str] | None:
    """Return status and type of the maintenance function's answer, or None for any other."""
    if answer.headers.get("x-maintenance") != "on":
        return None
    return str(answer.status_code), answer.headers["content-type"]


def test_the_log_says_what_was_decided_and_done(deployed: DeployedStack) -> None:
    """In the log group that the outputs name."""

    def messages() -> list[str]:
        group = deployed.output("ControllerLogs")
        events = deployed.cloud.logs.filter_log_events(logGroupName=group)["events"]
        return [each["message"] for each in events]

    decision = eventually(lambda: [each for each in messages() if '"decision made"' in each])
    changed = eventually(lambda: [each for each in messages() if '"distribution changed"' in each])
    assert '"cause":"parameter change"' in decision[-1]
    assert f'"distribution":"{deployed.distribution_id}"' in changed[-1]
    assert f'"version":"{deployed.output("Version")}"' in changed[-1]


def test_the_stack_of_another_site_closes_and_opens_it_alone(
    deployed: DeployedStack, shop: DeployedStack
) -> None:
    """Of two sites in one account, each follows only its own switch."""
    here, there = deployed.config(), shop.config()

    shop.put(shop.switch, "on")
    eventually(shop.is_closed)
    assert here == deployed.config()

    shop.put(shop.switch, "off")
    eventually(lambda: there == shop.config())
    assert here == deployed.config()
    assert deployed.distribution_id in recorded(deployed)
    assert set() == set(recorded(deployed)) & set(recorded(shop))


def recorded(stack: DeployedStack) -> list[str]:
    """Return the distributions that a stack keeps records of displaced functions of."""
    records = stack.cloud.s3.list_objects_v2(Bucket=stack.output("StateBucket"))["Contents"]
    return [Path(each["Key"]).stem for each in records]


def test_an_update_of_the_stack_leaves_the_site_closed(
    deployed: DeployedStack, tmp_path: Path
) -> None:
    """Every visitor gets the page, even with another edge package; the switch is not written."""
    before = (deployed.output("EdgeVersionArn"), switch_version(deployed))

    visits = visits_during(deployed, lambda: deploy_a_newer_edge_package(deployed, tmp_path))

    after = (deployed.output("EdgeVersionArn"), switch_version(deployed))
    assert {"on"} == visits
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_the_next_sweep_attaches_the_new_version(deployed: DeployedStack) -> None:
    """It replaces the old version, so that no visitor gets past."""
    errors = []

    visits = visits_during(deployed, lambda: errors.append(deployed.invoke({"sweep": True})))

    assert [""] == errors
    assert {"on"} == visits
    assert deployed.output("EdgeVersionArn").encode() in deployed.config()


def deploy_a_newer_edge_package(deployed: DeployedStack, directory: Path) -> None:
    """Deploy with another setting, and with one line more in the edge function."""
    with lock_build():
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


def visits_during(deployed: DeployedStack, change: Callable[[], object]) -> set[str | None]:
    """Return each value of x-maintenance that visitors get from the change's start to Deployed."""
    seen = set()
    with ThreadPoolExecutor(max_workers=1) as executor:
        running = executor.submit(change)
        while not (running.done() and is_deployed(deployed)):
            wait([running], timeout=0.1)
            seen.add(deployed.visit().headers.get("x-maintenance"))
        running.result()
    return seen | {deployed.visit().headers.get("x-maintenance")}


def is_deployed(deployed: DeployedStack) -> bool:
    """Return whether every edge has the latest configuration."""
    answer = deployed.cloud.cloudfront.get_distribution(Id=deployed.distribution_id)
    return answer["Distribution"]["Status"] == "Deployed"


def switch_version(deployed: DeployedStack) -> int:
    """Return how many times the switch was written."""
    return deployed.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Version"]


def test_writing_off_opens_the_site(deployed: DeployedStack) -> None:
    """The role's permissions suffice to restore the displaced function."""
    deployed.put(SWITCH, "off")

    assert eventually(lambda: not deployed.is_closed())
    assert b"function/rewrite" in deployed.config()


def test_a_command_is_named_by_what_it_says(deployed: DeployedStack) -> None:
    """Lambda names the session of the controller's role after its function."""
    at = datetime.now(UTC).isoformat()

    assert "" == deployed.invoke({"maintenance": "off", "at": at, "by": "ana"})

    assert 'a command that says it was sent by "ana"' == deployed.status("live")["requested_by"]


def test_a_window_closes_the_site_and_sets_the_alarm_clock(deployed: DeployedStack) -> None:
    """A window's parameter wakes the controller, and the alarm clock wakes it for the end."""
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    eventually(lambda: datetime.now(UTC) > begins)

    window = f"at({begins:%Y-%m-%dT%H:%M:%S}) for 2h: We are upgrading the database"
    deployed.put(f"{SWITCH}/windows/now", window)

    assert eventually(deployed.is_closed)
    ends = begins + timedelta(hours=2)
    expected = f"at({ends:%Y-%m-%dT%H:%M:%S})"
    assert eventually(lambda: deployed.sweep() and expected == alarm(deployed.cloud.scheduler))


def test_a_visitor_reads_the_message_of_the_window(deployed: DeployedStack) -> None:
    """The role's permissions suffice to publish a version for it."""

    def shows_it() -> bool:
        return "We are upgrading the database" in deployed.visit().text

    assert eventually(shows_it)


def test_a_page_that_is_put_into_the_bucket_is_served(deployed: DeployedStack) -> None:
    """S3's event wakes the controller, which checks the page and publishes it."""
    page = b"<!doctype html><html lang=en><title>Ours</title><p>{{message}}"
    bucket = deployed.output("StateBucket")

    deployed.cloud.s3.put_object(Bucket=bucket, Key="page/page.html", Body=page)

    def shows_it() -> bool:
        return "<title>Ours</title><p>We are upgrading" in deployed.visit().text

    assert eventually(shows_it)


def test_the_preview_shows_the_same_page(deployed: DeployedStack) -> None:
    """At a domain name of its own."""

    def shows_it() -> bool:
        host = deployed.output("PreviewDomainName")
        return "<title>Ours</title>" in deployed.visit(host).text

    assert eventually(shows_it)


def test_the_controllers_role_may_not_read_another_parameter(deployed: DeployedStack) -> None:
    """IAM denies what the template does not allow."""
    role = deployed.cloud.iam.get_role(RoleName=deployed.physical_id("ControllerRole"))["Role"]

    simulated = deployed.cloud.iam.simulate_principal_policy(
        PolicySourceArn=role["Arn"],
        ActionNames=["ssm:GetParameter"],
        ResourceArns=["arn:aws:ssm:us-east-1:000000000000:parameter/other"],
    )

    assert "implicitDeny" == simulated["EvaluationResults"][0]["EvalDecision"]


def test_deleting_the_stack_opens_the_site_and_keeps_the_records(deployed: DeployedStack) -> None:
    """Also in the middle of maintenance."""
    bucket = deployed.output("StateBucket")
    closed = deployed.is_closed()

    deployed.cloud.cloudformation.delete_stack(StackName=STACK)
    eventually(lambda: is_gone(deployed))

    assert closed
    assert b"function/rewrite" in deployed.config()
    assert not deployed.is_closed()
    assert deployed.cloud.s3.list_objects_v2(Bucket=bucket)["KeyCount"]
    value = deployed.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]
    assert value.startswith("off until 9999-12-31")
    assert {} == deployed.status("live")


def test_the_stack_of_the_other_site_keeps_working(shop: DeployedStack) -> None:
    """The two stacks share nothing."""
    there = shop.config()

    shop.put(shop.switch, "on")
    eventually(shop.is_closed)
    shop.put(shop.switch, "off")

    assert eventually(lambda: there == shop.config())


def is_gone(deployed: DeployedStack) -> bool:
    """Return whether the stack is deleted; fail with the reason if its deletion has failed."""
    try:
        stack = deployed.cloud.cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError:
        return True
    if stack["StackStatus"] == "DELETE_FAILED":
        pytest.fail(stack.get("StackStatusReason", "the deletion failed"))
    return stack["StackStatus"] == "DELETE_COMPLETE"
