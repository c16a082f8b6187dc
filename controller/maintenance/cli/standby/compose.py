"""`standby compose`: one function of the owner's own and the standby function."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from maintenance.cli.confirm import confirm
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.own_command import own_command
from maintenance.cli.resources import STANDBY_PROGRAM
from maintenance.cli.standby.documents import CompositionDocument
from maintenance.cli.standby.program import compose
from maintenance.errors import ConfigurationError
from maintenance.standby.program import bytes_left

if TYPE_CHECKING:
    from maintenance.aws.standby.program import StandbyProgram
    from maintenance.cli.context import Context


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Print the composed program, let the controller publish it, or remove it again."""
    if arguments.remove:
        return _remove(arguments, context)
    program = _composed(arguments.file, arguments.except_paths)
    left = bytes_left(program)
    terminal = context.terminal
    terminal.info(f"{left} bytes are left for more code of yours.")
    if arguments.put:
        return _put(program, arguments, context)
    if terminal.as_json:
        terminal.answer(CompositionDocument(program, left, stored=False))
    else:
        terminal.out.out(program.rstrip("\n"))
    return ExitCode.DONE


def _composed(file: Path, except_paths: Collection[str]) -> str:
    try:
        theirs = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} is no text in UTF-8 ({error})") from error
    ours = STANDBY_PROGRAM.read_text(encoding="utf-8")
    try:
        return compose(ours, theirs, except_paths=except_paths)
    except ConfigurationError as error:
        raise ConfigurationError(f"{file}: {error}") from error


def _put(program: str, arguments: argparse.Namespace, context: Context) -> ExitCode:
    store, terminal = _store(context), context.terminal
    document = CompositionDocument(program, bytes_left(program), stored=True)
    before = store.read()
    if before == program:
        terminal.answer(document, f"{store.name} is this program already; nothing was written.")
        return ExitCode.DONE
    replaces = "It replaces the program there" if before else "It replaces the packaged function"
    terminal.info(f"{replaces}, and runs at each cache behavior that has the standby function.")
    if not confirm(terminal, f"Write {store.name}?", is_confirmed=arguments.yes):
        return ExitCode.FAILED
    store.write(program)
    terminal.answer(document, f"Written. {_next(arguments.stack)}")
    return ExitCode.DONE


def _remove(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Let the controller publish the packaged function again."""
    store, terminal = _store(context), context.terminal
    ours = STANDBY_PROGRAM.read_text(encoding="utf-8")
    document = CompositionDocument(ours, bytes_left(ours), stored=False)
    if store.read() is None:
        terminal.answer(document, f"There is no {store.name}; nothing was deleted.")
        return ExitCode.DONE
    terminal.info("Your function then no longer runs where the standby function is attached.")
    if not confirm(terminal, f"Delete {store.name}?", is_confirmed=arguments.yes):
        return ExitCode.FAILED
    store.delete()
    text = f"Deleted; the bucket keeps the old version. {_next(arguments.stack)}"
    terminal.answer(document, text)
    return ExitCode.DONE


def _store(context: Context) -> StandbyProgram:
    from maintenance.cli.standby.function import composed_program  # noqa: PLC0415 - imports botocore

    session = context.connect()
    _ = session.standby_engine  # or there is no function that could be composed
    return composed_program(session, context)


def _next(stack: str) -> str:
    return (
        f"The controller publishes it in its next sweep, which {own_command('sweep', stack)} "
        "starts now; CloudFront then needs minutes."
    )
