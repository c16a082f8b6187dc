"""
The controller as a process of its own, and the site in the sandbox that it looks after.

The process is an execution environment of Lambda: started for the first event, then kept. What
EventBridge and Lambda's own start of it take is not played, and in no number.
"""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from benchmarks.artifact import PYTHON, environment, program
from tests.stories.site import SWITCH, Site

type Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Environment:
    """A started process; `imported` is what it said once its modules were imported."""

    imported: Answer
    events: IO[str]
    answers: IO[str]
    pid: int

    def invoke(self, event: object) -> Answer:
        """Deliver an event and return seconds and fault, as `run_controller.py` tells them."""
        self.events.write(json.dumps(event) + "\n")
        self.events.flush()
        answer: Answer = json.loads(self.answers.readline())
        return answer


@contextlib.contextmanager
def started(
    package: Path, site: Site, distributions: str, **settings: str
) -> Iterator[Environment]:
    """Start the controller of `package`, wait until it is imported, and end it afterwards."""
    variables = {
        **site.cloud.sandbox.environment(),
        **site.environment(distributions, **settings),
        "POWERTOOLS_SERVICE_NAME": "site-maintenance",
    }
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*PYTHON, program("run_controller.py")],
        env=environment(package, **variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("The controller has no pipes.")
    with process.stdin as events, process.stdout as answers:
        try:
            yield Environment(json.loads(answers.readline()), events, answers, process.pid)
        finally:
            process.kill()
            process.wait()


def succeeded(answer: Answer) -> Answer:
    """Return the answer of a run without a fault; raise RuntimeError with the fault of another."""
    if answer["fault"]:
        raise RuntimeError(f"The controller could not do what was measured: {answer['fault']}")
    return answer


def switch_changed() -> dict[str, Any]:
    """Return the event of a change of the switch, older than any change that is measured."""
    return {
        "detail-type": "Parameter Store Change",
        "source": "aws.ssm",
        "time": "2026-01-01T00:00:00Z",
        "detail": {"operation": "Update", "name": SWITCH, "type": "String"},
    }
