"""A function that fails, and says in which process it ran."""

import json

from tests.cloud import Cloud
from tests.sandbox.builders import a_version

_CODE = """
import os
def handler(event, context):
    if event == "exit":
        os._exit(1)
    raise ValueError(os.getpid())
"""


def a_failing_function(cloud: Cloud) -> str:
    """Create it; return its name."""
    return a_version(cloud, "failing", code=_CODE).split(":")[6]


def process_of(cloud: Cloud, name: str) -> str:
    """Invoke it; return the id of its process."""
    answer = cloud.functions.invoke(FunctionName=name)
    return str(json.loads(answer["Payload"].read())["errorMessage"])
