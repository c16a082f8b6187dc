"""
The command doctor, where much is missing.

`tests/stack/test_doctor.py` has it with a stack that the SAM CLI has deployed.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import boto3
import pytest
from botocore.stub import Stubber
from maintenance.aws.operator.health import CodeStorage, Health, Identity
from maintenance.cli.doctor.command import examine
from maintenance.cli.doctor.examination import Examination
from maintenance.cli.doctor.finding import Verdict
from maintenance.cli.doctor.rights import check_your_rights
from maintenance.cli.doctor.stack import check_clock, check_drift, check_storage
from maintenance.errors import ConfigurationError

from sandbox.process import Sandbox
from tests.cli.deployed import STACK, Deployed, deploy, words
from tests.cloud import Cloud
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_role,
    a_user,
    a_version,
    allow,
    edge,
    functions,
    ordered,
)
from tests.stories.site import EDGE_NAME, SWITCH

_HERE = "us-east-1:000000000000"
_CONTROLLER = "site-Controller"
_PARAMETERS = {"WatchOtherTools": "yes", "AlarmTopicArn": ""}


@pytest.fixture(scope="module")
def deployed(sandbox: Sandbox) -> Iterator[Deployed]:
    """Give a stack that watches other tools, and has one alarm, which reaches no one."""
    sandbox.reset()
    cloud = Cloud(sandbox)
    stack = deploy(cloud, a_distribution(cloud, "site"))
    template = {
        "Parameters": {name: {"Type": "String", "Default": ""} for name in _PARAMETERS},
        "Resources": {
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "Namespace": "SiteMaintenance",
                    "MetricName": "RunsFailed",
                    "Statistic": "Sum",
                    "Period": 60,
                    "EvaluationPeriods": 1,
                    "Threshold": 1,
                    "ComparisonOperator": "GreaterThanThreshold",
                },
            },
            "Queue": {"Type": "AWS::SQS::Queue"},
        },
        "Outputs": {
            "Controller": {"Value": _CONTROLLER},
            "DeadLetterQueue": {"Value": {"Ref": "Queue"}},
        },
    }
    cloud.cloudformation.update_stack(
        StackName=STACK,
        TemplateBody=json.dumps(template),
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in _PARAMETERS.items()
        ],
    )
    cloud.cloudformation.get_waiter("stack_update_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": 1}
    )
    yield stack
    sandbox.reset()


def settings(deployed: Deployed, distributions: str, **values: str) -> None:
    """Deploy other settings."""
    deployed.site.cloud.functions.update_function_configuration(
        FunctionName=_CONTROLLER,
        Environment={"Variables": deployed.site.environment(distributions, **values)},
    )


def checks(deployed: Deployed, caller: Cloud | None = None) -> dict[str, dict[str, str]]:
    """Return what doctor finds, by the names of the checks."""
    environment = deployed.as_caller(caller) if caller else {}
    ran = deployed.types("doctor", "--json", environment=environment)
    found: dict[str, dict[str, str]] = json.loads(ran.stdout)["checks"]
    return found


def verdict(found: dict[str, dict[str, str]], name: str) -> tuple[str, str]:
    """Return the verdict of a check, and what was found."""
    return found[name]["verdict"], found[name]["text"]


def test_what_the_stack_lacks_is_found(deployed: Deployed) -> None:
    """Nothing wakes the controller, no trail records other tools, and no one hears the alarm."""
    found = checks(deployed)

    assert ("failed", "the stack has no sweep") == verdict(found, "sweep")
    assert ("failed", "there are no rules") == verdict(found, "rules")
    assert ("warning", "1 alarm would reach no one") == verdict(found, "alarms")
    assert "failed" == verdict(found, "trail")[0]
    assert ("ok", "none yet: it is new") == verdict(found, "last run")
    # The role has no policy at all.
    assert (
        "the controller may not: cloudfront:ListDistributions" in found["controller role"]["text"]
    )
    assert "and" in found["controller role"]["text"]


def test_a_screen_has_a_line_for_each_check(deployed: Deployed) -> None:
    """And the exit code 1, because some have failed."""
    ran = deployed.types("doctor")

    assert (1, "") == (ran.returncode, ran.stderr)
    assert all(len(line) <= 80 for line in ran.stdout.splitlines())
    assert "failed sweep the stack has no sweep → deploy the stack again" in words(ran.stdout)
    assert "failed." in words(ran.stdout)


def test_a_trail_that_logs_is_enough(deployed: Deployed) -> None:
    """One of another Region would not record CloudFront's events."""
    environment = deployed.site.cloud.sandbox.environment()
    trails = boto3.client(
        "cloudtrail",
        region_name="us-east-1",
        endpoint_url=deployed.site.cloud.sandbox.endpoint_url,
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    deployed.site.cloud.s3.create_bucket(Bucket="trail")
    trails.create_trail(Name="all", S3BucketName="trail", IsMultiRegionTrail=True)
    assert "failed" == verdict(checks(deployed), "trail")[0]

    trails.start_logging(Name="all")

    assert ("ok", "all records what other tools change") == verdict(checks(deployed), "trail")


def test_distributions_that_an_on_could_not_close_are_found(deployed: Deployed) -> None:
    """Refused, left open, too many functions, and a function that does not exist."""
    cloud = deployed.site.cloud
    cloud.sandbox.set(deploy_seconds=600)
    other, rewrite = a_version(cloud, "other"), a_function(cloud, "rewrite")
    crowded = [
        a_behavior(
            PathPattern=f"/{number}/*", LambdaFunctionAssociations=edge(origin_request=other)
        )
        for number in range(51)
    ]
    large = a_distribution(cloud, "large", CacheBehaviors=ordered(*crowded))
    existing = a_distribution(
        cloud,
        "existing",
        DefaultCacheBehavior=a_behavior(FunctionAssociations=functions(viewer_request=rewrite)),
    )
    arn = f"arn:aws:lambda:{_HERE}:function:{EDGE_NAME}:99"
    settings(deployed, f"{large},{existing}", EXISTING_FUNCTIONS="refuse", EDGE_VERSION_ARN=arn)

    found = checks(deployed)
    cloud.sandbox.finish_deployments()

    assert "failed" == verdict(found, "behaviors")[0]
    assert f"`on` is refused at {existing} default" in found["behaviors"]["text"]
    assert (
        "detach that function, or deploy with ExistingFunctions=displace"
        == found["behaviors"]["remedy"]
    )
    assert ("warning", f"more than 100 Lambda@Edge functions at {large}: 103") == verdict(
        found, "quotas"
    )
    assert "failed" == verdict(found, "function")[0]
    assert "InProgress" in found["distributions"]["text"]


def test_what_there_is_one_of_is_in_the_singular(deployed: Deployed) -> None:
    """And several warnings are in the plural."""
    ssm, name = deployed.site.cloud.ssm, f"{SWITCH}/windows/weekly"
    ssm.put_parameter(Name=name, Value="cron(0 2 ? * SUN *) for 2h", Type="String")

    shown = words(deployed.types("doctor").stdout)
    ssm.delete_parameter(Name=name)

    assert f"{SWITCH} and 1 window are valid" in shown
    assert "1 alarm would reach no one" in shown
    assert re.search(r"\b(1 warning|([2-9]|\d\d) warnings)[,.]", shown)


def test_a_distribution_of_two_stacks_has_a_remedy_of_its_own(deployed: Deployed) -> None:
    """ExistingFunctions=displace displaces no other stack's function, and no one may detach it."""
    cloud = deployed.site.cloud
    sibling = a_version(cloud, "shop-MaintenanceEdge-F6E5D4C3B2A1")
    closed = a_behavior(LambdaFunctionAssociations=edge(viewer_request=sibling))
    shared = a_distribution(cloud, "shared", DefaultCacheBehavior=closed)
    cloud.sandbox.finish_deployments()
    settings(deployed, shared, EXISTING_FUNCTIONS="refuse")

    found = checks(deployed)["behaviors"]

    assert ("failed", "name the distribution in only one of the two stacks") == (
        found["verdict"],
        found["remedy"],
    )
    assert "it is closed by the stack shop" in found["text"]


def test_behaviors_that_stay_open_are_named(deployed: Deployed) -> None:
    """The first three; here all paths are excepted."""
    paths = [f"/{number}" for number in range(4)]
    behaviors = ordered(*(a_behavior(PathPattern=each) for each in paths))
    made = a_distribution(deployed.site.cloud, "open", CacheBehaviors=behaviors)
    deployed.site.cloud.sandbox.finish_deployments()
    settings(deployed, made, EXCEPT_PATHS=",".join(paths))

    found = checks(deployed)

    assert "warning" == verdict(found, "behaviors")[0]
    assert f"{made} /0: " in found["behaviors"]["text"]
    assert found["behaviors"]["text"].endswith("and 1 more")
    assert ("ok", "1 of at most 25") == verdict(found, "distributions")


@pytest.mark.parametrize(
    ("distributions", "most", "text"),
    [("E2NOSUCHONE1", "25", "E2NOSUCHONE1"), ("*.localhost", "1", "MaxDistributions allows 1")],
)
def test_settings_that_keep_an_on_from_closing_are_found(
    deployed: Deployed, distributions: str, most: str, text: str
) -> None:
    """Before someone types it."""
    for name in ("one", "two"):
        aliases = {"Quantity": 1, "Items": [f"{name}.{most}.localhost"]}
        a_distribution(deployed.site.cloud, f"{name}{most}", Aliases=aliases)
    settings(deployed, distributions, MAX_DISTRIBUTIONS=most)

    found = checks(deployed)

    assert "failed" == verdict(found, "distributions")[0]
    assert text in found["distributions"]["text"]


def test_a_record_that_owes_something_is_named(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the site is closed, and a function is displaced."""
    cloud = deployed.site.cloud
    behavior = a_behavior(FunctionAssociations=functions(viewer_request=a_function(cloud, "owed")))
    made = a_distribution(cloud, "owing", DefaultCacheBehavior=behavior)
    environment = cloud.sandbox.environment() | deployed.site.environment(made)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    deployed.site.becomes("on")
    settings(deployed, made)

    assert ("ok", f"displaced functions are owed at {made}") == verdict(checks(deployed), "records")


def test_a_stack_that_does_not_exist_is_one_failure(deployed: Deployed) -> None:
    """What cannot be asked without it refers to that line."""
    ran = deployed.types("doctor", "--stack", "nowhere")

    shown = words(ran.stdout)
    assert 1 == ran.returncode
    assert "failed stack there is no stack nowhere in us-east-1 of this account" in shown
    assert "could not ask sweep see stack" in shown
    assert 1 == shown.count("there is no stack nowhere")


def test_unknown_credentials_are_one_failure(deployed: Deployed) -> None:
    """With what to check."""
    sandbox = deployed.site.cloud.sandbox
    sandbox.inject_fault("refuse", "*", code="InvalidClientTokenId", status=403, times=999)

    ran = deployed.types("doctor")

    sandbox.clear_faults()
    assert 1 == ran.returncode
    assert "failed credentials the caller cannot be read" in words(ran.stdout)
    assert "check your network, AWS_PROFILE and aws sso login" in words(ran.stdout)


def test_what_a_reader_may_not_ask_is_no_failure(deployed: Deployed) -> None:
    """It names the permissions page; a reader cannot simulate policies, and cannot switch."""
    reader = a_user(
        deployed.site.cloud,
        allow("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{_HERE}:stack/{STACK}/*"),
        allow("lambda:GetFunctionConfiguration", f"arn:aws:lambda:{_HERE}:function:site-*"),
        allow("cloudfront:ListDistributions", "*"),
    )

    found = checks(deployed, reader)

    for name in ("permissions", "controller role", "switch", "alarms", "page"):
        assert verdict(found, name)[0] in ("could not ask", "failed"), name
    assert "could not ask" == verdict(found, "alarms")[0]
    assert "docs/iam.md" in found["drift"]["remedy"]


def test_an_operator_reads_what_is_not_allowed(deployed: Deployed) -> None:
    """For a user by its name, for a session by its role."""
    cloud = deployed.site.cloud
    switch = f"arn:aws:ssm:{_HERE}:parameter{SWITCH}"
    made = a_distribution(cloud, "asked")
    settings(deployed, made)
    role = a_role(
        cloud,
        "on-call",
        allowing=(
            allow("cloudformation:*", "*"),
            allow("lambda:GetFunctionConfiguration", "*"),
            allow("iam:GetRole", "*"),
            allow("iam:SimulatePrincipalPolicy", "*"),
            allow("cloudfront:*", "*"),
            allow("ssm:PutParameter", switch),
        ),
    )
    key = cloud.sts.assume_role(RoleArn=role, RoleSessionName="ana")["Credentials"]
    environment = {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "AWS_SESSION_TOKEN": key["SessionToken"],
    }

    ran = deployed.types("doctor", "--json", environment=environment)

    found = json.loads(ran.stdout)["checks"]["permissions"]
    assert "warning" == found["verdict"]
    assert "you may not: ssm:PutParameter on parameter/site/maintenance/windows" in found["text"]
    assert "lambda:InvokeFunction on site-Controller" in found["text"]


class Federated(Health):
    """A caller whose policies came with its session, which the sandbox does not know."""

    def identity(self) -> Identity:
        """Return a federated user."""
        arn = "arn:aws:sts::000000000000:federated-user/ana"
        return Identity("000000000000", arn, timedelta(0))


def test_a_caller_whose_policies_cannot_be_simulated_is_no_failure() -> None:
    """It is AWS that cannot say."""
    session = boto3.Session(region_name="us-east-1")
    asked = Examination(Federated(session, STACK, clock=lambda: datetime.now(UTC)), _no_session)  # type: ignore[arg-type]  # raises

    found = examine({"permissions": check_your_rights}, asked)["permissions"]

    assert Verdict.UNKNOWN is found.verdict
    assert "IAM cannot simulate the policies of arn:aws:sts" in found.text


def test_a_resource_that_cannot_be_compared_is_no_good_news() -> None:
    """CloudFormation lacked a permission; what it has compared is as the template says."""
    client = boto3.client(
        "cloudformation",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",  # noqa: S106 - not a real one
    )
    begun = {"StackDriftDetectionId": "detection"}
    ended = {
        "StackId": f"arn:aws:cloudformation:{_HERE}:stack/{STACK}/1",
        "StackDriftDetectionId": "detection",
        "DetectionStatus": "DETECTION_FAILED",
        "DetectionStatusReason": "Failed to detect drift on resource [Sweep]",
        "Timestamp": datetime.now(UTC),
    }
    session = SimpleNamespace(client=lambda *_, **__: client)
    asked = Examination(Health(session, STACK, clock=lambda: datetime.now(UTC)), _no_session)  # type: ignore[arg-type]  # raises

    with Stubber(client) as stubber:
        stubber.add_response("detect_stack_drift", begun)
        stubber.add_response("describe_stack_drift_detection_status", ended)
        stubber.add_response("describe_stack_resource_drifts", {"StackResourceDrifts": []})
        found = examine({"drift": check_drift}, asked)["drift"]

    assert Verdict.UNKNOWN is found.verdict
    assert "could not compare every resource: Failed to detect drift on resource" in found.text


class AlmostFull(Health):
    """An account whose storage for packages is almost full; the sandbox's is empty."""

    def code_storage(self) -> CodeStorage:
        """Return 95 %."""
        return CodeStorage(used=95, limit=100)


def test_a_storage_that_is_almost_full_is_found() -> None:
    """No version of the page could be published then."""
    session = boto3.Session(region_name="us-east-1")
    asked = Examination(AlmostFull(session, STACK, clock=lambda: datetime.now(UTC)), _no_session)  # type: ignore[arg-type]  # raises

    found = examine({"storage": check_storage}, asked)["storage"]

    assert (Verdict.WARNING, "95 % of Lambda's storage for packages is used") == (
        found.verdict,
        found.text,
    )


def health(sandbox: Sandbox, *, late: timedelta) -> Health:
    """Return what asks AWS on a machine whose clock is late."""
    environment = sandbox.environment()
    session = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )
    return Health(session, STACK, clock=lambda: datetime.now(UTC) - late)


def _no_session() -> None:
    raise ConfigurationError("there is no stack")


@pytest.mark.parametrize(
    ("late", "expected", "text"),
    [
        (timedelta(0), Verdict.OK, "agrees with AWS's"),
        (timedelta(minutes=2), Verdict.WARNING, "s behind AWS's"),
        (timedelta(minutes=-2), Verdict.WARNING, "s ahead of AWS's"),
        (timedelta(minutes=9), Verdict.FAILED, "s behind AWS's"),
    ],
)
def test_a_clock_that_is_wrong_is_found(
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    late: timedelta,
    expected: Verdict,
    text: str,
) -> None:
    """By the date of AWS's answer."""
    for name, value in cloud.sandbox.environment().items():
        monkeypatch.setenv(name, value)
    asked = Examination(health(cloud.sandbox, late=late), _no_session)  # type: ignore[arg-type]  # raises

    found = examine({"clock": check_clock}, asked)["clock"]

    assert (expected, True) == (found.verdict, text in found.text)
