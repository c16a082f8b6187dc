"""
The operator's door: `python -m maintenance status | plan | on | off | windows | history`.

The same code as in Lambda, put together here as `handler.py` does it there: this module reads the
environment, asks the clock and makes clients, and nothing below it does.
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
    # The Lambda package leaves rich out, and a bare Python has none of them.
    sys.exit(
        f"{error.name} is missing here: run this with the Python of the development environment, "
        "which make setup makes: PYTHONPATH=controller .venv/dev/bin/python -m maintenance"
    )

_BAD = "bold red"


def main(words: Sequence[str] | None = None) -> ExitCode:
    """Do what was typed; a fault is one sentence on standard error, and an exit code."""
    arguments = parser(stack=os.environ.get("STACK") or STACK).parse_args(words)
    terminal = Terminal(as_json=arguments.json)
    try:
        return run(arguments, _door(arguments.stack, terminal))
    except UnreadableValue as error:
        terminal.tell(str(error), style=_BAD)
        return ExitCode.USAGE
    except MaintenanceError as error:
        terminal.tell(str(error), style=_BAD)
        return ExitCode.FAILED
    except (BotoCoreError, ClientError) as error:
        # Adapters have sentences of their own; this is what hinders making their clients at all.
        terminal.tell(f"AWS cannot be used: {error} - look at AWS_PROFILE and the like", style=_BAD)
        return ExitCode.FAILED
    except KeyboardInterrupt:
        terminal.tell("Interrupted; what was written stays.")
        return ExitCode.INTERRUPTED


def _door(stack: str, terminal: Terminal) -> Session:
    session = boto3.Session(region_name="us-east-1")
    deployed = read_deployed_settings(
        stack,
        cloudformation=session.client("cloudformation"),
        functions=session.client("lambda"),
    )
    app = assemble(deployed.settings, own_arn=deployed.controller_arn)
    return Session(app, terminal, Watch(terminal, now, time.sleep))


if __name__ == "__main__":
    sys.exit(main())
