"""A cold start imports what the stack's engine is made of, and nothing of the other one."""

import subprocess
import sys

import pytest

from tests.contract.template import ROOT

_CONTROLLER = ROOT / "controller"
_ARN = "arn:aws:lambda:us-east-1:123456789012:function:site-Controller"
_STORE = "arn:aws:cloudfront::123456789012:key-value-store/a1b2c3d4-5678-90ab-cdef-1234567890ab"
_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "DEAD_LETTER_QUEUE_ARN": "arn:aws:sqs:us-east-1:123456789012:dead-letters",
    "DISTRIBUTIONS": "E2EXAMPLE1AB3",
    "EDGE_VERSION_ARN": f"{_ARN[:-15]}site-MaintenanceEdge-AbC123dEf456:7",
    "PAGE_FUNCTION": "site-MaintenancePage-AbC123dEf456",
    "SCHEDULE_GROUP": "site-schedules",
    "STACK_NAME": "site",
    "STATE_BUCKET": "site-statebucket-1",
    "SWITCH_PARAMETER": "/site/maintenance",
    "SCHEDULER_ROLE_ARN": "arn:aws:iam::123456789012:role/wake",
}
_STANDBY = {"ENGINE": "standby", "STANDBY_FUNCTION": "site", "STANDBY_STORE_ARN": _STORE}
_START = f"""
import sys
import maintenance.handler
from maintenance.app import make_app

make_app({_ARN!r})
print(*(each for each in sys.modules if each.startswith("maintenance.")))
"""
_OF_ATTACH = {
    "reconcile.attach.site",
    "reconcile.attach.distribution",
    "lambda_edge.select",
    "aws.throttling",
}
_OF_STANDBY = {
    "aws.standby.key_value_store",
    "aws.standby.sigv4a",
    "standby.plan",
    "reconcile.standby.site",
}


@pytest.mark.parametrize(
    ("variables", "own", "other"),
    [({}, _OF_ATTACH, _OF_STANDBY), (_STANDBY, _OF_STANDBY, _OF_ATTACH)],
    ids=["attach", "standby"],
)
def test_a_start_imports_one_engine(
    variables: dict[str, str], own: set[str], other: set[str]
) -> None:
    """A toggle waits for a cold start, and each module takes a part of a millisecond."""
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _START],
        env={**_ENVIRONMENT, **variables, "PYTHONPATH": str(_CONTROLLER)},
        capture_output=True,
        text=True,
        check=True,
    )

    imported = {each.removeprefix("maintenance.") for each in ran.stdout.split()}
    assert (own, set()) == (own & imported, other & imported)
