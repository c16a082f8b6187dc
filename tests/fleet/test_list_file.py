"""The list of a fleet's stacks, as `site-maintenance fleet` reads it."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from maintenance.__main__ import main

from tests.cli.program import ROOT, command

_STACK = {
    "name": "a",
    "site": "/a",
    "controller": "arn:aws:lambda:us-east-1:111111111111:function:c",
}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("[]", "lists no stack"),
        ("{", "is no list of stacks"),
        ([{**_STACK, "account": "1"}], "unknown field `account`"),
        (
            [{**_STACK, "controller": "c"}],
            "the controller of 'a' is 'c', not the ARN of a function",
        ),
        ([{**_STACK, "role": "admin"}], "the role of 'a' is 'admin', not the ARN of a role"),
        ([{**_STACK, "name": " "}], "function:c is ' ', not a name of one line"),
        ([{**_STACK, "name": "a\nb"}], r"function:c is 'a\nb', not a name of one line"),
        ("\ufeff" + json.dumps([_STACK]), "'a' has no profile in"),
        ([{**_STACK, "site": "a"}], "the site of 'a' is 'a', not the name of a switch"),
        ([_STACK, _STACK], "has two stacks of the name 'a'"),
        ([_STACK, {**_STACK, "name": "b"}], "function:c twice, as 'a' and as 'b'"),
        ([_STACK], "'a' has no profile in"),
    ],
)
def test_a_list_with_an_error_is_refused(tmp_path: Path, content: object, error: str) -> None:
    """With the name of the file, the error, and what to do."""
    path = tmp_path / "shops.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")

    answer = subprocess.run(  # noqa: S603 - our own program
        command("fleet", "status", "--list", str(path)),
        env={"PATH": os.defpath, "PYTHONPATH": f"{ROOT / 'controller'}:{ROOT / 'edge_handler'}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == answer.returncode
    assert error in answer.stderr
    assert str(path) in answer.stderr


def test_an_order_needs_no_name_of_a_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A container may run as a user that has none, and its off must open the sites."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    path = tmp_path / "shops.json"
    path.write_text(json.dumps([_STACK]), encoding="utf-8")

    code = main(["fleet", "off", "--list", str(path)])

    assert (1, True) == (code, "'a' has no profile in" in capsys.readouterr().err)
