"""
Each file of events/ through the real `sam local invoke`, in a container, with real effects.

The deployed controller is kept from hearing of what these tests write: what happens to the site is
the container's doing.
"""

from datetime import UTC, datetime, timedelta

import pytest

from demo.stage import SWITCH, WINDOWS
from tests.cloud import eventually
from tests.local_invoke.conftest import EVENTS, PATHS, Site, told

WAKEUPS = ("switch-created.json", "alarm-clock.json", "sweep.json", "other-tool-wrote.json")
COMMANDS = ("command-on.json", "command-from-event-bridge.json")
INSTALLATIONS = ("installation-create.json", "installation-update.json", "installation-delete.json")
OTHERS = (
    "switch-deleted.json",
    "window-changed.json",
    "plan.json",
    "status.json",
)
# These two are the README's, and run as its commands in test_command.
COMMAND_LINES = ("switch-on.json", "viewer-request.json")


def test_no_event_is_without_a_test() -> None:
    """A file that nothing runs would rot."""
    named = sorted(WAKEUPS + COMMANDS + INSTALLATIONS + OTHERS + COMMAND_LINES)

    assert named == sorted(each.name for each in EVENTS.glob("*.json"))


@pytest.mark.parametrize("name", WAKEUPS)
def test_a_wakeup_has_the_controller_do_what_the_switch_says(site: Site, name: str) -> None:
    """Whatever the event: it is only told to look."""
    site.write_unheard(SWITCH, "on")
    assert site.is_open()

    invoked = site.invoke(name)

    assert eventually(site.is_closed), told(invoked)


def test_a_window_that_was_written_closes_the_site(site: Site) -> None:
    """The window of the event's name, open since its start."""
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    eventually(lambda: datetime.now(UTC) > begins)
    window = f"{WINDOWS}/sunday"
    site.write_unheard(window, f"at({begins:%Y-%m-%dT%H:%M:%S}) for 2h")
    try:
        invoked = site.invoke("window-changed.json")
        assert eventually(site.is_closed), told(invoked)
    finally:
        site.delete_unheard(window)


def test_a_switch_that_was_deleted_lifts_nothing_and_fails_the_run(site: Site) -> None:
    """With a sentence that says how to write it."""
    site.close()
    site.delete_unheard(SWITCH)

    invoked = site.invoke("switch-deleted.json")

    assert invoked.failed
    assert f"the switch {SWITCH} does not exist" in told(invoked)
    assert site.is_closed()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_writes_the_switch_and_closes_the_site(site: Site, name: str) -> None:
    """Until its own end."""
    invoked = site.invoke(name)

    assert eventually(site.is_closed), told(invoked)
    assert site.switch().startswith("on until ")


def test_a_plan_says_what_would_be_done_and_changes_nothing(site: Site) -> None:
    """The configuration stays the same byte for byte, though there is something to do."""
    site.write_unheard(SWITCH, "on")
    before = site.stage.config()

    invoked = site.invoke("plan.json")

    assert isinstance(invoked.answer, dict), told(invoked)
    behaviors = invoked.answer["distributions"][0]["behaviors"]
    assert ["attach"] * len(PATHS) == [each["action"] for each in behaviors]
    assert before == site.stage.config()


def test_a_status_says_what_is_and_changes_nothing(site: Site) -> None:
    """Here of an open site."""
    before = site.stage.config()

    invoked = site.invoke("status.json")

    assert isinstance(invoked.answer, dict), told(invoked)
    assert ("live", "Deployed") == (
        invoked.answer["mode"],
        invoked.answer["distributions"][0]["status"],
    )
    assert before == site.stage.config()


def test_an_installation_that_is_created_writes_the_switch_off(site: Site) -> None:
    """And CloudFormation hears that it succeeded."""
    site.delete_unheard(SWITCH)

    invoked = site.invoke("installation-create.json")

    assert ("off", "SUCCESS") == (site.switch(), status_told(site, invoked.to_cloudformation))


def test_an_installation_that_is_updated_leaves_the_switch_alone(site: Site) -> None:
    """And the site: an upgrade during maintenance ends nothing."""
    site.write_unheard(SWITCH, "on")

    invoked = site.invoke("installation-update.json")

    assert ("on", "SUCCESS") == (site.switch(), status_told(site, invoked.to_cloudformation))


def test_an_installation_that_is_deleted_opens_the_site_for_good(site: Site) -> None:
    """And CloudFormation hears of it afterwards."""
    site.close()

    invoked = site.invoke("installation-delete.json")

    assert eventually(site.is_open), told(invoked)
    assert "SUCCESS" == status_told(site, invoked.to_cloudformation)
    assert site.switch().startswith("off until 9999-12-31")


def status_told(site: Site, answer: object) -> object:
    """Return the status that CloudFormation was told."""
    assert isinstance(answer, dict), f"{site.switch()}: {answer}"
    return answer["Status"]
