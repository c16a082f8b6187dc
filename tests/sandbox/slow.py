"""A function that takes its time, and says with which configuration it began."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_version

_CODE = """
import os, pathlib, time
def handler(event, context):
    pathlib.Path(event).touch()
    time.sleep(1)
    return os.environ.get("COLOR", "")
"""

_WAITING = """
import pathlib, time
def handler(event, context):
    began = pathlib.Path(event)
    began.touch()
    while began.exists():
        time.sleep(0.02)
"""


def delete_role_while_it_runs(cloud: Cloud, marker: Path) -> list[str]:
    """Delete its role during an invocation; return the log groups that there are afterwards."""
    a_version(cloud, "waiting", code=_WAITING, Timeout=300)
    with ThreadPoolExecutor() as threads:
        running = threads.submit(
            cloud.functions.invoke,
            FunctionName="waiting",
            Payload=json.dumps(str(marker)).encode(),
        )
        eventually(marker.exists)
        cloud.iam.delete_role(RoleName="role-of-waiting")
        marker.unlink()
        running.result()
    return [each["logGroupName"] for each in cloud.logs.describe_log_groups()["logGroups"]]


def update_while_it_runs(cloud: Cloud, marker: Path) -> tuple[str | None, object]:
    """Update its configuration during an invocation; return that one's error and answer."""
    name = a_version(cloud, "slow", code=_CODE).split(":")[6]

    def invoke() -> tuple[str | None, object]:
        response = cloud.functions.invoke(
            FunctionName=name, Payload=json.dumps(str(marker)).encode()
        )
        return response.get("FunctionError"), json.loads(response["Payload"].read())

    with ThreadPoolExecutor() as threads:
        running = threads.submit(invoke)
        eventually(marker.exists)
        cloud.functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {"COLOR": "new"}}
        )
        first = running.result()
    if first[0] is None:
        assert (None, "new") == invoke()
    return first
