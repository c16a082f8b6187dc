"""
Each file of events/ through the real `sam local invoke`, in a container, with its true effect.

The deployed controller is kept from hearing of what these tests write: what happens to the site is
the container's doing.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from sandbox.demo.environment import SWITCH, WINDOWS
from tests.cloud import eventually
from tests.invoke.commands import run_command, run_make
from tests.invoke.conftest import EVENTS, PATHS, Site, told


def _closes_a_site_whose_switch_says_on(site: Site, *, name: str) -> None:
    """Whatever the event: it only tells the controller to look."""
    site.write_unheard(SWITCH, "on")
    assert site.is_open()

    invoked = site.invoke(name)

    assert eventually(site.is_closed), told(invoked)


def _is_the_command_that_closes_the_sandboxs_site(site: Site) -> None:
    """Close it by the container; the deployed controller then opens it as it was."""
    before = site.demo.config()

    ran = run_make("events/switch-on.json", site.demo.sandbox.endpoint_url)

    assert 0 == ran.returncode, ran.stderr
    assert json.loads(ran.stdout)["distributions"][0]["changed"]
    assert eventually(site.is_closed)
    site.reopen()
    assert before == site.demo.config()


def _is_the_command_that_answers_a_visitor(site: Site) -> None:
    """Only what was built is needed: here no sandbox answers."""
    assert site.is_open()

    ran = run_make("events/viewer-request.json", "http://127.0.0.1:9")

    assert 0 == ran.returncode, ran.stderr
    answer = json.loads(ran.stdout)
    assert ("503", "<!doctype") == (answer["status"], answer["body"].split()[0])


def _lifts_nothing_and_fails(site: Site) -> None:
    """With a sentence that says how to write the switch; the command fails too, for scripts."""
    site.close()
    site.delete_unheard(SWITCH)

    url = site.demo.sandbox.endpoint_url
    ran = run_command("events/switch-deleted.json", "--endpoint-url", url)

    assert (1, "RunFailed") == (ran.returncode, json.loads(ran.stdout)["errorType"]), ran.stderr
    assert f"the switch {SWITCH} does not exist" in ran.stdout
    assert site.is_closed()


def _closes_a_site_whose_window_is_open(site: Site) -> None:
    """Begin a window, that of the event's name, after the switch was written."""
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    eventually(lambda: datetime.now(UTC) > begins)
    window = f"{WINDOWS}/sunday"
    site.write_unheard(window, f"at({begins:%Y-%m-%dT%H:%M:%S}) for 2h")
    try:
        invoked = site.invoke("window-changed.json")
        assert eventually(site.is_closed), told(invoked)
    finally:
        site.delete_unheard(window)


def _serves_the_page_that_was_put(site: Site) -> None:
    """Bake it, and attach it: the switch says on."""
    put = {"Bucket": site.controller.deployed.variables["STATE_BUCKET"], "Key": "page/page.html"}
    s3 = site.controller.deployed.client("s3")
    site.write_unheard(SWITCH, "on")
    with site.controller.deployed.asleep():
        s3.put_object(**put, Body=b"<!doctype html><html lang=en><title>Ours</title><p>{{message}}")
    try:
        invoked = site.invoke("page-changed.json")
        assert eventually(site.is_closed), told(invoked)
        assert "<title>Ours</title>" in site.demo.get("/", Accept="text/html").text, told(invoked)
    finally:
        with site.controller.deployed.asleep():
            s3.delete_object(**put)


def _writes_the_switch_and_closes_the_site(site: Site, *, name: str) -> None:
    """Until its own end."""
    invoked = site.invoke(name)

    assert eventually(site.is_closed), told(invoked)
    assert site.switch().startswith("on until ")


def _says_what_would_be_done_and_changes_nothing(site: Site) -> None:
    """Keep the configuration byte for byte, though there is something to do."""
    site.write_unheard(SWITCH, "on")
    before = site.demo.config()

    invoked = site.invoke("plan.json")

    assert isinstance(invoked.answer, dict), told(invoked)
    behaviors = invoked.answer["distributions"][0]["behaviors"]
    assert ["attach"] * len(PATHS) == [each["action"] for each in behaviors]
    assert before == site.demo.config()


def _says_what_is_and_changes_nothing(site: Site) -> None:
    """Tell of an open site."""
    before = site.demo.config()

    invoked = site.invoke("status.json")

    assert isinstance(invoked.answer, dict), told(invoked)
    distribution = invoked.answer["distributions"][0]
    assert ("live", "Deployed") == (invoked.answer["mode"], distribution["status"])
    assert before == site.demo.config()


def _writes_the_switch_off(site: Site) -> None:
    """And CloudFormation hears that it succeeded."""
    site.delete_unheard(SWITCH)

    invoked = site.invoke("installation-create.json")

    assert ("off", "SUCCESS") == (site.switch(), _status_told(invoked.to_cloudformation))


def _leaves_the_switch_alone(site: Site) -> None:
    """End nothing by an upgrade during maintenance."""
    site.write_unheard(SWITCH, "on")

    invoked = site.invoke("installation-update.json")

    assert ("on", "SUCCESS") == (site.switch(), _status_told(invoked.to_cloudformation))


def _opens_the_site_for_good(site: Site) -> None:
    """And CloudFormation hears of it afterwards."""
    site.close()

    invoked = site.invoke("installation-delete.json")

    assert eventually(site.is_open), told(invoked)
    assert "SUCCESS" == _status_told(invoked.to_cloudformation)
    assert site.switch().startswith("off until 9999-12-31")


def _status_told(answer: object) -> object:
    """Return the status that CloudFormation was told."""
    assert isinstance(answer, dict), f"CloudFormation was told {answer}."
    return answer["Status"]


EFFECTS: Mapping[str, Callable[[Site], None]] = {
    **{
        name: partial(_closes_a_site_whose_switch_says_on, name=name)
        for name in (
            "switch-created.json",
            "alarm-clock.json",
            "sweep.json",
            "other-tool-update.json",
        )
    },
    "switch-on.json": _is_the_command_that_closes_the_sandboxs_site,
    "switch-deleted.json": _lifts_nothing_and_fails,
    "window-changed.json": _closes_a_site_whose_window_is_open,
    **{
        name: partial(_writes_the_switch_and_closes_the_site, name=name)
        for name in ("command-on.json", "command-from-event-bridge.json")
    },
    "page-changed.json": _serves_the_page_that_was_put,
    "plan.json": _says_what_would_be_done_and_changes_nothing,
    "status.json": _says_what_is_and_changes_nothing,
    "installation-create.json": _writes_the_switch_off,
    "installation-update.json": _leaves_the_switch_alone,
    "installation-delete.json": _opens_the_site_for_good,
    "viewer-request.json": _is_the_command_that_answers_a_visitor,
}


@pytest.mark.parametrize("name", sorted(each.name for each in EVENTS.glob("*.json")))
def test_an_event_has_its_effect_out_of_a_container(site: Site, name: str) -> None:
    """The one that EFFECTS says; a file without an entry fails, for nothing would run it."""
    effect = EFFECTS.get(name)
    assert effect, f"events/{name} is never run in a container: say in EFFECTS what it does."

    effect(site)
