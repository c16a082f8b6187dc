"""
The commands of the command line, and the parser of what is typed.

Each command is a module of this package, or of one within it. Its `add_arguments(commands, shared)`
adds its parser to `commands` and names its function `run(arguments, context)`; `shared` holds the
options of every command that asks a stack. Only the module of the typed command is imported, so a
command costs the time of its own imports.

`exit_code.ExitCode` has the exit codes.
"""

import argparse
import importlib
import re
from collections.abc import Sequence
from typing import Any, Protocol, cast

from maintenance.cli.resources import version

STACK = "site-maintenance"
PROGRAM = "site-maintenance"

# The module of each command, in the order of the help.
COMMANDS = {
    "status": "show.status",
    "plan": "show.plan",
    "on": "switch.operate",
    "off": "switch.operate",
    "extend": "switch.extend",
    "windows": "windows.command",
    "history": "show.history",
    "sweep": "sweep",
    "restore": "restore",
    "doctor": "doctor.command",
    "page": "page.command",
    "bypass": "bypass",
    "standby": "standby.command",
    "fleet": "fleet.command",
    "deploy": "stack.deploy",
    "destroy": "stack.destroy",
    "package": "stack.package",
    "completion": "completion",
}

_OVERVIEW = """\
Put a CloudFront site into maintenance, bring it back, and see its status.

{commands}

site-maintenance COMMAND --help has its options and examples. Exit codes and
AWS variables: docs/operations-reference.md. Version {version}.
"""

type Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it


class _CommandModule(Protocol):
    def add_arguments(self, commands: Commands, shared: argparse.ArgumentParser) -> None: ...


class _Formatter(argparse.HelpFormatter):
    """Wraps sentences, and leaves tables of examples as they are written."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        fill = super()._fill_text
        return "\n\n".join(
            each if re.search("^ ", each, re.MULTILINE) else fill(each, width, indent)
            for each in text.strip().split("\n\n")
        )


class _Parser(argparse.ArgumentParser):
    """Suggests what is meant by a typo; from Python 3.14 on, argparse can do so for choices."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:  # noqa: ANN401 - argparse's
        """Refuse what is no choice, with the one that it resembles."""
        if action.choices is not None and value not in action.choices:
            hint = _did_you_mean(str(value), [str(each) for each in action.choices])
            if hint:
                raise argparse.ArgumentError(action, f"{value!r} is unknown: {hint}")
        super()._check_value(action, value)


class _Command(_Parser):
    """The parser of one command."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - those of ArgumentParser
        super().__init__(**{"formatter_class": _Formatter} | options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401 - those of ArgumentParser
        """Refuse other arguments here, because the root would show its own usage."""
        found, others = super().parse_known_args(args, namespace)
        if others:
            typed = next((each for each in others if each.startswith("--")), "").partition("=")[0]
            hint = _did_you_mean(typed, list(self._option_string_actions))
            text = f"unrecognized arguments: {' '.join(others)}"
            self.error(f"{text}; {hint}" if hint else text)
        return found, others


class _Overview(_Parser):
    """The parser of everything; its help fits on one screen of 24 lines."""

    commands: Commands

    def format_help(self) -> str:
        """Return a line for each command."""
        listed = [(each.dest, each.help) for each in self.commands._choices_actions]  # noqa: SLF001 - argparse has no public way to the help of commands
        lines = "\n".join(f"  {name:<11} {text}" for name, text in listed)
        return _OVERVIEW.format(commands=lines, version=version())


def parser(words: Sequence[str] = (), *, stack: str) -> argparse.ArgumentParser:
    """
    Return the parser of the typed words: of their command, or of all if they name none.

    `stack` is the name of the stack if --stack is not given.
    """
    root = _Overview(prog=PROGRAM, description=_OVERVIEW.partition("\n")[0])
    root.add_argument("--version", action="version", version=f"{PROGRAM} {version()}")
    # Commands that ask no stack have neither option.
    root.set_defaults(stack=stack, json=False)
    commands: Commands = root.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_Command
    )
    root.commands = commands
    typed = words[0] if words else ""
    for name in [COMMANDS[typed]] if typed in COMMANDS else dict.fromkeys(COMMANDS.values()):
        module = cast("_CommandModule", importlib.import_module(f"maintenance.cli.{name}"))
        module.add_arguments(commands, _shared(stack))
    return root


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    from maintenance.cli.switch.typed_instant import did_you_mean  # noqa: PLC0415 - only a typo needs it

    return did_you_mean(word, known)


def _shared(stack: str) -> argparse.ArgumentParser:
    # The root has the defaults: those of an action would replace what precedes the action.
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--stack", help=f"name of the stack (STACK in the environment, or {stack})")
    shared.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help="answer with JSON, for scripts",
    )
    return shared
