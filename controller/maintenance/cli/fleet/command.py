"""`fleet`: one order for the sites of many accounts, by a hub or by profiles."""

from __future__ import annotations

import argparse
import getpass
import math
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError

from maintenance.aws.operator.fleet import (
    ORDER_CLIENT,
    Hub,
    InvalidCredentials,
    find_hub,
    invoke_controller,
)
from maintenance.cli.argument_types import duration, whole_number, zone
from maintenance.cli.confirm import confirm
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.fleet import by_hub, by_profile
from maintenance.cli.fleet.order import FleetRun, Order, Outcome
from maintenance.cli.fleet.stacks import (
    FleetStack,
    Pace,
    Wave,
    parse_stacks,
    waves,
    without_profile,
)
from maintenance.cli.fleet.view import describe_plan, fleet_document, render_fleet
from maintenance.cli.switch.typed_switch import read_command, split_message, switch_value
from maintenance.errors import ConfigurationError, UnreadableValue
from maintenance.schedule.switch import resolve
from maintenance.schedule.times import format_duration

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from maintenance.cli.arguments import Commands
    from maintenance.cli.context import Context

_VERBS = ("on", "off", "plan", "status")
# TimeoutSeconds of fleet/machine.asl.json, less the time for what is under way at the deadline.
_LONGEST_OF_HUB = timedelta(hours=11)
# A question takes nine of the 25,000 events that a child's history may have (doc: Step Functions
# Developer Guide, service-quotas).
_MOST_QUESTIONS_OF_HUB = 2_500
_EXAMPLES = """\
examples:
  site-maintenance fleet status --list shops.json
  site-maintenance fleet plan on for 2h --list shops.json
  site-maintenance fleet on until 2026-12-01T04:00Z --list shops.json --pilot 2
  site-maintenance fleet on for 2h --list shops.json --hub site-maintenance-fleet
  site-maintenance fleet off --list shops.json --hub site-maintenance-fleet

Without --hub the command invokes each controller itself, with the profile that
the list names. docs/fleet.md has the list's format and says when a hub is worth it.
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `fleet`."""
    del shared  # It asks no stack.
    fleet = commands.add_parser(
        "fleet",
        help="close, open or ask the sites of many accounts",
        description="Give one order to the controllers of a list, and wait until it is done.",
        epilog=_EXAMPLES,
    )
    fleet.add_argument("verb", choices=_VERBS, metavar="on | off | plan | status")
    fleet.add_argument("words", nargs="*", metavar="for 90m | until 04:00")
    fleet.add_argument("--list", required=True, type=Path, metavar="FILE", help="list of stacks")
    fleet.add_argument("--hub", metavar="STACK", help="name of the hub's stack")
    fleet.add_argument("--name", help="name of the fleet (that of the file): off stops its on")
    fleet.add_argument("--message", help="message for visitors")
    fleet.add_argument("--zone", type=zone, default=zone("UTC"), help="zone of typed times (UTC)")
    fleet.add_argument(
        "--pilot",
        type=whole_number(most=10_000),
        default=0,
        metavar="N",
        help="close the first N before the rest",
    )
    fleet.add_argument(
        "--at-once", type=whole_number(most=10_000), default=50, metavar="N", help="how many (50)"
    )
    fleet.add_argument(
        "--tolerate", type=_percentage, default=0, metavar="PERCENT", help="share that may fail (0)"
    )
    fleet.add_argument(
        "--deadline", type=duration, default=duration("30m"), help="of each stack (30m)"
    )
    fleet.add_argument(
        "--pause", type=whole_number(most=600), default=20, help="seconds between questions (20)"
    )
    fleet.add_argument("--endless", action="store_true", help="allow an on without an end")
    fleet.add_argument("--yes", action="store_true", help="do not ask")
    fleet.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="answer with JSON"
    )
    fleet.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Give the order and show what became of it."""
    order = _order(arguments)
    stacks = parse_stacks(arguments.list.read_bytes(), str(arguments.list))
    if arguments.hub:
        _require_limits_of_hub(order)
    hub = _find_hub(arguments.hub, context) if arguments.hub else None
    if hub is None and (lacking := without_profile(stacks)):
        raise ConfigurationError(
            f"{lacking[0]!r} has no profile in {arguments.list}: add one, or name the hub's stack "
            "with --hub"
        )
    pace = Pace(arguments.pilot, arguments.at_once, arguments.tolerate)
    planned = waves(stacks, pace, is_closing=order.verb == "on")
    way = f"by the hub {arguments.hub}" if hub else "by profile"
    if not order.is_question and not confirm(
        context.terminal, describe_plan(order, planned, way), is_confirmed=arguments.yes
    ):
        return ExitCode.FAILED
    ran = _carry_out(order, planned, hub, context)
    document = fleet_document(ran)
    context.terminal.answer(document, render_fleet(ran))
    return ExitCode.FAILED if ran.failure or document.failed else ExitCode.DONE


def _order(arguments: argparse.Namespace) -> Order:
    from maintenance.app import now  # noqa: PLC0415 - imports boto3, which --help does not need

    at = now()
    text = _text(arguments, at)
    if text.partition(":")[0].strip() == "on" and not arguments.endless:
        raise UnreadableValue(
            "a fleet's on needs an end, so that each site opens by itself: add for 2h or until "
            "04:00, or --endless"
        )
    return Order(
        fleet=arguments.name or arguments.list.stem,
        text=text,
        at=at,
        by=_user(),
        deadline=arguments.deadline,
        pause=arguments.pause,
        endless=arguments.endless,
    )


def _user() -> str:
    """Return who gives the order, '' in a container whose user has no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # KeyError before Python 3.13
        return ""


def _text(arguments: argparse.Namespace, at: datetime) -> str:
    """Return the order's text: a value of the switch, status, or plan and the value to suppose."""
    typed = split_message(arguments.words, arguments.message)
    verb, rest = arguments.verb, typed
    if verb == "plan":
        verb, rest = read_command(typed)
    if verb in ("on", "off"):
        value = switch_value(verb, rest, now=at, zone=arguments.zone)
        value = resolve(value, at=at, zone=arguments.zone)
        return f"plan {value}" if arguments.verb == "plan" else value
    if rest.text or rest.message:
        raise UnreadableValue(f"{arguments.verb} takes no further words")
    return str(arguments.verb)


def _carry_out(
    order: Order, planned: tuple[Wave, ...], hub: Hub | None, context: Context
) -> FleetRun:
    if hub:
        return by_hub.carry_out(order, planned, hub, context.terminal, time.sleep)
    from maintenance.app import now  # noqa: PLC0415 - as above

    def show(wave: int, outcome: Outcome) -> None:
        line = f"Wave {wave} of {len(planned)}: {outcome.name} {outcome.result.value.upper()}"
        context.terminal.info(f"{line}: {outcome.detail}" if outcome.detail else line)

    def warn(stack: FleetStack, error: str) -> None:
        context.terminal.info(f"{stack.name} is tried again: {error}")

    caller = by_profile.Caller(_Profiles(context).invoke, now, threading.Event(), warn)
    return FleetRun(order, by_profile.carry_out(order, planned, caller, show))


def _require_limits_of_hub(order: Order) -> None:
    if order.deadline > _LONGEST_OF_HUB:
        raise UnreadableValue(
            f"--deadline {format_duration(order.deadline)} is too long for a hub, which stops an "
            f"order after 12 hours: at most {format_duration(_LONGEST_OF_HUB)}"
        )
    least = math.ceil(order.deadline.total_seconds() / _MOST_QUESTIONS_OF_HUB)
    if order.pause < least:
        raise UnreadableValue(
            f"--pause {order.pause} is too short for a hub with --deadline "
            f"{format_duration(order.deadline)}: at least {least} seconds"
        )


def _find_hub(stack: str, context: Context) -> Hub:
    session = context.aws()
    return find_hub(
        stack,
        cloudformation=session.client("cloudformation"),
        s3=session.client("s3"),
        states=session.client("stepfunctions"),
    )


def _percentage(text: str) -> int:
    return 0 if text == "0" else whole_number(most=100)(text)


class _Profiles:
    """The clients of the operator's profiles; a session is not made by two threads at once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._clients: dict[str | None, LambdaClient] = {}
        self._lock = threading.Lock()

    def invoke(self, stack: FleetStack, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """Invoke the controller of a stack with the stack's profile."""
        try:
            return invoke_controller(lambda: self._client(stack.profile), stack.controller, event)
        except InvalidCredentials as error:
            raise _unusable(stack.profile, error) from error

    def _client(self, profile: str | None) -> LambdaClient:
        with self._lock:
            if profile not in self._clients:
                try:
                    session = self._context.aws(profile)
                    self._clients[profile] = session.client("lambda", config=ORDER_CLIENT)
                except BotoCoreError as error:
                    raise _unusable(profile, error) from error
            return self._clients[profile]


def _unusable(profile: str | None, error: Exception) -> by_profile.UnusableProfile:
    return by_profile.UnusableProfile(
        f"the profile {profile} cannot be used: {error} - renew its credentials, or correct your "
        "AWS settings, and give the order again"
    )
