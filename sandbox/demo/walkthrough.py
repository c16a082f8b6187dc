"""The story: the site is up, on, every behavior answers 503, off, all as before; then a window."""

import hashlib
import shlex
import time
from datetime import UTC, datetime, timedelta

from sandbox.demo.console import StepConsole, wait_until
from sandbox.demo.environment import SWITCH, WINDOWS, DemoEnvironment
from sandbox.demo.visits import OK, Visit, ask, is_maintenance, visit

_MESSAGE = "We are upgrading the database"
# The alarm clock is never aimed nearer than a minute, so a window shorter than that ends late.
_WRITTEN = "%Y-%m-%dT%H:%M:%S"
_WINDOW_SECONDS = 61
_LATEST_SECONDS = 120


def tell(demo: DemoEnvironment, console: StepConsole) -> None:
    """Tell the story; raise NotAsToldError where it does not come true."""
    console.act("The site is up")
    before = visit(demo, console, warm=True)
    console.check("every behavior answers 200", expected=[OK] * 4, actual=before.statuses())
    first = demo.config()
    console.say(f"its configuration: {_digest(first)}")

    console.act("Two in the morning: on")
    _switch(demo, console, f"on for 90m: {_MESSAGE}")
    closed = visit(demo, console)
    console.check(
        "every behavior answers 503, and says that it is maintenance",
        expected=[True] * 4,
        actual=closed.is_maintenance(),
    )
    _check_message(console, closed)

    console.act("The work is done: off")
    _switch(demo, console, "off")
    after = visit(demo, console)
    _check_as_before(console, before, after)
    console.check(
        f"the configuration is the first one, byte for byte: {_digest(demo.config())}",
        expected=first,
        actual=demo.config(),
    )

    console.act("A window, and nobody touches anything")
    _window(demo, console)
    console.check("the configuration is the first one again", expected=first, actual=demo.config())


def _switch(demo: DemoEnvironment, console: StepConsole, value: str) -> None:
    console.command(
        f"aws ssm put-parameter --overwrite --name {SWITCH}", f"--value {shlex.quote(value)}"
    )
    began = time.monotonic()
    demo.write_parameter(SWITCH, value)
    with console.step("change event → controller → CloudFront takes the update"):
        wait_until(lambda: demo.status() == "InProgress", "CloudFront has the update")
    with console.step("every edge has it: Deployed"):
        wait_until(lambda: demo.status() == "Deployed", "CloudFront is Deployed")
    console.say(
        f"{time.monotonic() - began:.1f} s from the switch to the last edge; "
        "CloudFront itself needs minutes"
    )


def _check_message(console: StepConsole, closed: Visit) -> None:
    page, problem = closed.text("/"), closed.problem("/api/orders")
    console.check(
        "people read the message in the page, and programs in the JSON",
        expected=(True, _MESSAGE),
        actual=(_MESSAGE in page, problem["detail"]),
    )
    left = datetime.fromisoformat(problem["until"]) - datetime.now(UTC)
    console.check(
        "both count down to the end that the switch names",
        expected=(True, True),
        actual=(problem["until"].removesuffix("Z") in page, left > timedelta(minutes=80)),
    )


def _check_as_before(console: StepConsole, before: Visit, after: Visit) -> None:
    console.check(
        "every behavior answers as before, the site's own functions at work",
        expected=(before.statuses(), before.function_marks()),
        actual=(after.statuses(), after.function_marks()),
    )
    console.check("what was cached is the same", expected=before.cached(), actual=after.cached())
    console.check(
        "and came from the cache: the origin was not asked for it again",
        expected=before.asked_for_cached(),
        actual=after.asked_for_cached(),
    )


def _window(demo: DemoEnvironment, console: StepConsole) -> None:
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=_WINDOW_SECONDS)
    value = f"at({starts:{_WRITTEN}}) for {_WINDOW_SECONDS}s"
    console.command(
        "aws ssm put-parameter --type String",
        f"--name {WINDOWS}/upgrade",
        f"--value '{value}'",
    )
    demo.write_parameter(f"{WINDOWS}/upgrade", value)
    with console.step("the controller sets its alarm clock to the start of the window"):
        # Until then it is aimed at the next look at what CloudFront is doing.
        wait_until(lambda: (demo.alarm() or "") >= f"at({starts:{_WRITTEN}}", "it is set to it")
    console.say(f"it says {demo.alarm()}")
    with console.step("the window begins, and every behavior answers 503"):
        wait_until(
            lambda: all(is_maintenance(each) for each in ask(demo)),
            "the window has begun",
            seconds=_LATEST_SECONDS,
        )
    with console.step("the window ends, and every behavior answers 200"):
        wait_until(
            lambda: all(each.status_code == OK for each in ask(demo)),
            "the window has ended",
            seconds=_LATEST_SECONDS,
        )
    with console.step("a minute later it looks once more, and sets its alarm clock no more"):
        wait_until(lambda: demo.alarm() is None, "the alarm clock is gone")


def _digest(xml: bytes) -> str:
    return f"SHA-256 {hashlib.sha256(xml).hexdigest()[:8]}…"
