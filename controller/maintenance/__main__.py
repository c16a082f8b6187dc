"""
The command line: `python -m maintenance status | plan | on | off | windows | history`.

It assembles the same controller as `handler.py` does in Lambda. Only this module and `app.py` read
the environment, ask the clock and make clients.
"""

import os
import sys
import time
from collections.abc import Sequence

try:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    from maintenance.app import assemble, now
    from maintenance.aws.cloudformation import read_deployed_settings
    from maintenance.cli.arguments import STACK, parser, run
    from maintenance.cli.show import ExitCode, Session
    from maintenance.cli.terminal import Terminal
    from maintenance.cli.watch import Watch
    from maintenance.errors import MaintenanceError, UnreadableValue
except ModuleNotFoundError as error:
    # The Lambda package has no rich, and a bare Python has none of these.
    sys.exit(
        f"{error.name} is not installed: run make setup, then "
        "PYTHONPATH=controller .venv/dev/bin/python -m maintenance"
    )


def main(words: Sequence[str] | None = None) -> ExitCode:
    """Run a command; an error is one sentence on standard error, and an exit code."""
    arguments = parser(stack=os.environ.get("STACK") or STACK).parse_args(words)
    terminal = Terminal(as_json=arguments.json)
    try:
        return run(arguments, _session(arguments.stack, terminal))
    except UnreadableValue as error:
        terminal.error(str(error))
        return ExitCode.USAGE
    except MaintenanceError as error:
        terminal.error(str(error))
        return ExitCode.FAILED
    except (BotoCoreError, ClientError) as error:
        # Adapters translate their own errors; this one came before any client was made.
        terminal.error(f"cannot use AWS: {error} - check AWS_PROFILE and your AWS settings")
        return ExitCode.FAILED
    except KeyboardInterrupt:
        terminal.info("Interrupted; the switch keeps what was written.")
        return ExitCode.INTERRUPTED


def _session(stack: str, terminal: Terminal) -> Session:
    aws = boto3.Session(region_name="us-east-1")
    deployed = read_deployed_settings(
        stack,
        cloudformation=aws.client("cloudformation"),
        functions=aws.client("lambda"),
    )
    app = assemble(deployed.settings, own_arn=deployed.controller_arn)
    return Session(app, terminal, Watch(terminal, now, time.sleep))


if __name__ == "__main__":
    sys.exit(main())
