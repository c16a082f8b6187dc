"""The commands that only read, each in its own process against the sandbox."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from maintenance.model import Mode
from maintenance.reporting.status import LastError, PersistedState, Status
from maintenance.reporting.status_document import encode_status
from maintenance.text import to_json

from sandbox.process import Sandbox
from tests.cli.deployed import LOG_GROUP, STACK, Deployed, deploy, words
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_user,
    allow,
    functions,
)
from tests.stories.site import BUCKET, EDGE_NAME, PAGE_NAME, STATUS, SWITCH
from tools.check_docs.schema import ANSWERS

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
WRITES = ("cloudfront:UpdateDistribution", "s3:PutObject", "ssm:PutParameter")

_HERE = "us-east-1:000000000000"
_SWITCH = f"arn:aws:ssm:{_HERE}:parameter/site/maintenance"
READER = (
    allow("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{_HERE}:stack/{STACK}/*"),
    allow("lambda:GetFunctionConfiguration", f"arn:aws:lambda:{_HERE}:function:site-Controller"),
    allow("ssm:GetParameter", _SWITCH, f"{_SWITCH}/status"),
    allow("ssm:GetParametersByPath", f"{_SWITCH}/windows"),
    allow("ssm:GetParameterHistory", _SWITCH, f"{_SWITCH}/windows/*"),
    allow("cloudfront:ListDistributions", "*"),
    allow("cloudfront:GetDistributionConfig", "*"),
    allow(
        "lambda:GetFunction",
        f"arn:aws:lambda:{_HERE}:function:{EDGE_NAME}:*",
        f"arn:aws:lambda:{_HERE}:function:{PAGE_NAME}:*",
    ),
    allow("lambda:ListVersionsByFunction", f"arn:aws:lambda:{_HERE}:function:{PAGE_NAME}"),
    allow(
        "s3:GetObject",
        f"arn:aws:s3:::{BUCKET}/displaced/*",
        f"arn:aws:s3:::{BUCKET}/page/*",
        f"arn:aws:s3:::{BUCKET}/bypass/tokens.json",
    ),
    allow("s3:ListBucket", f"arn:aws:s3:::{BUCKET}"),
    allow("cloudwatch:GetMetricStatistics", "*"),
    allow("logs:FilterLogEvents", f"arn:aws:logs:{_HERE}:log-group:{LOG_GROUP}:*"),
)


def in_days(count: int, clock: str) -> str:
    """Return a local time so many days from now."""
    return f"{TODAY + timedelta(days=count):%Y-%m-%d}T{clock}"


@pytest.fixture(scope="module")
def deployed(sandbox: Sandbox) -> Iterator[Deployed]:
    """Give a live site with an existing function, and skipped, overlapping and invalid windows."""
    sandbox.reset()
    cloud = Cloud(sandbox)
    existing = functions(viewer_request=a_function(cloud, "rewrite"))
    behavior = a_behavior(FunctionAssociations=existing)
    distribution_id = a_distribution(cloud, DefaultCacheBehavior=behavior)
    deployed = deploy(cloud, distribution_id, TIME_ZONE="Europe/Ljubljana")
    site = deployed.site
    site.schedules("early", f"at({in_days(2, '10:00')}) for 1h")
    site.schedules("long", f"at({in_days(5, '10:00')}) for 5h in America/New_York: Upgrade")
    site.schedules("short", f"at({in_days(5, '11:00')}) for 1h in America/New_York")
    site.schedules("slip", "sunday for 2h")
    site.says(f"off until {in_days(3, '00:00')}")
    sandbox.finish_deployments()
    yield deployed
    sandbox.reset()


def test_status_answers_everything_on_one_screen(deployed: Deployed) -> None:
    """Without colors, since this is not a terminal; exit code 1, since a window is invalid."""
    ran = deployed.types("status")

    shown = words(ran.stdout)
    assert (1, "", False) == (ran.returncode, ran.stderr, "\x1b" in ran.stdout)
    assert "OPEN Visitors get the site. asked for open by root, " in shown
    assert "why Live: the switch has been off since" in shown
    assert "open 1 open Deployed" in shown
    assert "next window long begins" in shown
    remedy = "Write the window again: `site-maintenance windows set`."
    assert f"error {remedy} the window /site/maintenance/windows/slip" in shown


def test_plan_if_on_shows_what_on_would_do_and_writes_nothing(deployed: Deployed) -> None:
    """It is the controller's own plan for a switch with this value."""
    before = [len(deployed.site.cloud.sandbox.calls(each)) for each in WRITES]

    ran = deployed.types("plan", "on", "for", "2h")

    shown = words(ran.stdout)
    assert "If the switch said 'on for 2h' now, the site would be closed until" in shown
    assert "default attach displaces CloudFront Function rewrite at viewer-request" in shown
    assert "This would close 1 behavior of 1 distribution." in shown
    assert before == [len(deployed.site.cloud.sandbox.calls(each)) for each in WRITES]


def test_windows_draws_the_coming_weeks(deployed: Deployed) -> None:
    """It lists each occurrence in its own zone with its fate, and names the invalid window."""
    ran = deployed.types("windows", "--weeks", "1")

    shown = words(ran.stdout)
    assert 1 == ran.returncode
    assert all(len(line) <= 80 for line in ran.stdout.splitlines())
    assert "on the clocks of Europe/Ljubljana" in shown
    assert {"█", "▓", "x", "·"} <= set(ran.stdout)
    assert "10:00-11:00" in shown
    assert "skipped by off" in shown
    assert "joined until" in shown
    assert "error: the window /site/maintenance/windows/slip" in shown


def test_windows_names_a_window_that_is_over(deployed: Deployed) -> None:
    """It is in no week to come, so the drawing cannot show it."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    deployed.site.schedules("xmas", f"at({now}) for 3s in UTC")

    shown = eventually(
        lambda: next(iter(re.findall(r"notice: .*", words(deployed.types("windows").stdout))), None)
    )
    deployed.site.cloud.ssm.delete_parameter(Name=f"{SWITCH}/windows/xmas")

    assert "notice: windows that are over and never begin again: xmas." in str(shown)


def test_windows_gives_scripts_the_same(deployed: Deployed) -> None:
    """As instants in UTC, and local times of each window's zone."""
    ran = deployed.types("windows", "--weeks", "1", "--json")

    document = json.loads(ran.stdout)
    fates = [(each["window"], each["fate"]) for each in document["occurrences"]]
    assert [("early", "skipped"), ("long", "runs"), ("short", "runs")] == fates
    assert in_days(5, "10:00") == document["occurrences"][1]["local_start"][:16]
    assert (1, 1) == (len(document["stretches"]), len(document["overlaps"]))


def test_history_says_who_wrote_each_value_and_what_it_meant(deployed: Deployed) -> None:
    """The switch and the windows together, newest first."""
    ran = deployed.types("history", "--json")

    document = json.loads(ran.stdout)
    values = [each["value"] for each in document["entries"]]
    assert f"off until {in_days(3, '00:00')}" == values[0]
    assert "off" == values[-1]
    assert ["/site/maintenance/windows/slip"] == [
        each["parameter"] for each in document["entries"] if not each["readable"]
    ]
    assert all(each["user"].startswith("arn:aws:iam::") for each in document["entries"])


def test_history_shows_people_the_same(deployed: Deployed) -> None:
    """When, what, who, the value, and its meaning."""
    shown = words(deployed.types("history").stdout)

    assert "(the switch) off until" in shown
    assert "live, skips windows that begin up to" in shown
    assert "Page 1 of 1, 6 entries." in shown


def test_a_missing_stack_is_one_sentence(deployed: Deployed) -> None:
    """On standard error, with what to do; standard output is for answers."""
    ran = deployed.types("status", "--json", environment={"STACK": "shop"})

    assert (1, "") == (ran.returncode, ran.stdout)
    assert words(ran.stderr) == (
        "there is no stack shop in us-east-1 of this account: name yours with --stack or STACK, "
        "choose the account with AWS_PROFILE, or create it with site-maintenance deploy"
    )


def test_missing_credentials_are_one_sentence(deployed: Deployed) -> None:
    """It names each variable that may be the cause."""
    none = {
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    ran = deployed.types("status", environment=none)

    assert (1, "") == (ran.returncode, ran.stdout)
    assert words(ran.stderr).endswith(
        "cannot be read: Unable to locate credentials - check your network, your credentials "
        "(AWS_PROFILE, aws sso login) and AWS_ENDPOINT_URL"
    )


def test_status_shows_the_last_error(deployed: Deployed) -> None:
    """Since when, and whether it is over. An unreadable status hides nothing else."""
    ssm = deployed.site.cloud.ssm
    since = TODAY - timedelta(days=30)
    error = LastError("no right to s3:PutObject", since)
    left = encode_status(Status(Mode.LIVE, "Live.", persisted=PersistedState(last_error=error)))
    ssm.put_parameter(Name=STATUS, Value=left, Type="String")
    ran = deployed.types("status"), deployed.types("status", "--json")
    ssm.put_parameter(Name=STATUS, Value="hello", Type="String", Overwrite=True)
    unknown = deployed.types("status")
    ssm.delete_parameter(Name=STATUS)

    here = since.astimezone(ZoneInfo("Europe/Ljubljana"))
    assert f"failing since {here:%a} {here.day} {here:%b %H:%M %Z}" in words(ran[0].stdout)
    assert "no right to s3:PutObject" in words(ran[0].stdout)
    assert {
        "message": "no right to s3:PutObject",
        "since": f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "until": None,
    } == json.loads(ran[1].stdout)["last_error"]
    assert "the last error from /site/maintenance/status: it is not what" in words(unknown.stderr)
    assert "OPEN Visitors get the site." in words(unknown.stdout)


@pytest.mark.parametrize(
    "operation", ["cloudformation:DescribeStacks", "lambda:GetFunctionConfiguration"]
)
def test_a_missing_permission_is_named(deployed: Deployed, operation: str) -> None:
    """The error names the operation, and the page that lists the permissions."""
    refusal = {"code": "AccessDeniedException", "status": 403, "message": "not allowed"}
    deployed.site.cloud.sandbox.inject_fault("refuse", operation, **refusal)

    ran = deployed.types("plan")

    shown = words(ran.stderr)
    assert (1, "") == (ran.returncode, ran.stdout)
    assert operation.partition(":")[2] in shown
    assert shown.endswith("docs/iam.md lists the permissions that this command needs")


def test_read_permissions_suffice_for_all_but_on_and_off(deployed: Deployed) -> None:
    """Those of docs/iam.md, with a page and a message; they do not allow writing."""
    reader = deployed.as_caller(a_user(deployed.site.cloud, *READER))
    deployed.site.puts("page.html", "<!doctype html><title>Ours</title>")

    asked = [
        deployed.types(*each, environment=reader)
        for each in (
            ("plan", "on for 2h: Upgrade"),
            ("status",),
            ("windows",),
            ("history",),
        )
    ]
    deployed.site.cloud.s3.delete_object(Bucket=BUCKET, Key="page/page.html")
    ordered = deployed.types("on", "--yes", environment=reader)

    assert ["", "", "", ""] == [each.stderr for each in asked]
    assert all("AccessDenied" not in each.stdout for each in asked)
    assert "message Upgrade" in words(asked[0].stdout)
    assert (1, True) == (ordered.returncode, "PutParameter" in ordered.stderr)


@pytest.mark.parametrize(
    "command",
    [["status"], ["plan"], ["plan", "on for 2h: Upgrade"], ["windows"], ["history"]],
)
def test_without_a_terminal_no_line_ends_in_blanks(deployed: Deployed, command: list[str]) -> None:
    """A file or a pipe gets the text of the tables without their padding."""
    lines = deployed.types(*command).stdout.splitlines()

    assert [each.rstrip() for each in lines] == lines


@pytest.mark.parametrize("command", ["status", "plan", "windows", "history"])
def test_an_answer_for_scripts_is_as_documented(deployed: Deployed, command: str) -> None:
    """docs/json-schema.json is made from the type: each field is there, and no other."""
    answer = deployed.types(command, "--json").stdout
    (documented,) = (types for names, types in ANSWERS.items() if command in names.split(", "))

    read = msgspec.json.decode(answer, type=documented[0])
    assert json.loads(answer) == json.loads(to_json(msgspec.to_builtins(read)))
