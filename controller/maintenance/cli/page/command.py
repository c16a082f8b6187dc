"""`page`: check a page of one's own, look at it, upload it and take it back."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from maintenance.cli.argument_types import duration, whole_number
from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode

if TYPE_CHECKING:
    from maintenance.cli.page.put import PageCommands
    from maintenance.cli.page.source import PageSource

_PORT = 8503
_EXAMPLES = """\
examples:
  site-maintenance page check maintenance.html
  site-maintenance page preview my-page
  site-maintenance page put my-page
  site-maintenance page remove page.de.html

A folder may have page.html, page.<language>.html, settings.json, problem.json
and what they load; docs/edge.md says what they may hold.
"""
_PUT_EXAMPLES = """\
examples:
  site-maintenance page put maintenance.html     it becomes page.html
  site-maintenance page put my-page --yes

It puts images, fonts, styles and scripts that lie beside the page into it,
unless allowed_paths keeps them open, and checks the page before it writes.
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `page` and its actions."""
    page = commands.add_parser(
        "page",
        help="check, preview, upload or remove a page of your own",
        epilog=_EXAMPLES,
    )
    actions = page.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_check(actions)
    _add_preview(actions)
    put = actions.add_parser("put", parents=[shared], help="upload it", epilog=_PUT_EXAMPLES)
    put.add_argument("path", type=Path, metavar="FOLDER_OR_FILE")
    put.add_argument("--yes", action="store_true", help="do not ask")
    put.set_defaults(
        run=lambda arguments, context: _commands(arguments, context).put(_read(arguments))
    )
    remove = actions.add_parser("remove", parents=[shared], help="delete an uploaded file")
    remove.add_argument("name", metavar="NAME", help="page.html, settings.json and so on, or all")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    remove.set_defaults(
        run=lambda arguments, context: _commands(arguments, context).remove(arguments.name)
    )


def _add_check(actions: Commands) -> None:
    check = actions.add_parser("check", help="say what is wrong with it; needs no account")
    check.add_argument("path", type=Path, metavar="FOLDER_OR_FILE")
    check.add_argument("--json", action="store_true", help="answer with JSON, for scripts")
    check.set_defaults(run=_check)


def _add_preview(actions: Commands) -> None:
    preview = actions.add_parser(
        "preview", help="look at it on this machine, in every language; needs no account"
    )
    preview.add_argument("path", type=Path, nargs="?", metavar="FOLDER_OR_FILE")
    preview.add_argument("--message", metavar="TEXT", help="message to show")
    preview.add_argument(
        "--for", dest="duration", type=duration, metavar="90m", help="time until the end to show"
    )
    preview.add_argument(
        "--port", type=whole_number(most=65_535), default=_PORT, help="port (%(default)s)"
    )
    preview.set_defaults(run=_preview)


def _check(arguments: argparse.Namespace, context: Context) -> ExitCode:
    from maintenance.cli.documents import PageCheckDocument  # noqa: PLC0415 - as below
    from maintenance.cli.page.check import page_errors, page_notices  # noqa: PLC0415 - not every action needs it

    source = _read(arguments)
    errors, notices = page_errors(source.files), page_notices(source.files)
    document = PageCheckDocument(
        usable=not errors, errors=errors, notices=notices, steps=source.steps
    )
    lines = [
        *(Text(each, style="bold red") for each in errors),
        *(Text(f"Notice: {each}") for each in notices),
        *(Text(f"`page put` does this: {each}") for each in source.steps),
        Text(_verdict(source, errors), style="bold"),
    ]
    context.terminal.answer(document, *lines)
    return ExitCode.FAILED if errors else ExitCode.DONE


def _verdict(source: PageSource, errors: tuple[str, ...]) -> str:
    if errors:
        return "Not usable: fix the errors."
    return "Usable as put uploads it, after these steps." if source.steps else "Usable."


def _preview(arguments: argparse.Namespace, context: Context) -> ExitCode:
    from maintenance.cli.page.preview import ADDRESS, Preview, make_server  # noqa: PLC0415 - as above
    from maintenance.cli.page.source import announced, default_source  # noqa: PLC0415 - as above

    # The clocks of the edge and of the switch.
    clock = time.time  # noqa: TID251 - there is no stack whose clock could be asked
    until = (
        datetime.fromtimestamp(clock(), UTC) + arguments.duration if arguments.duration else None
    )

    def read() -> PageSource:
        source = _read(arguments) if arguments.path else default_source()
        return announced(source, arguments.message, until)

    with make_server(Preview(read, clock), arguments.port) as server:
        port = server.server_address[1]
        context.terminal.info(f"http://{ADDRESS}:{port}/ shows the page; Ctrl+C ends it.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            context.terminal.info("Ended.")
    return ExitCode.DONE


def _read(arguments: argparse.Namespace) -> PageSource:
    from maintenance.cli.page.source import read_source  # noqa: PLC0415 - as above

    return read_source(arguments.path)


def _commands(arguments: argparse.Namespace, context: Context) -> PageCommands:
    # They import boto3.
    from maintenance.aws.bucket import PageFiles  # noqa: PLC0415
    from maintenance.aws.clients import CLIENT  # noqa: PLC0415
    from maintenance.aws.operator.page_writes import PageWrites  # noqa: PLC0415
    from maintenance.cli.page.put import PageCommands  # noqa: PLC0415

    session = context.connect()
    bucket = session.app.settings.state_bucket
    client = context.aws().client("s3", config=CLIENT)
    files = PageFiles(lambda: client, bucket=bucket)
    return PageCommands(session, files, PageWrites(client, bucket), arguments.yes)
