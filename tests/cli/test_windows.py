"""The commands that write windows, each in its own process against the sandbox."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from sandbox.process import Sandbox
from tests.cli.asking import asked
from tests.cli.deployed import STACK, Deployed, deploy, words
from tests.cli.program import ROOT, command
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_distribution, a_user, allow
from tests.stories.site import SWITCH

DAILY = "cron(0 2 * * ? *) for 2h"
_HERE = "us-east-1:000000000000"


@pytest.fixture(scope="module")
def _stack(sandbox: Sandbox) -> Iterator[Deployed]:
    sandbox.reset()
    cloud = Cloud(sandbox)
    yield deploy(cloud, a_distribution(cloud), TIME_ZONE="Europe/Ljubljana")
    sandbox.reset()


@pytest.fixture
def deployed(_stack: Deployed) -> Deployed:
    """Give a stack whose switch says off, without any window."""
    ssm = _stack.site.cloud.ssm
    found = ssm.get_parameters_by_path(Path=f"{SWITCH}/windows", Recursive=True)["Parameters"]
    for each in found:
        ssm.delete_parameter(Name=each["Name"])
    _stack.site.says("off")
    return _stack


def window(deployed: Deployed, name: str) -> str | None:
    """Return the value of a window or skip, None without one."""
    found = deployed.site.cloud.ssm.get_parameters(Names=[f"{SWITCH}/windows/{name}"])
    return next((each["Value"] for each in found["Parameters"]), None)


def in_hours(count: float) -> datetime:
    """Return the whole second so many hours from now."""
    return (datetime.now(UTC) + timedelta(hours=count)).replace(microsecond=0)


def test_set_shows_the_next_three_runs_and_writes(deployed: Deployed) -> None:
    """On the clocks of the window, of the stack and of the operator."""
    # At an hour that no clock skips, on a day when it is not open now.
    day = f"{in_hours(72):%a}"
    value = f"cron(0 12 ? * {day.upper()} *) for 2h in America/New_York: Weekly"

    ran = deployed.types(
        "windows", "set", "weekly", value, "--yes", environment={"TZ": "Asia/Tokyo"}
    )

    shown = words(ran.stderr)
    assert (0, value) == (ran.returncode, window(deployed, "weekly"))
    assert f"window weekly, new value {value} runs {day}" in shown
    assert 3 == shown.count("12:00-14:00 E")
    assert 3 == shown.count(" CE")
    assert 3 == shown.count(" JST here)")
    assert "stack site in account 000000000000" in shown
    assert f"Wrote {value!r} to {SWITCH}/windows/weekly." in words(ran.stdout)


def test_set_shows_what_it_overwrites_and_warns(deployed: Deployed) -> None:
    """Of an overlap, of a night when clocks change, and of a skip that stays."""
    deployed.site.schedules("daily", "cron(30 2 * * ? *) for 1h")
    deployed.site.schedules("other", DAILY)
    deployed.site.schedules("daily/skip", f"until {in_hours(1):%Y-%m-%dT%H:%M:%SZ}")

    ran = deployed.types("windows", "set", "daily", "cron(30 2 * * ? *) for 2h", "--yes")

    shown = words(ran.stderr)
    assert "was cron(30 2 * * ? *) for 1h" in shown
    assert "warning overlaps the window other at" in shown
    assert "warning 02:30 comes twice on" in shown
    assert "go forward on" in shown
    assert "warning its skip stays: what begins up to" in shown


def test_set_takes_the_value_in_words_and_writes_the_same_only_once(deployed: Deployed) -> None:
    """A shell needs quotation marks around the parentheses only."""
    typed = ("windows", "set", "daily", "cron(0 2 * * ? *)", "for", "2h", "--yes")
    deployed.types(*typed)

    ran = deployed.types(*typed)

    assert (0, DAILY) == (ran.returncode, window(deployed, "daily"))
    assert "says so already: nothing was written." in words(ran.stdout)


def test_set_answers_scripts_with_json(deployed: Deployed) -> None:
    """And prints nothing else."""
    ran = deployed.types("windows", "set", "daily", DAILY, "--yes", "--json")

    answer = json.loads(ran.stdout)
    assert ("", "daily", DAILY, None, 3) == (
        ran.stderr,
        answer["window"],
        answer["value"],
        answer["previous_value"],
        len(answer["runs"]),
    )


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("daily", "cron(0 2 * * *) for 2h", "cron needs six fields"),
        ("daily", "at(2020-01-01) for 2h", "this was over when it was written"),
        ("daily", f"{DAILY}: {'x' * 4096}", "more than 4096 bytes: shorten the message"),
        ("daily/skip", DAILY, "would be the skip of 'daily'"),
        ("daily", f"{DAILY}: \udcff", "characters that are not UTF-8"),
    ],
)
def test_set_writes_nothing_that_the_controller_would_not_read(
    deployed: Deployed, name: str, value: str, error: str
) -> None:
    """The window stays as it is, and the exit code is that of an invalid value."""
    ran = deployed.types("windows", "set", name, value, "--yes")

    assert (2, None) == (ran.returncode, window(deployed, "daily"))
    assert error in words(ran.stderr)


def test_without_a_terminal_set_needs_yes(deployed: Deployed) -> None:
    """It cannot ask, and says so."""
    ran = deployed.types("windows", "set", "daily", DAILY)

    assert (1, None) == (ran.returncode, window(deployed, "daily"))
    assert "not a terminal, cannot ask: add --yes" in words(ran.stderr)


@pytest.mark.parametrize(("answer", "code", "value"), [("n", 1, DAILY), ("y", 0, None)])
def test_on_a_terminal_it_asks_first(
    deployed: Deployed, answer: str, code: int, value: str | None
) -> None:
    """Folded to the width of the terminal, with the account."""
    deployed.site.schedules("daily", DAILY)

    ended, shown = asked(deployed, "windows", "remove", "daily", answer=answer)

    assert (code, value) == (ended, window(deployed, "daily"))
    assert "site in account 000000000000" in shown
    assert "Delete /site/maintenance/windows/daily?" in shown
    assert ("Nothing was written." in shown) is (code == 1)


def test_a_window_that_should_be_open_says_that_it_closes_the_site_now(deployed: Deployed) -> None:
    """The most surprising effect comes before the question."""
    start = in_hours(0) + timedelta(seconds=1)
    eventually(lambda: datetime.now(UTC) >= start)

    ran = deployed.types("windows", "set", "now", f"at({start:%Y-%m-%dT%H:%M:%SZ}) for 2h", "--yes")

    assert 0 == ran.returncode
    assert "open now" in words(ran.stderr)
    assert "This closes the site now." in ran.stderr


def half_a_day_away() -> str:
    """Return a daily window that is not open now, whatever the time of day and the site's zone."""
    return f"cron(0 {in_hours(12).hour} * * ? *) for 2h"


def test_skip_skips_one_run_and_says_which_follows(deployed: Deployed) -> None:
    """The window itself is not touched, so Terraform has nothing to put back."""
    value = half_a_day_away()
    deployed.site.schedules("daily", value)

    ran = deployed.types("windows", "skip", "daily", "--yes")

    listed = json.loads(deployed.types("windows", "--json").stdout)["occurrences"]
    assert (0, value) == (ran.returncode, window(deployed, "daily"))
    assert "Runs next:" in words(ran.stdout)
    assert ["skipped", "runs"] == [each["fate"] for each in listed[:2]]


def test_skip_typed_twice_skips_two_runs(deployed: Deployed) -> None:
    """The second time it says what is skipped already."""
    deployed.site.schedules("daily", half_a_day_away())
    deployed.types("windows", "skip", "daily", "--yes")

    ran = deployed.types("windows", "skip", "daily", "--yes")

    listed = json.loads(deployed.types("windows", "--json").stdout)["occurrences"]
    assert "was skipped for all that begins up to" in words(ran.stderr)
    assert ["skipped", "skipped", "runs"] == [each["fate"] for each in listed[:3]]


def test_undo_brings_the_skipped_run_back(deployed: Deployed) -> None:
    """Until then the skip is a parameter of its own."""
    deployed.site.schedules("daily", DAILY)
    deployed.types("windows", "skip", "daily", "--yes")
    assert window(deployed, "daily/skip")

    ran = deployed.types("windows", "skip", "daily", "--undo", "--yes")

    assert (0, None) == (ran.returncode, window(deployed, "daily/skip"))
    assert "will be deleted" in ran.stderr


def test_undo_without_a_skip_is_an_error(deployed: Deployed) -> None:
    """Somebody else has undone it, or it is another window."""
    deployed.site.schedules("daily", DAILY)

    ran = deployed.types("windows", "skip", "daily", "--undo", "--yes")

    assert 1 == ran.returncode
    assert "the window daily has no skip, so there is nothing to undo" in words(ran.stderr)


def test_undo_removes_the_skip_of_a_window_that_is_gone(deployed: Deployed) -> None:
    """It is an error of every run while it lasts, and this is the way out."""
    deployed.site.schedules("gone/skip", f"until {in_hours(9):%Y-%m-%dT%H:%MZ}")

    ran = deployed.types("windows", "skip", "gone", "--undo", "--yes")

    assert (0, None) == (ran.returncode, window(deployed, "gone/skip"))
    assert "skips nothing, because there is no window gone" in words(ran.stderr)


def test_a_run_that_is_open_ends(deployed: Deployed) -> None:
    """The question says that the site opens now."""
    site = deployed.site
    start = in_hours(0) + timedelta(seconds=2)
    site.schedules("now", f"at({start:%Y-%m-%dT%H:%M:%SZ}) for 2h")
    eventually(lambda: datetime.now(UTC) >= start)

    ran = deployed.types("windows", "skip", "now", "--yes")

    assert 0 == ran.returncode
    assert "This opens the site now." in ran.stderr
    assert "ends" in ran.stderr
    assert "It never runs again." in words(ran.stdout)


def test_a_window_that_does_not_run_again_cannot_be_skipped(deployed: Deployed) -> None:
    """Here an off until skips its only run already."""
    deployed.site.schedules("xmas", f"at({in_hours(5):%Y-%m-%dT%H:%MZ}) for 2h")
    deployed.site.says("off for 2d")

    ran = deployed.types("windows", "skip", "xmas", "--yes")

    assert 1 == ran.returncode
    assert "the window xmas does not run again, so there is nothing to skip" in words(ran.stderr)


def test_an_unknown_window_suggests_the_name(deployed: Deployed) -> None:
    """A skip of no window would let the real one run."""
    deployed.site.schedules("weekly", DAILY)

    for action in ("skip", "remove"):
        ran = deployed.types("windows", action, "weekyl", "--yes")
        assert 1 == ran.returncode
        assert "there is no window weekyl: did you mean 'weekly'?" in words(ran.stderr)


def test_remove_deletes_the_window_with_its_skip(deployed: Deployed) -> None:
    """It shows what will not run, and how to bring it back."""
    deployed.site.schedules("daily", DAILY)
    deployed.types("windows", "skip", "daily", "--yes")

    ran = deployed.types("windows", "remove", "daily", "--yes")

    assert (0, None, None) == (
        ran.returncode,
        window(deployed, "daily"),
        window(deployed, "daily/skip"),
    )
    assert "not run" in ran.stderr
    assert f"To bring it back: site-maintenance windows set daily '{DAILY}'" in words(ran.stdout)


@pytest.mark.parametrize(
    ("typed", "changed"),
    [
        (("set", "daily", "cron(0 3 * * ? *) for 2h"), "daily"),
        (("skip", "daily"), "daily/skip"),
        (("skip", "daily", "--undo"), "daily/skip"),
        (("remove", "daily"), "daily"),
    ],
)
def test_what_a_colleague_writes_during_the_question_stays(
    deployed: Deployed, typed: tuple[str, ...], changed: str
) -> None:
    """The question was about another value."""
    skip = f"until {in_hours(48):%Y-%m-%dT%H:%MZ}"
    deployed.site.schedules("daily", DAILY)
    deployed.site.schedules("daily/skip", skip)
    new = f"until {in_hours(72):%Y-%m-%dT%H:%MZ}" if "skip" in changed else f"{DAILY}: Backup"

    ended, shown = asked(
        deployed,
        *("windows", *typed),
        answer="y",
        at_question=lambda: deployed.site.schedules(changed, new),
    )

    expected = {"daily": DAILY, "daily/skip": skip} | {changed: new}
    assert (1, expected) == (ended, {name: window(deployed, name) for name in expected})
    assert f"someone changed /site/maintenance/windows/{changed} while the question" in shown


@pytest.mark.parametrize("action", ["set", "skip"])
def test_what_is_over_after_the_question_is_not_written(deployed: Deployed, action: str) -> None:
    """The controller would refuse it, run after run."""
    ended, shown = asked_about_a_window(deployed, action, seconds=7)
    if "[y/n]" not in shown:
        # On a busy machine it was over before the question.
        ended, shown = asked_about_a_window(deployed, action, seconds=60)

    assert "[y/n]" in shown
    assert (2, None) == (ended, window(deployed, "now/skip" if action == "skip" else "now"))
    assert "this was over" in shown or "this is not later than" in shown


def asked_about_a_window(deployed: Deployed, action: str, *, seconds: int) -> tuple[int, str]:
    """Set or skip a window of so many seconds, which is over when the question is answered."""
    start = in_hours(0) + timedelta(seconds=1)
    end = start + timedelta(seconds=seconds + 1)
    value = f"at({start:%Y-%m-%dT%H:%M:%SZ}) for {seconds}s"
    if action == "skip":
        deployed.site.schedules("now", value)
    return asked(
        deployed,
        *("windows", action, "now", *([value] if action == "set" else [])),
        answer="y",
        at_question=lambda: eventually(lambda: datetime.now(UTC) > end),
    )


def test_remove_names_the_stack_in_the_command_that_brings_a_window_back(
    deployed: Deployed,
) -> None:
    """Without it that command would write into another site's windows."""
    deployed.site.schedules("daily", DAILY)
    (stack,) = deployed.site.cloud.cloudformation.describe_stacks(StackName=STACK)["Stacks"]

    ran = deployed.types("windows", "--stack", stack["StackId"], "remove", "daily", "--yes")

    # An ARN is longer than a line.
    assert f"{DAILY}'--stack{stack['StackId']}".replace(" ", "") in "".join(ran.stdout.split())


def test_remove_deletes_a_window_that_is_invalid(deployed: Deployed) -> None:
    """It is the way out for a value that no controller reads."""
    deployed.site.schedules("slip", "sunday for 2h")

    ran = deployed.types("windows", "remove", "slip", "--yes")

    assert (0, None) == (ran.returncode, window(deployed, "slip"))
    assert "window slip, will be deleted value sunday for 2h" in words(ran.stderr)


def test_the_calendar_file_has_the_runs_to_come(deployed: Deployed, tmp_path: Path) -> None:
    """An independent library reads it."""
    deployed.site.schedules("daily", f"{DAILY}: Backup")
    file = tmp_path / "maintenance.ics"

    ran = deployed.types("windows", "--weeks", "1", "--ics", str(file))
    printed = deployed.types("windows", "--weeks", "1", "--ics")

    events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert (0, 0, "Backup") == (ran.returncode, printed.returncode, str(events[0]["DESCRIPTION"]))
    assert f"Wrote {len(events)} occurrences" in words(ran.stderr)
    assert printed.stdout.startswith("BEGIN:VCALENDAR")


def test_a_calendar_file_that_cannot_be_written_is_an_error(deployed: Deployed) -> None:
    """In one sentence."""
    ran = deployed.types("windows", "--ics", "/nowhere/maintenance.ics")

    assert (1, "/nowhere/maintenance.ics cannot be written: No such file or directory\n") == (
        ran.returncode,
        ran.stderr,
    )


def test_a_calendar_file_names_the_windows_that_it_lacks(deployed: Deployed) -> None:
    """An invalid one has no occurrences."""
    deployed.site.schedules("slip", "sunday for 2h")

    ran = deployed.types("windows", "--ics")

    assert 1 == ran.returncode
    assert "windows/slip is invalid" in words(ran.stderr)


@pytest.mark.parametrize("words_typed", [("windows",), ("history", "--json")])
def test_a_pipe_takes_every_text(deployed: Deployed, words_typed: tuple[str, ...]) -> None:
    """On Windows, or without a locale, it would take a few hundred characters."""
    deployed.site.schedules("daily", f"{DAILY}: Čas za kavo")
    without_utf8 = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    ran = subprocess.run(  # noqa: S603 - our own program
        command(*words_typed),
        cwd=ROOT,
        env=deployed.environment() | without_utf8,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )

    assert (0, b"") == (ran.returncode, ran.stderr)
    assert ("█" if words_typed == ("windows",) else "Čas") in ran.stdout.decode()


@pytest.mark.parametrize(
    ("output", "error"), [("| true", ""), ("> /dev/full", "the operating system refuses")]
)
def test_an_output_that_takes_no_more_is_no_crash(
    deployed: Deployed, output: str, error: str
) -> None:
    """A pager was closed, or the disk is full."""
    # More than a pipe holds.
    deployed.site.schedules("minutely", "cron(* * * * ? *) for 1m")
    typed = " ".join(command("windows", "--weeks", "104", "--ics"))

    ran = subprocess.run(  # noqa: S603 - our own program
        ["/bin/bash", "-c", f"{typed} {output}; exit ${{PIPESTATUS[0]}}"],
        cwd=ROOT,
        env=deployed.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == ran.returncode
    assert "Traceback" not in ran.stderr
    assert error in ran.stderr


def test_without_a_standard_input_it_cannot_ask(deployed: Deployed) -> None:
    """As in a job that closes it."""
    typed = " ".join(command("windows", "remove", "daily"))
    deployed.site.schedules("daily", DAILY)

    ran = subprocess.run(  # noqa: S603 - our own program
        ["/bin/bash", "-c", f"{typed} <&-"],
        cwd=ROOT,
        env=deployed.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (1, DAILY) == (ran.returncode, window(deployed, "daily"))
    assert "not a terminal, cannot ask: add --yes" in ran.stderr


def test_the_stack_may_be_named_before_the_action(deployed: Deployed) -> None:
    """A window must never be written into another stack than the one that was named."""
    ran = deployed.types("windows", "--stack", "nowhere", "set", "daily", DAILY, "--yes")

    assert (1, None) == (ran.returncode, window(deployed, "daily"))
    assert "there is no stack nowhere" in words(ran.stderr)


def test_a_person_who_may_write_windows_needs_no_more_than_the_page_says(
    deployed: Deployed,
) -> None:
    """docs/iam.md lists these permissions."""
    switch = f"arn:aws:ssm:{_HERE}:parameter{SWITCH}"
    stack = f"arn:aws:cloudformation:{_HERE}:stack/{STACK}/*"
    caller = a_user(
        deployed.site.cloud,
        allow("cloudformation:DescribeStacks", stack),
        allow(
            "lambda:GetFunctionConfiguration", f"arn:aws:lambda:{_HERE}:function:site-Controller"
        ),
        allow("ssm:GetParameter", switch, f"{switch}/status", f"{switch}/windows/*"),
        allow("ssm:GetParameterHistory", switch, f"{switch}/windows/*"),
        allow("ssm:GetParametersByPath", f"{switch}/windows"),
        allow("ssm:PutParameter", f"{switch}/windows/*"),
        allow("ssm:DeleteParameter", f"{switch}/windows/*"),
    )
    for typed in (["set", "daily", DAILY], ["skip", "daily"], ["remove", "daily"]):
        ran = deployed.types("windows", *typed, "--yes", environment=deployed.as_caller(caller))
        assert (0, "") == (ran.returncode, ran.stderr if ran.returncode else "")
