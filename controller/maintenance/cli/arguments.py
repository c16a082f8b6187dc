"""
The arguments of the command line, its help, and the command that each calls.

`show.ExitCode` has the exit codes.
"""

import argparse
from datetime import timedelta
from zoneinfo import ZoneInfo

from maintenance.cli.operate import UNTIL_DEPLOYED, SwitchChange, set_switch
from maintenance.cli.show import ExitCode, Session
from maintenance.errors import UnreadableValue
from maintenance.schedule.switch import GRAMMAR
from maintenance.schedule.times import parse_duration, parse_zone

STACK = "site-maintenance"
_MOST_WEEKS = 104
_MOST_PAGES = 10_000

_ABOUT = "Put a CloudFront site into maintenance, bring it back, and see its status."
_EXAMPLES = """\
examples:
  python -m maintenance status                  is it on, why, until when, everywhere, what next
  python -m maintenance status --wait           the same, once every distribution is Deployed
  python -m maintenance plan --if on for 2h     what that would do; writes nothing
  python -m maintenance on for 90m --message 'New database'
  python -m maintenance off --wait
  python -m maintenance windows --weeks 8       the coming weeks as a timeline
  python -m maintenance history                 who changed what, and when

exit codes:
  0    done
  1    failed or refused: the message on standard error says what to do
  2    invalid command, or invalid value for the switch
  3    status --exit-code: in maintenance, everywhere
  4    still rolling out, after the timeout or with status --exit-code
  130  interrupted

The AWS CLI's variables apply (AWS_PROFILE, AWS_ENDPOINT_URL and so on); the Region is us-east-1.
Answers are on standard output, everything else on standard error; NO_COLOR=1 turns colors off.
"""
_EXIT_CODES = "exit codes: 0 live, 3 maintenance, 4 still rolling out, 1 failed"


def parser(*, stack: str) -> argparse.ArgumentParser:
    """Return the parser; `stack` is the name of the stack if --stack is not given."""
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
    for word, effect in (("on", "close the site"), ("off", "open the site")):
        _add_switch_change(commands, shared, word, effect)
    _add_windows(commands, shared)
    _add_history(commands, shared)
    return root


def run(arguments: argparse.Namespace, session: Session) -> ExitCode:
    """Run the command; raise MaintenanceError if it fails."""
    match arguments.command:
        case "status":
            wait = arguments.timeout if arguments.wait else None
            return session.status(wait=wait, as_exit_code=arguments.exit_code)
        case "plan":
            return session.plan(hypothetical=" ".join(arguments.hypothetical) or None)
        case "windows":
            return session.windows(weeks=arguments.weeks, zone=arguments.zone)
        case "history":
            return session.history(page=arguments.page)
        case word:
            return set_switch(_switch_change(word, arguments), session)


def _switch_change(word: str, arguments: argparse.Namespace) -> SwitchChange:
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
    status.add_argument(
        "--wait", action="store_true", help="wait until every distribution is Deployed"
    )
    _add_timeout(status, default=UNTIL_DEPLOYED, shown="35m")
    status.add_argument("--exit-code", action="store_true", help="exit with a code for the mode")


def _add_plan(commands: _Commands, shared: argparse.ArgumentParser) -> None:
    plan = commands.add_parser(
        "plan",
        parents=[shared],
        help="what the controller would do with each cache behavior, and why; writes nothing",
        epilog="Run `plan --if on` before the first `on`.",
    )
    plan.add_argument(
        "--if",
        dest="hypothetical",
        nargs="+",
        default=[],
        metavar=("VALUE", "WORD"),
        help="plan as if the switch said this now: --if on, --if on for 2h",
    )


def _add_switch_change(
    commands: _Commands, shared: argparse.ArgumentParser, word: str, effect: str
) -> None:
    change = commands.add_parser(
        word,
        parents=[shared],
        help=f"{effect}: {word} [for 90m | until 2026-12-01T04:00]",
        description=f"Write the switch, to {effect}, and watch until CloudFront has accepted it.",
        epilog=f"Values of the switch: {GRAMMAR}.",
    )
    change.add_argument("words", nargs="*", metavar="for 90m | until 2026-12-01T04:00")
    change.add_argument("--message", metavar="TEXT", help="message for visitors")
    change.add_argument("--yes", action="store_true", help="do not ask")
    change.add_argument(
        "--wait", action="store_true", help="watch until every distribution is Deployed"
    )
    _add_timeout(change, default=None, shown="5m, with --wait 35m")


def _add_windows(commands: _Commands, shared: argparse.ArgumentParser) -> None:
    windows = commands.add_parser(
        "windows", parents=[shared], help="the coming weeks as a timeline, with local times"
    )
    windows.add_argument("--weeks", type=_weeks, default=4, help="how many (4)")
    windows.add_argument("--zone", type=_zone, help="time zone to show (the stack's TimeZone)")


def _add_history(commands: _Commands, shared: argparse.ArgumentParser) -> None:
    history = commands.add_parser(
        "history",
        parents=[shared],
        help="who changed the switch and the windows, when, and what the values meant",
        description="Parameter Store keeps the last hundred versions of each parameter.",
    )
    history.add_argument("--page", type=_page, default=1, help="fifty entries each, newest first")


def _add_timeout(
    command: argparse.ArgumentParser, *, default: timedelta | None, shown: str
) -> None:
    command.add_argument(
        "--timeout", type=_duration, default=default, help=f"how long to watch ({shown})"
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
    return _whole_number(text, most=_MOST_WEEKS)


def _page(text: str) -> int:
    return _whole_number(text, most=_MOST_PAGES)


def _whole_number(text: str, *, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {most}")
    return int(text)
