"""The user's AWS settings and proxies do not keep programs from the sandbox."""

import os
import subprocess
import sys
from pathlib import Path

from sandbox.isolation import isolate
from sandbox.process import Sandbox

ROOT = Path(__file__).parents[2]
_CALLS = """
import os, sys
import boto3, httpx
from sandbox.isolation import isolate

isolate(os.environ)
keys = dict(aws_access_key_id="test", aws_secret_access_key="test")
boto3.client("ssm", "us-east-1", endpoint_url=sys.argv[1], **keys).describe_parameters()
httpx.get(sys.argv[1] + "/_sandbox/ready").raise_for_status()
"""


def test_neither_a_missing_profile_nor_a_proxy_is_used(sandbox: Sandbox) -> None:
    """Nothing listens at the proxy's address."""
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY"), "http://127.0.0.1:9")
    environment = {
        **os.environ,
        **proxies,
        "AWS_PROFILE": "missing",
        "NO_PROXY": "",
        "no_proxy": "",
    }

    ran = subprocess.run(  # noqa: S603 - our own lines
        [sys.executable, "-c", _CALLS, sandbox.endpoint_url],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (ran.returncode, ran.stderr)


def test_proxies_and_their_exceptions_stay() -> None:
    """`sam build` downloads through them."""
    environment = {"https_proxy": "http://proxy.example", "NO_PROXY": "intranet, localhost"}

    isolate(environment)

    assert "http://proxy.example" == environment["https_proxy"]
    assert "intranet,localhost,127.0.0.1,::1" == environment["NO_PROXY"] == environment["no_proxy"]


def test_no_aws_setting_stays() -> None:
    """Nor a file of settings: its default profile may name another endpoint."""
    environment = {"AWS_PROFILE": "work", "AWS_ENDPOINT_URL_SSM": "http://elsewhere", "HOME": "/h"}

    isolate(environment)

    files = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    settings = {name: each for name, each in environment.items() if name.startswith("AWS_")}
    assert files == settings
