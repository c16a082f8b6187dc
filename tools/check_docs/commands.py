"""
The commands that pages show, and whether they could be typed.

    command                what is checked
    ---------------------  --------------------------------------------------------------
    aws                    service, operation, options and what is required (aws_cli.py)
    sam                    everything, by its own parser
    site-maintenance       everything, by its own parser
    make                   the target
    all others             nothing
"""

import contextlib
import io
import re
import shlex
import subprocess
from collections.abc import Iterator, Sequence

import click
from maintenance.cli.arguments import parser

from tools.check_docs import aws_cli
from tools.check_docs.pages import ROOT

# Where a command begins: on a line of its own, or behind what bash lets a command follow.
_COMMAND = re.compile(
    r"(?:^|[|;&(!]|\bthen|\bdo) *(?:\w+=\S+ +)*((?:aws|sam|make|site-maintenance) )", re.MULTILINE
)
_PYTHON = re.compile(r"\.venv/dev/bin/(?=site-maintenance|sam)")
_MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def commands(block: str) -> Iterator[list[str]]:
    """Yield the words of each command of an sh block that is checked, wherever it stands."""
    text = _PYTHON.sub("", block.replace("\\\n", " "))
    for found in _COMMAND.finditer(text):
        yield list(_words(text[found.start(1) :]))


def _words(text: str) -> Iterator[str]:
    """Yield the words up to the end of the command that the text begins with."""
    reader = shlex.shlex(text, posix=True, punctuation_chars="();<>|&\n")
    reader.whitespace = " \t"
    reader.whitespace_split = True
    reader.commenters = ""
    for word in reader:
        if word.startswith("#") or set(word) <= set("();<>|&\n"):
            return
        yield word


def errors(words: Sequence[str], *, whole: bool = True) -> list[str]:
    """Return why a command could not be typed; `whole` if it leaves out nothing required."""
    match words:
        case ["aws", _, *_]:
            return aws_cli.errors(words[1:], whole=whole)
        case ["sam", name, *options]:
            return _sam_errors(name, options)
        case ["make", target, *_] if not whole:
            described = re.findall(r"^([a-z-]+):.*##", _MAKEFILE, re.MULTILINE)
            return [] if target in described else [f"make help shows no target {target}"]
        case ["make", *arguments]:
            return _make_errors(arguments)
        case ["site-maintenance", *arguments]:
            return _maintenance_errors(arguments, whole=whole)
        case _:
            return []


def inline_errors(code: str) -> list[str]:
    """Return what is wrong with a command in a sentence."""
    is_checked = code.startswith(("aws ", "make ", "site-maintenance ")) and "..." not in code
    return errors(shlex.split(code), whole=False) if is_checked else []


def _sam_errors(name: str, options: Sequence[str]) -> list[str]:
    from samcli.cli.main import cli  # noqa: PLC0415 - takes half a second

    # With an object, for without one the SAM CLI gives commands that have no options.
    command = cli.get_command(click.Context(cli, obj=cli), name)
    if command is None:
        return [f"sam has no command {name}"]
    try:
        command.make_parser(click.Context(command)).parse_args(list(options))
    except click.UsageError as error:
        return [f"sam {name}: {error.format_message()}"]
    return []


def _make_errors(arguments: Sequence[str]) -> list[str]:
    ran = subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "--dry-run", *arguments],  # noqa: S607 - found on PATH, as people find it
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        return [f"make {shlex.join(arguments)}: {ran.stderr.strip()}"]
    return []


def _maintenance_errors(arguments: Sequence[str], *, whole: bool) -> list[str]:
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            parser(arguments, stack="s").parse_args(arguments)
    except SystemExit:
        # --help ends it too, and says nothing there.
        errors = said.getvalue().strip().splitlines()[-1:]
        return [each for each in errors if whole or "arguments are required" not in each]
    return []
