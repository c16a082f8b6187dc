"""A fork of the command does what a new process of it does."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import ROOT, command, forked


def _ends(
    program: Callable[..., list[str]], words: list[str], folder: Path, **variables: str
) -> tuple[int, str, str]:
    ran = subprocess.run(  # noqa: S603 - our own program
        program(*words),
        cwd=folder,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": f"{ROOT / 'controller'}:{ROOT / 'edge_handler'}",
            **variables,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [(["page", "check", "page.html"], 0), (["status"], 1), (["stauts"], 2)],
    ids=["output", "failure", "usage"],
)
def test_a_fork_ends_as_a_new_process(tmp_path: Path, words: list[str], code: int) -> None:
    """With the same folder, environment, exit code and text on both streams."""
    (tmp_path / "page.html").write_text("<p>{{message}}</p>")
    settings = {"AWS_PROFILE": "typo", "COLUMNS": "50"}

    expected = _ends(command, words, tmp_path, **settings)

    assert code == expected[0]
    assert any(expected[1:])
    assert expected == _ends(forked, words, tmp_path, **settings)
