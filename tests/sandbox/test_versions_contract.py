"""Contract: functions are updated, published, listed and downloaded as Lambda does it."""

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
    """Update the code, wait, and return the revision that is there then."""
    cloud.functions.update_function_code(FunctionName="page", ZipFile=package)
    cloud.functions.get_waiter("function_updated_v2").wait(
        FunctionName="page", WaiterConfig={"Delay": 0}
    )
    return cloud.functions.get_function_configuration(FunctionName="page")["RevisionId"]


def _publish(cloud: Cloud, **conditions: Any) -> str:  # noqa: ANN401 - boto3 checks them
    return cloud.functions.publish_version(FunctionName="page", **conditions)["Version"]


def test_each_version_is_downloaded_as_it_was_uploaded(cloud: Cloud) -> None:
    """The bytes have the hash that the version has, and later code changes nothing."""
    a_version(cloud)
    for package in (_OLD, _NEW):
        _update(cloud, package)
        _publish(cloud)
    _update(cloud, a_package("newest = 1"))

    for number, package in (("2", _OLD), ("3", _NEW)):
        found = cloud.functions.get_function(FunctionName="page", Qualifier=number)
        with urllib.request.urlopen(found["Code"]["Location"]) as answer:  # noqa: S310 - our own process
            downloaded = answer.read()
        assert (package, found["Configuration"]["CodeSha256"]) == (downloaded, _sha256(downloaded))


def test_the_download_is_where_the_caller_reaches_the_sandbox(cloud: Cloud) -> None:
    """A function in a container knows it by another address than this machine."""
    a_version(cloud)
    elsewhere = cloud.sandbox.endpoint_url.replace("127.0.0.1", "127.0.0.2")
    call = "GET /2015-03-31/functions/page?Qualifier=1"

    answer = signed(cloud, call, service="lambda", Host=urlsplit(elsewhere).netloc)

    assert json.loads(answer.body)["Code"]["Location"].startswith(f"{elsewhere}/")


def test_a_version_that_was_deleted_is_downloaded_no_more(cloud: Cloud) -> None:
    """An address from before leads to no other code."""
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
    with urllib.request.urlopen(found["Code"]["Location"]) as answer:
        return len(answer.read())
"""


def test_a_function_can_download_another(cloud: Cloud) -> None:
    """With the right on the version alone."""
    a_version(cloud, code="old = 1")
    role = a_role(cloud, "reader", allowing=(allow("lambda:GetFunction", f"{_PAGE}:1"),))
    a_version(cloud, "reader", code=_DOWNLOAD, role=role)

    answer = cloud.functions.invoke(FunctionName="reader")

    assert len(_OLD) == json.loads(answer["Payload"].read())


def test_a_version_is_published_only_of_the_code_that_was_meant(cloud: Cloud) -> None:
    """Somebody else's code is not published by mistake."""
    a_version(cloud)
    _update(cloud)

    assert ("InvalidParameterValueException", 400) == refused(
        lambda: _publish(cloud, CodeSha256=_sha256(_OLD))
    )
    assert "2" == _publish(cloud, CodeSha256=_sha256(_NEW))


def test_a_version_is_published_only_of_the_revision_that_was_meant(cloud: Cloud) -> None:
    """Nor somebody else's configuration."""
    a_version(cloud)
    revision = _update(cloud)
    cloud.functions.update_function_configuration(FunctionName="page", Timeout=4)

    assert ("PreconditionFailedException", 412) == refused(
        lambda: _publish(cloud, RevisionId=revision)
    )


def test_nothing_is_changed_but_the_revision_that_was_meant(cloud: Cloud) -> None:
    """Code and configuration share one revision."""
    a_version(cloud)
    revision = _update(cloud)
    cloud.functions.update_function_code(FunctionName="page", ZipFile=_OLD, RevisionId=revision)
    stale = {"FunctionName": "page", "RevisionId": revision}

    assert [("PreconditionFailedException", 412)] * 2 == [
        refused(lambda: cloud.functions.update_function_code(ZipFile=_NEW, **stale)),  # type: ignore[arg-type]  # by parts
        refused(lambda: cloud.functions.update_function_configuration(Timeout=4, **stale)),  # type: ignore[arg-type]  # by parts
    ]


def test_a_revision_ends_with_its_update(cloud: Cloud) -> None:
    """What the answer to an update says is stale when it is done; reading it again helps."""
    a_version(cloud)
    answered = cloud.functions.update_function_code(FunctionName="page", ZipFile=_NEW)
    settled = cloud.functions.get_function_configuration(FunctionName="page")

    assert ("InProgress", "Successful", False) == (
        answered["LastUpdateStatus"],
        settled["LastUpdateStatus"],
        answered["RevisionId"] == settled["RevisionId"],
    )
    assert "2" == _publish(cloud, RevisionId=settled["RevisionId"])


def test_what_has_not_changed_is_not_published_again(cloud: Cloud) -> None:
    """The last version comes back, also after an update to the same, whoever published it."""
    a_version(cloud, Publish=True)
    again = _publish(cloud, Description="again")
    _update(cloud)
    other_code = _publish(cloud, Description="other")
    _update(cloud)
    same_code = _publish(cloud)
    cloud.functions.update_function_configuration(FunctionName="page", Description="told")
    other_configuration = _publish(cloud)

    assert ["1", "2", "2", "3"] == [again, other_code, same_code, other_configuration]


def test_one_update_at_a_time(cloud: Cloud) -> None:
    """While it lasts, nothing is changed or published."""
    a_version(cloud)
    cloud.sandbox.set(activation_seconds=0.5)
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
    """And then active; the function itself is never anything else."""
    a_version(cloud)
    _update(cloud)
    cloud.sandbox.set(activation_seconds=0.5)
    published = cloud.functions.publish_version(FunctionName="page")

    def state(**version: str) -> str:
        return cloud.functions.get_function_configuration(FunctionName="page", **version)["State"]

    assert ("Pending", "Pending", "Active") == (
        published["State"],
        state(Qualifier="2"),
        state(),
    )
    assert eventually(lambda: state(Qualifier="2") == "Active", seconds=10)


def test_versions_are_listed_in_pages_of_fifty(cloud: Cloud) -> None:
    """Whatever is asked for; each version with its hash and date."""
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


def test_each_call_is_judged_on_what_it_names(cloud: Cloud) -> None:
    """Reading and deleting a version on the version, changing the function on the function."""
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


def test_a_right_on_the_function_is_none_on_its_versions(cloud: Cloud) -> None:
    """A statement without `:*` does not reach them."""
    a_version(cloud)
    caller = a_user(cloud, allow("lambda:*", _PAGE)).functions

    caller.get_function(FunctionName="page")
    assert ("AccessDeniedException", 403) == refused(
        lambda: caller.get_function(FunctionName="page", Qualifier="1")
    )
