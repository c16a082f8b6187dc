"""Contract: updating, publishing, listing and downloading functions, as in Lambda."""

import base64
import hashlib
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_package, a_role, a_user, a_version, allow, refused, signed

_OLD, _NEW = a_package("old = 1"), a_package("new = 1")
_PAGE = "arn:aws:lambda:us-east-1:000000000000:function:page"


def _sha256(package: bytes) -> str:
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def _update(cloud: Cloud, package: bytes = _NEW) -> str:
    """Update the code, wait, and return the revision after that."""
    cloud.functions.update_function_code(FunctionName="page", ZipFile=package)
    cloud.functions.get_waiter("function_updated_v2").wait(
        FunctionName="page", WaiterConfig={"Delay": 0}
    )
    return cloud.functions.get_function_configuration(FunctionName="page")["RevisionId"]


def _publish(cloud: Cloud, **conditions: Any) -> str:  # noqa: ANN401 - boto3 checks them
    return cloud.functions.publish_version(FunctionName="page", **conditions)["Version"]


def test_each_version_is_downloaded_as_it_was_uploaded(cloud: Cloud) -> None:
    """The bytes have the version's hash, and later code changes nothing."""
    a_version(cloud)
    for package in (_OLD, _NEW):
        _update(cloud, package)
        _publish(cloud)
    _update(cloud, a_package("newest = 1"))

    for number, package in (("2", _OLD), ("3", _NEW)):
        found = cloud.functions.get_function(FunctionName="page", Qualifier=number)
        with urllib.request.urlopen(found["Code"]["Location"]) as response:  # noqa: S310 - our own process
            downloaded = response.read()
        assert (package, found["Configuration"]["CodeSha256"]) == (downloaded, _sha256(downloaded))


def test_the_download_address_is_the_one_that_the_caller_used(cloud: Cloud) -> None:
    """A function in a container reaches the sandbox at another address."""
    a_version(cloud)
    elsewhere = cloud.sandbox.endpoint_url.replace("127.0.0.1", "127.0.0.2")
    call = "GET /2015-03-31/functions/page?Qualifier=1"

    response = signed(cloud, call, service="lambda", Host=urlsplit(elsewhere).netloc)

    assert json.loads(response.body)["Code"]["Location"].startswith(f"{elsewhere}/")


def test_a_deleted_version_cannot_be_downloaded(cloud: Cloud) -> None:
    """An earlier address does not lead to other code."""
    a_version(cloud)
    found = cloud.functions.get_function(FunctionName="page", Qualifier="1")
    cloud.functions.delete_function(FunctionName="page", Qualifier="1")

    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(found["Code"]["Location"])  # noqa: S310 - our own process
    refusal.value.close()

    assert 404 == refusal.value.code


_DOWNLOAD = """
import boto3, urllib.request
def handler(event, context):
    found = boto3.client("lambda").get_function(FunctionName="page", Qualifier="1")
    with urllib.request.urlopen(found["Code"]["Location"]) as response:
        return len(response.read())
"""


def test_a_function_can_download_another(cloud: Cloud) -> None:
    """With the right on that version only."""
    a_version(cloud, code="old = 1")
    role = a_role(cloud, "reader", allowing=(allow("lambda:GetFunction", f"{_PAGE}:1"),))
    a_version(cloud, "reader", code=_DOWNLOAD, role=role)

    response = cloud.functions.invoke(FunctionName="reader")

    assert len(_OLD) == json.loads(response["Payload"].read())


def test_publishing_can_require_the_code(cloud: Cloud) -> None:
    """So that another caller's code is not published by mistake."""
    a_version(cloud)
    _update(cloud)

    assert ("InvalidParameterValueException", 400) == refused(
        lambda: _publish(cloud, CodeSha256=_sha256(_OLD))
    )
    assert "2" == _publish(cloud, CodeSha256=_sha256(_NEW))


def test_publishing_can_require_the_revision(cloud: Cloud) -> None:
    """So that another caller's configuration is not published by mistake."""
    a_version(cloud)
    revision = _update(cloud)
    cloud.functions.update_function_configuration(FunctionName="page", Timeout=4)

    assert ("PreconditionFailedException", 412) == refused(
        lambda: _publish(cloud, RevisionId=revision)
    )


def test_a_change_can_require_the_revision(cloud: Cloud) -> None:
    """Code and configuration share one revision."""
    a_version(cloud)
    revision = _update(cloud)
    cloud.functions.update_function_code(FunctionName="page", ZipFile=_OLD, RevisionId=revision)
    stale = {"FunctionName": "page", "RevisionId": revision}

    assert [("PreconditionFailedException", 412)] * 2 == [
        refused(lambda: cloud.functions.update_function_code(ZipFile=_NEW, **stale)),  # type: ignore[arg-type]  # by parts
        refused(lambda: cloud.functions.update_function_configuration(Timeout=4, **stale)),  # type: ignore[arg-type]  # by parts
    ]


def test_the_revision_changes_when_an_update_ends(cloud: Cloud) -> None:
    """The revision in the response to an update is stale once it ends: read it again."""
    a_version(cloud)
    updated = cloud.functions.update_function_code(FunctionName="page", ZipFile=_NEW)
    settled = cloud.functions.get_function_configuration(FunctionName="page")

    assert ("InProgress", "Successful", False) == (
        updated["LastUpdateStatus"],
        settled["LastUpdateStatus"],
        updated["RevisionId"] == settled["RevisionId"],
    )
    assert "2" == _publish(cloud, RevisionId=settled["RevisionId"])


def test_an_unchanged_function_is_not_published_again(cloud: Cloud) -> None:
    """Publishing returns the last version, also after an update with the same code."""
    a_version(cloud, Publish=True)
    again = _publish(cloud, Description="again")
    _update(cloud)
    other_code = _publish(cloud, Description="other")
    _update(cloud)
    same_code = _publish(cloud)
    cloud.functions.update_function_configuration(FunctionName="page", Description="changed")
    other_configuration = _publish(cloud)

    assert ["1", "2", "2", "3"] == [again, other_code, same_code, other_configuration]


def test_one_update_at_a_time(cloud: Cloud) -> None:
    """During an update, no other change or publication."""
    a_version(cloud)
    cloud.sandbox.set(activation_seconds=3)
    cloud.functions.update_function_code(FunctionName="page", ZipFile=_NEW)
    busy = [
        refused(lambda: cloud.functions.update_function_code(FunctionName="page", ZipFile=_OLD)),
        refused(
            lambda: cloud.functions.update_function_configuration(FunctionName="page", Timeout=4)
        ),
        refused(lambda: _publish(cloud)),
    ]
    cloud.functions.get_waiter("function_updated_v2").wait(
        FunctionName="page", WaiterConfig={"Delay": 1}
    )

    assert [("ResourceConflictException", 409)] * 3 == busy
    assert "2" == _publish(cloud)


def test_a_new_version_is_pending_for_a_while(cloud: Cloud) -> None:
    """Then it is Active; the function itself is Active all the time."""
    a_version(cloud)
    _update(cloud)
    cloud.sandbox.set(activation_seconds=3)
    published = cloud.functions.publish_version(FunctionName="page")

    def state(**version: str) -> str:
        return cloud.functions.get_function_configuration(FunctionName="page", **version)["State"]

    assert ("Pending", "Pending", "Active") == (
        published["State"],
        state(Qualifier="2"),
        state(),
    )
    assert eventually(lambda: state(Qualifier="2") == "Active")


def test_versions_are_listed_in_pages_of_fifty(cloud: Cloud) -> None:
    """Even if more are asked for; each version has its hash and date."""
    a_version(cloud)
    for number in range(50):
        cloud.functions.update_function_configuration(FunctionName="page", Description=str(number))
        _publish(cloud)
    paginator = cloud.functions.get_paginator("list_versions_by_function")
    pages = list(paginator.paginate(FunctionName="page", PaginationConfig={"PageSize": 100}))
    versions = [version for page in pages for version in page["Versions"]]

    assert ([50, 2], 52) == (
        [len(page["Versions"]) for page in pages],
        len([version for version in versions if version["CodeSha256"] and version["LastModified"]]),
    )


def test_each_call_is_checked_on_what_it_names(cloud: Cloud) -> None:
    """Reading and deleting a version on the version, changing a function on the function."""
    a_version(cloud)
    caller = a_user(
        cloud,
        allow("lambda:GetFunction", f"{_PAGE}:1"),
        allow("lambda:DeleteFunction", f"{_PAGE}:*"),
        allow("lambda:UpdateFunctionCode", _PAGE),
        allow("lambda:PublishVersion", _PAGE),
        allow("lambda:ListVersionsByFunction", _PAGE),
    ).functions
    denied = ("AccessDeniedException", 403)

    caller.get_function(FunctionName="page", Qualifier="1")
    assert denied == refused(lambda: caller.get_function(FunctionName="page"))
    caller.update_function_code(FunctionName="page", ZipFile=_NEW)
    caller.publish_version(FunctionName="page")
    caller.list_versions_by_function(FunctionName="page")
    assert denied == refused(lambda: caller.get_function(FunctionName="page", Qualifier="2"))
    caller.delete_function(FunctionName="page", Qualifier="1")
    assert denied == refused(lambda: caller.delete_function(FunctionName="page"))


def test_a_right_on_a_function_does_not_include_its_versions(cloud: Cloud) -> None:
    """The statement needs `:*` for them."""
    a_version(cloud)
    caller = a_user(cloud, allow("lambda:*", _PAGE)).functions

    caller.get_function(FunctionName="page")
    assert ("AccessDeniedException", 403) == refused(
        lambda: caller.get_function(FunctionName="page", Qualifier="1")
    )
