"""What cfn-lint does not know of the template: Lambda@Edge's rules, ours, and who goes first."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from maintenance.errors import ConfigurationError
from maintenance.settings import Settings

from tests.builders import PAGE_FUNCTION, edge_arn
from tests.contract.template import (
    load_template,
    properties,
    resource,
    statements,
    unquoted_booleans,
    wakeups,
)

EDGE, PAGE = "MaintenanceEdge", "MaintenancePage"
FUNCTIONS = [
    name
    for name, each in load_template()["Resources"].items()
    if each["Type"] == "AWS::Serverless::Function"
]
# Not supported by Lambda@Edge (doc: CloudFront Developer Guide,
# lambda-at-edge-function-restrictions).
NOT_AT_THE_EDGE = (
    "Environment", "Layers", "VpcConfig", "DeadLetterQueue", "Tracing",
    "ProvisionedConcurrencyConfig", "PackageType", "ImageUri", "ImageConfig", "FileSystemConfigs",
    "KmsKeyArn", "SnapStart", "RuntimeManagementConfig", "EphemeralStorage", "SourceKMSKeyArn",
)  # fmt: skip


def _with_globals(function: str) -> dict[str, Any]:
    given: dict[str, Any] = load_template()["Globals"]["Function"] | properties(function)
    return given


def _mentions(value: object, name: str) -> bool:
    """Tell whether a part of the template refers to a resource in any way."""
    return bool(re.search(rf"(?<![A-Za-z0-9]){name}(?![A-Za-z0-9])", json.dumps(value)))


@pytest.mark.parametrize("function", [EDGE, PAGE])
def test_an_edge_function_has_nothing_that_lambda_at_edge_refuses(function: str) -> None:
    """Also not by way of Globals."""
    given = _with_globals(function)

    assert [] == [each for each in NOT_AT_THE_EDGE if each in given]


def test_the_edge_function_keeps_to_the_limits_of_viewer_events() -> None:
    """Source: AWS General Reference, cf_region, the smaller of the figures that AWS gives."""
    given = _with_globals(EDGE)

    assert (["x86_64"], 128) == (given["Architectures"], given["MemorySize"])
    assert given["Timeout"] <= 5


def test_the_edge_function_may_be_run_by_lambda_and_by_lambda_at_edge() -> None:
    """Source: CloudFront Developer Guide, lambda-edge-permissions."""
    (statement,) = properties(EDGE)["AssumeRolePolicyDocument"]["Statement"]

    expected = {"lambda.amazonaws.com", "edgelambda.amazonaws.com"}
    assert expected == set(statement["Principal"]["Service"])


def test_both_edge_functions_are_one_but_for_their_versions() -> None:
    """The controller publishes the second alone; so it finds it configured like the base."""
    own = ("Description", "AutoPublishAlias", "AssumeRolePolicyDocument", "Role")
    base, page = (
        {name: value for name, value in _with_globals(each).items() if name not in own}
        for each in (EDGE, PAGE)
    )

    assert base == page
    assert {"Fn::GetAtt": [f"{EDGE}Role", "Arn"]} == properties(PAGE)["Role"]
    assert "AutoPublishAlias" not in properties(PAGE)


@pytest.mark.parametrize("function", [EDGE, PAGE])
def test_the_name_of_an_edge_function_is_left_to_cloudformation(function: str) -> None:
    """The generated name tells stacks apart, and a kept function does not block the next stack."""
    assert "FunctionName" not in properties(function)


@pytest.mark.parametrize("name", [EDGE, PAGE, "StateBucket", "StateBucketPolicy"])
def test_what_has_to_outlive_the_stack_is_retained(name: str) -> None:
    """Replicas are alive for hours, and the notes say what belongs where ours sits."""
    kept = resource(name)

    assert ("Retain", "Retain") == (kept["DeletionPolicy"], kept["UpdateReplacePolicy"])


def test_the_controller_gets_the_version_and_not_the_alias() -> None:
    """CloudFront takes a numbered version only."""
    variables = properties("Controller")["Environment"]["Variables"]

    assert {"Ref": f"{EDGE}.Version"} == variables["EDGE_VERSION_ARN"]
    assert "AutoPublishAlias" in properties(EDGE)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_concurrency_is_reserved(function: str) -> None:
    """A new account has ten, and none to spare."""
    given = _with_globals(function)

    assert [] == [each for each in given if "Concurren" in each]


def test_the_logs_of_the_controller_are_kept_for_a_while_and_no_longer() -> None:
    """Without a log group of its own they would be kept for ever."""
    assert {"Ref": "LogRetentionDays"} == properties("ControllerLogs")["RetentionInDays"]
    assert {"Ref": "ControllerLogs"} == properties("Controller")["LoggingConfig"]["LogGroup"]


@pytest.mark.parametrize(("name", "parameter"), load_template()["Parameters"].items())
def test_a_parameter_is_described_and_bounded(name: str, parameter: dict[str, Any]) -> None:
    """What can be wrong is refused before anything is made. A list of ARNs is bounded by IAM."""
    bounds = {"AllowedPattern", "AllowedValues", "MaxLength", "MinValue", "MaxValue"}
    both_ends = {"MinValue", "MaxValue"} <= parameter.keys() or "AllowedValues" in parameter

    assert parameter["Description"].endswith("."), name
    assert parameter["Type"] == "CommaDelimitedList" or bounds & parameter.keys()
    assert parameter["Type"] != "Number" or both_ends


def test_no_word_but_true_and_false_is_a_boolean() -> None:
    """YAML 1.1 reads an unquoted on, off, yes and no as one."""
    words = [each for each in unquoted_booleans() if each.split()[0] not in {"true", "false"}]

    assert [] == words


@pytest.mark.parametrize("name", wakeups("ScheduleV2"))
def test_the_name_of_a_schedule_is_left_to_cloudformation(name: str) -> None:
    """SAM's would be the same for every stack, and the second could not be made."""
    schedule = wakeups("ScheduleV2")[name]

    assert schedule["OmitName"] is True
    assert "Name" not in schedule


@pytest.mark.parametrize("kind", ["EventBridgeRule", "ScheduleV2"])
def test_what_wakes_the_controller_waits_for_the_installation(kind: str) -> None:
    """So it is deleted first, and nothing attaches again once maintenance was lifted for good."""
    late = [name for name, each in wakeups(kind).items() if not _mentions(each, "Installation")]

    assert [] == late


def test_the_installation_waits_for_what_it_needs() -> None:
    """The controller, by its ARN; and it does not wait for what waits for it."""
    given = properties("Installation")

    assert {"Fn::GetAtt": ["Controller", "Arn"]} == given["ServiceToken"]
    timeout = properties("Controller")["Timeout"]
    assert timeout < given["ServiceTimeout"] <= 3600


@pytest.mark.parametrize(
    "given",
    [*wakeups("EventBridgeRule").values(), *wakeups("ScheduleV2").values()],
    ids=[*wakeups("EventBridgeRule"), *wakeups("ScheduleV2")],
)
def test_what_cannot_be_delivered_is_kept(given: dict[str, Any]) -> None:
    """Every rule and schedule has the dead-letter queue."""
    assert {"Arn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}} == given["DeadLetterConfig"]


def test_a_wakeup_that_fails_on_every_try_is_kept() -> None:
    """A rule's dead letters do not see a handler's errors; the function's destination does."""
    config = properties("Controller")["EventInvokeConfig"]

    assert 2 == config["MaximumRetryAttempts"]
    assert {"Type": "SQS", "Destination": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}} == (
        config["DestinationConfig"]["OnFailure"]
    )


class _Recording(Mapping[str, str]):
    """An environment that remembers what was asked of it."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def test_the_template_gives_the_settings_that_the_controller_reads() -> None:
    """All of them and no others."""
    env = _Recording({"EDGE_VERSION_ARN": edge_arn(), "PAGE_FUNCTION": PAGE_FUNCTION})
    with pytest.raises(ConfigurationError):
        Settings.from_env(env)
    whole = _Recording(
        dict.fromkeys(env.asked, "E2EXAMPLE1AB3")
        | {
            "EDGE_VERSION_ARN": edge_arn(),
            "PAGE_FUNCTION": PAGE_FUNCTION,
            "LEAD_TIME_MINUTES": "1",
            "MAX_DISTRIBUTIONS": "1",
            "EXISTING_FUNCTIONS": "refuse",
            "TIME_ZONE": "UTC",
        }
    )
    Settings.from_env(whole)

    assert set(properties("Controller")["Environment"]["Variables"]) == whole.asked


def test_every_statement_says_what_it_is_for() -> None:
    """By a Sid of its own within its resource; docs/iam.md has the reason."""
    named = [(name, statement.get("Sid")) for name, statement in statements()]

    assert len(named) == len(set(named))
    assert [] == [name for name, sid in named if not sid]


def test_the_base_can_only_be_read() -> None:
    """What a bare `on` attaches is published by a deployment and by nothing else."""
    naming_it = [each for _, each in statements() if _mentions(each["Resource"], EDGE)]
    actions = {action for each in naming_it for action in _listed(each["Action"])}

    expected = {"lambda:GetFunction", "lambda:EnableReplication*", "lambda:DisableReplication*"}
    assert expected == actions


def test_only_versions_of_the_page_can_be_deleted() -> None:
    """The function itself is CloudFormation's."""
    deleting = [each for _, each in statements() if "lambda:DeleteFunction" in each["Action"]]

    assert ["${MaintenancePage.Arn}:*"] == [each["Resource"]["Fn::Sub"] for each in deleting]


def test_no_action_is_allowed_by_a_lone_asterisk() -> None:
    """Which resources are everything, and why, is `test_iam_page`'s."""
    allowing = [statement for _, statement in statements() if statement["Effect"] == "Allow"]
    actions = [action for each in allowing for action in _listed(each["Action"])]

    assert [] == [each for each in actions if each.endswith(":*") or each == "*"]


def test_a_policy_is_one_that_the_statements_above_were_read_from() -> None:
    """SAM's policy templates and managed policies would escape them."""
    policies = [each for name in FUNCTIONS for each in properties(name).get("Policies", [])]

    assert all("Statement" in each for each in policies)
    assert [] == [
        name
        for name, each in load_template()["Resources"].items()
        if "ManagedPolicyArns" in each.get("Properties", {})
    ]


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - a string, a list or an intrinsic function
    return value if isinstance(value, list) else [value]
