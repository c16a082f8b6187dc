"""A sandbox that holds other owners' resources, and the live check as `make live-check` runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from live_check.account import PREFIX
from sandbox.process import start_sandbox
from tests.cloud import Cloud
from tests.sandbox.builders import a_behavior, a_distribution, a_function, a_role, a_version, edge
from tests.timing import PATIENCE

ROOT = Path(__file__).parent.parent.parent
ACCOUNT_ID = "000000000000"


@dataclass(frozen=True)
class Checked:
    """A sandbox that plays an account in use, and what was in it before."""

    cloud: Cloud
    report: Path
    other: str
    before: frozenset[str]

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Start the program against the sandbox."""
        sandbox = self.cloud.sandbox
        return subprocess.Popen(  # noqa: S603 - our own program
            [
                *(sys.executable, "-m", "live_check", "--endpoint", sandbox.endpoint_url),
                *("--report", str(self.report), *options),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                **sandbox.environment(),
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "COLUMNS": "200",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *options: str) -> tuple[int, str]:
        """Run the program to its end; return its exit code and its output."""
        with self.start(*options) as process:
            output, _ = process.communicate(timeout=2 * PATIENCE)
            return process.returncode, output


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checked]:
    """Return an account in which others have a site, and resources with almost a run's name."""
    with start_sandbox() as sandbox:
        sandbox.set(deploy_seconds=0.2, replica_seconds=0)
        cloud = Cloud(sandbox)
        version = a_version(cloud, "other")
        behavior = a_behavior(LambdaFunctionAssociations=edge(viewer_request=version))
        other = a_distribution(
            cloud, "other", Comment=f"{PREFIX}-00000000", DefaultCacheBehavior=behavior
        )
        a_function(cloud, f"{PREFIX}-of-another-owner")
        a_role(cloud, f"{PREFIX}-deployer")
        cloud.ssm.put_parameter(Name=f"/{PREFIX}/switch", Value="on", Type="String")
        parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}
        cloud.cloudformation.create_stack(
            StackName=f"{PREFIX}-deployer",
            TemplateBody=json.dumps({"Resources": {"Parameter": parameter}}),
        )
        cloud.cloudformation.get_waiter("stack_create_complete").wait(
            StackName=f"{PREFIX}-deployer", WaiterConfig={"Delay": 1}
        )
        cloud.events.put_rule(Name=PREFIX, EventPattern=json.dumps({"source": ["aws.ssm"]}))
        report = tmp_path_factory.mktemp("live-check") / "report.md"
        yield Checked(cloud, report, other, inventory(cloud))


def inventory(cloud: Cloud) -> frozenset[str]:
    """Return what there is in the account, each as `kind name`."""
    kinds = {
        "distribution": _names(cloud.cloudfront.list_distributions(), "Id"),
        "CloudFront Function": _names(cloud.cloudfront.list_functions(), "Name"),
        "key value store": _names(cloud.cloudfront.list_key_value_stores(), "Name"),
        "response headers policy": _names(
            cloud.cloudfront.list_response_headers_policies(Type="custom"), "Id"
        ),
        "key group": _names(cloud.cloudfront.list_key_groups(), "Id"),
        "public key": _names(cloud.cloudfront.list_public_keys(), "Id"),
        "origin access control": _names(cloud.cloudfront.list_origin_access_controls(), "Id"),
        "function": _names(cloud.functions.list_functions(), "FunctionName"),
        "role": _names(cloud.iam.list_roles(), "RoleName"),
        "bucket": _names(cloud.s3.list_buckets()["Buckets"], "Name"),
        "parameter": _names(cloud.ssm.describe_parameters(), "Name"),
        "rule": _names(cloud.events.list_rules(), "Name"),
        "queue": cloud.sqs.list_queues().get("QueueUrls", []),
        "schedule": _names(cloud.scheduler.list_schedules(), "Name"),
        "schedule group": _names(cloud.scheduler.list_schedule_groups(), "Name"),
        "log group": _names(cloud.logs.describe_log_groups(), "logGroupName"),
        "stack": [
            each["StackName"]
            for each in cloud.cloudformation.describe_stacks()["Stacks"]
            if each["StackStatus"] != "DELETE_COMPLETE"
        ],
    }
    return frozenset(f"{kind} {name}" for kind, names in kinds.items() for name in names)


def _names(answer: Any, key: str) -> Iterator[str]:  # noqa: ANN401 - any listing of AWS
    """Yield the values of `key`, wherever they are in the answer to a listing."""
    if isinstance(answer, dict):
        if key in answer:
            yield answer[key]
        else:
            for member in answer.values():
                yield from _names(member, key)
    elif isinstance(answer, list):
        for member in answer:
            yield from _names(member, key)
