"""`python -m local_invoke EVENT` runs the function that an event is for, in a container."""

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from local_invoke.errors import InvocationError
from local_invoke.invocation import Invoker

_SANDBOX = "http://127.0.0.1:4566"


def main() -> int:
    """Print the answer; return 0, or 1 when the function could not be run or raised an error."""
    parser = argparse.ArgumentParser(prog="python -m local_invoke", description=__doc__)
    parser.add_argument("event", type=Path, help="a file like events/switch-on.json")
    parser.add_argument(
        "--endpoint-url", default=_SANDBOX, help="the sandbox, where make sandbox keeps it"
    )
    arguments = parser.parse_args()
    invoker = Invoker(arguments.endpoint_url, os.environ, lambda: datetime.now(UTC))
    try:
        invoked = invoker.invoke(arguments.event)
    except InvocationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(invoked.log)
    sys.stdout.write(f"{json.dumps(invoked.answer, indent=2, ensure_ascii=False)}\n")
    if invoked.to_cloudformation:
        sys.stderr.write(f"CloudFormation was told: {json.dumps(invoked.to_cloudformation)}\n")
    return 1 if invoked.failed else 0


if __name__ == "__main__":
    sys.exit(main())
