"""Pure tests start quickly: they import neither the sandbox nor boto3."""

import subprocess
import sys

from tests.contract.template import ROOT

_COLLECT = """
import sys
import pytest

code = pytest.main(["--collect-only", "-qq", "-n0", "tests/unit", "tests/properties"])
sys.exit(code or ", ".join({"boto3", "sandbox.process"} & sys.modules.keys()) or None)
"""


def test_unit_and_property_tests_import_neither_the_sandbox_nor_boto3() -> None:
    """One file of them is run again and again, and boto3 alone takes longer than most."""
    ran = subprocess.run(  # noqa: S603 - our own tests
        [sys.executable, "-c", _COLLECT], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (0, "") == (ran.returncode, ran.stderr)
