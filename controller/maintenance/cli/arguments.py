"""
The commands of the command line, and the parser of what is typed.

Each command is a module of this package with `add_arguments(commands, shared)`, which adds its
parser to `commands` and names its function `run(arguments, context)`. `shared` holds the options of
every command that asks a stack. Only the module of the typed command is imported, so a command
costs the time of its own imports.

`exit_code.ExitCode` has the exit codes.
"""

import argparse
import importlib
from collections.abc import Sequence
from typing import Protocol, cast

STACK = "site-maintenance"
PROGRAM = "python -m maintenance"

# The module of each command, in the order of the help.
COMMANDS = {
    "status": "status",
    "plan": "plan",
    "on": "operate",
    "off": "operate",
    "windows": "windows",
    "history": "history",
    "bypass": "bypass",
}

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

type Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it


class _CommandModule(Protocol):
    def add_arguments(self, commands: Commands, shared: argparse.ArgumentParser) -> None: ...


def parser(words: Sequence[str] = (), *, stack: str) -> argparse.ArgumentParser:
    """
    Return the parser of the typed words: of their command, or of all if they name none.

    `stack` is the name of the stack if --stack is not given.
    """
    root = argparse.ArgumentParser(
        prog=PROGRAM,
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # Commands that ask no stack have neither option.
    root.set_defaults(stack=stack, json=False)
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    typed = words[0] if words else ""
    for name in [COMMANDS[typed]] if typed in COMMANDS else dict.fromkeys(COMMANDS.values()):
        module = cast("_CommandModule", importlib.import_module(f"maintenance.cli.{name}"))
        module.add_arguments(commands, _shared(stack))
    return root


def _shared(stack: str) -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--stack",
        default=stack,
        help="name of the stack (STACK in the environment, or %(default)s)",
    )
    shared.add_argument("--json", action="store_true", help="answer with JSON, for scripts")
    return shared
