"""
Gaps of ministack that the patches fill, in Lambda's versions: a test for each.

A failure is good news: ministack has closed the gap. Then remove the patch that the test names.
"""

import json
import urllib.request
from pathlib import Path

import pytest

from tests.cloud import Cloud
from tests.sandbox.builders import a_package, a_user, a_version, allow, refused
from tests.sandbox.failing import a_failing_function
from tests.sandbox.slow import delete_role_while_it_runs, update_while_it_runs

pytestmark = pytest.mark.gap

_OLD, _NEW = a_package("old = 1"), a_package("new = 1")
_PAGE = "arn:aws:lambda:us-east-1:000000000000:function:page"


def test_an_old_version_is_downloaded_as_the_newest_code(plain: Cloud) -> None:
    """Patch: patches/aws_lambda/versions, Code.Location."""
    a_version(plain, code="old = 1")
    plain.functions.update_function_code(FunctionName="page", ZipFile=_NEW)
    location = plain.functions.get_function(FunctionName="page", Qualifier="1")["Code"]["Location"]

    with urllib.request.urlopen(location) as response:  # noqa: S310 - our own process
        assert _NEW == response.read()


def test_conditions_of_publishing_are_ignored(plain: Cloud) -> None:
    """Patch: patches/aws_lambda/versions, CodeSha256 and RevisionId."""
    a_version(plain)
    plain.functions.update_function_code(FunctionName="page", ZipFile=_NEW)

    published = plain.functions.publish_version(
        FunctionName="page", CodeSha256="wrong", RevisionId="wrong"
    )

    assert "2" == published["Version"]


def test_the_same_code_is_published_again(plain: Cloud) -> None:
    """Patch: patches/aws_lambda/versions, unchanged code and configuration."""
    a_version(plain, Publish=True)

    assert ["$LATEST", "1", "2"] == [
        version["Version"]
        for version in plain.functions.list_versions_by_function(FunctionName="page")["Versions"]
    ]


def test_a_revision_survives_the_end_of_its_update(plain: Cloud) -> None:
    """Patch: patches/aws_lambda/versions, RevisionId."""
    a_version(plain)
    updated = plain.functions.update_function_code(FunctionName="page", ZipFile=_NEW)
    plain.functions.get_waiter("function_updated_v2").wait(
        FunctionName="page", WaiterConfig={"Delay": 1}
    )

    settled = plain.functions.get_function_configuration(FunctionName="page")

    assert updated["RevisionId"] == settled["RevisionId"]


def test_an_update_in_progress_blocks_no_other(plain: Cloud) -> None:
    """Patch: patches/aws_lambda/versions, ResourceConflictException."""
    a_version(plain)
    updating = plain.functions.update_function_code(FunctionName="page", ZipFile=_NEW)
    plain.functions.update_function_code(FunctionName="page", ZipFile=_OLD)

    assert "InProgress" == updating["LastUpdateStatus"]


def test_a_page_of_versions_has_no_limit(plain: Cloud) -> None:
    """Patch: patches/aws_lambda/versions, at most 50 versions."""
    a_version(plain)
    for number in range(50):
        plain.functions.update_function_configuration(FunctionName="page", Description=str(number))
        plain.functions.publish_version(FunctionName="page")

    listed = plain.functions.list_versions_by_function(FunctionName="page", MaxItems=100)

    assert 52 == len(listed["Versions"])


def test_an_error_of_a_handler_has_no_name(plain: Cloud) -> None:
    """Patch: patches/aws_lambda/environments, the class of an error."""
    name = a_failing_function(plain)

    response = plain.functions.invoke(FunctionName=name)

    assert "Runtime.HandlerError" == json.loads(response["Payload"].read())["errorType"]


def test_an_update_ends_invocations(plain: Cloud, tmp_path: Path) -> None:
    """Patch: patches/aws_lambda/running_environments."""
    error, _ = update_while_it_runs(plain, tmp_path / "began")

    assert error


def test_a_run_without_a_role_writes_a_log(plain: Cloud, tmp_path: Path) -> None:
    """Patch: patches/aws_lambda/logs."""
    groups = delete_role_while_it_runs(plain, tmp_path / "began")

    assert ["/aws/lambda/waiting"] == groups


def test_a_version_is_checked_as_the_function(plain: Cloud) -> None:
    """Patch: patches/iam/authorization, the resource of a call with a qualifier."""
    a_version(plain)
    caller = a_user(plain, allow("lambda:GetFunction", f"{_PAGE}:1"))

    assert (
        "AccessDeniedException"
        == refused(lambda: caller.functions.get_function(FunctionName="page", Qualifier="1"))[0]
    )
