"""What can be typed: commands, the examples of their help, and what shells complete."""

import re
import shlex
import subprocess
from datetime import timedelta

import pytest
from maintenance.cli.arguments import COMMANDS, PROGRAM, parser
from maintenance.cli.switch.write import SwitchChange

# A command, up to its explanation behind two spaces or to where its output goes.
_EXAMPLE = re.compile(r"^  site-maintenance (.*?)(?: {2,}.*| >.*)?$", re.MULTILINE)
_SCREEN = (24, 80)


def _help(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        parser(words, stack="s").parse_args([*words, "--help"])
    assert 0 == ended.value.code
    return capsys.readouterr().out


def test_the_help_names_every_command_on_one_screen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The smallest terminal has 24 lines of 80 characters, and one is the prompt's."""
    shown = _help([], capsys).splitlines()

    assert list(COMMANDS) == [line.split()[0] for line in shown if line.startswith("  ")]
    assert len(shown) < _SCREEN[0]
    assert [] == [line for line in shown if len(line) > _SCREEN[1]]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_of_a_command_can_be_typed(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command has some, from the module that the table names for it."""
    monkeypatch.setenv("COLUMNS", "80")
    shown = _help([command], capsys)

    typed = [shlex.split(line) for line in _EXAMPLE.findall(shown)]
    assert typed
    assert [] == [line for line in shown.splitlines() if len(line) > _SCREEN[1] + 20]
    for words in typed:
        assert command == parser(words, stack="s").parse_args(words).command


@pytest.mark.parametrize(
    ("line", "usage", "error"),
    [
        ("stauts", "", "argument COMMAND: 'stauts' is unknown: did you mean 'status'?"),
        ("page chek", " page", "argument ACTION: 'chek' is unknown: did you mean 'check'?"),
        ("frobnicate", "", "invalid choice: 'frobnicate' (choose from"),
        (
            "on --mesage x",
            " on",
            "unrecognized arguments: --mesage; did you mean '--message'?",
        ),
        ("page put a --yess=1", " page put", "; did you mean '--yes'?"),
        ("status --frobnicate", " status", "unrecognized arguments: --frobnicate\n"),
        ("status now", " status", "unrecognized arguments: now\n"),
    ],
)
def test_a_typo_is_answered_with_what_is_meant(
    line: str, usage: str, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Below the usage of the command that was typed."""
    words = shlex.split(line)
    with pytest.raises(SystemExit) as ended:
        parser(words, stack="s").parse_args(words)

    shown = capsys.readouterr().err
    assert 2 == ended.value.code
    assert shown.startswith(f"usage: {PROGRAM}{usage} [-h]")
    assert error in shown


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


def _completion(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    from maintenance.__main__ import main  # noqa: PLC0415 - it reads the command line as it is

    main(["completion", shell])
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_knows_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is made of the parser, so that no command is forgotten."""
    script = _completion(shell, capsys)

    assert [] == [each for each in COMMANDS if not re.search(rf"\b{each}\b", script)]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [(["stat"], {"status"}), (["o"], {"on", "off"}), (["status", "--wa"], {"--wait"})],
)
def test_bash_completes_commands_and_options(
    typed: list[str], offered: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """As bash asks for it when someone types Tab."""
    words = " ".join(shlex.quote(each) for each in [PROGRAM, *typed])
    ask = f"""
    COMP_WORDS=({words}); COMP_CWORD={len(typed)}
    entry=$(complete -p {PROGRAM}); function=${{entry#*-F }}
    ${{function%% *}} {PROGRAM} {shlex.quote(typed[-1])} {PROGRAM}
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    ran = subprocess.run(
        ["bash", "--norc"],  # noqa: S607 - whichever bash is here
        input=_completion("bash", capsys) + ask,
        capture_output=True,
        text=True,
        check=True,
    )

    assert offered == set(ran.stdout.split())
