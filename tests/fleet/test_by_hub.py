"""The report of a hub, as the command reads it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from maintenance.aws.operator.fleet import Hub as DeployedHub
from maintenance.cli.fleet.by_hub import carry_out
from maintenance.cli.fleet.order import Order, Outcome, Result
from maintenance.cli.fleet.stacks import FleetStack, Wave
from maintenance.cli.terminal import Terminal

from tests.fleet.hub import Hub


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


def test_a_stack_that_a_report_lacks_may_have_been_reached(hub: Hub) -> None:
    """Step Functions writes several files, and a site that may be closed is not NOT BEGUN."""
    listed = [hub.stack("a"), hub.stack("b", "333333333333")]
    stacks = tuple(FleetStack(each["name"], each["controller"], each["site"]) for each in listed)
    outputs = hub.outputs
    deployed = DeployedHub(
        _Cut(hub.cloud.s3),  # type: ignore[arg-type]  # as above
        hub.cloud.states,
        outputs["MachineArn"],
        outputs["Bucket"],
        outputs["SpokeRoleName"],
    )
    order = Order("shops", "status", datetime.now(UTC), "ana", timedelta(minutes=1), pause=1)

    ran = carry_out(order, [Wave(stacks, 100, 2)], deployed, Terminal(as_json=False), time.sleep)

    sentence = "the hub has no report of it: ask with fleet status"
    assert (Outcome("a", Result.OPEN), Outcome("b", Result.STOPPED, sentence)) == ran.outcomes
