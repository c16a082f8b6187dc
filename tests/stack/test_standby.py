"""
One stack with the standby engine from its deployment to its deletion, with IAM enforced.

The tests run in order on the same stack, because a deployment takes many seconds.
"""

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import httpx
import pytest
from maintenance.standby.publishing import read_code
from maintenance.standby.state import State, decode_state

from sandbox.demo.sam import deploy
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_distribution, change_default, functions
from tests.stack.conftest import DeployedStack, rules_disabled
from tests.stack.permissions import Permission, without
from tests.stack.standby_alarm_causes import STANDBY_CAUSES
from tests.stack.standby_operations import STANDBY_OPERATIONS, function_name
from tests.stack.test_command_line import types

STACK, SWITCH = "standby-maintenance", "/standby/maintenance"
NOTHING = functions()


@pytest.fixture(scope="module")
def standby(account: Cloud) -> Iterator[DeployedStack]:
    """Give a stack whose function no cache behavior has yet."""
    account.sandbox.set(store_seconds=0.2)
    distribution_id = a_distribution(account, "standby")
    deploy(
        account.sandbox,
        STACK,
        Distributions=distribution_id,
        SwitchParameter=SWITCH,
        Engine="standby",
    )
    yield DeployedStack(account, distribution_id, STACK, SWITCH)
    account.sandbox.set(store_seconds=0.5)


def _update(standby: DeployedStack, **parameters: str) -> str:
    """Update these parameters of the stack, and return its status then."""
    cloudformation = standby.cloud.cloudformation
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    kept = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    cloudformation.update_stack(
        StackName=STACK,
        UsePreviousTemplate=True,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in (kept | parameters).items()
        ],
    )
    status = eventually(lambda: _settled(standby))
    standby.__dict__.pop("resources", None)
    return status


def _refusal(standby: DeployedStack, engine: str) -> str:
    """Return why the stack refuses the other engine, once it is as it was before."""
    assert "UPDATE_ROLLBACK_COMPLETE" == _update(standby, Engine=engine)
    return _newest_reason(standby, "UPDATE_FAILED")


def _newest_reason(standby: DeployedStack, status: str) -> str:
    events = standby.cloud.cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    return next(
        each["ResourceStatusReason"]
        for each in events
        if (each["LogicalResourceId"], each["ResourceStatus"]) == ("Installation", status)
    )


def _attach(standby: DeployedStack) -> None:
    """Attach the function by hand, as the owner's own template does."""
    used = functions(viewer_request=standby.output("StandbyFunctionArn"))
    change_default(standby.cloud, standby.distribution_id, FunctionAssociations=used)
    standby.cloud.sandbox.finish_deployments()


def _detach(standby: DeployedStack) -> None:
    change_default(standby.cloud, standby.distribution_id, FunctionAssociations=NOTHING)
    standby.cloud.sandbox.finish_deployments()


def _mode(answer: httpx.Response) -> str | None:
    """Return what the maintenance answer says of itself; None if the site itself answers."""
    mode: str | None = answer.headers.get("x-maintenance")
    return mode


def _stored(standby: DeployedStack) -> State | None:
    """Return the state in the store, if there is one."""
    value = standby.cloud.key_values.get_key(KvsARN=standby.output("StandbyStoreArn"), Key="state")[
        "Value"
    ]
    return decode_state(value)


def _live_code(standby: DeployedStack) -> bytes:
    name = function_name(standby)
    return standby.cloud.cloudfront.get_function(Name=name, Stage="LIVE")["FunctionCode"].read()


def test_a_deployment_writes_the_store_and_publishes_the_program(standby: DeployedStack) -> None:
    """The code of the template lets every request through."""
    code = read_code(_live_code(standby))

    assert code
    assert () == code.state.periods
    assert code.state == _stored(standby)
    assert "off" == standby.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]


def test_the_program_is_in_the_package_of_the_controller(standby: DeployedStack) -> None:
    """Not only in this checkout."""
    name = standby.physical_id("Controller")
    url = standby.cloud.functions.get_function(FunctionName=name)["Code"]["Location"]

    with zipfile.ZipFile(BytesIO(httpx.get(url).content)) as package:
        assert "maintenance/standby/function.js" in package.namelist()


def test_the_controllers_role_may_not_update_a_distribution(standby: DeployedStack) -> None:
    """Not even read its configuration."""
    role = standby.cloud.iam.get_role(RoleName=standby.physical_id("ControllerRole"))["Role"]

    simulated = standby.cloud.iam.simulate_principal_policy(
        PolicySourceArn=role["Arn"],
        ActionNames=["cloudfront:UpdateDistribution", "cloudfront:GetDistributionConfig"],
        ResourceArns=[f"arn:aws:cloudfront::000000000000:distribution/{standby.distribution_id}"],
    )

    assert {"implicitDeny"} == {each["EvalDecision"] for each in simulated["EvaluationResults"]}


def test_the_command_attaches_the_function_and_doctor_is_content(standby: DeployedStack) -> None:
    """With the role, the function and the store that CloudFormation has made."""
    before = _failed_checks(standby)

    attached = types(standby, "standby", "attach", "--yes")
    standby.cloud.sandbox.finish_deployments()

    assert ["behaviors"] == before
    assert (0, True) == (attached.returncode, "default    attached" in attached.stdout)
    assert [] == _failed_checks(standby)
    detached = types(standby, "standby", "detach", "--yes")
    assert (0, True) == (detached.returncode, "default    detached" in detached.stdout)


def _failed_checks(standby: DeployedStack) -> list[str]:
    """Return the checks of doctor that failed or could not ask; alarms have tests of their own."""
    checks = json.loads(types(standby, "doctor", "--json").stdout)["checks"]
    bad = ("failed", "could not ask")
    return [name for name, each in checks.items() if each["verdict"] in bad and name != "alarms"]


def test_a_site_with_the_function_attached_is_open(standby: DeployedStack) -> None:
    """The function lets the request through; no origin listens in this test."""
    _attach(standby)

    assert (502, None) == (standby.visit().status_code, _mode(standby.visit()))


@pytest.mark.parametrize("permission", STANDBY_OPERATIONS, ids=str)
def test_an_operation_fails_without_its_permission_and_succeeds_with_it(
    standby: DeployedStack, permission: Permission
) -> None:
    """The run's error names the missing action; no other run does before it what is denied."""
    operation = STANDBY_OPERATIONS[permission]
    with rules_disabled(standby):
        standby.put(SWITCH, "off")
        assert standby.sweep()
        for step in operation.prepare:
            step(standby)

        with without(standby, permission):
            denied = operation.run(standby)
        permitted = operation.run(standby)

    assert permission.action in denied
    assert "" == permitted


@pytest.mark.parametrize("name", STANDBY_CAUSES)
def test_an_alarm_goes_off_for_its_cause_and_no_other(standby: DeployedStack, name: str) -> None:
    """Once; it ends when visitors are served again."""
    cause, sandbox = STANDBY_CAUSES[name], standby.cloud.sandbox
    sandbox.advance(20)
    before = _alarms(standby)

    with cause.lasting(standby):
        for _ in range(3):
            result = standby.visit().headers["x-cache"]
            sandbox.advance(5)
        during = _alarms(standby)
    sandbox.advance(20)

    all_ok = dict.fromkeys(STANDBY_CAUSES, "OK")
    assert f"{cause.result} from cloudfront" == result
    assert all_ok == before
    assert all_ok | {name: "ALARM"} == during
    assert all_ok == _alarms(standby)


def _alarms(standby: DeployedStack) -> dict[str, str]:
    """Return the state of each alarm of the standby function."""
    found = standby.cloud.cloudwatch.describe_alarms(AlarmNamePrefix=STACK)["MetricAlarms"]
    states = {each["AlarmName"]: each["StateValue"] for each in found}
    return {name: states[standby.physical_id(name)] for name in STANDBY_CAUSES}


def test_writing_on_closes_the_site_and_leaves_the_distribution(standby: DeployedStack) -> None:
    """The switch's event reaches the controller, which writes the store in its role."""
    before = standby.config()

    standby.put(SWITCH, "on")

    assert eventually(lambda: _mode(standby.visit()) == "on")
    assert 503 == standby.visit().status_code
    assert before == standby.config()


def test_an_update_of_the_stack_leaves_the_site_closed(standby: DeployedStack) -> None:
    """CloudFormation does not publish its own code again."""
    assert "UPDATE_COMPLETE" == _update(standby, MaxDistributions="7")

    assert "on" == _mode(standby.visit())
    assert read_code(_live_code(standby))


def test_another_engine_is_refused_while_the_site_is_closed(standby: DeployedStack) -> None:
    """The update is rolled back, and says why in one sentence."""
    refusal = _refusal(standby, "attach")

    assert refusal.startswith("the site is in maintenance, and")
    assert "so nothing was changed: write off, wait until the site is open, then deploy" in refusal
    assert "on" == _mode(standby.visit())
    assert standby.sweep()
    assert "on" == _mode(standby.visit())


def test_writing_off_opens_the_site(standby: DeployedStack) -> None:
    """And the next sweeps publish the open state."""
    standby.put(SWITCH, "off")

    assert eventually(lambda: _mode(standby.visit()) is None)


def test_a_window_begins_while_the_controller_is_stopped(standby: DeployedStack) -> None:
    """The edge judges by its own clock what was written ahead."""
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=6)
    window = f"{SWITCH}/windows/now"
    functions, name = standby.cloud.functions, standby.physical_id("Controller")

    standby.put(window, f"at({begins:%Y-%m-%dT%H:%M:%S}) for 2h")
    eventually(lambda: (_stored(standby) or State(0, (), "", ())).periods)
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    open_before = _mode(standby.visit())
    eventually(lambda: _mode(standby.visit()) == "on")
    closed_at = datetime.now(UTC)
    functions.delete_function_concurrency(FunctionName=name)
    standby.cloud.ssm.delete_parameter(Name=window)
    assert standby.sweep()

    assert None is open_before
    assert timedelta(0) <= closed_at - begins < timedelta(seconds=2)
    assert eventually(lambda: _mode(standby.visit()) is None)


def test_an_open_site_can_be_closed_by_attaching_instead(standby: DeployedStack) -> None:
    """Function, store and their rights are gone."""
    _detach(standby)

    assert "UPDATE_COMPLETE" == _update(standby, Engine="attach")
    standby.put(SWITCH, "on")

    assert eventually(standby.is_closed)
    assert "StandbyFunction" not in standby.resources
    assert "StandbyPolicy" not in standby.resources
    assert "AttachPolicy" in standby.resources


def test_the_standby_engine_is_refused_while_ours_is_attached(standby: DeployedStack) -> None:
    """The new role could not take it off; the site stays closed, and opens as before."""
    refusal = _refusal(standby, "standby")

    assert refusal.startswith("the site is in maintenance, and")
    assert standby.is_closed()
    standby.put(SWITCH, "off")
    assert eventually(lambda: not standby.is_closed())


def test_an_open_site_can_be_switched_to_standby(standby: DeployedStack) -> None:
    """The new store has the state of now."""
    standby.cloud.sandbox.finish_deployments()

    assert "UPDATE_COMPLETE" == _update(standby, Engine="standby")

    assert "AttachPolicy" not in standby.resources
    assert read_code(_live_code(standby))
    _attach(standby)
    standby.put(SWITCH, "on")
    assert eventually(lambda: _mode(standby.visit()) == "on")


def test_a_deletion_is_refused_while_a_behavior_has_the_function(standby: DeployedStack) -> None:
    """The site is open then, and stays managed."""
    standby.cloud.cloudformation.delete_stack(StackName=STACK)

    assert "DELETE_FAILED" == eventually(lambda: _settled(standby))
    assert "detach first: " in _newest_reason(standby, "DELETE_FAILED")
    assert None is _mode(standby.visit())


def test_a_deletion_after_the_detachment_leaves_no_function(standby: DeployedStack) -> None:
    """Nor its store."""
    name = function_name(standby)
    _detach(standby)

    standby.cloud.cloudformation.delete_stack(StackName=STACK)
    eventually(lambda: _settled(standby) == "DELETE_COMPLETE")

    listed = json.dumps(standby.cloud.cloudfront.list_functions(), default=str)
    assert name not in listed


def _settled(standby: DeployedStack) -> str:
    """Return the status of the stack, '' while CloudFormation works on it."""
    found = standby.cloud.cloudformation.list_stacks()["StackSummaries"]
    status = next(each["StackStatus"] for each in found if each["StackName"] == STACK)
    return "" if status.endswith("IN_PROGRESS") else status
