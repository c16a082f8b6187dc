"""`completion`: a script that lets a shell complete commands and options at Tab."""

import argparse
import sys

import shtab

from maintenance.cli.arguments import STACK, Commands, parser
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode

_SHELLS = ("bash", "zsh", "fish")
_EXAMPLES = """\
examples:
  site-maintenance completion bash >~/.local/share/bash-completion/completions/site-maintenance
  site-maintenance completion zsh >"${fpath[1]}/_site-maintenance"
  site-maintenance completion fish >~/.config/fish/completions/site-maintenance.fish

Repeat this after an update of the command. A new shell reads the script.
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `completion`; it asks no stack, so it has none of the `shared` options."""
    del shared
    completion = commands.add_parser(
        "completion",
        help="print the completion script for bash, zsh or fish",
        description="Print a script with which the shell completes commands and options.",
        epilog=_EXAMPLES,
    )
    completion.add_argument("shell", choices=_SHELLS)
    completion.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Print the script of a shell."""
    del context
    sys.stdout.write(f"{shtab.complete(parser(stack=STACK), shell=arguments.shell)}\n")
    return ExitCode.DONE
