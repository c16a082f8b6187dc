"""`deploy` and `destroy`, typed by someone who may do what docs/deploying-policy.json allows."""

import json
import time
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.cli.program import ROOT
from tests.cloud import Cloud, eventually
from tests.deployment.typed import answers, types
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_user,
    a_version,
    change_default,
    edge,
    functions,
)
from tests.stack.conftest import DeployedStack
from tests.timing import crowding

STACK = "site-maintenance"
PACKAGES = "site-maintenance-packages-000000000000"
# Return for each of the five questions about the rest, and no.
_ALL_DEFAULTS = ["", "", "", "", "", "n"]
# What the sandbox takes; on AWS a person reads and types for a few minutes.
_LONGEST_SECONDS = 120


def test_from_nothing_to_a_plan_on_off_and_back_to_nothing(empty: Cloud, deployer: Cloud) -> None:
    """Six questions, an update while the site is closed, and the site is as it was before."""
    existing = functions(viewer_request=a_function(empty, "rewrite"))
    behavior = a_behavior(FunctionAssociations=existing)
    site = DeployedStack(empty, a_distribution(empty, "site", DefaultCacheBehavior=behavior))
    before, began = site.config(), time.monotonic()

    lines = ["1", "Europe/Ljubljana", "", "", "", "", "y"]
    code, plan, screen = answers(deployer, "deploy", lines=lines)

    assert 0 == code, screen
    assert "6 of 6" in screen
    assert f"1  {site.distribution_id}" in screen
    assert "AWS::Lambda::Function" in screen
    assert "AWS::CloudFront::Distribution" not in screen
    assert "It creates these rights:" in screen
    assert f"It creates the bucket {PACKAGES}" in screen
    assert "This would close 1 behavior of 1 distribution." in plan
    assert "site-maintenance on for 30m" in plan
    assert {"Europe/Ljubljana"} == _parameter(empty, "TimeZone")

    closed = types(deployer, "on", "for", "20m", "--yes")
    assert site.is_closed(), closed.stderr
    updated = types(deployer, "deploy", "--set", "LeadTimeMinutes=5", "--yes")

    assert 0 == updated.returncode, updated.stderr
    assert "LeadTimeMinutes  15 → 5\n" in updated.stderr
    assert site.is_closed()
    assert {"Europe/Ljubljana"} == _parameter(empty, "TimeZone")

    window = "cron(0 2 ? * SUN *) for 2h in Europe/Ljubljana"
    empty.ssm.put_parameter(Name="/site/maintenance/windows/weekly", Value=window, Type="String")
    code, removed, screen = answers(deployer, "destroy", lines=["y"])

    assert 0 == code, screen
    explained = " ".join(screen[: screen.index("Open the site and delete the stack")].split())
    for shown in ("get the site again", "was until", "weekly: no window runs", PACKAGES):
        assert shown in explained
    assert "weekly begins" not in explained
    assert before == site.config()
    assert time.monotonic() - began < _LONGEST_SECONDS * crowding()
    assert "-MaintenanceEdge-" in removed
    assert f'aws s3api delete-bucket --bucket "{PACKAGES}"\n' in removed
    assert 'aws ssm delete-parameter --name "/site/maintenance"\n' in removed
    assert [] == _stacks(empty)


def test_who_says_no_leaves_nothing_behind(empty: Cloud, deployer: Cloud) -> None:
    """Neither a stack under review nor a bucket."""
    a_distribution(empty)

    code, _, screen = answers(deployer, "deploy", lines=["1", "", "", "", "", "", "n"])

    assert 1 == code
    assert "Nothing was written." in screen
    assert [] == _stacks(empty)
    assert [] == empty.s3.list_buckets()["Buckets"]


def test_an_answer_that_cannot_be_deployed_is_asked_for_again(
    empty: Cloud, deployer: Cloud
) -> None:
    """With the reason, before anything is built."""
    a_distribution(empty)
    lines = [
        "",
        "E0NOWHERE0000",
        "1",
        "Mars/Base",
        "UTC",
        "maybe",
        "refuse",
        "/nowhere",
        "",
        "",
        "",
        "n",
    ]

    _, _, screen = answers(deployer, "deploy", lines=lines)

    assert "Distributions must be distribution ids" in screen
    assert "there is no distribution E0NOWHERE0000 in this account" in screen
    assert "TimeZone is 'Mars/Base': unknown time zone" in screen
    assert "ExistingFunctions must be one of displace, refuse; this is 'maybe'" in screen
    assert "Type numbers, like 1 or 1,2, or ids" in screen
    assert "ExceptPaths names /nowhere, and no target has such a behavior" in screen
    assert "Create the stack site-maintenance in us-east-1" in screen


def test_a_creation_that_fails_says_why_and_can_be_repeated(empty: Cloud, deployer: Cloud) -> None:
    """CloudFormation takes it back, and blocks its name until the remains are deleted."""
    words = ("deploy", "--distributions", a_distribution(empty), "--yes")
    denied = {"code": "AccessDeniedException", "status": 400, "times": 99}
    empty.sandbox.inject_fault("refuse", "ssm:PutParameter", **denied)

    failed = types(deployer, *words)
    empty.sandbox.clear_faults()
    repeated = types(deployer, *words)

    assert 1 == failed.returncode
    assert "Installation: " in failed.stderr
    assert "could not be created, and was rolled back (ROLLBACK_COMPLETE)" in failed.stderr
    assert 0 == repeated.returncode, repeated.stderr
    assert ["CREATE_COMPLETE"] == _stacks(empty)


def test_a_file_has_what_options_do_not_say(empty: Cloud, deployer: Cloud, tmp_path: Path) -> None:
    """In a pipeline, whose second run changes nothing."""
    file = tmp_path / "site.toml"
    text = f'Distributions = ["{a_distribution(empty)}"]\nTimeZone = "Europe/Paris"\n'
    file.write_text(text, encoding="utf-8-sig")  # as an editor on Windows does
    words = ("deploy", "--file", str(file), "--time-zone", "Europe/Oslo", "--yes", "--json")

    first, second = (types(deployer, *words) for _ in range(2))

    assert (0, 0) == (first.returncode, second.returncode), first.stderr
    assert "CREATE_COMPLETE" == json.loads(second.stdout)["status"]
    assert "Nothing to change in the stack site-maintenance." in second.stderr
    assert {"Europe/Oslo"} == _parameter(empty, "TimeZone")


def test_yes_asks_nothing_and_a_second_stack_has_its_own_switch(empty: Cloud) -> None:
    """In a terminal too; two stacks with one switch would undo each other's work."""
    words = ("deploy", "--distributions", a_distribution(empty), "--yes", "--stack", "shop")

    code, _, screen = answers(empty, *words, lines=[])

    assert 0 == code, screen
    assert "1 of" not in screen
    assert "off" == empty.ssm.get_parameter(Name="/shop/maintenance")["Parameter"]["Value"]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--region", "eu-west-1"], "not in eu-west-1: CloudFront takes Lambda@Edge functions"),
        ([], "which distributions? Give --distributions or --file"),
        (["--set", "LeedTimeMinutes=1"], "no parameter LeedTimeMinutes: did you mean 'LeadTime"),
        (["--set", "LeadTimeMinutes"], "--set takes NAME=VALUE"),
        (["--distributions", "E0NOWHERE0000"], "there is no distribution E0NOWHERE0000"),
        (["--file", "/nowhere.toml"], "/nowhere.toml cannot be read"),
        (["--engine", "fast"], "Engine must be one of attach, standby; this is 'fast'"),
    ],
)
def test_a_deployment_that_cannot_work_is_refused(
    empty: Cloud, deployer: Cloud, words: list[str], error: str
) -> None:
    """In one sentence, before anything is created."""
    ran = types(deployer, "deploy", *words, "--yes")

    assert 1 == ran.returncode
    assert error in ran.stderr
    assert [] == _stacks(empty)


def test_another_products_stack_is_neither_changed_nor_deleted(
    empty: Cloud, deployer: Cloud
) -> None:
    """It only has the same name."""
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    empty.cloudformation.create_stack(StackName=STACK, TemplateBody=template)

    for command in ("deploy", "destroy"):
        ran = types(deployer, command, "--yes")

        assert (1, "") == (ran.returncode, ran.stdout)
        assert "is another product's: name yours with --stack or STACK" in ran.stderr
    assert ["CREATE_COMPLETE"] == _stacks(empty)


def test_another_products_stack_that_was_not_created_is_not_deleted(
    empty: Cloud, deployer: Cloud
) -> None:
    """What is left of it is for its owner to read and to delete."""
    distribution = a_distribution(empty)
    nowhere = "arn:aws:lambda:us-east-1:000000000000:function:nowhere"
    setup = {"Type": "Custom::Setup", "Properties": {"ServiceToken": nowhere}}
    empty.cloudformation.create_stack(
        StackName=STACK, TemplateBody=json.dumps({"Resources": {"Setup": setup}})
    )
    eventually(lambda: _stacks(empty) == ["ROLLBACK_COMPLETE"])

    ran = types(deployer, "deploy", "--distributions", distribution, "--yes")

    assert 1 == ran.returncode
    assert "is another product's" in ran.stderr
    assert ["ROLLBACK_COMPLETE"] == _stacks(empty)


def test_a_site_whose_state_cannot_be_read_can_be_removed(empty: Cloud, deployer: Cloud) -> None:
    """The question says why it does not show what will change."""
    distribution = a_distribution(empty, "site")
    types(deployer, "deploy", "--distributions", distribution, "--yes")
    denied = {"code": "AccessDeniedException", "status": 400, "times": 99}
    empty.sandbox.inject_fault("refuse", "ssm:GetParametersByPath", **denied)

    code, _, screen = answers(deployer, "destroy", lines=["n"])

    assert 1 == code
    assert "Cannot determine what this would change: " in screen
    assert "Open the site and delete the stack site-maintenance" in screen


def test_who_may_deploy_but_not_plan_reads_which_policy_allows_it(
    empty: Cloud, deployer: Cloud
) -> None:
    """The policy names one switch; the deployment is done, although the plan has errors."""
    words = ("--distributions", a_distribution(empty, "site"), "--switch", "/shop/maintenance")

    ran = types(deployer, "deploy", *words, "--yes")

    assert 0 == ran.returncode, ran.stderr
    assert "The stack is deployed. If you lack permissions for the plan: " in ran.stderr
    assert "docs/deploying-policy.json allows the plan, on and off for the switch" in ran.stderr


def test_a_distribution_of_another_stack_is_named_before_the_question(
    empty: Cloud, deployer: Cloud
) -> None:
    """Two stacks refuse each other's behaviors, which shows only at the next maintenance."""
    distribution = a_distribution(empty, "site")
    _create_sibling(empty, distribution)

    _, _, screen = answers(deployer, "deploy", "--distributions", distribution, lines=_ALL_DEFAULTS)

    said = " ".join(screen.split())
    assert f"Warning: the stack shop also has {distribution} (" in said
    assert said.index("Warning: ") < said.index("Create the stack site-maintenance")


def test_who_may_not_list_stacks_reads_that_others_are_unknown(empty: Cloud) -> None:
    """And can deploy all the same."""
    distribution = a_distribution(empty, "site")
    _create_sibling(empty, distribution)
    text = (ROOT / "docs" / "deploying-policy.json").read_text(encoding="utf-8")
    narrow = text.replace('"cloudformation:DescribeStacks",', "")
    someone = a_user(empty, *json.loads(narrow)["Statement"])

    _, _, screen = answers(someone, "deploy", "--distributions", distribution, lines=_ALL_DEFAULTS)

    said = " ".join(screen.split())
    assert "Whether another stack has these distributions is unknown: the other stacks can" in said
    assert "Create the stack site-maintenance" in said


def test_a_site_that_does_not_open_keeps_its_stack(empty: Cloud, deployer: Cloud) -> None:
    """Nothing is deleted, and it can be repeated."""
    site = DeployedStack(empty, a_distribution(empty))
    types(deployer, "deploy", "--distributions", site.distribution_id, "--yes")
    types(deployer, "on", "--yes")
    denied = {"code": "AccessDenied", "status": 403, "times": 99}
    empty.sandbox.inject_fault("refuse", "cloudfront:UpdateDistribution", **denied)

    ran = types(deployer, "destroy", "--yes", "--timeout", "20s")
    empty.sandbox.clear_faults()

    assert 4 == ran.returncode
    assert "The site is not open, so nothing was deleted" in ran.stderr
    assert ["CREATE_COMPLETE"] == _stacks(empty)
    # A run that was refused before may still be ending.
    eventually(site.sweep)
    assert 0 == types(deployer, "destroy", "--yes").returncode
    assert not site.is_closed()


def test_what_another_stack_closes_is_not_said_to_be_open(empty: Cloud, deployer: Cloud) -> None:
    """It said that the site is open; the other stack's visitors get its page before and after."""
    sibling = a_version(empty, "shop-MaintenanceEdge-F6E5D4C3B2A1")
    closed = a_behavior(LambdaFunctionAssociations=edge(viewer_request=sibling))
    site = DeployedStack(empty, a_distribution(empty, DefaultCacheBehavior=closed))
    types(deployer, "deploy", "--distributions", site.distribution_id, "--yes")
    before = site.config()

    ran = types(deployer, "destroy", "--yes")

    assert 0 == ran.returncode, ran.stderr
    assert f"The stack shop closes {site.distribution_id}." in ran.stderr
    assert f"is deleted, and the stack shop closes {site.distribution_id}." in ran.stdout
    assert "is open" not in ran.stdout + ran.stderr
    assert before == site.config()


def test_with_standby_the_end_says_how_to_attach_and_destroy_asks_to_detach(
    empty: Cloud, deployer: Cloud
) -> None:
    """By a flag, without a further question; nothing is deleted before that."""
    site = DeployedStack(empty, a_distribution(empty, "site"))
    words = ("--distributions", site.distribution_id, "--engine", "standby", "--yes")

    created = types(deployer, "deploy", *words)

    assert 0 == created.returncode, created.stderr
    arn = site.output("StandbyFunctionArn")
    assert "  site-maintenance standby attach\n" in created.stdout
    assert f"  {arn}\n" in created.stdout
    assert "lacks the standby function: viewer-request is free" in created.stdout
    assert "is not authorized" not in created.stdout
    rights = created.stderr
    assert "UpdateKeys" in rights
    assert "UpdateDistribution" not in rights

    used = functions(viewer_request=arn)
    change_default(empty, site.distribution_id, FunctionAssociations=used)
    again = types(deployer, "deploy", "--yes")
    refused = types(deployer, "destroy", "--yes")
    change_default(empty, site.distribution_id, FunctionAssociations=functions())
    destroyed = types(deployer, "destroy", "--yes")

    assert 0 == again.returncode, again.stderr
    assert "standby attach" not in again.stdout
    assert (1, "") == (refused.returncode, refused.stdout)
    assert f"detach first: the standby function is still attached to {site.distribution_id}" in (
        refused.stderr
    )
    assert 0 == destroyed.returncode, destroyed.stderr
    assert [] == _stacks(empty)


def test_a_preview_distribution_needs_the_engine_attach(empty: Cloud, deployer: Cloud) -> None:
    """The role of the other engine may update no distribution, so not this one either."""
    words = ("--distributions", a_distribution(empty), "--engine", "standby", "--yes")

    ran = types(deployer, "deploy", *words, "--set", "PreviewOrigin=www.example.com")

    assert 1 == ran.returncode
    assert "PreviewOrigin needs Engine=attach; leave it empty with standby" in ran.stderr
    assert [] == _stacks(empty)


def test_a_switch_to_another_engine_shows_the_rights_that_it_takes_away(
    empty: Cloud, deployer: Cloud
) -> None:
    """Before it asks."""
    site = DeployedStack(empty, a_distribution(empty, "site"))
    types(deployer, "deploy", "--distributions", site.distribution_id, "--yes")

    code, _, screen = answers(deployer, "deploy", "--engine", "standby", lines=["n"])

    said = " ".join(screen.split())
    assert 1 == code
    assert "Engine attach → standby" in said
    assert "UpdateKeys" in said.partition("It takes these rights away:")[0]
    assert "UpdateDistribution" in said.partition("It takes these rights away:")[2]


def test_another_engine_is_refused_before_a_change_set_while_the_site_is_closed(
    empty: Cloud, deployer: Cloud
) -> None:
    """The stack would refuse it minutes later, and roll its update back."""
    site = DeployedStack(empty, a_distribution(empty, "site"))
    types(deployer, "deploy", "--distributions", site.distribution_id, "--yes")
    types(deployer, "on", "--yes")
    assert eventually(site.is_closed)

    refused = types(deployer, "deploy", "--engine", "standby", "--yes")

    assert (1, "") == (refused.returncode, refused.stdout)
    said = " ".join(refused.stderr.split())
    assert said.startswith("the site is in maintenance, and its engine can be switched only while")
    assert "write off, wait until the site is open, then deploy again" in said
    assert "It creates these rights" not in said
    assert [] == _change_sets_of_updates(empty)
    assert ["CREATE_COMPLETE"] == _stacks(empty)


def test_a_switch_back_is_refused_before_a_change_set_while_a_behavior_has_the_function(
    empty: Cloud, deployer: Cloud
) -> None:
    """The site is open here; where its state cannot be read, the stack's own check is left."""
    site = DeployedStack(empty, a_distribution(empty, "site"))
    words = ("--distributions", site.distribution_id, "--engine", "standby", "--yes")
    types(deployer, "deploy", *words)
    used = functions(viewer_request=site.output("StandbyFunctionArn"))
    change_default(empty, site.distribution_id, FunctionAssociations=used)

    refused = types(deployer, "deploy", "--engine", "attach", "--yes")
    denied = {"code": "AccessDenied", "status": 403, "times": 99}
    empty.sandbox.inject_fault("refuse", "cloudfront:ListDistributions", **denied)
    _, _, unknown = answers(deployer, "deploy", "--engine", "attach", lines=["n"])

    assert (1, "") == (refused.returncode, refused.stdout)
    assert "detach first: the standby function is still attached to" in refused.stderr
    said = " ".join(unknown.split())
    assert "Whether the engine can be switched now is unknown, so the update of the stack" in said
    assert "Update the stack site-maintenance in us-east-1" in said
    assert ["CREATE_COMPLETE"] == _stacks(empty)


def _change_sets_of_updates(cloud: Cloud) -> list[str]:
    """Return the change sets that wait, or were executed, but for that of the creation."""
    found = cloud.cloudformation.list_change_sets(StackName=STACK)["Summaries"]
    return [each["ChangeSetName"] for each in found][1:]


def _create_sibling(cloud: Cloud, distribution: str) -> None:
    """Create a stack with the parameters of ours."""
    values = {"Distributions": distribution, "SwitchParameter": "/shop/maintenance"}
    cloud.cloudformation.create_stack(
        StackName="shop",
        TemplateBody=json.dumps(
            {
                "Parameters": {each: {"Type": "String"} for each in values},
                "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
            }
        ),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()],
    )


def _stacks(cloud: Cloud) -> list[str]:
    """Return the status of the stack, nothing if there is none."""
    try:
        found = cloud.cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    except ClientError:
        return []
    return [each["StackStatus"] for each in found]


def _parameter(cloud: Cloud, name: str) -> set[str]:
    (found,) = cloud.cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    return {each["ParameterValue"] for each in found["Parameters"] if each["ParameterKey"] == name}
