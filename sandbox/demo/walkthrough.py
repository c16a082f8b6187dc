"""Take the shop into maintenance and back, by switch and by window, and check every effect."""

import time
from datetime import UTC, datetime, timedelta

from sandbox.demo.commands import show_put_parameter, show_status
from sandbox.demo.console import StepConsole, wait_until
from sandbox.demo.environment import SWITCH, WINDOWS, DemoEnvironment, digest
from sandbox.demo.visits import OK, Visit, is_maintenance, request_pages, visit

_MESSAGE = "We are upgrading the database"
_INSTANT = "%Y-%m-%dT%H:%M:%S"
# A window that is nearer starts late: the controller sets its alarm clock a minute ahead at least.
_WINDOW_IN_SECONDS = 61
_LATEST_SECONDS = 240


def run_walkthrough(demo: DemoEnvironment, console: StepConsole) -> None:
    """Run every step; raise StepFailed at the first that has another result than expected."""
    console.section("The site is up")
    before = visit(demo, console, fill_cache=True)
    console.check("every behavior answers 200", expected=[OK] * 4, actual=before.statuses())
    original = demo.config()
    console.say(f"its configuration in CloudFront: {digest(original)}")

    console.section("Maintenance on")
    _write_switch(demo, console, f"on for 90m: {_MESSAGE}")
    check_maintenance(console, visit(demo, console))

    console.section("Maintenance off")
    _write_switch(demo, console, "off")
    _check_restored(console, before, visit(demo, console))
    _check_config(demo, console, original)

    console.section("A window starts maintenance by itself")
    _wait_for_window(demo, console)
    show_put_parameter(console, SWITCH, "off")
    demo.write_parameter(SWITCH, "off")
    with console.step("off ends the window early, and every behavior answers 200"):
        wait_until(lambda: _statuses(demo) == [OK] * 4, "every behavior answers 200")
    _check_config(demo, console, original)


def _write_switch(demo: DemoEnvironment, console: StepConsole, value: str) -> None:
    show_put_parameter(console, SWITCH, value)
    began = time.monotonic()
    demo.write_parameter(SWITCH, value)
    with console.step("the change wakes the controller, which updates the distribution"):
        wait_until(lambda: demo.status() == "InProgress", "CloudFront has the update")
    with console.step("CloudFront deploys the update to every edge"):
        wait_until(lambda: demo.status() == "Deployed", "the distribution is Deployed")
    console.say(f"{time.monotonic() - began:.1f} s in all; the real CloudFront takes minutes")


def check_maintenance(console: StepConsole, closed: Visit) -> None:
    """Check page and JSON of a site that was closed for 90 minutes with the message."""
    console.check(
        "every behavior answers the maintenance function's 503",
        expected=[True] * 4,
        actual=closed.is_maintenance(),
    )
    page, problem = closed.text("/"), closed.problem("/api/orders")
    console.check(
        "the page for people and the JSON for programs carry the message",
        expected=(True, _MESSAGE),
        actual=(_MESSAGE in page, problem["detail"]),
    )
    console.check(
        "the page has the shop's name",
        expected=True,
        actual="<title>Harbour Roasters: back soon</title>" in page,
    )
    left = datetime.fromisoformat(problem["until"]) - datetime.now(UTC)
    console.check(
        "both say when maintenance ends",
        expected=(True, True),
        actual=(problem["until"].removesuffix("Z") in page, left > timedelta(minutes=80)),
    )


def _check_restored(console: StepConsole, before: Visit, after: Visit) -> None:
    console.check(
        "every behavior answers as before, and the shop's own functions run again",
        expected=(before.statuses(), before.function_headers()),
        actual=(after.statuses(), after.function_headers()),
    )
    console.check(
        "the cached pages are the same",
        expected=before.cached_bodies(),
        actual=after.cached_bodies(),
    )
    console.check(
        "they came from the cache: the origin was not asked again",
        expected=before.cached_counts(),
        actual=after.cached_counts(),
    )


def _check_config(demo: DemoEnvironment, console: StepConsole, original: bytes) -> None:
    actual = demo.config()
    console.check(
        f"the configuration is the original, byte for byte: {digest(actual)}",
        expected=original,
        actual=actual,
    )


def _wait_for_window(demo: DemoEnvironment, console: StepConsole) -> None:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=_WINDOW_IN_SECONDS)
    value = f"at({start:{_INSTANT}}) for 2h: {_MESSAGE}"
    show_put_parameter(console, f"{WINDOWS}/upgrade", value)
    demo.write_parameter(f"{WINDOWS}/upgrade", value)
    with console.step("the controller sets its alarm clock to the start of the window"):
        # Before that it is set to when the controller reads CloudFront's progress again.
        wait_until(lambda: (demo.alarm() or "") >= f"at({start:{_INSTANT}})", "the alarm is set")
    show_status(demo.sandbox, console)
    with console.step(f"at {start:%H:%M:%S} UTC the window starts, and every behavior answers 503"):
        wait_until(
            lambda: all(map(is_maintenance, request_pages(demo))),
            "every behavior answers 503",
            seconds=_LATEST_SECONDS,
        )


def _statuses(demo: DemoEnvironment) -> list[int]:
    return [each.status_code for each in request_pages(demo)]
