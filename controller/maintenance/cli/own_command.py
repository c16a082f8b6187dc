"""
The command line's own commands, as it prints them for an operator to type next. Pure.

They name the stack if it is another than the usual one: copied in a hurry, they would otherwise
reach another site.
"""

import shlex

from maintenance.cli.arguments import PROGRAM, STACK


def own_command(words: str, stack: str) -> str:
    """Return the command with these words for a stack."""
    return f"{PROGRAM} {words}{stack_option(stack)}"


def stack_option(stack: str) -> str:
    """Return the option that names a stack, '' for the one without it."""
    return "" if stack == STACK else f" --stack {shlex.quote(stack)}"
