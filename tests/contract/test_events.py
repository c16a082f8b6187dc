"""Each file in events/ means what its name says, and a rule of the template delivers it."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from maintenance.aws.scheduler import AlarmClock, WakeupTarget
from maintenance.wakeup import (
    AlarmClockRang,
    Command,
    InstallationRequested,
    OtherToolUpdate,
    PageChanged,
    ParameterChanged,
    PlanRequested,
    StatusRequested,
    Sweep,
    Wakeup,
    parse_wakeup,
)
from viewer_request import handler

from tests.cloud import Cloud
from tests.contract.template import ROOT, load_template, properties, resolved, wakeups
from tests.sandbox.builders import a_role

EVENTS = ROOT / "events"
AT = datetime(2026, 12, 1, 2, tzinfo=UTC)
SWITCH = "/site/maintenance"
INSTALLATION = {
    "SwitchParameter": SWITCH,
    "ControllerRole": "site-ControllerRole-A1B2C3D4E5F6",
    "StateBucket": "site-statebucket-1",
}


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / name).read_text(encoding="utf-8"))
    return event


MEANT: dict[str, Wakeup] = {
    "switch-created.json": ParameterChanged(SWITCH, AT),
    "switch-on.json": ParameterChanged(SWITCH, AT),
    "switch-deleted.json": ParameterChanged(SWITCH, AT, deleted=True),
    "window-changed.json": ParameterChanged(f"{SWITCH}/windows/sunday", AT),
    "alarm-clock.json": AlarmClockRang(),
    "sweep.json": Sweep(),
    "scheduled-sweep.json": Sweep(is_scheduled=True),
    "other-tool-update.json": OtherToolUpdate(),
    "page-changed.json": PageChanged(),
    "command-on.json": Command("on for 2h: back at four", AT),
    "command-from-event-bridge.json": Command(
        "on for 30m", AT, 'from "our.pipeline" in account 123456789012'
    ),
    "plan.json": PlanRequested(),
    "status.json": StatusRequested(),
    **{
        name: InstallationRequested(_event(name))
        for name in (
            "installation-create.json",
            "installation-update.json",
            "installation-delete.json",
        )
    },
}
# The rule of the template that delivers each event.
RULES = {
    "switch-created.json": "SwitchChanged",
    "switch-on.json": "SwitchChanged",
    "switch-deleted.json": "SwitchChanged",
    "window-changed.json": "SwitchChanged",
    "other-tool-update.json": "OtherToolUpdate",
    "page-changed.json": "PageChanged",
}


@pytest.mark.parametrize("name", MEANT)
def test_an_event_means_what_its_name_says(name: str) -> None:
    """For the controller."""
    assert MEANT[name] == parse_wakeup(_event(name))


def test_the_viewer_request_is_answered_by_the_edge_function() -> None:
    """With the page, because a browser sent it."""
    answer = handler(_event("viewer-request.json"), None)  # type: ignore[arg-type]  # JSON

    assert ("503", "text/html; charset=utf-8") == (
        answer.get("status"),
        answer["headers"]["content-type"][0]["value"],
    )


def test_every_file_has_a_test() -> None:
    """A file that no test reads becomes outdated."""
    assert {*MEANT, "viewer-request.json"} == {each.name for each in EVENTS.glob("*.json")}


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_a_request_of_cloudformation_has_every_member(request_type: str) -> None:
    """Source: CloudFormation User Guide, crpg-ref-requesttypes-create, -update, -delete."""
    expected = {
        "RequestType", "ServiceToken", "ResponseURL", "StackId", "RequestId", "LogicalResourceId",
        "ResourceType", "ResourceProperties",
    }  # fmt: skip
    expected |= {"PhysicalResourceId"} if request_type != "Create" else set()
    expected |= {"OldResourceProperties"} if request_type == "Update" else set()

    event = _event(f"installation-{request_type.lower()}.json")

    assert (request_type, expected) == (event["RequestType"], set(event))


def test_a_request_of_cloudformation_carries_the_properties_of_the_template() -> None:
    """And no others."""
    given = _event("installation-create.json")["ResourceProperties"]

    assert set(properties("Installation")) == set(given)


def _matches(cloud: Cloud, rule: str, event: dict[str, Any]) -> bool:
    pattern = resolved(wakeups("EventBridgeRule")[rule]["Pattern"], INSTALLATION)
    answer = cloud.events.test_event_pattern(
        EventPattern=json.dumps(pattern), Event=json.dumps(event)
    )
    return answer["Result"]


@pytest.mark.parametrize(("name", "rule"), RULES.items())
def test_an_event_matches_its_rule_and_no_other(cloud: Cloud, name: str, rule: str) -> None:
    """A sample that no rule delivers proves nothing."""
    rules = wakeups("EventBridgeRule")

    assert [rule] == [each for each in rules if _matches(cloud, each, _event(name))]


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("switch-on.json", {"operation": "LabelParameterVersion"}),
        ("switch-on.json", {"name": f"{SWITCH}/status"}),
        ("switch-on.json", {"name": f"{SWITCH}/windows"}),
        ("switch-on.json", {"name": f"{SWITCH}2"}),
        ("switch-on.json", {"name": "/shop/maintenance"}),
        ("page-changed.json", {"object": {"key": "displaced/E2EXAMPLE1AB3.json"}}),
        ("page-changed.json", {"object": {"key": "page/logo.svg"}}),
        ("page-changed.json", {"object": {"key": "page/assets/page.html"}}),
        ("page-changed.json", {"bucket": {"name": "another"}}),
        ("other-tool-update.json", {"eventName": "CreateInvalidation"}),
        ("other-tool-update.json", {"eventSource": "s3.amazonaws.com"}),
        (
            "other-tool-update.json",
            {
                "userIdentity": {
                    "sessionContext": {
                        "sessionIssuer": {"userName": INSTALLATION["ControllerRole"]}
                    }
                }
            },
        ),
    ],
    ids=str,
)
def test_unrelated_events_do_not_wake_the_controller(
    cloud: Cloud, name: str, detail: dict[str, Any]
) -> None:
    """Labels, the status and records that it writes itself, other parameters and buckets."""
    event = _event(name)
    event["detail"] |= detail

    assert not any(_matches(cloud, rule, event) for rule in wakeups("EventBridgeRule"))


@pytest.mark.parametrize(
    "key",
    [
        "page/page.html",
        "page/page.de.html",
        "page/page.pt-br.html",
        "page/page.pt-BR.html",
        "page/settings.json",
        "page/problem.json",
        "page-bypass.json",
    ],
)
def test_every_file_that_makes_a_version_wakes_the_controller(cloud: Cloud, key: str) -> None:
    """Also if its name is misspelt in a way that the error can correct."""
    event = _event("page-changed.json")
    event["detail"]["object"]["key"] = key

    assert _matches(cloud, "PageChanged", event)


def test_the_templates_schedule_sends_its_file() -> None:
    """The sweep is the template's only schedule."""
    inputs = {name: json.loads(each["Input"]) for name, each in wakeups("ScheduleV2").items()}

    assert {"Sweep": _event("scheduled-sweep.json")} == inputs


def test_the_alarm_clock_sends_the_file_of_its_name(cloud: Cloud) -> None:
    """The controller creates this schedule, not the template."""
    cloud.scheduler.create_schedule_group(Name="site")
    role = a_role(cloud, "wake", trusting=("scheduler.amazonaws.com",))
    own, dead = (f"arn:aws:{each}" for each in ("lambda:us-east-1::function:c", "sqs:::d"))
    target = WakeupTarget(group="site", target_arn=own, role_arn=role, dead_letter_queue_arn=dead)
    now = datetime.now(UTC)  # Scheduler refuses an instant in the past

    alarm_clock = AlarmClock(
        lambda: cloud.scheduler, target, sleep=lambda _: None, jitter=lambda: 1.0
    )
    alarm_clock.set_wakeup(now + timedelta(hours=1), read_at=now, now=now)

    created = cloud.scheduler.get_schedule(Name="alarm-clock", GroupName="site")
    assert _event("alarm-clock.json") == json.loads(created["Target"]["Input"])


def test_every_rule_and_schedule_has_a_file() -> None:
    """So that each way to wake the controller can be tried out."""
    ways = {*wakeups("EventBridgeRule"), *wakeups("ScheduleV2")}

    assert {*RULES.values(), "Sweep"} == ways == set(properties("Controller")["Events"])


def _page() -> str:
    return (EVENTS / "README.md").read_text(encoding="utf-8")


def test_the_table_has_a_row_for_every_file_with_a_function_of_the_template() -> None:
    """It says what each file is for."""
    lines = re.findall(r"^\| \[(\S+)\]\(\1\) \| .+ \| `(\w+)` \|$", _page(), re.MULTILINE)

    assert sorted(each.name for each in EVENTS.glob("*.json")) == sorted(file for file, _ in lines)
    assert set() == {function for _, function in lines} - set(load_template()["Resources"])


def test_the_commands_name_existing_files_and_outputs() -> None:
    """A command that is copied from the page works."""
    files = set(re.findall(r"events/(\S+\.json)", _page()))
    outputs = set(re.findall(r"\$\(output (\w+)\)", _page()))

    assert {"plan.json", "viewer-request.json", "command-on.json", "switch-on.json"} == files
    assert {"Controller", "EdgeVersionArn"} == outputs & set(load_template()["Outputs"])
    assert all((EVENTS / each).is_file() for each in files)


@pytest.mark.parametrize("name", ["command-on.json", "command-from-event-bridge.json"])
def test_the_instant_that_the_page_replaces_is_in_both_files(name: str) -> None:
    """Or sed would change nothing."""
    (instant,) = re.findall(r'sed "s/(.+?)/\$\(date', _page())

    assert 1 == (EVENTS / name).read_text(encoding="utf-8").count(instant)
