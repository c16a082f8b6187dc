"""
What `status` says where the wish is not the truth, each case in its own process.

Each of these was seen with a headline that was wrong.
"""

import json
import signal
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import MaintenanceError

from tests.cli.deployed import Deployed, deploy, words
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_user,
    a_version,
    allow,
    edge,
    functions,
)
from tests.stories.site import SWITCH
from tests.timing import PATIENCE

_WEEKLY = "cron(0 2 ? * SUN *) for 2h"

type Deploy = Callable[..., Deployed]


@pytest.fixture
def deployed_with(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Deploy:
    """Give a function that deploys an open site with the function rewrite and these settings."""

    def make(**settings: str) -> Deployed:
        existing = functions(viewer_request=a_function(cloud, "rewrite"))
        behavior = a_behavior(FunctionAssociations=existing)
        distribution_id = a_distribution(cloud, DefaultCacheBehavior=behavior)
        deployed = deploy(cloud, distribution_id, **settings)
        deployed.ran(datetime.now(UTC))
        variables = deployed.site.environment(distribution_id, **settings)
        for name, value in (cloud.sandbox.environment() | variables).items():
            monkeypatch.setenv(name, value)
        cloud.sandbox.finish_deployments()
        return deployed

    return make


def fails(deployed: Deployed, value: str | None = None) -> None:
    """Write the switch, or delete it, and wake the controller, whose run fails."""
    if value:
        deployed.site.says(value)
    else:
        deployed.site.cloud.ssm.delete_parameter(Name=SWITCH)
    with pytest.raises(MaintenanceError):
        deployed.site.receives({"sweep": True})
    deployed.site.cloud.sandbox.finish_deployments()


def test_off_with_a_displaced_function_gone_is_stuck_and_closed(deployed_with: Deploy) -> None:
    """It showed a green LIVE, although CloudFront had refused to open the site."""
    deployed = deployed_with()
    deployed.site.becomes("on")
    deployed.site.settles()
    cloudfront = deployed.site.cloud.cloudfront
    etag = cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]
    cloudfront.delete_function(Name="rewrite", IfMatch=etag)
    fails(deployed, "off")

    ran = deployed.types("status")
    document = json.loads(deployed.types("status", "--json").stdout)

    shown = words(ran.stdout)
    assert shown.startswith("STUCK Visitors get the maintenance page. They should get the site.")
    assert "asked for open" in shown
    assert "error Create the function again, or attach another in its place; then run" in shown
    assert 1 == shown.count("these functions must be restored")
    assert "a-displaced-function-is-gone distribution" in shown
    assert 1 == ran.returncode
    assert ("stuck", "page", {"stuck": 1}) == (
        document["state"],
        document["served"],
        document["states"],
    )
    assert ["refused"] == [each["progress"] for each in document["distributions"]]


def test_on_where_a_function_may_not_be_displaced_is_stuck_and_open(deployed_with: Deploy) -> None:
    """It showed MAINTENANCE, not so everywhere yet, for ever."""
    deployed = deployed_with(EXISTING_FUNCTIONS="refuse")
    fails(deployed, "on")

    ran = deployed.types("status")

    shown = words(ran.stdout)
    assert shown.startswith("STUCK Visitors get the site. They should get the maintenance page.")
    assert "error Detach that function, or deploy with ExistingFunctions=displace." in shown
    assert 1 == shown.count("conflicts, and ExistingFunctions is refuse")
    assert 1 == ran.returncode


def test_what_another_stack_closes_is_closed(deployed_with: Deploy) -> None:
    """It showed OPEN, and that visitors get the site."""
    deployed = deployed_with()
    cloud = deployed.site.cloud
    sibling = a_version(cloud, "shop-MaintenanceEdge-F6E5D4C3B2A1")
    closed = a_behavior(LambdaFunctionAssociations=edge(viewer_request=sibling))
    distribution_id = a_distribution(cloud, "shared", DefaultCacheBehavior=closed)
    deployed.configure(DISTRIBUTIONS=distribution_id)
    cloud.sandbox.finish_deployments()

    opened = deployed.types("status")
    deployed.site.says("on")
    refused = deployed.types("status")

    for ran in (opened, refused):
        assert words(ran.stdout).startswith(
            "CLOSED Visitors get the maintenance page. "
            f"The stack shop closes {distribution_id}. asked for"
        )
        assert "in only one of the two stacks." in words(ran.stdout)
    assert (0, 1) == (opened.returncode, refused.returncode)


def test_an_extension_of_a_closed_site_leaves_it_closed(deployed_with: Deploy) -> None:
    """It showed CLOSING within the minute before a run had noticed that all was Deployed."""
    deployed = deployed_with()
    deployed.site.becomes("on for 1h")
    deployed.site.cloud.sandbox.finish_deployments()
    deployed.site.cloud.sandbox.set(deploy_seconds=600)
    deployed.site.becomes("on for 2h")

    shown = words(deployed.types("status").stdout)
    deployed.site.cloud.sandbox.finish_deployments()

    assert shown.startswith("CLOSED Visitors get the maintenance page. asked for")
    assert "InProgress" in shown


def test_windows_that_may_not_be_read_are_unknown(deployed_with: Deploy) -> None:
    """It said that no windows are planned."""
    deployed = deployed_with()
    cloud = deployed.site.cloud
    cloud.ssm.put_parameter(Name=f"{SWITCH}/weekly", Value=_WEEKLY, Type="String")
    reader = a_user(
        cloud,
        allow("cloudformation:DescribeStacks", "*"),
        allow("lambda:GetFunctionConfiguration", "*"),
        allow("cloudfront:ListDistributions", "*"),
        allow("cloudwatch:GetMetricStatistics", "*"),
        allow("ssm:GetParameter*", f"arn:aws:ssm:us-east-1:000000000000:parameter{SWITCH}"),
        allow("ssm:GetParameter", f"arn:aws:ssm:us-east-1:000000000000:parameter{SWITCH}/status"),
    )

    shown = words(deployed.types("status", environment=deployed.as_caller(reader)).stdout)

    assert "next unknown: not all of the switch and the windows could be read" in shown


@pytest.mark.parametrize(
    ("expected", "before"),
    [
        ("CLOSED Visitors get the maintenance page. asked for nothing", "on"),
        ("OPEN Visitors get the site. asked for nothing", "off"),
    ],
)
def test_a_deleted_switch_leaves_the_site_as_it_is(
    deployed_with: Deploy, expected: str, before: str
) -> None:
    """It showed UNCHANGED, and not what visitors get."""
    deployed = deployed_with()
    deployed.site.becomes(before)
    deployed.site.settles()
    fails(deployed)

    ran = deployed.types("status")

    shown = words(ran.stdout)
    assert shown.startswith(expected)
    assert "error Write the switch: `site-maintenance off`, or `on`." in shown
    assert 1 == shown.count("does not exist, so it neither closes nor opens")
    assert 1 == ran.returncode


def test_a_controller_that_has_not_acted_yet_is_named_with_its_last_run(
    deployed_with: Deploy,
) -> None:
    """It said only that it waits for the controller."""
    deployed = deployed_with()
    deployed.site.says("on")

    ran = deployed.types("status")
    [problem] = json.loads(deployed.types("status", "--json").stdout)["problems"]

    shown = words(ran.stdout)
    assert shown.startswith("OPEN Visitors get the site. asked for closed")
    assert "The controller has not acted on this yet: it ran last" in shown
    assert "docs/operations.md#the-controller-does-not-run" == problem["section"]
    assert "open 1 open waiting for the controller" in shown
    assert 0 == ran.returncode


def test_an_error_that_the_status_has_cut_is_shown_whole(deployed_with: Deploy) -> None:
    """The log has the rest."""
    deployed = deployed_with()
    error = f"the page is wrong: {'see here ' * 90}and here"
    kept = {"message": f"{error[:500]}…", "since": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    status = {"last_change": None, "last_error": kept | {"until": None}}
    deployed.site.cloud.ssm.put_parameter(
        Name=f"{SWITCH}/status", Value=json.dumps(status), Type="String", Overwrite=True
    )
    cut = words(deployed.types("status").stdout)
    deployed.logs(json.dumps({"level": "ERROR", "message": "run failed", "error": error}))
    whole = words(deployed.types("status").stdout)

    assert ("…" in cut, "and here" in cut) == (True, False)
    assert ("…" in whole, error in whole) == (False, True)


def test_an_error_that_is_over_is_whole_in_a_pipe(deployed_with: Deploy) -> None:
    """It explains a gap; a terminal shows its beginning."""
    deployed = deployed_with()
    over = datetime.now(UTC) - timedelta(hours=1)
    kept = {"message": "access denied " * 40, "since": f"{over:%Y-%m-%dT%H:%M:%SZ}"}
    status = {"last_change": None, "last_error": kept | {"until": kept["since"]}}
    deployed.site.cloud.ssm.put_parameter(
        Name=f"{SWITCH}/status", Value=json.dumps(status), Type="String", Overwrite=True
    )

    ran = deployed.types("status")

    assert 0 == ran.returncode
    assert 40 == words(ran.stdout).count("access denied")
    assert "…" not in ran.stdout


def test_what_may_not_be_closed_is_shown_as_it_is(deployed_with: Deploy) -> None:
    """The limit of distributions refuses closing; it ended the command without a state."""
    deployed = deployed_with(MAX_DISTRIBUTIONS="1")
    cloud = deployed.site.cloud
    other = a_distribution(cloud, "other")
    [first] = [
        each["Id"]
        for each in cloud.cloudfront.list_distributions()["DistributionList"]["Items"]
        if each["Id"] != other
    ]
    variables = deployed.site.environment(f"{first},{other}", MAX_DISTRIBUTIONS="1")
    cloud.functions.update_function_configuration(
        FunctionName="site-Controller", Environment={"Variables": variables}
    )
    cloud.sandbox.finish_deployments()
    deployed.site.says("on")

    ran = deployed.types("status")

    shown = words(ran.stdout)
    assert shown.startswith("OPEN Visitors get the site. asked for closed")
    assert "error Match fewer distributions, or deploy with a higher MaxDistributions." in shown
    assert 1 == shown.count("MaxDistributions allows 1")
    assert 1 == ran.returncode


def test_what_visitors_get_is_shown_if_the_switch_cannot_be_read(deployed_with: Deploy) -> None:
    """The listing of the distributions is enough for that."""
    deployed = deployed_with()
    deployed.site.becomes("on")
    deployed.site.settles()
    reader = a_user(
        deployed.site.cloud,
        allow("cloudformation:DescribeStacks", "*"),
        allow("lambda:GetFunctionConfiguration", "*"),
        allow("cloudfront:ListDistributions", "*"),
        allow("cloudwatch:GetMetricStatistics", "*"),
        allow("ssm:GetParameter", f"arn:aws:ssm:us-east-1:000000000000:parameter{SWITCH}/status"),
    )

    ran = deployed.types("status", environment=deployed.as_caller(reader))

    shown = words(ran.stdout)
    assert shown.startswith("CLOSED Visitors get the maintenance page. asked for unknown")
    assert "next unknown: not all of the switch and the windows could be read" in shown
    assert "error Grant the permission that is missing." in shown
    assert 1 == ran.returncode


def test_an_operator_waits_for_three_answers_in_a_row(deployed_with: Deploy) -> None:
    """Once the settings are known, everything is read at once, and the status only once."""
    deployed = deployed_with()
    deployed.site.settles()
    sandbox = deployed.site.cloud.sandbox
    at_once = {
        "cloudfront:ListDistributions": 1,
        "monitoring:GetMetricStatistics": 1,
        "ssm:GetParameter": 2,
        "ssm:GetParametersByPath": 1,
    }
    for operation, times in at_once.items():
        sandbox.inject_fault("hold", operation, times=times)
    before = len(sandbox.calls())
    running = deployed.starts("status")
    eventually(lambda: len(sandbox.held()) == sum(at_once.values()))
    sandbox.release()
    running.communicate(timeout=PATIENCE)

    calls = [call["operation"] for call in sandbox.calls()[before:]]
    assert ["cloudformation:DescribeStacks", "lambda:GetFunctionConfiguration"] == calls[:2]
    assert at_once == Counter(calls[2:])
    assert 0 == running.returncode


@pytest.mark.parametrize(
    "operation",
    [
        "cloudfront:ListDistributions",
        "monitoring:GetMetricStatistics",
        "ssm:GetParameter",
        "ssm:GetParametersByPath",
    ],
)
def test_an_interrupt_does_not_wait_for_an_answer(deployed_with: Deploy, operation: str) -> None:
    """A call that hangs may take minutes."""
    deployed = deployed_with()
    sandbox = deployed.site.cloud.sandbox
    sandbox.inject_fault("hold", operation)
    running = deployed.starts("status")
    eventually(sandbox.held)

    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE)

    assert (130, "", "Interrupted.\n") == (running.returncode, out, err)
    assert [operation] == [call["name"] for call in sandbox.held()]
