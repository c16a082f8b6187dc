"""What can be typed: the examples of the help, and the timeouts that it promises."""

import re
import shlex
from datetime import timedelta

import pytest
from maintenance.cli.arguments import COMMANDS, parser
from maintenance.cli.operate import SwitchChange

# A command, up to its explanation behind two spaces.
_EXAMPLE = re.compile(r"^  python -m maintenance (.*?)(?: {2,}.*)?$", re.MULTILINE)


@pytest.mark.parametrize("line", _EXAMPLE.findall(parser(stack="s").format_help()))
def test_each_example_of_the_help_can_be_typed(line: str) -> None:
    """`make check-docs` holds the pages to the same parser."""
    assert parser(stack="s").parse_args(shlex.split(line)).command == line.split(maxsplit=1)[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_module_of_a_command_adds_it(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The table of modules names the right one, whichever words follow."""
    with pytest.raises(SystemExit) as ended:
        parser([command], stack="s").parse_args([command, "--help"])

    assert 0 == ended.value.code
    assert f"maintenance {command} " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "minutes"),
    [("on", 5), ("on --wait", 35), ("off --wait --timeout 2h", 120), ("off", 5)],
)
def test_the_usual_timeout_depends_on_wait(line: str, minutes: int) -> None:
    """As the help says."""
    words = shlex.split(line)
    arguments = parser(words, stack="s").parse_args(words)
    change = SwitchChange(arguments.command, arguments.yes, arguments.wait, arguments.timeout)

    assert timedelta(minutes=minutes) == change.effective_timeout
