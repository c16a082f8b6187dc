"""Lambda's handler and the command line share the controller, and nothing above it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def python(code: str) -> "subprocess.CompletedProcess[str]":
    """Run Python code in the controller's folder."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code],
        cwd=ROOT / "controller",
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_handler_imports_nothing_of_the_command_line() -> None:
    """In Lambda rich is not installed, and each module costs time at a cold start."""
    ran = python("import sys, maintenance.handler; print('\\n'.join(sys.modules))")

    imported = set(ran.stdout.split())
    assert "maintenance.reconcile.controller" in imported
    assert [] == [
        name
        for name in imported
        if name in {"rich", "maintenance.__main__"} or name.startswith("maintenance.cli")
    ]


def test_a_command_that_waits_for_nothing_imports_no_progress_bars() -> None:
    """`status` is the command that is typed in a hurry."""
    ran = python(
        "import sys, maintenance.__main__, maintenance.cli.session, maintenance.cli.show.status\n"
        "print('rich.progress' in sys.modules, 'rich.table' in sys.modules)"
    )

    assert "False True\n" == ran.stdout, ran.stderr


def test_the_garbage_collector_never_scans_what_the_imports_made() -> None:
    """It runs as usual afterwards, because a command may wait for half an hour."""
    ran = python(
        "import gc, maintenance.__main__; print(gc.isenabled(), gc.get_freeze_count() > 0)"
    )

    assert "True True\n" == ran.stdout, ran.stderr


def test_without_rich_the_command_says_how_to_install_it() -> None:
    """In one sentence, without a traceback."""
    ran = python(
        "import sys, runpy; sys.modules['rich'] = None\n"
        "runpy.run_module('maintenance', run_name='__main__')"
    )

    assert 1 == ran.returncode
    assert ran.stderr.startswith("rich")
    assert "run `make setup`" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_unknown_profile_is_one_sentence() -> None:
    """It holds the AWS SDK's error, and what to check."""
    ran = python(
        "import os, sys; os.environ['AWS_PROFILE'] = 'typo'; sys.argv[1:] = ['status']\n"
        "import runpy; runpy.run_module('maintenance', run_name='__main__')"
    )

    assert (1, "") == (ran.returncode, ran.stdout)
    assert ran.stderr == (
        "cannot use AWS: The config profile (typo) could not be found - check AWS_PROFILE and your "
        "AWS settings\n"
    )
