"""
`site-maintenance status` beside `aws ssm get-parameter` of the status, as whole processes.

Both ask the same sandbox, which answers at once. The AWS CLI prints the controller's own document;
`status` also reads the stack, the switch and the metrics, and says what visitors get.

`status` runs in the development environment, where botocore finds and imports packages that the
command does not bring, such as awscrt: installed alone, it starts about a seventh faster.
"""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import peers
from benchmarks.artifact import Artifacts
from benchmarks.controller.process import require_success, start_controller
from benchmarks.results.findings import Finding, Goal, Samples, Section, ratios
from sandbox.process import start_sandbox
from tests.cli.deployed import Deployed, deploy
from tests.cli.program import command
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution
from tests.stories.site import SWITCH

_REPETITIONS = 11
_AS_QUICK = Goal(1.2, "x")
_SWEEP = {"sweep": True}


def run(artifacts: Artifacts, _: Path) -> Section:
    """Return the finding; without the AWS CLI in `.venv/bench`, only how long `status` takes."""
    with start_sandbox("--deploy-seconds", "0") as sandbox:
        cloud = Cloud(sandbox)
        distribution_id = a_distribution(cloud)
        deployed = deploy(cloud, distribution_id)
        with start_controller(
            artifacts.slimmed_controller, deployed.site, distribution_id
        ) as controller:
            require_success(controller.invoke(_SWEEP))
        deployed.ran(datetime.now(UTC))
        samples = _measure(deployed)
    return Section(title="status, a whole process", findings=(_finding(samples),))


def _measure(deployed: Deployed) -> dict[str, list[float]]:
    """Return the seconds of both, which are run in turns."""
    ways: dict[str, Callable[[], None]] = {
        "status": lambda: _run(command("status"), deployed.environment())
    }
    if peers.HAS_CLI:
        ways["aws"] = lambda: peers.get_parameter(deployed.site, f"{SWITCH}/status")
    for each in ways.values():
        # The first run writes compiled files.
        each()
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_REPETITIONS):
        for name, each in ways.items():
            began = time.perf_counter()
            each()
            samples[name].append(time.perf_counter() - began)
    return samples


def _finding(samples: Mapping[str, Sequence[float]]) -> Finding:
    measured = Samples(tuple(samples["status"])).text("s")
    aws = samples.get("aws")
    if not aws:
        return Finding(subject="status", measured=measured, beside="not measured: no AWS CLI")
    return Finding(
        subject="status",
        measured=measured,
        beside=f"aws ssm get-parameter {Samples(tuple(aws)).text('s')}",
        **_AS_QUICK.judge(ratios(samples["status"], aws)),
    )


def _run(words: Sequence[str], environment: Mapping[str, str]) -> None:
    subprocess.run(  # noqa: S603 - our own program
        words, env=environment, stdout=subprocess.DEVNULL, check=True
    )
