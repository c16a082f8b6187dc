"""What an operator sees in each situation; each function makes one in the sandbox."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sandbox.process import Sandbox
from tests.stories.site import SWITCH
from tools.screens.stage import Stage, make_stage, make_standby_stage

_WEEKLY = "cron(0 2 ? * SUN *) for 2h"


@dataclass(frozen=True)
class Screen:
    """What was typed in a situation, and what the terminal then shows."""

    title: str
    situation: str
    typed: str
    shown: str


def screens(sandbox: Sandbox) -> Iterator[Screen]:
    """Yield the screen of each situation."""
    makers = (
        _a_maintenance,
        _refused,
        _stuck,
        _gone,
        _deleted,
        _windows,
        _armed,
        _timeline,
        _standby,
    )
    for make in makers:
        yield from make(sandbox)


def _status(stage: Stage, title: str, situation: str) -> Screen:
    return Screen(title, situation, "status", stage.types("status"))


def _a_maintenance(sandbox: Sandbox) -> Iterator[Screen]:
    stage = make_stage(sandbox)
    yield _status(stage, "Open", "Nothing is planned.")
    typed = "plan on for 2h"
    yield Screen("Plan", "What that would do; it writes nothing.", typed, stage.types(typed))
    stage.becomes("on for 90m: We are upgrading the database")
    yield _status(stage, "Closing", "The controller has closed the site, CloudFront is deploying.")
    stage.settles()
    yield _status(stage, "Closed", "Every edge location has the page.")
    typed = "extend 30m"
    asked = stage.asks(typed)
    yield Screen("Asked", "The work takes longer: what an extension changes.", typed, asked)
    typed = "extend 30m --yes"
    shown = stage.types(typed)
    yield Screen("Extended", "The same, without the question; the message stays.", typed, shown)


def _refused(sandbox: Sandbox) -> Iterator[Screen]:
    stage = make_stage(sandbox, EXISTING_FUNCTIONS="refuse")
    stage.becomes("on")
    situation = "The stack may not displace a function, and one is in the way."
    yield _status(stage, "Refused", situation)


def _stuck(sandbox: Sandbox) -> Iterator[Screen]:
    stage = make_stage(sandbox)
    stage.becomes("on")
    stage.settles()
    cloudfront = stage.deployed.site.cloud.cloudfront
    etag = cloudfront.describe_function(Name="shop-login", Stage="DEVELOPMENT")["ETag"]
    cloudfront.delete_function(Name="shop-login", IfMatch=etag)
    stage.becomes("off")
    situation = "`off`, after someone has deleted the function that must be restored."
    yield _status(stage, "Stuck", situation)


def _gone(sandbox: Sandbox) -> Iterator[Screen]:
    stage = make_stage(sandbox)
    stage.deployed.site.says("on")
    stage.ahead = timedelta(hours=2)
    situation = "`on`, two hours ago, while Lambda does not run the controller."
    yield _status(stage, "Controller gone", situation)


def _deleted(sandbox: Sandbox) -> Iterator[Screen]:
    stage = make_stage(sandbox)
    stage.becomes("on")
    stage.settles()
    stage.deployed.site.cloud.ssm.delete_parameter(Name=SWITCH)
    stage.runs()
    yield _status(stage, "Switch deleted", "Someone has deleted the switch of a closed site.")


def _windows(sandbox: Sandbox) -> Iterator[Screen]:
    stage = make_stage(sandbox)
    # Days away, so that the site is not closed for it yet.
    day = f"{stage.now() + timedelta(days=3):%a}".upper()
    stage.deployed.site.schedules("weekly", f"cron(0 2 ? * {day} *) for 2h")
    stage.runs()
    yield _status(stage, "Window coming", "A window runs once a week at two in the morning.")
    typed = "windows skip weekly --yes"
    shown = stage.types(typed)
    yield Screen("Skipped", "It must not run this time.", typed, shown)


def _armed(sandbox: Sandbox) -> Iterator[Screen]:
    stage = make_stage(sandbox, is_free=True)
    start = datetime.now(UTC) + timedelta(minutes=13)
    stage.deployed.site.schedules("upgrade", f"at({start:%Y-%m-%dT%H:%M}) for 2h in UTC")
    stage.runs()
    stage.settles()
    situation = "A window begins in some minutes, where the site has no functions of its own."
    yield _status(stage, "Armed", situation)


def _timeline(sandbox: Sandbox) -> Iterator[Screen]:
    stage = make_stage(sandbox)
    # A Monday after New Year, when no clocks change for two months.
    monday = datetime(datetime.now(UTC).year + 1, 1, 10, 12, 30, tzinfo=UTC)
    monday += timedelta(days=-monday.weekday() % 7)
    sunday = f"{monday + timedelta(days=13):%Y-%m-%d}"
    site = stage.deployed.site
    site.schedules("weekly", _WEEKLY)
    site.schedules("weekly/skip", f"until {monday + timedelta(days=7):%Y-%m-%d}")
    site.schedules("upgrade", f"at({sunday}T03:30) for 6h: New database")
    site.schedules("reports", "cron(0 20 ? * WED *) for 8h in America/New_York")
    stage.waits_until(monday)
    typed = "windows --weeks 2"
    yield Screen("Windows", "The coming weeks.", typed, stage.types(typed))


def _standby(sandbox: Sandbox) -> Iterator[Screen]:
    stage = make_standby_stage(sandbox)
    situation = "The standby engine, before its function is attached."
    yield _status(stage, "Not attached", situation)
    typed = "standby attach"
    situation = "What attaching it changes; one place is taken."
    yield Screen("Attach", situation, typed, stage.asks(typed))
    typed = "standby attach --except-paths default --yes"
    situation = "The default behavior may stay open."
    yield Screen("Attached", situation, typed, stage.types(typed))
