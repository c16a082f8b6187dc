"""Run the demo: `python -m sandbox.demo`. With --keep its site stays, to play with."""

import argparse
import os
import shlex
import signal
import sys
import time
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape

from sandbox.demo.console import StepConsole, StepFailed
from sandbox.demo.environment import STACK, SWITCH, DemoEnvironment, start_environment
from sandbox.demo.sam import ROOT
from sandbox.demo.site.distribution import ALIAS
from sandbox.demo.standby_walkthrough import attach_standby, run_standby_walkthrough
from sandbox.demo.walkthrough import run_walkthrough
from sandbox.isolation import isolate
from sandbox.process import SandboxError
from sandbox.terminal import typed_lines

_KEPT_PORT = 4566
# The exit code that shells expect of an interrupted program.
_INTERRUPTED = 130
_WALKTHROUGHS = {"attach": run_walkthrough, "standby": run_standby_walkthrough}


def main() -> int:
    """Return 0 if every step had the expected result, 1 if one had not."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument(
        "--engine", choices=["attach", "standby"], default="attach", help="how the site is closed"
    )
    parser.add_argument("--keep", action="store_true", help="keep the site running to play with")
    parser.add_argument("--port", type=int, default=_KEPT_PORT, help="where --keep listens")
    arguments = parser.parse_args()
    console = StepConsole(Console())
    isolate(os.environ)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    began = time.monotonic()
    try:
        console.section("Build and deploy")
        port = arguments.port if arguments.keep else 0
        with start_environment(console, engine=arguments.engine, port=port) as demo:
            if arguments.keep:
                if arguments.engine == "standby":
                    attach_standby(demo, console)
                _keep(demo, console)
            else:
                _WALKTHROUGHS[arguments.engine](demo, console)
    except (StepFailed, SandboxError) as error:
        console.console.print(
            f"\n[bold red]Failed.[/] {escape(str(error))}", highlight=False, soft_wrap=True
        )
        return 1
    except KeyboardInterrupt:
        console.console.print("\nEnded; nothing is left running.")
        return 0 if arguments.keep else _INTERRUPTED
    _conclude(console, arguments.engine, time.monotonic() - began)
    return 0


def _conclude(console: StepConsole, engine: str, seconds: float) -> None:
    command = "make sandbox" + (f" ENGINE={engine}" if engine != "attach" else "")
    console.console.print(
        f"\n[bold green]Every check passed[/], in {seconds:.0f} s. Nothing is left running.\n"
        f"Next: [bold]{command}[/] keeps this shop running, for your browser and the AWS CLI.",
        highlight=False,
        soft_wrap=True,
    )


def _keep(demo: DemoEnvironment, console: StepConsole) -> None:
    port = urlsplit(demo.sandbox.endpoint_url).port
    console.section("Yours to play with")
    console.say(f"Open the shop in a browser: [bold]http://{ALIAS}:{port}/[/]")
    console.say("Type on, off or on for 10m here, and reload the page. Ctrl-C ends everything.")
    console.say("")
    console.say("Or open another terminal, and let its commands use the sandbox:")
    console.command("unset AWS_PROFILE AWS_SESSION_TOKEN; export", *_settings(demo))
    console.command(f'export PATH="{ROOT}/.venv/dev/bin:$PATH"')
    for command in (
        "site-maintenance status",
        "site-maintenance plan on for 90m",
        "site-maintenance on for 90m --message 'We are upgrading'",
        f"curl -i http://{ALIAS}:{port}/api/orders",
        f"aws ssm put-parameter --overwrite --name {SWITCH} --value off",
    ):
        console.command(command)
    console.say("The controller's log:")
    console.command(
        "aws logs filter-log-events",
        f"--log-group-name /aws/cloudformation/{STACK}/ControllerLogs",
        "--query 'events[].[message]' --output text",
    )
    console.say("")
    for line in typed_lines(sys.stdin):
        _write_switch(demo, console, line.strip())
    while True:
        time.sleep(3600)


def _settings(demo: DemoEnvironment) -> list[str]:
    """Return the environment variables with which a command uses the sandbox."""
    environment = demo.sandbox.environment()
    if any(name.lower().endswith("_proxy") for name in os.environ if name.lower() != "no_proxy"):
        environment |= {name: os.environ[name] for name in ("NO_PROXY", "no_proxy")}
    return [
        f"{name}={shlex.quote(value)}" for name, value in environment.items() if "SAM" not in name
    ]


def _write_switch(demo: DemoEnvironment, console: StepConsole, value: str) -> None:
    if not value:
        return
    try:
        demo.write_parameter(SWITCH, value)
    except demo.ssm.exceptions.ParameterPatternMismatchException:
        console.say(f"[red]Invalid: {escape(repr(value))}.[/] The switch takes:")
        console.say("on | off  [for 90m | until 2026-12-01T04:00]  [: message]", markup=False)
        return
    console.say(f"The switch says {escape(value)}. Reload the page in a few seconds.")


if __name__ == "__main__":
    sys.exit(main())
