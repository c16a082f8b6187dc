"""
Close and open the shop by its standby function, and check what each edge location answers.

The sandbox plays three edge locations. They read a write of the store after half a second, one and
one and a half, where AWS takes about half a minute, and a publish takes as long, where AWS takes
minutes.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sandbox.demo.commands import show_put_parameter, show_status, site_maintenance
from sandbox.demo.console import StepConsole, wait_until
from sandbox.demo.environment import SWITCH, WINDOWS, DemoEnvironment, digest
from sandbox.demo.sam import ROOT
from sandbox.demo.site.distribution import FUNCTIONS
from sandbox.demo.visits import MAINTENANCE, OK, is_maintenance, request_pages, visit
from sandbox.demo.walkthrough import check_maintenance

_MESSAGE = "We are upgrading the database"
_INSTANT = "%Y-%m-%dT%H:%M:%S"
_LOCATIONS = (1, 2, 3)
_SECONDS = 1.5
_BEHAVIORS = 4
_API_FUNCTION = "shop-api"
# Between two publishes the controller waits for five; see docs/standby.md.
_PUBLISH_PAUSE_MINUTES = 6
_WINDOW_IN_SECONDS = 18
_POLL_SECONDS = 0.02
_LATEST_SECONDS = 1.0
_REDIRECT = 303


def run_standby_walkthrough(demo: DemoEnvironment, console: StepConsole) -> None:
    """Run every step; raise StepFailed at the first that has another result than expected."""
    attach_standby(demo, console)
    before = visit(demo, console, fill_cache=True)
    console.check("every behavior answers 200", expected=[OK] * 4, actual=before.statuses())
    untouched = demo.etag(), demo.config()
    console.say(f"its configuration in CloudFront: {digest(untouched[1])}, ETag {untouched[0]}")

    console.section("Maintenance on: one write")
    _write_switch(demo, console, f"on for 90m: {_MESSAGE}", _is_closed)
    with console.step("the page with the message follows: it is rendered while the site is closed"):
        wait_until(lambda: _has_message(demo), "the message is in the page")
    check_maintenance(console, visit(demo, console))
    _check_untouched(demo, console, untouched)

    console.section("What cannot open it")
    untouched = _write_configuration_again(demo, console)
    _fail_reads(demo, console)
    _bypass(demo, console)

    console.section("Maintenance off")
    _write_switch(demo, console, "off", _is_open)
    _check_untouched(demo, console, untouched)

    console.section("A window begins to the second, without the controller")
    _wait_for_window(demo, console)
    _check_untouched(demo, console, untouched)


def attach_standby(demo: DemoEnvironment, console: StepConsole) -> None:
    """Attach the standby function to every behavior of the shop, a step each."""
    demo.sandbox.set(
        edge_locations=len(_LOCATIONS), store_seconds=_SECONDS, publish_seconds=_SECONDS
    )
    console.section("Attach the function, once")
    source = str((FUNCTIONS / "api_viewer_request.js").relative_to(ROOT))
    console.say("/api/* has a function of its own already, so the two are composed into one:")
    _command(demo, console, "standby", "compose", source, "--put", "--yes")
    _publish(demo, console)
    _command(demo, console, "standby", "attach", "--in-place-of", _API_FUNCTION, "--yes")
    with console.step("CloudFront deploys it to every edge, this one time"):
        wait_until(lambda: demo.status() == "Deployed", "the distribution is Deployed")


def _command(demo: DemoEnvironment, console: StepConsole, *arguments: str) -> str:
    console.command(f"site-maintenance {' '.join(arguments)}")
    return site_maintenance(demo.sandbox, *arguments)


def _publish(demo: DemoEnvironment, console: StepConsole) -> None:
    """Let a sweep publish the function's code, which it does five minutes after the last time."""
    demo.sandbox.advance(_PUBLISH_PAUSE_MINUTES)
    before = _published(demo)
    _command(demo, console, "sweep")
    with console.step(
        f"{_PUBLISH_PAUSE_MINUTES} minutes later by CloudFront's clock, which the demo advances, "
        "the controller publishes the function"
    ):
        wait_until(lambda: _published(demo) != before, "the function's code is published")
        time.sleep(_SECONDS)


def _published(demo: DemoEnvironment) -> str:
    name = demo.standby_function()
    return demo.cloudfront.describe_function(Name=name, Stage="LIVE")["ETag"]


def _write_switch(
    demo: DemoEnvironment,
    console: StepConsole,
    value: str,
    is_done: Callable[[DemoEnvironment, int], bool],
) -> None:
    """Write the switch, and show when each edge location answers accordingly."""
    show_put_parameter(console, SWITCH, value)
    began = time.monotonic()
    demo.write_parameter(SWITCH, value)
    with console.step("the change wakes the controller, which writes the store, and edges read it"):
        seconds = _follow(demo, value, began)
    rows = [(f"location {each}", f"{seconds[each]:.1f} s") for each in _LOCATIONS]
    console.table("edge", "after", rows=rows)
    console.check(
        "each edge location flips at a moment of its own",
        expected=list(_LOCATIONS),
        actual=sorted(_LOCATIONS, key=seconds.__getitem__),
    )
    console.check(
        "every behavior follows at each of them",
        expected=[True] * len(_LOCATIONS),
        actual=[is_done(demo, each) for each in _LOCATIONS],
    )


def _follow(demo: DemoEnvironment, value: str, began: float) -> dict[int, float]:
    """Return after how many seconds each edge location answers `/` as the switch says."""
    seconds: dict[int, float] = {}
    status = MAINTENANCE if value.startswith("on") else OK

    def are_all_done() -> bool:
        for location in _LOCATIONS:
            if location not in seconds and demo.get("/", location).status_code == status:
                seconds[location] = time.monotonic() - began
        return len(seconds) == len(_LOCATIONS)

    wait_until(are_all_done, f"every edge location of {demo.site.domain_name}")
    return seconds


def _has_message(demo: DemoEnvironment) -> bool:
    pages = (("/", "text/html"), ("/api/orders", "application/json"))
    return all(
        _MESSAGE in demo.get(path, location, Accept=accept).text
        for location in _LOCATIONS
        for path, accept in pages
    )


def _is_closed(demo: DemoEnvironment, location: int) -> bool:
    return all(map(is_maintenance, request_pages(demo, location)))


def _is_open(demo: DemoEnvironment, location: int) -> bool:
    return [OK] * _BEHAVIORS == [each.status_code for each in request_pages(demo, location)]


def _closed(demo: DemoEnvironment) -> list[bool]:
    return [_is_closed(demo, each) for each in _LOCATIONS]


def _check_closed(demo: DemoEnvironment, console: StepConsole, text: str) -> None:
    console.check(text, expected=[True] * len(_LOCATIONS), actual=_closed(demo))


def _check_untouched(
    demo: DemoEnvironment, console: StepConsole, untouched: tuple[str, bytes]
) -> None:
    actual = demo.etag(), demo.config()
    console.check(
        f"the distribution is untouched: {digest(actual[1])}, ETag {actual[0]}",
        expected=untouched,
        actual=actual,
    )


def _write_configuration_again(demo: DemoEnvironment, console: StepConsole) -> tuple[str, bytes]:
    """Write the distribution as Terraform does, from the owner's own configuration."""
    with console.step("the owner's Terraform writes the distribution again, as it knows it"):
        found = demo.cloudfront.get_distribution_config(Id=demo.site.distribution_id)
        demo.cloudfront.update_distribution(
            Id=demo.site.distribution_id,
            IfMatch=found["ETag"],
            DistributionConfig=found["DistributionConfig"],
        )
        wait_until(lambda: demo.status() == "Deployed", "the distribution is Deployed")
    _check_closed(demo, console, "the site stays closed at every edge location")
    return demo.etag(), demo.config()


def _fail_reads(demo: DemoEnvironment, console: StepConsole) -> None:
    console.say("the function's own code gets the same state, in case the store cannot be read:")
    _publish(demo, console)
    demo.sandbox.set(failing_reads=1)
    _check_closed(demo, console, "the store cannot be read at any edge: closed all the same")
    console.check(
        "visitors get the message, from the code",
        expected=True,
        actual=_MESSAGE in demo.get("/").text,
    )
    demo.sandbox.set(failing_reads=0)


def _bypass(demo: DemoEnvironment, console: StepConsole) -> None:
    made = json.loads(_command(demo, console, "bypass", "create", "--for", "1h", "--json"))
    query = f"/?{made['links'][0].partition('?')[2]}"
    with console.step("the controller writes the token's digest into the store"):
        wait_until(lambda: demo.get(query).status_code == _REDIRECT, "the link works")
    cookie = demo.get(query).headers["set-cookie"].partition(";")[0]
    console.check(
        "a tester with the link's cookie gets the site, and everybody else the page",
        expected=(OK, MAINTENANCE),
        actual=(demo.get("/", Cookie=cookie).status_code, demo.get("/").status_code),
    )


def _wait_for_window(demo: DemoEnvironment, console: StepConsole) -> None:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=_WINDOW_IN_SECONDS)
    value = f"at({start:{_INSTANT}}) for 2h: {_MESSAGE}"
    show_put_parameter(console, f"{WINDOWS}/upgrade", value)
    before = demo.store_writes()
    demo.write_parameter(f"{WINDOWS}/upgrade", value)
    with console.step("the controller writes the window into the store, ahead of it"):
        wait_until(lambda: demo.store_writes() > before, "the store has the window")
        time.sleep(_SECONDS)
    console.say("the controller cannot see edges, so for the half minute that AWS takes after")
    console.say("the off its status says OPENING, although these three have opened already:")
    show_status(demo.sandbox, console)
    with demo.stopped():
        console.say("from here on Lambda gives the controller no concurrency, so it cannot run")
        console.check(
            f"before {start:%H:%M:%S} UTC every edge location is open",
            expected=[True] * len(_LOCATIONS),
            actual=[_is_open(demo, each) for each in _LOCATIONS],
        )
        _measure_window(demo, console, start)
    _write_switch(demo, console, "off", _is_open)


def _measure_window(demo: DemoEnvironment, console: StepConsole, start: datetime) -> None:
    asked = seen_open = datetime.now(UTC)
    while _is_open(demo, 1):
        time.sleep(_POLL_SECONDS)
        seen_open, asked = asked, datetime.now(UTC)
    # When it was sent: a slow machine gets the answer late.
    late = (seen_open - start).total_seconds()
    console.check(
        f"the last request to get the site was sent {abs(late):.2f} s "
        f"{'after' if late > 0 else 'before'} that second, and the first 503 came after it",
        expected=(True, True),
        actual=(late <= _LATEST_SECONDS, datetime.now(UTC) >= start),
    )
    _check_closed(demo, console, "every edge location is closed, each by its own clock")
