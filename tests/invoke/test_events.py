"""
Each file of events/ through the real `sam local invoke`, in a container, and its effect.

No rule wakes the deployed controller when these tests write a parameter: what happens to the site
is the container's doing.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from sandbox.demo.environment import SWITCH, WINDOWS
from tests.cloud import eventually
from tests.invoke.commands import run_command, run_make
from tests.invoke.conftest import EVENTS, PATHS, Site


def _closes_a_site_whose_switch_says_on(site: Site, *, name: str) -> None:
    """Wake the controller, which reads the switch: the event says nothing of its value."""
    site.write_unnoticed(SWITCH, "on")
    assert site.is_open()

    result = site.invoke(name)

    assert eventually(site.is_closed), result


def _is_the_command_that_closes_the_sandboxs_site(site: Site) -> None:
    """Close it by the container; the deployed controller then opens it as it was."""
    before = site.demo.config()

    ran = run_make("events/switch-on.json", site.url)

    assert 0 == ran.returncode, ran.stderr
    assert json.loads(ran.stdout)["distributions"][0]["changed"]
    assert eventually(site.is_closed)
    site.reopen()
    assert before == site.demo.config()


def _is_the_command_that_answers_a_visitor(site: Site) -> None:
    """Need only the built package: here no sandbox answers."""
    assert site.is_open()

    ran = run_make("events/viewer-request.json", "http://127.0.0.1:9")

    assert 0 == ran.returncode, ran.stderr
    answer = json.loads(ran.stdout)
    assert ("503", "<!doctype") == (answer["status"], answer["body"].split()[0])


def _keeps_maintenance_and_fails(site: Site) -> None:
    """Say in the error that the switch does not exist; exit with 1, for scripts."""
    site.close()
    site.delete_unnoticed(SWITCH)

    url = site.url
    ran = run_command("events/switch-deleted.json", "--endpoint-url", url)

    assert (1, "RunFailed") == (ran.returncode, json.loads(ran.stdout)["errorType"]), ran.stderr
    assert f"the switch {SWITCH} does not exist" in ran.stdout
    assert site.is_closed()


def _closes_a_site_whose_window_is_open(site: Site) -> None:
    """Begin a window after the switch was written, or that off would end it."""
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    eventually(lambda: datetime.now(UTC) > begins)
    window = f"{WINDOWS}/sunday"
    site.write_unnoticed(window, f"at({begins:%Y-%m-%dT%H:%M:%S}) for 2h")
    try:
        result = site.invoke("window-changed.json")
        assert eventually(site.is_closed), result
    finally:
        site.delete_unnoticed(window)


def _serves_the_page_that_was_put(site: Site) -> None:
    """Publish and attach it: the switch says on."""
    put = {"Bucket": site.stack.variables["STATE_BUCKET"], "Key": "page/page.html"}
    s3 = site.stack.client("s3")
    site.write_unnoticed(SWITCH, "on")
    with site.stack.rules_disabled():
        s3.put_object(**put, Body=b"<!doctype html><html lang=en><title>Ours</title><p>{{message}}")
    try:
        result = site.invoke("page-changed.json")
        assert eventually(site.is_closed), result
        assert "<title>Ours</title>" in site.demo.get("/", Accept="text/html").text, result
    finally:
        with site.stack.rules_disabled():
            s3.delete_object(**put)


def _writes_the_switch_and_closes_the_site(site: Site, *, name: str) -> None:
    """Until its own end."""
    result = site.invoke(name)

    assert eventually(site.is_closed), result
    assert site.switch().startswith("on until ")


def _plans_and_changes_nothing(site: Site) -> None:
    """Keep the configuration byte for byte, though there is something to do."""
    site.write_unnoticed(SWITCH, "on")
    before = site.demo.config()

    result = site.invoke("plan.json")

    assert isinstance(result.response, dict), result
    behaviors = result.response["distributions"][0]["behaviors"]
    assert ["attach"] * len(PATHS) == [each["action"] for each in behaviors]
    assert before == site.demo.config()


def _reports_and_changes_nothing(site: Site) -> None:
    """Report an open site."""
    before = site.demo.config()

    result = site.invoke("status.json")

    assert isinstance(result.response, dict), result
    distribution = result.response["distributions"][0]
    assert ("live", "Deployed") == (result.response["mode"], distribution["status"])
    assert before == site.demo.config()


def _writes_the_switch_off(site: Site) -> None:
    """And answer CloudFormation that it succeeded."""
    site.delete_unnoticed(SWITCH)

    result = site.invoke("installation-create.json")

    assert ("off", "SUCCESS") == (site.switch(), _status(result.to_cloudformation))


def _leaves_the_switch_alone(site: Site) -> None:
    """Keep maintenance on during an upgrade of the stack."""
    site.write_unnoticed(SWITCH, "on")

    result = site.invoke("installation-update.json")

    assert ("on", "SUCCESS") == (site.switch(), _status(result.to_cloudformation))


def _opens_the_site_for_good(site: Site) -> None:
    """And answer CloudFormation afterwards."""
    site.close()

    result = site.invoke("installation-delete.json")

    assert eventually(site.is_open), result
    assert "SUCCESS" == _status(result.to_cloudformation)
    assert site.switch().startswith("off until 9999-12-31")


def _status(answer: object) -> object:
    """Return the status in an answer to CloudFormation."""
    assert isinstance(answer, dict), f"CloudFormation got {answer}."
    return answer["Status"]


EFFECTS: Mapping[str, Callable[[Site], None]] = {
    **{
        name: partial(_closes_a_site_whose_switch_says_on, name=name)
        for name in (
            "switch-created.json",
            "alarm-clock.json",
            "scheduled-sweep.json",
            "sweep.json",
            "other-tool-update.json",
        )
    },
    "switch-on.json": _is_the_command_that_closes_the_sandboxs_site,
    "switch-deleted.json": _keeps_maintenance_and_fails,
    "window-changed.json": _closes_a_site_whose_window_is_open,
    **{
        name: partial(_writes_the_switch_and_closes_the_site, name=name)
        for name in ("command-on.json", "command-from-event-bridge.json")
    },
    "page-changed.json": _serves_the_page_that_was_put,
    "plan.json": _plans_and_changes_nothing,
    "status.json": _reports_and_changes_nothing,
    "installation-create.json": _writes_the_switch_off,
    "installation-update.json": _leaves_the_switch_alone,
    "installation-delete.json": _opens_the_site_for_good,
    "viewer-request.json": _is_the_command_that_answers_a_visitor,
}


@pytest.mark.parametrize("name", sorted(each.name for each in EVENTS.glob("*.json")))
def test_an_event_has_its_effect_out_of_a_container(site: Site, name: str) -> None:
    """The one in EFFECTS; a file without an entry fails, because nothing would run it."""
    effect = EFFECTS.get(name)
    assert effect, f"events/{name} is never run in a container: say in EFFECTS what it does."

    effect(site)
