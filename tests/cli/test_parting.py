"""The Lambda package and the command line: the same code, and none of what only people need."""

import re
import shlex
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from maintenance.cli.arguments import parser
from maintenance.cli.operate import SwitchChange

ROOT = Path(__file__).parents[2]
DOOR = (
    "__main__",
    "command_line",
    "deployed_settings",
    "history_view",
    "orders",
    "parameter_history",
    "questions",
    "report_view",
    "terminal",
    "watch",
    "windows_view",
)
# The words behind the program's name, up to an explanation that two spaces part from them.
_TYPED = re.compile(r"python -m maintenance ([a-z].*?)(?: {2,}.*)?$", re.MULTILINE)


def python(code: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of Python where the controller's package is found."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code],
        cwd=ROOT / "controller",
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_handler_loads_nothing_of_the_command_line() -> None:
    """In Lambda rich is not there, and each module loaded costs time at a cold start."""
    ran = python("import sys, maintenance.handler; print('\\n'.join(sys.modules))")

    loaded = set(ran.stdout.split())
    assert "maintenance.reconcile.controller" in loaded
    assert set() == loaded & {"rich", *(f"maintenance.{name}" for name in DOOR)}


def test_without_rich_the_command_says_where_to_find_it() -> None:
    """One sentence, and no traceback."""
    ran = python(
        "import sys, runpy; sys.modules['rich'] = None\n"
        "runpy.run_module('maintenance', run_name='__main__')"
    )

    assert 1 == ran.returncode
    assert ran.stderr.startswith("rich")
    assert "which make setup makes" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_unknown_profile_is_one_sentence() -> None:
    """What the AWS SDK says of it, and where to look."""
    ran = python(
        "import os, sys; os.environ['AWS_PROFILE'] = 'nobody'; sys.argv[1:] = ['status']\n"
        "import runpy; runpy.run_module('maintenance', run_name='__main__')"
    )

    assert (1, "") == (ran.returncode, ran.stdout)
    assert ran.stderr == (
        "AWS cannot be used: The config profile (nobody) could not be found - look at AWS_PROFILE "
        "and the like\n"
    )


def typed_in_docs() -> list[str]:
    """Return each command line of the docs and of the help."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    texts = [*(page.read_text(encoding="utf-8") for page in pages), parser(stack="s").format_help()]
    found = [line for text in texts for line in _TYPED.findall(text)]
    return [re.sub(r"\s*(?:#|`|;|\||&&).*", "", line) for line in found]


@pytest.mark.parametrize("line", typed_in_docs())
def test_what_the_docs_show_can_be_typed(line: str) -> None:
    """An option that was renamed leaves no page behind."""
    assert parser(stack="s").parse_args(shlex.split(line)).command == line.split(maxsplit=1)[0]


@pytest.mark.parametrize(
    ("line", "patience"),
    [("on", "5m"), ("on --wait", "35m"), ("off --wait --timeout 2h", "2h"), ("off", "5m")],
)
def test_how_long_is_watched(line: str, patience: str) -> None:
    """As the help says."""
    arguments = parser(stack="s").parse_args(shlex.split(line))
    order = SwitchChange(arguments.command, arguments.yes, arguments.wait, arguments.timeout)
    minutes = {"5m": 5, "35m": 35, "2h": 120}[patience]
    assert timedelta(minutes=minutes) == order.patience
