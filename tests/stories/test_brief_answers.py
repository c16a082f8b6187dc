"""Orders that name their site and want a short answer, as the hub of a fleet sends them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from maintenance.errors import EventRefused, UnreadableValue

from tests.sandbox.builders import change_default
from tests.stories.site import SWITCH, Site


def command(value: str, **members: object) -> dict[str, object]:
    """Return a command of this instant that wants a short answer."""
    return {"maintenance": value, "at": datetime.now(UTC).isoformat(), "brief": True, **members}


def counts(report: dict[str, Any]) -> dict[str, int]:
    """Return the counts that are not zero."""
    return {name: count for name, count in report["counts"].items() if count}


def test_a_command_and_the_questions_after_it_are_answered_in_short(
    site: Site, distribution_id: str
) -> None:
    """The hub waits by asking for the status until the state is the wanted one."""
    written = site.receives(command("on", site=SWITCH))
    closing = site.receives({"status": True, "brief": True})
    site.settles()
    closed = site.receives({"status": True, "brief": True, "site": SWITCH})

    assert ("written", "maintenance", {"deploying": 1}) == (
        written["verdict"],
        written["mode"],
        counts(written),
    )
    assert ("closing", {"deploying": 1}) == (closing["state"], counts(closing))
    assert ("closed", {"deployed": 1}) == (closed["state"], counts(closed))
    assert distribution_id not in str(closed)


def test_an_open_site_that_another_tool_updates_or_a_run_arms_is_open(
    site: Site, distribution_id: str, looks_after: Callable[..., None]
) -> None:
    """As `site-maintenance status` says: visitors get the site while that is deployed."""
    looks_after(distribution_id, LEAD_TIME_MINUTES="15")
    site.becomes("off")
    change_default(site.cloud, distribution_id, Compress=True)
    updated = site.receives({"status": True, "brief": True})
    start = datetime.now(UTC) + timedelta(minutes=10)
    site.schedules("weekly", f"at({start:%Y-%m-%dT%H:%M:%S}) for 1h")
    site.receives({"sweep": True})
    arming = site.receives({"status": True, "brief": True})

    assert ("open", {"deploying": 1}) == (updated["state"], counts(updated))
    assert ("open", {"deploying": 1}) == (arming["state"], counts(arming))
    assert set() != site.attached(distribution_id)["default"]


def test_a_plan_is_answered_in_short(site: Site, distribution_id: str) -> None:
    """It counts what a run would change, and changes nothing."""
    site.says("on")

    plan = site.receives({"plan": True, "brief": True})

    assert ("maintenance", {"waiting": 1}) == (plan["mode"], counts(plan))
    assert set() == site.attached(distribution_id)["default"]


def test_a_plan_may_suppose_another_value_of_the_switch(site: Site, distribution_id: str) -> None:
    """An operator of many sites asks before they close what closing them would change."""
    plan = site.receives({"plan": "on for 2h", "brief": True})

    assert ("maintenance", {"waiting": 1}) == (plan["mode"], counts(plan))
    assert set() == site.attached(distribution_id)["default"]
    assert "off" == site.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]


@pytest.mark.usefixtures("distribution_id")
def test_a_plan_for_an_invalid_value_is_refused(site: Site) -> None:
    """The error quotes it and shows the grammar."""
    with pytest.raises(UnreadableValue, match="'onn'"):
        site.receives({"plan": "onn", "brief": True})


@pytest.mark.usefixtures("distribution_id")
def test_the_answer_says_what_became_of_a_command(site: Site) -> None:
    """In a field, so that a program need not read the notices."""
    off = command("off")
    late = command("on", at=(datetime.now(UTC) - timedelta(minutes=5)).isoformat())

    verdicts = [site.receives(each)["verdict"] for each in (off, off, late)]

    assert ["written", "written", "newer"] == verdicts


@pytest.mark.usefixtures("distribution_id")
@pytest.mark.parametrize("order", [{"plan": True}, {"status": True}, command("on")])
def test_an_order_for_another_site_is_refused(site: Site, order: dict[str, object]) -> None:
    """A wrong ARN in a list must not close another site."""
    with pytest.raises(EventRefused, match=r"of /shop/maintenance, and this .* of /site/maint"):
        site.receives({**order, "site": "/shop/maintenance"})

    assert "off" == site.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]
