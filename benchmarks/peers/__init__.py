"""
What people use instead, as scripts that are measured in the same run, against the same sandbox.

    attach_everywhere    the AWS CLI and jq attach a function to every behavior
    attach_to_default    the closest open tool's way: a CloudFront Function, default behavior only
    get_parameter        the AWS CLI reads one parameter
    put_key              boto3 puts one key into the store that an attached function reads

None of those that close a site records or restores what it displaces, has a page in several
languages, or ends by itself.
"""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.artifact import ROOT, program
from tests.stories.site import Site

_SCRIPTS = Path(__file__).parent
_CLI = ROOT / ".venv" / "bench" / "bin"
HAS_CLI = (_CLI / "aws").exists()


def attach_everywhere(site: Site, distribution_id: str) -> None:
    """Attach Lambda@Edge to every behavior of this distribution."""
    _run_script(site, "toggle.sh", distribution_id, site.edge_version_arn)


def attach_to_default(site: Site, distribution_id: str, function_arn: str) -> None:
    """Attach a CloudFront Function to the default behavior of this distribution."""
    _run_script(site, "toggle_default.sh", distribution_id, function_arn)


def get_parameter(site: Site, name: str) -> None:
    """Read one parameter."""
    subprocess.run(  # noqa: S603 - the pinned AWS CLI
        [str(_CLI / "aws"), "ssm", "get-parameter", "--name", name],
        env={**site.cloud.sandbox.environment(), "PATH": os.defpath},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def put_key(site: Site, store_arn: str) -> None:
    """Put the key `closed` into a store, with the whole boto3 of this environment."""
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, program("put_key.py"), store_arn, "closed", "yes"],
        env={**site.cloud.sandbox.environment(), "PYTHONPATH": str(ROOT / "controller")},
        check=True,
    )


def _run_script(site: Site, name: str, *arguments: str) -> None:
    sandbox = site.cloud.sandbox
    subprocess.run(  # noqa: S603 - our own script
        [str(_SCRIPTS / name), *arguments],
        env={
            **sandbox.environment(),
            "PATH": f"{_CLI}{os.pathsep}{os.defpath}",
            "AWS_ENDPOINT_URL_CLOUDFRONT": sandbox.endpoint_url,
        },
        check=True,
    )
