"""`python -m demo` tells the story and ends; with --keep the stage stays, to play with."""

import argparse
import signal
import sys
import time
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape

from sandbox.demo.console import NotAsToldError, Telling
from sandbox.demo.site.distribution import ALIAS
from sandbox.demo.stage import STACK, SWITCH, Stage, set_stage
from sandbox.demo.story import tell
from sandbox.process import SandboxError

_KEPT_PORT = 4566
# What shells expect of a program that was interrupted.
_INTERRUPTED = 130


def main() -> int:
    """Return 0 when the story came true, 1 when it did not."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="keep the site running to play with")
    parser.add_argument("--port", type=int, default=_KEPT_PORT, help="where --keep listens")
    arguments = parser.parse_args()
    telling = Telling(Console(soft_wrap=False))
    began = time.monotonic()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        telling.act("Setting the stage")
        with set_stage(telling, port=arguments.port if arguments.keep else 0) as stage:
            if arguments.keep:
                _keep(stage, telling)
            else:
                tell(stage, telling)
    except (NotAsToldError, SandboxError) as error:
        telling.console.print(
            f"\n[bold red]Not as told.[/] {escape(str(error))}", highlight=False, soft_wrap=True
        )
        return 1
    except KeyboardInterrupt:
        telling.console.print("\nEnded; nothing is left running.")
        return 0 if arguments.keep else _INTERRUPTED
    took = time.monotonic() - began
    telling.console.print(f"\n[bold green]As told[/], in {took:.0f} s. Nothing is left running.")
    return 0


def _keep(stage: Stage, telling: Telling) -> None:
    telling.act("Yours to play with")
    telling.say("Let this run. In another terminal, take the sandbox for AWS:")
    telling.command(
        "unset AWS_PROFILE AWS_SESSION_TOKEN; export",
        *(
            f"{name}={value}"
            for name, value in stage.sandbox.environment().items()
            if "SAM" not in name
        ),
    )
    port = urlsplit(stage.sandbox.endpoint_url).port
    telling.say("The site, for a browser:")
    telling.say(f"  [bold]http://{ALIAS}:{port}/")
    telling.say("and for curl:")
    telling.command(f"curl -i http://{ALIAS}:{port}/api/orders")
    telling.say("How it stands, and what an on would do:")
    telling.command("make status")
    telling.command("make plan ARGS='--if on for 90m'")
    telling.say("The switch, with the AWS CLI or without:")
    for value in ("on", "off"):
        telling.command(f"aws ssm put-parameter --name {SWITCH} --value {value} --overwrite")
    telling.command("make on ARGS='for 90m: We are upgrading'")
    telling.say("The controller's log:")
    telling.command(
        "aws logs filter-log-events",
        f"--log-group-name /aws/cloudformation/{STACK}/ControllerLogs",
        "--query 'events[].[message]' --output text",
    )
    telling.say("Or type here what the switch shall say (on, off, on for 10m). Ctrl-C ends it.")
    for line in sys.stdin:
        _write(stage, telling, line.strip())
    while True:
        time.sleep(3600)


def _write(stage: Stage, telling: Telling, value: str) -> None:
    if not value:
        return
    try:
        stage.write_parameter(SWITCH, value)
    except stage.ssm.exceptions.ParameterPatternMismatchException:
        telling.say(f"[red]The switch does not understand {escape(repr(value))}.[/] It reads:")
        telling.say("on | off  [for 90m | until 2026-12-01T04:00]  [: message]", markup=False)
        return
    telling.say(f"The switch says {escape(value)}. Reload the page in a few seconds.")


if __name__ == "__main__":
    sys.exit(main())
