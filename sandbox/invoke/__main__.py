"""`python -m sandbox.invoke EVENT` runs the function that an event is for, in a container."""

import argparse
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from sandbox.demo.console import StepFailed
from sandbox.invoke.container import InvocationError
from sandbox.invoke.invoke import invoke
from sandbox.isolation import isolate

_SANDBOX = "http://127.0.0.1:4566"
# The exit code that shells expect of an interrupted program.
_INTERRUPTED = 130


def main() -> int:
    """Print the response; return 0, or 1 if the function could not run or raised an exception."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.invoke", description=__doc__)
    parser.add_argument("event", type=Path, help="a file like events/switch-on.json")
    parser.add_argument("--endpoint-url", default=_SANDBOX, help="the sandbox of make sandbox")
    arguments = parser.parse_args()
    isolate(os.environ)
    # So that a terminated command enables the rules again.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        result = invoke(arguments.event, arguments.endpoint_url, datetime.now(UTC))
    except (InvocationError, StepFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    sys.stderr.write(result.log)
    sys.stdout.write(f"{json.dumps(result.response, indent=2, ensure_ascii=False)}\n")
    if result.to_cloudformation:
        sys.stderr.write(f"Answer to CloudFormation: {json.dumps(result.to_cloudformation)}\n")
    return 1 if result.is_error else 0


if __name__ == "__main__":
    sys.exit(main())
