"""The commands on and off, each in its own process against the sandbox."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.cli.switch.typed_instant import format_local
from maintenance.errors import RunFailed

from sandbox.process import Sandbox
from tests.cli.asking import asked
from tests.cli.deployed import Deployed, deploy
from tests.cli.deployed import words as words_of
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_distribution
from tests.stories.site import BUCKET, SWITCH, Site
from tests.timing import PATIENCE

WATCH_ON = "site-maintenance status --wait"
ZONE = "Africa/Algiers"  # UTC+01:00, all year


@pytest.fixture(scope="module")
def _stack(sandbox: Sandbox) -> Iterator[tuple[Deployed, str]]:
    """Give a stack for one distribution; its controller runs when a test wakes it."""
    sandbox.reset()
    cloud = Cloud(sandbox)
    distribution_id = a_distribution(cloud)
    yield deploy(cloud, distribution_id, TIME_ZONE=ZONE), distribution_id
    sandbox.reset()


@pytest.fixture
def deployed(_stack: tuple[Deployed, str], monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """Give the stack with its site open, and its controller's environment in this process."""
    stack, distribution_id = _stack
    cloud = stack.site.cloud
    environment = cloud.sandbox.environment() | stack.site.environment(
        distribution_id, TIME_ZONE=ZONE
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    cloud.sandbox.set(deploy_seconds=0.5)
    stack.site.becomes("off")
    cloud.sandbox.finish_deployments()
    return stack


def wake_once(site: Site, value: str) -> None:
    """Wake the controller when the switch has this value, as its change event does on AWS."""
    ssm = site.cloud.ssm
    eventually(lambda: value == ssm.get_parameter(Name="/site/maintenance")["Parameter"]["Value"])
    site.wakes()


def test_on_writes_the_switch_and_watches_until_it_is_deployed(deployed: Deployed) -> None:
    """The controller does the work; the command reports each step on standard error."""
    running = deployed.starts(
        "on", "for", "90m", "--message", "Upgrade", "--yes", "--wait", "--json"
    )
    wake_once(deployed.site, "on for 90m: Upgrade")

    out, err = running.communicate(timeout=PATIENCE)

    document = json.loads(out)
    lines = err.splitlines()
    assert (0, "maintenance", True) == (
        running.returncode,
        document["mode"],
        document["everywhere"],
    )
    assert "Wrote 'on for 90m: Upgrade' to /site/maintenance." == lines[0]
    assert re.search(r"^\S+ \S+: Deployed after [0-9]+s$", lines[-1])


def test_on_times_out_if_the_controller_does_not_apply_it(deployed: Deployed) -> None:
    """The switch is written; exit code 4 and an error say that the site does not follow."""
    ran = deployed.types("on", "--yes", "--timeout", "1s")

    assert (4, "on") == (ran.returncode, deployed.switch())
    assert "waiting for the controller" in ran.stderr
    assert "has not applied it yet: run site-maintenance status" in words_of(ran.stderr)
    assert words_of(ran.stdout).startswith("OPEN Visitors get the site. asked for closed")


def test_off_that_fails_ends_at_once_with_the_reason(deployed: Deployed) -> None:
    """The operator need not wait for the timeout, and sees that the site is not open."""
    site = deployed.site
    site.becomes("on")
    (listed,) = site.cloud.s3.list_objects_v2(Bucket=BUCKET, Prefix="displaced/")["Contents"]
    record = site.cloud.s3.get_object(Bucket=BUCKET, Key=listed["Key"])["Body"].read()
    site.cloud.s3.put_object(Bucket=BUCKET, Key=listed["Key"], Body=b"garbage")

    off = deployed.starts("off", "--yes")
    with pytest.raises(RunFailed):
        wake_once(site, "off")
    out, _ = off.communicate(timeout=PATIENCE)
    status = deployed.starts("status")
    status.communicate(timeout=PATIENCE)
    site.cloud.s3.put_object(Bucket=BUCKET, Key=listed["Key"], Body=record)

    assert (1, 1) == (off.returncode, status.returncode)
    assert words_of(out).startswith("STUCK ")
    assert "They should get the site" in words_of(out)
    assert "cannot be used" in words_of(out)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["for", "90x"], "Cannot read the time 'for 90x': 'x' is no unit: write 45m, 1h30m"),
        (["fro", "45m"], "Cannot read the time 'fro 45m': did you mean 'for'?"),
        (["for 1h: A", "--message", "B"], "The message is there twice"),
    ],
)
def test_an_invalid_value_is_not_written(deployed: Deployed, words: list[str], error: str) -> None:
    """The error quotes it and says what to write; exit code 2."""
    ran = deployed.types("on", *words, "--yes")

    assert (2, "", "off") == (ran.returncode, ran.stdout, deployed.switch())
    assert words_of(ran.stderr).startswith(error)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["for", "45", "minutes"], r"on for 45m"),
        (["for 1 h: Back soon"], r"on for 1h: Back soon"),
        (["until", "tomorrow", "6:00"], r"on until \d{4}-\d\d-\d\dT06:00\+01:00"),
        (["until Sunday 04:00", "--message", "Upgrade"], r"on until \S+T04:00\+01:00: Upgrade"),
    ],
)
def test_times_as_people_type_them_are_written_exactly(
    deployed: Deployed, words: list[str], expected: str
) -> None:
    """On the clocks of the site's zone, word by word or as one quoted word."""
    ran = deployed.types("on", *words, "--yes", "--timeout", "1s")

    assert re.fullmatch(expected, deployed.switch())
    assert f"Wrote {deployed.switch()!r} to /site/maintenance." == ran.stderr.splitlines()[0]


def test_extend_gives_a_maintenance_a_later_end_and_keeps_its_message(deployed: Deployed) -> None:
    """The end counts from the old one, and is written as an instant."""
    deployed.site.becomes("on until 2036-12-06T02:00+01:00: Upgrade")

    ran = deployed.types("extend", "30", "minutes", "--yes", "--timeout", "1s")

    assert "on until 2036-12-06T02:30+01:00: Upgrade" == deployed.switch()
    assert "Wrote 'on until 2036-12-06T02:30+01:00: Upgrade'" in words_of(ran.stderr)


def test_extend_takes_over_from_a_window(deployed: Deployed) -> None:
    """Its end no longer matters, and its message stays."""
    begins = datetime.now(UTC) + timedelta(seconds=2)
    window = f"at({begins:%Y-%m-%dT%H:%M:%S}) for 1h in UTC: Every night"
    deployed.site.schedules("nightly", window)
    ends = begins.replace(microsecond=0) + timedelta(minutes=90)

    ran = eventually(lambda: succeeded(deployed.types("extend", "30m", "--yes", "--timeout", "1s")))
    deployed.site.cloud.ssm.delete_parameter(Name=f"{SWITCH}/windows/nightly")

    assert f"on until {format_local(ends, ZoneInfo(ZONE))}: Every night" == deployed.switch()
    assert ran


def succeeded(
    ran: "subprocess.CompletedProcess[str]",
) -> "subprocess.CompletedProcess[str] | None":
    """Return what ran if it has written, None otherwise."""
    return ran if "Wrote" in ran.stderr else None


def test_extend_is_refused_while_the_site_is_open(deployed: Deployed) -> None:
    """With the command that closes it."""
    ran = deployed.types("extend", "30m", "--yes")

    assert (1, "off") == (ran.returncode, deployed.switch())
    assert "There is no maintenance to extend: site-maintenance on for 30m" in words_of(ran.stderr)


@pytest.mark.parametrize(
    ("switch", "error"),
    [
        ("off", "There is no maintenance to extend"),
        ("on until 2036-12-06T04:00+01:00", "Someone changed the maintenance while the question"),
    ],
)
def test_extend_writes_nothing_if_the_maintenance_is_another_one_after_the_question(
    deployed: Deployed, switch: str, error: str
) -> None:
    """A colleague has opened the site, or given it another end."""
    deployed.site.becomes("on until 2036-12-06T02:00+01:00")

    ended, shown = asked(
        deployed, "extend", "30m", answer="y", at_question=lambda: deployed.site.says(switch)
    )

    assert (1, switch) == (ended, deployed.switch())
    assert error in shown


def test_without_a_terminal_to_ask_on_nothing_is_written(deployed: Deployed) -> None:
    """A script adds --yes."""
    ran = deployed.types("on")

    assert (1, "off") == (ran.returncode, deployed.switch())
    assert "not a terminal, cannot ask: add --yes" in words_of(ran.stderr)


@pytest.mark.parametrize(("answer", "code", "switch"), [("n", 1, "off"), ("y", 4, "on")])
def test_on_a_terminal_it_asks_first(
    deployed: Deployed, answer: str, code: int, switch: str
) -> None:
    """Before it asks, it says how much would be closed."""
    ended, shown = asked(deployed, "on", "--timeout", "1s", answer=answer)

    assert (code, switch) == (ended, deployed.switch())
    assert "This would close 1 behavior of 1 distribution." in shown
    assert "Write 'on' to /site/maintenance?" in shown


def test_an_interrupted_command_says_how_to_watch_on(deployed: Deployed) -> None:
    """What was written stays, and the controller goes on."""
    running = deployed.starts("on", "for", "1", "hour", "--yes", "--timeout", "5m")
    assert running.stderr
    lines = [running.stderr.readline() for _ in range(2)]
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=PATIENCE)

    assert (130, "on for 1h") == (running.returncode, deployed.switch())
    assert "Wrote 'on for 1h' to /site/maintenance." in lines[0]
    assert words_of(err).endswith(
        f"Interrupted: the controller and CloudFront continue. To watch them: {WATCH_ON}"
    )


def test_on_says_how_to_watch_until_cloudfront_is_done(deployed: Deployed) -> None:
    """Without --wait it ends when CloudFront has accepted the change."""
    deployed.site.cloud.sandbox.set(deploy_seconds=600)

    running = deployed.starts("on", "--yes")
    wake_once(deployed.site, "on")
    _, err = running.communicate(timeout=PATIENCE)
    deployed.site.cloud.sandbox.finish_deployments()

    assert 0 == running.returncode
    expected = "This is on its way to every edge, usually a few minutes, 15 at most. To watch it: "
    assert f"{expected}{WATCH_ON}" == err.splitlines()[-1]


def test_status_gives_scripts_an_exit_code(deployed: Deployed) -> None:
    """4 during the rollout, and 3 once all edges are in maintenance."""
    deployed.site.cloud.sandbox.set(deploy_seconds=600)
    deployed.site.becomes("on")

    before = deployed.types("status", "--exit-code")
    deployed.site.cloud.sandbox.finish_deployments()
    after = deployed.types("status", "--exit-code", "--wait", "--timeout", "1m")

    assert (4, 3) == (before.returncode, after.returncode)
    assert "1 closed InProgress" in words_of(before.stdout)
    assert "CLOSED Visitors get the maintenance page." in words_of(after.stdout)
    assert "closed 1 closed Deployed" in words_of(after.stdout)
