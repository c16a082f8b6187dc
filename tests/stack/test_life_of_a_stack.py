"""
One stack from its deployment to its deletion, every permission judged.

The tests run in order on one stack: deploying takes many seconds, and a life has an order.
"""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from botocore.exceptions import ClientError

from demo.sam import deploy
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


def test_an_update_of_the_stack_leaves_the_site_closed(deployed: Deployed) -> None:
    """Deploying again during maintenance neither opens the site nor writes the switch."""
    version = deployed.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Version"]

    deploy(
        deployed.cloud.sandbox, STACK, Distributions=deployed.distribution_id, MaxDistributions="7"
    )

    assert deployed.is_closed()
    assert version == deployed.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Version"]


def test_writing_off_opens_the_site(deployed: Deployed) -> None:
    """The displaced function is back, with nothing but the role's permissions."""
    deployed.put(SWITCH, "off")

    assert eventually(lambda: not deployed.is_closed())
    assert b"function/rewrite" in deployed.config()


def test_a_window_closes_the_site_and_sets_the_alarm_clock(deployed: Deployed) -> None:
    """A window wakes the controller like the switch, and its end is not left to events."""
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    eventually(lambda: datetime.now(UTC) > begins)

    deployed.put(f"{SWITCH}/windows/now", f"at({begins:%Y-%m-%dT%H:%M:%S}) for 2h")

    assert eventually(deployed.is_closed)
    ends = begins + timedelta(hours=2)
    assert f"at({ends:%Y-%m-%dT%H:%M:%S})" == eventually(lambda: alarm(deployed))


def alarm(deployed: Deployed) -> str | None:
    """Return what the alarm clock is aimed at."""
    scheduler = deployed.cloud.scheduler
    for each in scheduler.list_schedules()["Schedules"]:
        if each["Name"] == "alarm-clock":
            found = scheduler.get_schedule(Name=each["Name"], GroupName=each["GroupName"])
            return found["ScheduleExpression"]
    return None


def test_the_controllers_own_role_may_do_nothing_else(deployed: Deployed) -> None:
    """What is not in the template is refused: here, any other parameter."""
    name = deployed.output("Controller")
    roles = deployed.cloud.iam.list_roles()["Roles"]
    role = next(each for each in roles if "ControllerRole" in each["RoleName"])

    simulated = deployed.cloud.iam.simulate_principal_policy(
        PolicySourceArn=role["Arn"],
        ActionNames=["ssm:GetParameter"],
        ResourceArns=["arn:aws:ssm:us-east-1:000000000000:parameter/other"],
    )

    assert name
    assert "implicitDeny" == simulated["EvaluationResults"][0]["EvalDecision"]


def test_deleting_the_stack_opens_the_site_and_keeps_the_notes(deployed: Deployed) -> None:
    """Nobody is stranded by a deletion in the middle of maintenance."""
    bucket = deployed.output("StateBucket")
    closed = deployed.is_closed()

    deployed.cloud.cloudformation.delete_stack(StackName=STACK)
    eventually(lambda: is_gone(deployed), seconds=120)

    assert closed
    assert b"function/rewrite" in deployed.config()
    assert b"MaintenanceEdge" not in deployed.config()
    assert deployed.cloud.s3.list_objects_v2(Bucket=bucket)["KeyCount"]
    value = deployed.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]
    assert value.startswith("off until 9999-12-31")


def is_gone(deployed: Deployed) -> bool:
    """Tell whether the stack is deleted; fail with the reason if its deletion has failed."""
    try:
        stack = deployed.cloud.cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError:
        return True
    if stack["StackStatus"] == "DELETE_FAILED":
        pytest.fail(stack.get("StackStatusReason", "the deletion failed"))
    return stack["StackStatus"] == "DELETE_COMPLETE"
