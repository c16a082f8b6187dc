"""CloudFormation gets an answer, over real HTTP, at the address that it gave."""

import json
import threading
from typing import Any

import pytest
from maintenance.aws.cloudformation import answer, refuse_forged, run_until_deadline
from maintenance.errors import ApplyError, EventRefused
from urllib3 import PoolManager

from tests.loopback import Answer, Received, a_server

STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/site/51af3dc0-da77-11e4-872e-1"
ACCEPTS = Answer()


def _answer(url: str, *, error: str | None = None) -> None:
    request = {
        "RequestType": "Create",
        "ResponseURL": url,
        "StackId": STACK_ID,
        "RequestId": "unique-1",
        "LogicalResourceId": "Installation",
    }
    answer(request, http=PoolManager(), error=error, data={"SwitchParameter": "/site/maintenance"})


def _received(*answers: Answer, error: str | None = None) -> list[Received]:
    with a_server(*answers) as server:
        _answer(f"{server.url}/answer?Signature=a%2Fb", error=error)
        return server.received


def _document(error: str | None) -> dict[str, Any]:
    [put] = _received(ACCEPTS, error=error)
    document: dict[str, Any] = json.loads(put.body)
    return document


def test_a_success_has_every_member_that_cloudformation_requires() -> None:
    """Source: CloudFormation User Guide, crpg-ref-responses."""
    expected = {
        "Status": "SUCCESS",
        "Reason": "done",
        "PhysicalResourceId": "Installation-of-51af3dc0-da77-11e4-872e-1",
        "StackId": STACK_ID,
        "RequestId": "unique-1",
        "LogicalResourceId": "Installation",
        "Data": {"SwitchParameter": "/site/maintenance"},
    }
    assert expected == _document(None)


def test_a_failure_says_why() -> None:
    """The owner sees the reason in the stack's events."""
    document = _document("E1 is stuck")

    assert ("FAILED", "E1 is stuck") == (document["Status"], document["Reason"])


@pytest.mark.parametrize("letter", ["x", "č", "…", '"', "\n", "\ud800"])
def test_an_answer_is_never_longer_than_4096_bytes(letter: str) -> None:
    """
    A longer one would count as none.

    Source: CloudFormation User Guide, crpg-ref-responses.
    """
    [put] = _received(ACCEPTS, error="x" + letter * 10_000)

    assert len(put.body) <= 4096
    assert json.loads(put.body)["Reason"].startswith("x")


def test_it_is_put_to_the_exact_url_without_a_content_type() -> None:
    """The URL is signed as it stands, without a content type."""
    [put] = _received(ACCEPTS)

    assert ("PUT", "/answer?Signature=a%2Fb", "") == (
        put.method,
        put.path,
        put.headers.get("content-type", ""),
    )


def test_a_busy_server_is_tried_again() -> None:
    """Without an answer the stack waits an hour."""
    assert 2 == len(_received(Answer(503), ACCEPTS))


def test_a_refused_answer_is_an_error() -> None:
    """The URL may have expired: the invocation has to fail."""
    with pytest.raises(ApplyError, match="could not be answered: S3 returned 403"):
        _received(Answer(403))


def test_an_invalid_address_is_an_error() -> None:
    """With a message, like all other failures."""
    with pytest.raises(ApplyError, match="CloudFormation could not be answered"):
        _answer("http://[nowhere")


OURS = "arn:aws:lambda:us-east-1:123456789012:function:site-Controller"
S3 = "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/arn?Signature=a"


def test_a_request_that_cloudformation_can_have_sent_is_accepted() -> None:
    """It names a stack of the function's own account, and an address in S3."""
    refuse_forged({"ResponseURL": S3, "StackId": STACK_ID}, own_arn=OURS)


@pytest.mark.parametrize(
    ("url", "stack_id"),
    [
        ("http://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/", STACK_ID),
        ("https://evil.example/.s3.amazonaws.com", STACK_ID),
        ("https://s3.amazonaws.com@evil.example/", STACK_ID),
        ("https://evilamazonaws.com/", STACK_ID),
        ("https://evil.example\\@x.s3.amazonaws.com/", STACK_ID),
        ("https://evil.example\\.s3.amazonaws.com/", STACK_ID),
        ("https://abc123.execute-api.us-east-1.amazonaws.com/", STACK_ID),
        ("https://[", STACK_ID),
        ("http://127.0.0.1:9001/2018-06-01/runtime/init/error", STACK_ID),
        ("http://169.254.169.254/", STACK_ID),
        ("file:///etc/passwd", STACK_ID),
        ("", STACK_ID),
        (S3, STACK_ID.replace("123456789012", "999999999999")),
        (S3, STACK_ID.replace("us-east-1", "eu-west-1")),
        (S3, "stack"),
        (S3, None),
    ],
)
def test_a_forged_request_is_refused(url: str, stack_id: str | None) -> None:
    """An invoker of the controller cannot make it send what it knows to another address."""
    with pytest.raises(EventRefused, match="nothing was changed: a request of CloudFormation"):
        refuse_forged({"ResponseURL": url, "StackId": stack_id}, own_arn=OURS)


def test_the_answer_follows_no_redirect() -> None:
    """It is meant for S3, even if the server names another address."""
    with a_server(ACCEPTS) as other, a_server(Answer(307, {"Location": other.url})) as first:
        with pytest.raises(ApplyError, match="S3 returned 307"):
            _answer(first.url)

        assert [] == other.received


def test_work_that_ends_without_a_result_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though there was time enough."""
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def work(_seconds: float) -> None:
        raise SystemExit

    assert "unexpected error: see the controller's log" == run_until_deadline(
        work, seconds_left=900.0
    )


def test_work_that_ends_in_time_returns_its_error() -> None:
    """Or None if it succeeded."""
    assert (None, "E1 is stuck") == (
        run_until_deadline(lambda _: None, seconds_left=900.0),
        run_until_deadline(lambda _: "E1 is stuck", seconds_left=900.0),
    )


def test_work_gets_the_time_before_the_answer_is_due() -> None:
    """So that it can name what it has left, in place of being given up."""
    assert "820 s" == run_until_deadline(lambda seconds: f"{seconds:g} s", seconds_left=900.0)


def test_work_that_takes_too_long_is_an_error_while_there_is_time_to_answer() -> None:
    """Or Lambda would end the function, and the stack would wait for an answer."""
    finished = threading.Event()

    def work(_seconds: float) -> None:
        finished.wait()

    error = run_until_deadline(work, seconds_left=80.0)
    finished.set()

    assert "no time left to finish: try again, and the work continues" == error
