"""
The controller in a process of its own, beside a sandbox.

The process plays an execution environment of Lambda: it starts for the first event and is kept for
the next. No figure contains EventBridge's time or Lambda's own part of a start.
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
    """A running process; `imported` is its first line, after its modules were imported."""

    imported: Answer
    events: IO[str]
    answers: IO[str]
    pid: int

    def invoke(self, event: object) -> Answer:
        """Deliver an event and return durations and error, as `run_controller.py` prints them."""
        self.events.write(json.dumps(event) + "\n")
        self.events.flush()
        answer: Answer = json.loads(self.answers.readline())
        return answer


@contextlib.contextmanager
def start_controller(
    package: Path, site: Site, distributions: str, **settings: str
) -> Iterator[Environment]:
    """Start the controller of `package`, wait until it has imported, and end it afterwards."""
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


def require_success(answer: Answer) -> Answer:
    """Return the answer of a run; raise RuntimeError if the run failed."""
    if answer["error"]:
        raise RuntimeError(f"The measured run failed: {answer['error']}")
    return answer


def switch_event(switch: str = SWITCH) -> dict[str, Any]:
    """Return the event of a change of this switch, older than any measured change."""
    return {
        "detail-type": "Parameter Store Change",
        "source": "aws.ssm",
        "time": "2026-01-01T00:00:00Z",
        "detail": {"operation": "Update", "name": switch, "type": "String"},
    }
