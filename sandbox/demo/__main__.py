"""`python -m sandbox.demo` tells the story and ends; with --keep the stage stays, to play with."""

import argparse
import signal
import sys
import time
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape

from sandbox.demo.console import StepConsole, StepFailed
from sandbox.demo.environment import STACK, SWITCH, DemoEnvironment, start_environment
from sandbox.demo.site.distribution import ALIAS
from sandbox.demo.walkthrough import tell
from sandbox.process import SandboxError

_KEPT_PORT = 4566
# What shells expect of a program that was interrupted.
_INTERRUPTED = 130


def main() -> int:
    """Return 0 when the story came true, 1 when it did not."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="keep the site running to play with")
    parser.add_argument("--port", type=int, default=_KEPT_PORT, help="where --keep listens")
    arguments = parser.parse_args()
    console = StepConsole(Console(soft_wrap=False))
    began = time.monotonic()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        console.act("Setting the stage")
        with start_environment(console, port=arguments.port if arguments.keep else 0) as demo:
            if arguments.keep:
                _keep(demo, console)
            else:
                tell(demo, console)
    except (StepFailed, SandboxError) as error:
        console.console.print(
            f"\n[bold red]Not as told.[/] {escape(str(error))}", highlight=False, soft_wrap=True
        )
        return 1
    except KeyboardInterrupt:
        console.console.print("\nEnded; nothing is left running.")
        return 0 if arguments.keep else _INTERRUPTED
    took = time.monotonic() - began
    console.console.print(f"\n[bold green]As told[/], in {took:.0f} s. Nothing is left running.")
    return 0


def _keep(demo: DemoEnvironment, console: StepConsole) -> None:
    console.act("Yours to play with")
    console.say("Let this run. In another terminal, take the sandbox for AWS:")
    console.command(
        "unset AWS_PROFILE AWS_SESSION_TOKEN; export",
        *(
            f"{name}={value}"
            for name, value in demo.sandbox.environment().items()
            if "SAM" not in name
        ),
    )
    port = urlsplit(demo.sandbox.endpoint_url).port
    console.say("The site, for a browser:")
    console.say(f"  [bold]http://{ALIAS}:{port}/")
    console.say("and for curl:")
    console.command(f"curl -i http://{ALIAS}:{port}/api/orders")
    console.say("How it stands, and what an on would do:")
    console.command("make status")
    console.command("make plan ARGS='--if on for 90m'")
    console.say("The switch, with the AWS CLI or without:")
    for value in ("on", "off"):
        console.command(f"aws ssm put-parameter --name {SWITCH} --value {value} --overwrite")
    console.command("make on ARGS='for 90m: We are upgrading'")
    console.say("The controller's log:")
    console.command(
        "aws logs filter-log-events",
        f"--log-group-name /aws/cloudformation/{STACK}/ControllerLogs",
        "--query 'events[].[message]' --output text",
    )
    console.say("Or type here what the switch shall say (on, off, on for 10m). Ctrl-C ends it.")
    for line in sys.stdin:
        _write(demo, console, line.strip())
    while True:
        time.sleep(3600)


def _write(demo: DemoEnvironment, console: StepConsole, value: str) -> None:
    if not value:
        return
    try:
        demo.write_parameter(SWITCH, value)
    except demo.ssm.exceptions.ParameterPatternMismatchException:
        console.say(f"[red]The switch does not understand {escape(repr(value))}.[/] It reads:")
        console.say("on | off  [for 90m | until 2026-12-01T04:00]  [: message]", markup=False)
        return
    console.say(f"The switch says {escape(value)}. Reload the page in a few seconds.")


if __name__ == "__main__":
    sys.exit(main())
