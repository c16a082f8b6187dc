"""
The command sweep, where the controller cannot run.

`tests/stack/test_command_line.py` has it with a controller that does.
"""

import json
from collections.abc import Iterator

import pytest

from sandbox.process import Sandbox
from tests.cli.deployed import Deployed, deploy, words
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution, a_package

_FAILS = (
    "def handler(event, context):\n    raise RuntimeError('E1 is left as it was | E2 is stuck')\n"
)


@pytest.fixture(scope="module")
def deployed(sandbox: Sandbox) -> Iterator[Deployed]:
    """Give a stack whose controller fails."""
    sandbox.reset()
    cloud = Cloud(sandbox)
    stack = deploy(cloud, a_distribution(cloud))
    cloud.functions.update_function_code(FunctionName="site-Controller", ZipFile=a_package(_FAILS))
    yield stack
    sandbox.reset()


def test_a_failed_run_shows_each_error_on_a_line(deployed: Deployed) -> None:
    """The exit code is 1."""
    ran = deployed.types("sweep")

    assert 1 == ran.returncode
    assert "The run failed:\n  error: E1 is left as it was\n  error: E2 is stuck\n" == ran.stdout


def test_scripts_get_the_errors_as_json(deployed: Deployed) -> None:
    """And nothing else."""
    ran = deployed.types("sweep", "--json")

    expected = {"errors": ["E1 is left as it was", "E2 is stuck"]}
    assert (1, "", expected) == (ran.returncode, ran.stderr, json.loads(ran.stdout))


@pytest.mark.parametrize(
    ("code", "status", "remedy"),
    [
        ("TooManyRequestsException", 429, "Lambda has no concurrency left for the controller"),
        ("AccessDeniedException", 403, "site-Controller cannot be invoked"),
    ],
)
def test_a_refused_invocation_names_the_remedy(
    deployed: Deployed, code: str, status: int, remedy: str
) -> None:
    """Nothing has run."""
    sandbox = deployed.site.cloud.sandbox
    sandbox.inject_fault("refuse", "lambda:Invoke", code=code, status=status)

    ran = deployed.types("sweep")

    sandbox.clear_faults()
    assert 1 == ran.returncode
    assert remedy in words(ran.stderr)
