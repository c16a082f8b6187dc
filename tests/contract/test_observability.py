"""Alarms and dashboard speak of metrics that there are, and of the stack that they belong to."""

import json
from typing import Any

import pytest
from maintenance.aws.event_bus import SOURCE
from maintenance.reporting import telemetry
from maintenance.reporting.transitions import STUCK_AFTER

from tests.contract.template import ROOT, load_template, properties, statements, substituted
from tests.stack.alarm_stories import STORIES

DIMENSIONS = [{"Name": "service", "Value": {"Ref": "AWS::StackName"}}]
ALARMS = [
    name
    for name, each in load_template()["Resources"].items()
    if each["Type"] == "AWS::CloudWatch::Alarm"
]
OURS = [name for name in ALARMS if properties(name)["Namespace"] == telemetry.NAMESPACE]


def dashboard() -> list[dict[str, Any]]:
    """Return the widgets."""
    body = properties("Dashboard")["DashboardBody"]["Fn::Sub"]
    widgets: list[dict[str, Any]] = json.loads(substituted(body))["widgets"]
    return widgets


def rows() -> list[list[Any]]:
    """Return what the dashboard's widgets show, each with namespace, metric and dimensions."""
    shown = [each["properties"] for each in dashboard() if each["type"] == "metric"]
    return [row for each in shown for row in each["metrics"]]


def test_there_is_an_alarm_for_each_thing_that_a_person_must_do_something_about() -> None:
    """The runbook has a line for each."""
    expected = {
        "FailedRuns",
        "UndeliveredWakeups",
        "InvalidInputs",
        "StuckDistributions",
        "LongMaintenance",
    }
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert expected == set(ALARMS)
    assert [] == [name for name in ALARMS if f"| `{name}` |" not in runbook]


def test_every_alarm_is_shown_to_ring_on_a_deployed_stack() -> None:
    """For the fault of its story, which brings no alarm along that the template lacks."""
    assert set(ALARMS) == STORIES.keys()
    assert all(name in story.rings <= STORIES.keys() for name, story in STORIES.items())


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_goes_to_the_topic_and_says_what_to_do(name: str) -> None:
    """In more than one sentence, and it says when it is over."""
    given = properties(name)

    assert given["AlarmActions"] == given["OKActions"]
    assert given["AlarmDescription"].endswith(".")
    assert ". " in given["AlarmDescription"]


@pytest.mark.parametrize("name", OURS)
def test_an_alarm_watches_a_metric_that_the_controller_writes(name: str) -> None:
    """Of this stack; between two runs it stays as it is."""
    given = properties(name)

    assert given["MetricName"] in telemetry.UNITS
    assert (DIMENSIONS, "ignore") == (given["Dimensions"], given["TreatMissingData"])


def test_the_alarm_about_a_long_maintenance_is_switched_off_by_0() -> None:
    """Some sites are closed for weeks."""
    alarm = load_template()["Resources"]["LongMaintenance"]

    assert {"Ref": "LongMaintenanceAlarmHours"} == alarm["Properties"]["Threshold"]
    condition = {"Fn::Not": [{"Fn::Equals": [{"Ref": "LongMaintenanceAlarmHours"}, 0]}]}
    assert condition == load_template()["Conditions"][alarm["Condition"]]


def test_the_alarm_about_stuck_distributions_names_the_right_time() -> None:
    """The controller's own."""
    minutes = STUCK_AFTER.total_seconds() / 60

    assert f"for {minutes:.0f} minutes" in properties("StuckDistributions")["AlarmDescription"]


def test_the_dashboard_shows_metrics_that_there_are() -> None:
    """Every one that the controller writes, and AWS's own by known names."""
    others = {
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Invocations"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    }
    shown = {(row[0], row[1]) for row in rows()}

    assert {(telemetry.NAMESPACE, name) for name in telemetry.UNITS} == shown - others
    assert others <= shown


def test_the_dashboard_counts_the_visitors_of_both_edge_functions() -> None:
    """With a message, an end or a page, it is the second that answers them."""
    answered = [
        (row[3].rpartition(".")[2], row[4]["region"]) for row in rows() if row[1] == "Invocations"
    ]

    regions = {region for _, region in answered}
    functions = ("MaintenanceEdge", "MaintenancePage")
    assert {(name, region) for name in functions for region in regions} == set(answered)


def test_the_dashboard_shows_this_stack_only() -> None:
    """By the dimension that the controller gives its metrics."""
    ours = [row[2:4] for row in rows() if row[0] == telemetry.NAMESPACE]

    assert ours
    assert all(["service", "AWS.StackName"] == each for each in ours)


def test_the_dashboard_has_no_widget_upon_another() -> None:
    """CloudWatch would move them about."""
    cells = [
        (x, y)
        for each in dashboard()
        for x in range(each["x"], each["x"] + each["width"])
        for y in range(each["y"], each["y"] + each["height"])
    ]

    assert len(cells) == len(set(cells))
    assert all(x < 24 for x, _ in cells)


def test_the_dashboard_names_every_alarm_that_there_always_is() -> None:
    """One that a parameter switches off could not be referred to."""
    (shown,) = (each["properties"]["alarms"] for each in dashboard() if each["type"] == "alarm")

    always = [name for name in ALARMS if "Condition" not in load_template()["Resources"][name]]
    assert {f"{name}.Arn" for name in always} == set(shown)


def test_the_controller_may_announce_under_its_own_source_only() -> None:
    """Nobody else's events can be imitated with its role."""
    (statement,) = (each for _, each in statements() if each["Sid"] == "PublishEvents")

    assert {"ForAllValues:StringEquals": {"events:source": SOURCE}} == statement["Condition"]
