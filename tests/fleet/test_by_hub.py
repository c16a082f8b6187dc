"""The report of a hub, as the command reads it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from maintenance.aws.operator.fleet import Hub as DeployedHub
from maintenance.cli.fleet.by_hub import carry_out
from maintenance.cli.fleet.order import Order, Outcome, Result
from maintenance.cli.fleet.stacks import FleetStack, Wave
from maintenance.cli.terminal import Terminal

from tests.fleet.hub import ACCOUNTS, Hub


class _Cut:
    """S3 without the file of those that failed: the hub was stopped while it wrote."""

    def __init__(self, s3: Any) -> None:  # noqa: ANN401 - any client
        self._s3 = s3

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method
        return getattr(self._s3, name)

    def list_objects_v2(self, **request: str) -> dict[str, Any]:
        listed: dict[str, Any] = self._s3.list_objects_v2(**request)
        kept = [each for each in listed["Contents"] if "FAILED" not in each["Key"]]
        return {**listed, "Contents": kept}


def _deployed(hub: Hub, s3: Any) -> DeployedHub:  # noqa: ANN401 - any client
    """Return the hub as the command finds it."""
    names = ("MachineArn", "Bucket", "SpokeRoleName")
    return DeployedHub(s3, hub.cloud.states, *(hub.outputs[name] for name in names))


def _wave(hub: Hub, **accounts: str) -> Wave:
    """Return a wave of stacks in these accounts."""
    listed = [hub.stack(name, account) for name, account in accounts.items()]
    stacks = tuple(FleetStack(each["name"], each["controller"], each["site"]) for each in listed)
    return Wave(stacks, 100, len(stacks))


def _order(text: str) -> Order:
    return Order("shops", text, datetime.now(UTC), "ana", timedelta(minutes=1), pause=1)


def test_a_stack_that_a_report_lacks_may_have_been_reached(hub: Hub) -> None:
    """Step Functions writes several files, and a site that may be closed is not NOT BEGUN."""
    waves = [_wave(hub, a=ACCOUNTS[0], b="333333333333")]
    deployed = _deployed(hub, _Cut(hub.cloud.s3))

    ran = carry_out(_order("status"), waves, deployed, Terminal(as_json=False), time.sleep)

    sentence = "the hub has no report of it: ask with fleet status"
    assert (Outcome("a", Result.OPEN), Outcome("b", Result.STOPPED, sentence)) == ran.outcomes


def test_another_file_beside_a_report_is_not_read(hub: Hub) -> None:
    """Step Functions may leave one there, with which it checks that it may write."""

    def wait(seconds: float) -> None:
        machine = hub.outputs["MachineArn"]
        [execution] = hub.cloud.states.list_executions(stateMachineArn=machine)["executions"]
        key = f"runs/{execution['name']}/1/.check.temp"
        hub.cloud.s3.put_object(Bucket=hub.outputs["Bucket"], Key=key, Body=b"")
        time.sleep(seconds)

    waves = [_wave(hub, a=ACCOUNTS[0])]
    deployed = _deployed(hub, hub.cloud.s3)

    ran = carry_out(_order("on until 2099-01-01"), waves, deployed, Terminal(as_json=False), wait)

    assert (Outcome("a", Result.CLOSED),) == ran.outcomes
