"""
Every command that README.md and docs/*.md show could be typed.

Really run, by bash: each sh block of a page, one after the other, with its variables, quotes,
pipes, here documents and functions (documented_commands.py); `make --dry-run` for each target.
Judged, and not sent: the aws commands (service, operation, options, what is required, JSON and
enumerations, by botocore's models), sam's (by its own parser), python -m maintenance (by its own
parser) and the events for the controller (by the controller). Programs in Python are compiled;
that of the runbook is run in tests/stories/test_restoring_by_hand.py.
Not judged: the options of curl, git and the shell's own commands.
"""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from maintenance.cli.arguments import parser
from maintenance.wakeup import parse_wakeup

from tests.contract import aws_commands
from tests.contract.documented_commands import PAGES, Call, blocks, calls, inline
from tests.contract.template import ROOT

WITH_BLOCKS = [page for page in PAGES if blocks(page)]


def named(page: Path) -> str:
    """Return what a page is called in the names of tests."""
    return page.stem


def errors(call: Call, folder: Path) -> list[str]:
    """Return why a command could not be typed."""
    program, *words = call.words
    match program:
        case "aws":
            return [*aws_commands.errors(call.words, folder), *of_event(call)]
        case "sam":
            return of_sam(words)
        case "make":
            return of_make(words)
        case "python" | "python3" if call.stdin is not None:
            compile(call.stdin, program, "exec")
            return []
        case "unknown":
            return [f"{words[0]} is no command that the pages may use"]
        case _:
            return []


def of_event(call: Call) -> list[str]:
    """Refuse an event that the controller does not understand, with its sentence."""
    if call.stdin is not None and call.words[1:3] == ("lambda", "invoke"):
        parse_wakeup(json.loads(call.stdin))
    return []


def of_sam(words: list[str]) -> list[str]:
    """Let the SAM CLI's own parser read a command."""
    from samcli.cli.main import cli  # noqa: PLC0415 - half a second, for this test only

    # With an object, for without one the SAM CLI gives commands that have no options.
    command = cli.get_command(click.Context(cli, obj=cli), words[0])
    if command is None:
        return [f"sam has no command {words[0]}"]
    try:
        command.make_parser(click.Context(command)).parse_args(words[1:])
    except click.UsageError as error:
        return [f"sam {words[0]}: {error.format_message()}"]
    return []


def of_make(words: list[str]) -> list[str]:
    """Let make say what it would run, and the command line read what is its own."""
    ran = subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "--dry-run", *words],  # noqa: S607 - found on PATH, as people find it
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        return [f"make {shlex.join(words)}: {ran.stderr.strip()}"]
    typed = next((each.removeprefix("ARGS=") for each in words if each.startswith("ARGS=")), "")
    for line in re.findall(r"-m maintenance (.*)", ran.stdout):
        parser(stack="s").parse_args(line.replace("$TYPED", typed).split())
    return []


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=named)
def test_the_commands_of_a_page_can_be_typed(page: Path, tmp_path: Path) -> None:
    """From its first block to its last, in one shell."""
    found = calls(page, tmp_path)

    assert found
    assert [] == [(call.words, error) for call in found for error in errors(call, tmp_path)]


def inline_commands(program: str) -> Iterator[tuple[str, str]]:
    """Yield each page and command that stands in a sentence."""
    for page in PAGES:
        yield from ((page.name, code) for code in inline(page, program))


def test_aws_commands_in_sentences_exist() -> None:
    """They may leave out what is required."""
    found = [(page, shlex.split(code)) for page, code in inline_commands("aws")]

    assert found
    assert [] == [
        (page, error)
        for page, words in found
        for error in aws_commands.errors(words, ROOT, whole=False)
    ]


def test_make_targets_in_sentences_exist() -> None:
    """And explain themselves in make help."""
    helped = set(
        re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    )
    found = [(page, shlex.split(code)[1]) for page, code in inline_commands("make")]

    assert found
    assert [] == [(page, target) for page, target in found if target not in helped]


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("aws s4 ls", "there is no service s4"),
        ("aws ssm write-parameter", "ssm has no operation write-parameter"),
        ("aws ssm get-parameter --nam x", "get-parameter has no option --nam"),
        ("aws ssm get-parameter", "get-parameter lacks --name"),
        ("aws ssm get-parameter --name x y", "get-parameter with ['y']"),
        ("aws ssm get-parameter --name ''", "--name has no value"),
        ("aws ssm put-parameter --name x --value on --type Text", "--type is none of"),
        ("aws cloudfront wait deployed", "cloudfront has no waiter deployed"),
        ("aws events put-targets --rule r --targets Id=a", "--targets: Missing required"),
        ("aws lambda invoke --function-name f", "invoke with []"),
    ],
)
def test_an_aws_command_that_nobody_can_type_is_found(typed: str, error: str) -> None:
    """Or this test would judge nothing."""
    found = aws_commands.errors(shlex.split(typed), ROOT)

    assert any(each.startswith(error) for each in found), found


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (Call(("sam", "deplyo")), "sam has no command deplyo"),
        (Call(("sam", "deploy", "--guide-me")), "sam deploy: No such option"),
        (Call(("make", "maintenance-please")), "make maintenance-please: "),
        (Call(("unknown", "jq")), "jq is no command"),
    ],
)
def test_another_command_that_nobody_can_type_is_found(call: Call, error: str) -> None:
    """The same for the others."""
    (found,) = errors(call, ROOT)

    assert found.startswith(error)
