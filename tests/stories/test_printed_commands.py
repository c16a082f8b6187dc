"""Commands that the pages print, run by a shell whose `aws` calls the sandbox."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cloud import Cloud
from tests.stories.site import BUCKET
from tests.timing import PATIENCE

_DOCS = Path(__file__).parents[2] / "docs"
_MOST_KEYS = 1000
# The AWS CLI is in no environment of ours. This is what it does with the options that we print.
_AWS = f"""#!{sys.executable}
import json, sys
import boto3, jmespath
from botocore import xform_name

service, operation, *words = sys.argv[1:]
method = operation.replace("-", "_")
client = boto3.client({{"s3api": "s3"}}.get(service, service))
model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
shapes = model.input_shape.members.items()
members = {{xform_name(name, "-"): (name, shape) for name, shape in shapes}}
options = {{}}
while words:
    name = words.pop(0).removeprefix("--")
    options[name] = "" if name == "no-paginate" else words.pop(0)
arguments = {{}}
for option, value in options.items():
    if option in members:
        name, shape = members[option]
        if value.startswith("file://"):
            with open(value.removeprefix("file://")) as file:
                value = file.read()
        arguments[name] = json.loads(value) if shape.type_name == "structure" else value
if operation == "delete-objects" and len(arguments["Delete"]["Objects"]) > {_MOST_KEYS}:
    sys.exit("MalformedXML")
if client.can_paginate(method) and "no-paginate" not in options:
    answer = client.get_paginator(method).paginate(**arguments).build_full_result()
else:
    answer = getattr(client, method)(**arguments)
answer.pop("ResponseMetadata", None)
found = jmespath.search(options.get("query", "@"), answer)
print(found if options.get("output") == "text" else json.dumps(found, default=str))
"""


def printed(page: str, marker: str) -> str:
    """Return the block of a page that contains the marker."""
    blocks: list[str] = re.findall(r"```sh\n(.*?)```", (_DOCS / page).read_text("utf-8"), re.DOTALL)
    (found,) = (each for each in blocks if marker in each)
    return found


def run(cloud: Cloud, block: str, directory: Path, **variables: str) -> None:
    """Run a block in a shell, with these variables."""
    program = directory / "aws"
    program.write_text(_AWS, encoding="utf-8")
    program.chmod(0o755)
    path = f"{directory}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **cloud.sandbox.environment(), "PATH": path, **variables}
    command = ["sh", "-c", block]
    subprocess.run(command, cwd=directory, env=environment, check=True, timeout=PATIENCE)  # noqa: S603 - our own page


@pytest.mark.parametrize("versions", [0, _MOST_KEYS + 1])
def test_the_state_bucket_is_deleted_with_all_its_versions(
    cloud: Cloud, tmp_path: Path, versions: int
) -> None:
    """S3 deletes a thousand at a time; each change of a record is a version."""
    s3 = cloud.s3
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    with ThreadPoolExecutor(8) as workers:
        for number in range(versions):
            workers.submit(s3.put_object, Bucket=BUCKET, Key=f"displaced/{number % 9}", Body=b"{}")
    if versions:
        s3.delete_object(Bucket=BUCKET, Key="displaced/1")

    run(cloud, printed("remove.md", "delete-objects"), tmp_path, BUCKET=BUCKET)

    assert [] == s3.list_buckets()["Buckets"]
