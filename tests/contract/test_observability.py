"""Alarms and dashboard use metrics that exist, of the stack that they belong to."""

import json
from typing import Any

import pytest
from maintenance.aws.event_bus import SOURCE
from maintenance.reporting import telemetry
from maintenance.reporting.transitions import STUCK_AFTER

from tests.contract.template import (
    ROOT,
    load_template,
    properties,
    resource,
    statements,
    substituted,
)
from tests.stack.alarm_causes import CAUSES
from tests.stack.standby_alarm_causes import STANDBY_CAUSES

DIMENSIONS = [{"Name": "service", "Value": {"Ref": "AWS::StackName"}}]
ALARMS = [
    name
    for name, each in load_template()["Resources"].items()
    if each["Type"] == "AWS::CloudWatch::Alarm"
]
STANDBY = [name for name in ALARMS if resource(name).get("Condition") == "IsStandby"]
OURS = [name for name in ALARMS if properties(name)["Namespace"] == telemetry.NAMESPACE]


def dashboard() -> list[dict[str, Any]]:
    """Return the widgets of a stack with the standby engine, which has some more."""
    body, names = properties("Dashboard")["DashboardBody"]["Fn::Sub"]
    for name, value in names.items():
        _, of_standby, _ = value["Fn::If"]
        text = of_standby["Fn::Sub"]
        body = body.replace(f"${{{name}}}", text if isinstance(text, str) else text[0])
    widgets: list[dict[str, Any]] = json.loads(substituted(body))["widgets"]
    return widgets


def metrics() -> list[list[Any]]:
    """Return the metrics of the dashboard: namespace, name and dimensions of each."""
    widgets = [each["properties"] for each in dashboard() if each["type"] == "metric"]
    return [metric for each in widgets for metric in each["metrics"]]


def test_the_template_has_these_alarms() -> None:
    """The operations reference has a row for each."""
    expected = {
        "FailedRuns",
        "MissingRuns",
        "ThrottledRuns",
        "UndeliveredWakeups",
        "LostWakeups",
        "InvalidInputs",
        "StuckDistributions",
        "LongMaintenance",
        "StandbyThrottles",
        "StandbyExecutionErrors",
        "StandbyInvalidResults",
        "StandbyReadErrors",
    }
    reference = (ROOT / "docs" / "operations-reference.md").read_text(encoding="utf-8")

    assert expected == set(ALARMS)
    assert [] == [name for name in ALARMS if f"| `{name}` |" not in reference]


def test_every_alarm_has_a_cause_that_sets_it_off() -> None:
    """On a deployed stack; a cause may set off other alarms of the template too."""
    assert set(ALARMS) == CAUSES.keys() | STANDBY_CAUSES.keys()
    assert all(name in cause.alarms <= CAUSES.keys() for name, cause in CAUSES.items())


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_goes_to_the_topic_and_says_what_to_do(name: str) -> None:
    """In more than one sentence; the topic also hears when the alarm is over."""
    alarm = properties(name)

    assert alarm["AlarmActions"] == alarm["OKActions"]
    assert alarm["AlarmDescription"].endswith(".")
    assert ". " in alarm["AlarmDescription"]


@pytest.mark.parametrize("name", OURS)
def test_an_alarm_watches_a_metric_that_the_controller_writes(name: str) -> None:
    """With the dimension of this stack; between two runs only `MissingRuns` changes its state."""
    alarm = properties(name)

    missing = "breaching" if name == "MissingRuns" else "ignore"
    assert alarm["MetricName"] in telemetry.UNITS
    assert (DIMENSIONS, missing) == (alarm["Dimensions"], alarm["TreatMissingData"])


def test_0_disables_the_alarm_about_a_long_maintenance() -> None:
    """Some sites are closed for weeks."""
    alarm = load_template()["Resources"]["LongMaintenance"]

    assert {"Ref": "LongMaintenanceAlarmHours"} == alarm["Properties"]["Threshold"]
    condition = {"Fn::Not": [{"Fn::Equals": [{"Ref": "LongMaintenanceAlarmHours"}, 0]}]}
    assert condition == load_template()["Conditions"][alarm["Condition"]]


def test_the_alarm_about_stuck_distributions_names_the_controllers_limit() -> None:
    """In minutes."""
    minutes = STUCK_AFTER.total_seconds() / 60

    assert f"for {minutes:.0f} minutes" in properties("StuckDistributions")["AlarmDescription"]


def test_the_dashboard_shows_every_metric() -> None:
    """All that the controller writes, and some of AWS's."""
    others = {
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Invocations"),
        ("AWS/Lambda", "Throttles"),
        ("AWS/Scheduler", "InvocationsFailedToBeSentToDeadLetterCount"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        *(("AWS/CloudFront", properties(name)["MetricName"]) for name in STANDBY),
        ("AWS/CloudFront", "FunctionComputeUtilization"),
        ("AWS/CloudFront", "FunctionInvocations"),
    }
    shown = {(metric[0], metric[1]) for metric in metrics()}

    assert {(telemetry.NAMESPACE, name) for name in telemetry.UNITS} == shown - others
    assert others <= shown


def test_the_dashboard_counts_visitors_of_both_edge_functions() -> None:
    """The second one answers if there is a message, an end or an owner's page."""
    answered = [
        (metric[3].rpartition(".")[2], metric[4]["region"])
        for metric in metrics()
        if metric[1] == "Invocations"
    ]

    regions = {region for _, region in answered}
    functions = ("MaintenanceEdge", "MaintenancePage")
    assert {(name, region) for name in functions for region in regions} == set(answered)


def test_the_dashboard_shows_only_this_stack() -> None:
    """By the dimension that the controller gives its metrics."""
    ours = [metric[2:4] for metric in metrics() if metric[0] == telemetry.NAMESPACE]

    assert ours
    assert all(["service", "AWS.StackName"] == each for each in ours)


def test_widgets_of_the_dashboard_do_not_overlap() -> None:
    """CloudWatch would move them."""
    cells = [
        (x, y)
        for each in dashboard()
        for x in range(each["x"], each["x"] + each["width"])
        for y in range(each["y"], each["y"] + each["height"])
    ]

    assert len(cells) == len(set(cells))
    assert all(x < 24 for x, _ in cells)


def test_the_dashboard_shows_every_alarm_of_an_engine() -> None:
    """But not one that a parameter disables: it could not refer to it."""
    (shown,) = (each["properties"]["alarms"] for each in dashboard() if each["type"] == "alarm")

    always = [name for name in ALARMS if "Condition" not in resource(name)]
    assert {f"{name}.Arn" for name in [*always, *STANDBY]} == set(shown)


@pytest.mark.parametrize("name", STANDBY)
def test_an_alarm_of_the_standby_engine_watches_its_function(name: str) -> None:
    """CloudFront counts by function, as Region Global (programming-cloudwatch-metrics)."""
    alarm = properties(name)

    dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
    arn = {"Fn::GetAtt": ["StandbyFunction", "FunctionARN"]}
    function = {"Fn::Select": [1, {"Fn::Split": ["/", arn]}]}
    assert {"FunctionName": function, "Region": "Global"} == dimensions
    assert ("AWS/CloudFront", "Sum") == (alarm["Namespace"], alarm["Statistic"])


def test_the_controller_may_only_send_events_from_its_own_source() -> None:
    """Its role cannot imitate the events of others."""
    (statement,) = (each for _, each in statements() if each["Sid"] == "PublishEvents")

    assert {"ForAllValues:StringEquals": {"events:source": SOURCE}} == statement["Condition"]
