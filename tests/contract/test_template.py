"""The template's rules that cfn-lint does not know: Lambda@Edge's, and our own."""

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
    merged: dict[str, Any] = load_template()["Globals"]["Function"] | properties(function)
    return merged


def _mentions(value: object, name: str) -> bool:
    """Return whether a part of the template refers to a resource in any way."""
    return bool(re.search(rf"(?<![A-Za-z0-9]){name}(?![A-Za-z0-9])", json.dumps(value)))


@pytest.mark.parametrize("function", [EDGE, PAGE])
def test_an_edge_function_has_no_property_that_lambda_at_edge_refuses(function: str) -> None:
    """Neither its own nor one from Globals."""
    given = _with_globals(function)

    assert [] == [each for each in NOT_AT_THE_EDGE if each in given]


def test_the_edge_function_keeps_the_limits_of_viewer_events() -> None:
    """Source: AWS General Reference, cf_region, the smaller of the figures that AWS gives."""
    given = _with_globals(EDGE)

    assert (["x86_64"], 128) == (given["Architectures"], given["MemorySize"])
    assert given["Timeout"] <= 5


def test_lambda_and_lambda_at_edge_may_run_the_edge_function() -> None:
    """Source: CloudFront Developer Guide, lambda-edge-permissions."""
    (statement,) = properties(EDGE)["AssumeRolePolicyDocument"]["Statement"]

    expected = {"lambda.amazonaws.com", "edgelambda.amazonaws.com"}
    assert expected == set(statement["Principal"]["Service"])


def test_both_edge_functions_are_configured_alike() -> None:
    """But only the deployment publishes versions of the first, and the controller of the second."""
    own = ("Description", "AutoPublishAlias", "AssumeRolePolicyDocument", "Role")
    base, page = (
        {name: value for name, value in _with_globals(each).items() if name not in own}
        for each in (EDGE, PAGE)
    )

    assert base == page
    assert {"Fn::GetAtt": [f"{EDGE}Role", "Arn"]} == properties(PAGE)["Role"]
    assert "AutoPublishAlias" not in properties(PAGE)


@pytest.mark.parametrize("function", [EDGE, PAGE])
def test_cloudformation_names_the_edge_functions(function: str) -> None:
    """The generated name tells stacks apart; a retained function does not block the next stack."""
    assert "FunctionName" not in properties(function)


@pytest.mark.parametrize("name", [EDGE, PAGE, "StateBucket", "StateBucketPolicy"])
def test_edge_functions_and_state_bucket_outlive_the_stack(name: str) -> None:
    """Replicas live for hours, and the records of displaced functions say what to restore."""
    retained = resource(name)

    assert ("Retain", "Retain") == (retained["DeletionPolicy"], retained["UpdateReplacePolicy"])


def test_the_controller_gets_the_version_and_not_the_alias() -> None:
    """CloudFront accepts only a numbered version."""
    variables = properties("Controller")["Environment"]["Variables"]

    assert {"Ref": f"{EDGE}.Version"} == variables["EDGE_VERSION_ARN"]
    assert "AutoPublishAlias" in properties(EDGE)


@pytest.mark.parametrize("function", [EDGE, PAGE])
def test_an_edge_function_reserves_no_concurrency(function: str) -> None:
    """A new account has a concurrency of ten, and nothing to spare."""
    given = _with_globals(function)

    assert [] == [each for each in given if "Concurren" in each]


def test_the_controllers_logs_expire() -> None:
    """Lambda's own log group would keep them for ever."""
    assert {"Ref": "LogRetentionDays"} == properties("ControllerLogs")["RetentionInDays"]
    assert {"Ref": "ControllerLogs"} == properties("Controller")["LoggingConfig"]["LogGroup"]


@pytest.mark.parametrize(("name", "parameter"), load_template()["Parameters"].items())
def test_a_parameter_is_described_and_bounded(name: str, parameter: dict[str, Any]) -> None:
    """CloudFormation rejects a wrong value before it creates anything. IAM checks lists of ARNs."""
    bounds = {"AllowedPattern", "AllowedValues", "MaxLength", "MinValue", "MaxValue"}
    both_ends = {"MinValue", "MaxValue"} <= parameter.keys() or "AllowedValues" in parameter

    assert parameter["Description"].endswith("."), name
    assert parameter["Type"] == "CommaDelimitedList" or bounds & parameter.keys()
    assert parameter["Type"] != "Number" or both_ends
    sentence = parameter.get("ConstraintDescription", "")
    if "characters" in sentence:
        assert sentence.endswith(f" at most {parameter['MaxLength']:,} characters")


def test_only_true_and_false_are_booleans() -> None:
    """YAML 1.1 also reads an unquoted on, off, yes or no as one."""
    words = [each for each in unquoted_booleans() if each.split()[0] not in {"true", "false"}]

    assert [] == words


@pytest.mark.parametrize("name", wakeups("ScheduleV2"))
def test_cloudformation_names_the_schedules(name: str) -> None:
    """SAM would give every stack the same name, and the second stack could not be created."""
    schedule = wakeups("ScheduleV2")[name]

    assert schedule["OmitName"] is True
    assert "Name" not in schedule


@pytest.mark.parametrize("kind", ["EventBridgeRule", "ScheduleV2"])
def test_rules_and_schedules_depend_on_the_installation(kind: str) -> None:
    """So they are deleted first, and no event attaches again once the site is open for good."""
    independent = [
        name for name, each in wakeups(kind).items() if not _mentions(each, "Installation")
    ]

    assert [] == independent


def test_the_installation_waits_as_long_as_the_controller_may_take() -> None:
    """It depends on the controller by its ARN."""
    installation = properties("Installation")

    assert {"Fn::GetAtt": ["Controller", "Arn"]} == installation["ServiceToken"]
    timeout = properties("Controller")["Timeout"]
    assert timeout < installation["ServiceTimeout"] <= 3600


@pytest.mark.parametrize(
    "event",
    [*wakeups("EventBridgeRule").values(), *wakeups("ScheduleV2").values()],
    ids=[*wakeups("EventBridgeRule"), *wakeups("ScheduleV2")],
)
def test_every_rule_and_schedule_has_the_dead_letter_queue(event: dict[str, Any]) -> None:
    """It keeps the events that cannot be delivered."""
    assert {"Arn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}} == event["DeadLetterConfig"]


def test_the_dead_letter_queue_gets_events_that_fail_on_every_try() -> None:
    """The function's destination sends them; a rule's dead letters do not include failed runs."""
    config = properties("Controller")["EventInvokeConfig"]

    assert 2 == config["MaximumRetryAttempts"]
    assert {"Type": "SQS", "Destination": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}} == (
        config["DestinationConfig"]["OnFailure"]
    )


class _Recording(Mapping[str, str]):
    """An environment that remembers which variables were read."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def test_the_template_sets_the_variables_that_the_controller_reads() -> None:
    """All of them and no others."""
    env = _Recording({"EDGE_VERSION_ARN": edge_arn(), "PAGE_FUNCTION": PAGE_FUNCTION})
    with pytest.raises(ConfigurationError):
        Settings.from_env(env)
    complete = _Recording(
        dict.fromkeys(env.read, "E2EXAMPLE1AB3")
        | {
            "EDGE_VERSION_ARN": edge_arn(),
            "PAGE_FUNCTION": PAGE_FUNCTION,
            "LEAD_TIME_MINUTES": "1",
            "NOTICE_MINUTES": "1",
            "MAX_DISTRIBUTIONS": "1",
            "EXISTING_FUNCTIONS": "refuse",
            "ENGINE": "attach",
            "TIME_ZONE": "UTC",
        }
    )
    Settings.from_env(complete)

    assert set(properties("Controller")["Environment"]["Variables"]) == complete.read


# The longest that each can be, with an account of 12 digits (doc: Lambda API Reference,
# CreateFunction; SQS, S3 and Scheduler likewise; CloudFormation User Guide, stack names).
_LONGEST = {
    "AWS::StackName": 128,
    "DeadLetterQueue": len("arn:aws:sqs:us-east-1:123456789012:") + 80,
    "MaintenanceEdge": len("arn:aws:lambda:us-east-1:123456789012:function:") + 64 + len(":99999"),
    "MaintenancePage": 64,
    "PreviewDistribution": 32,
    "ScheduleGroup": 64,
    "SchedulerRole": len("arn:aws:iam::123456789012:role/") + 64,
    "StandbyFunction": len("site-maintenance-") + 36,
    "StandbyStore": len("arn:aws:cloudfront::123456789012:key-value-store/") + 36,
    "StateBucket": 63,
}


def _longest(value: object) -> int:
    """Return how many bytes the value of a variable can have."""
    match value:
        case str(text):
            return len(text)
        case {"Fn::If": [_, then, ""]}:
            return _longest(then)
        case {"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::GetAtt": ["StandbyFunction", _]}]}]}:
            name, parameter = "StandbyFunction", {}
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            name = name.partition(".Version")[0]
            parameter = load_template()["Parameters"].get(name, {})
        case {"Fn::FindInMap": [table, row, cell]}:
            return len(load_template()["Mappings"][table][row][cell])
        case _:
            raise ValueError(f"no rule for {value}")
    if "AllowedValues" in parameter:
        return max(map(len, parameter["AllowedValues"]))
    if "MaxValue" in parameter:
        return len(str(parameter["MaxValue"]))
    longest: int = parameter["MaxLength"] if parameter else _LONGEST[name]
    return longest


def test_parameters_at_their_allowed_lengths_fit_into_the_controllers_environment() -> None:
    """
    Lambda takes 4 KB of variables, names included (doc: Lambda quotas), as JSON at most.

    Otherwise the deployment of a stack with long lists would fail, and CloudFormation would not say
    which parameter to shorten.
    """
    variables = properties("Controller")["Environment"]["Variables"]
    as_json = sum(len(f'"{name}":"",') + _longest(value) for name, value in variables.items())

    assert as_json <= 4096
    # Its lengths are characters, and one beyond ASCII has several bytes.
    patterns = [
        parameter["AllowedPattern"]
        for parameter in load_template()["Parameters"].values()
        if "MaxLength" in parameter
    ]
    assert not [each for each in patterns if re.search(each, "/č")]


def test_every_statement_has_its_own_sid() -> None:
    """It is unique within its resource; docs/iam.md gives the reason for each."""
    named = [(name, statement.get("Sid")) for name, statement in statements()]

    assert len(named) == len(set(named))
    assert [] == [name for name, sid in named if not sid]


def test_the_base_function_can_only_be_read_and_attached() -> None:
    """Only a deployment publishes the version that a bare `on` attaches."""
    about_it = [each for _, each in statements() if _mentions(each["Resource"], EDGE)]
    actions = {action for each in about_it for action in _listed(each["Action"])}

    expected = {"lambda:GetFunction", "lambda:EnableReplication*", "lambda:DisableReplication*"}
    assert expected == actions


def test_only_versions_of_the_page_can_be_deleted() -> None:
    """CloudFormation owns the function itself."""
    deleting = [each for _, each in statements() if "lambda:DeleteFunction" in each["Action"]]

    assert ["${MaintenancePage.Arn}:*"] == [each["Resource"]["Fn::Sub"] for each in deleting]


def test_no_statement_allows_all_actions_of_a_service() -> None:
    """`test_iam_page` checks which statements cover all resources, and why."""
    allowing = [statement for _, statement in statements() if statement["Effect"] == "Allow"]
    actions = [action for each in allowing for action in _listed(each["Action"])]

    assert [] == [each for each in actions if each.endswith(":*") or each == "*"]


def test_every_policy_is_inline() -> None:
    """The tests above do not see the statements of SAM's policy templates and managed policies."""
    policies = [each for name in FUNCTIONS for each in properties(name).get("Policies", [])]

    assert all("Statement" in each for each in policies)
    assert [] == [
        name
        for name, each in load_template()["Resources"].items()
        if "ManagedPolicyArns" in each.get("Properties", {})
    ]


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - a string, a list or an intrinsic function
    return value if isinstance(value, list) else [value]


def test_concurrency_is_reserved_for_the_controller_only_if_asked_for() -> None:
    """A new account has 10, of which none can be reserved, and would fail to deploy."""
    reserved = properties("Controller")["ReservedConcurrentExecutions"]

    expected = ["HasReservedConcurrency", {"Ref": "ReservedConcurrency"}, {"Ref": "AWS::NoValue"}]
    assert {"Fn::If": expected} == reserved
    assert 0 == load_template()["Parameters"]["ReservedConcurrency"]["Default"]


def _references(value: object) -> set[str]:
    return set(re.findall(r"AWS::\w+|Standby\w+", json.dumps(value)))


def test_no_update_of_a_stack_changes_the_standby_function() -> None:
    """CloudFormation would publish the template's code again, which opens a closed site."""
    found = {each: _references(properties(each)) for each in ("StandbyFunction", "StandbyStore")}

    own = {"AWS::StackId", "AWS::StackName"}
    assert {"StandbyFunction": {*own, "StandbyStore"}, "StandbyStore": own} == found
    # Tags of the stack are properties of the function too (doc: AWS::CloudFront::Function).
    assert properties("StandbyFunction")["AutoPublish"] is False
    # Its own words stay: a change of these belongs into the program, which the controller bakes.
    assert (
        "function handler(event) { return event.request; }"
        == (properties("StandbyFunction")["FunctionCode"])
    )


def _actions(policy: str) -> set[str]:
    return {
        str(action)
        for name, each in statements()
        if name == policy
        for action in _listed(each["Action"])
    }


def test_a_stack_has_only_the_rights_of_its_engine() -> None:
    """With standby it may not touch a distribution, and with attach no store."""
    conditions = {each: resource(each)["Condition"] for each in ("AttachPolicy", "StandbyPolicy")}

    assert {"AttachPolicy": "IsAttach", "StandbyPolicy": "IsStandby"} == conditions
    both = _actions("Controller") | _actions("StandbyPolicy")
    assert {"cloudfront:ListDistributions"} == {
        each for each in both if each.startswith("cloudfront:") and "Distribution" in each
    }
    assert not [each for each in _actions("AttachPolicy") if "keyvaluestore" in each]
    published = {each for each in both if "Publish" in each or "UpdateFunction" in each}
    assert {"cloudfront:PublishFunction", "cloudfront:UpdateFunction"} == published
