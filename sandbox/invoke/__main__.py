"""`python -m sandbox.invoke EVENT` runs the function that an event is for, in a container."""

import argparse
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from sandbox.invoke.engine import require_engine
from sandbox.invoke.errors import InvocationError
from sandbox.invoke.image import choose_image
from sandbox.invoke.invocation import (
    Invoked,
    invoke_edge,
    is_for_the_edge,
    local_controller,
    read_event,
)
from sandbox.isolation import isolate

_SANDBOX = "http://127.0.0.1:4566"
# What shells expect of a program that was interrupted.
_INTERRUPTED = 130


def main() -> int:
    """Print the answer; return 0, or 1 when the function could not be run or raised an error."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.invoke", description=__doc__)
    parser.add_argument("event", type=Path, help="a file like events/switch-on.json")
    parser.add_argument(
        "--endpoint-url", default=_SANDBOX, help="the sandbox, where make sandbox keeps it"
    )
    arguments = parser.parse_args()
    isolate(os.environ)
    # So that a command that is told to end leaves no network behind and no rule disabled.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        invoked = _invoke(arguments.event, arguments.endpoint_url)
    except InvocationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    sys.stderr.write(invoked.log)
    sys.stdout.write(f"{json.dumps(invoked.answer, indent=2, ensure_ascii=False)}\n")
    if invoked.to_cloudformation:
        sys.stderr.write(f"CloudFormation was told: {json.dumps(invoked.to_cloudformation)}\n")
    return 1 if invoked.failed else 0


def _invoke(file: Path, endpoint_url: str) -> Invoked:
    is_edge = is_for_the_edge(read_event(file))
    require_engine()
    image = choose_image()
    if is_edge:
        return invoke_edge(file, image, os.environ)
    with local_controller(endpoint_url, image, os.environ, _now) as controller:
        return controller.invoke(file)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
