"""A function that raises an error with the id of its process."""

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
    """Create the function; return its name."""
    return a_version(cloud, "failing", code=_CODE).split(":")[6]


def process_of(cloud: Cloud, name: str) -> str:
    """Invoke the function; return the id of its process."""
    response = cloud.functions.invoke(FunctionName=name)
    return str(json.loads(response["Payload"].read())["errorMessage"])
