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
