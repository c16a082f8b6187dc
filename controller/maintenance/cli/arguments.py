"""
The words of the command line: what can be typed, and the help that says so.

Exit codes are those of `questions.ExitCode`.
"""

import argparse
from datetime import timedelta
from zoneinfo import ZoneInfo

from maintenance.cli.operate import UNTIL_DEPLOYED, SwitchChange, carry_out
from maintenance.cli.show import ExitCode, Session
from maintenance.errors import UnreadableValue
from maintenance.schedule.switch import GRAMMAR
from maintenance.schedule.times import parse_duration, parse_zone

STACK = "site-maintenance"
_LONGEST_WEEKS = 104

_ABOUT = "Put a CloudFront site into maintenance, bring it back, and see how it stands."
_EXAMPLES = """\
examples:
  python -m maintenance status                  is it on, why, until when, everywhere, what next
  python -m maintenance status --wait           the same, once every distribution is Deployed
  python -m maintenance plan --if on for 2h     what that would do; writes nothing
  python -m maintenance on for 90m --message 'New database'
  python -m maintenance off --wait
  python -m maintenance windows --weeks 8       the coming weeks as a timeline
  python -m maintenance history                 who set what when

exit codes:
  0    done
  1    failed, or something is refused: the sentence on standard error says what to do
  2    not understood: the command, or the value for the switch
  3    status --exit-code: in maintenance, everywhere
  4    not everywhere yet, when the time to wait was over or with status --exit-code
  130  interrupted

AWS is reached as the AWS CLI reaches it (AWS_PROFILE, AWS_ENDPOINT_URL and so on), in us-east-1.
Answers are on standard output, everything else is on standard error; NO_COLOR=1 leaves colours out.
"""
_EXIT_CODES = "exit codes: 0 live, 3 maintenance, 4 not everywhere yet, 1 failed"


def parser(*, stack: str) -> argparse.ArgumentParser:
    """Return the parser; `stack` is the name of the stack that is meant if none is given."""
    root = argparse.ArgumentParser(
        prog="python -m maintenance",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--stack",
        default=stack,
        help="name of the stack (STACK in the environment, or %(default)s)",
    )
    shared.add_argument("--json", action="store_true", help="answer with JSON, for scripts")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_status(commands, shared)
    _add_plan(commands, shared)
    for word, what in (("on", "close the site"), ("off", "open the site")):
        _add_order(commands, shared, word, what)
    _add_windows(commands, shared)
    _add_history(commands, shared)
    return root


def run(arguments: argparse.Namespace, door: Session) -> ExitCode:
    """Do what was typed; raise MaintenanceError where it cannot be done."""
    match arguments.command:
        case "status":
            patience = arguments.timeout if arguments.wait else None
            return door.status(wait=patience, as_exit_code=arguments.exit_code)
        case "plan":
            return door.plan(supposed=" ".join(arguments.supposed) or None)
        case "windows":
            return door.windows(weeks=arguments.weeks, zone=arguments.zone)
        case "history":
            return door.history(page=arguments.page)
        case word:
            return carry_out(_order(word, arguments), door)


def _order(word: str, arguments: argparse.Namespace) -> SwitchChange:
    value = " ".join([word, *arguments.words])
    return SwitchChange(
        value=f"{value}: {arguments.message}" if arguments.message else value,
        is_confirmed=arguments.yes,
        wait=arguments.wait,
        timeout=arguments.timeout,
    )


type _Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it


def _add_status(commands: _Commands, shared: argparse.ArgumentParser) -> None:
    status = commands.add_parser(
        "status",
        parents=[shared],
        help="is it on, why, until when, is it on everywhere, what comes next",
        epilog=f"{_EXIT_CODES} (without --exit-code: 0 or 1)",
    )
    status.add_argument("--wait", action="store_true", help="until every distribution is Deployed")
    _add_timeout(status, default=UNTIL_DEPLOYED, told="35m")
    status.add_argument("--exit-code", action="store_true", help="say it with the exit code too")


def _add_plan(commands: _Commands, shared: argparse.ArgumentParser) -> None:
    plan = commands.add_parser(
        "plan",
        parents=[shared],
        help="what the controller would do with each cache behavior, and why; writes nothing",
        epilog="Ask `plan --if on` before the first `on`.",
    )
    plan.add_argument(
        "--if",
        dest="supposed",
        nargs="+",
        default=[],
        metavar=("VALUE", "WORD"),
        help="suppose that the switch said this now: --if on, --if on for 2h",
    )


def _add_order(commands: _Commands, shared: argparse.ArgumentParser, word: str, what: str) -> None:
    order = commands.add_parser(
        word,
        parents=[shared],
        help=f"{what}: {word} [for 90m | until 2026-12-01T04:00]",
        description=f"Write the switch, to {what}, and watch until CloudFront has taken it.",
        epilog=f"What the switch understands: {GRAMMAR}.",
    )
    order.add_argument("words", nargs="*", metavar="for 90m | until 2026-12-01T04:00")
    order.add_argument("--message", metavar="TEXT", help="goes behind a colon")
    order.add_argument("--yes", action="store_true", help="do not ask")
    order.add_argument("--wait", action="store_true", help="until every distribution is Deployed")
    _add_timeout(order, default=None, told="5m, with --wait 35m")


def _add_windows(commands: _Commands, shared: argparse.ArgumentParser) -> None:
    windows = commands.add_parser(
        "windows", parents=[shared], help="the coming weeks as a timeline, with local times"
    )
    windows.add_argument("--weeks", type=_weeks, default=4, help="how many (4)")
    windows.add_argument(
        "--zone", type=_zone, help="draw on the clocks of this zone, not the stack's TimeZone"
    )


def _add_history(commands: _Commands, shared: argparse.ArgumentParser) -> None:
    history = commands.add_parser(
        "history",
        parents=[shared],
        help="who set the switch and the windows when, and what it meant",
        description="Parameter Store keeps the last hundred versions of each parameter.",
    )
    history.add_argument("--page", type=_page, default=1, help="fifty a page, the newest first (1)")


def _add_timeout(command: argparse.ArgumentParser, *, default: timedelta | None, told: str) -> None:
    command.add_argument(
        "--timeout", type=_duration, default=default, help=f"how long to watch ({told})"
    )


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except UnreadableValue as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error


def _zone(text: str) -> ZoneInfo:
    try:
        return parse_zone(text)
    except UnreadableValue as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error


def _weeks(text: str) -> int:
    return _number(text, most=_LONGEST_WEEKS)


def _page(text: str) -> int:
    return _number(text, most=10_000)


def _number(text: str, *, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {most}")
    return int(text)
