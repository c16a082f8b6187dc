"""What CloudFormation is told, over real HTTP, at the address it gave."""

import json
import threading
from typing import Any

import pytest
from maintenance.aws.cloudformation import answer, error_of, refuse_forged
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


def test_a_success_has_every_member_that_cloudformation_wants() -> None:
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
    """The reason is what the owner sees in the stack's events."""
    document = _document("E1 is stuck")

    assert ("FAILED", "E1 is stuck") == (document["Status"], document["Reason"])


@pytest.mark.parametrize("letter", ["x", "č", "…", '"', "\n", "\ud800"])
def test_an_answer_is_never_longer_than_4096_bytes(letter: str) -> None:
    """
    A longer one would be as good as none.

    Source: CloudFormation User Guide, crpg-ref-responses.
    """
    [put] = _received(ACCEPTS, error="x" + letter * 10_000)

    assert len(put.body) <= 4096
    assert json.loads(put.body)["Reason"].startswith("x")


def test_it_is_put_to_the_very_url_and_without_a_content_type() -> None:
    """The URL is signed as it is, and for no content type."""
    [put] = _received(ACCEPTS)

    assert ("PUT", "/answer?Signature=a%2Fb", "") == (
        put.method,
        put.path,
        put.headers.get("content-type", ""),
    )


def test_a_server_that_is_busy_is_asked_again() -> None:
    """Without an answer the stack waits an hour."""
    assert 2 == len(_received(Answer(503), ACCEPTS))


def test_a_refused_answer_is_an_error() -> None:
    """An expired URL: somebody has to hear of it."""
    with pytest.raises(ApplyError, match="could not be answered: S3 said 403"):
        _received(Answer(403))


def test_an_address_that_is_none_is_an_error() -> None:
    """With a sentence, like everything else."""
    with pytest.raises(ApplyError, match="CloudFormation could not be answered"):
        _answer("http://[nowhere")


OURS = "arn:aws:lambda:us-east-1:123456789012:function:site-Controller"
S3 = "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/arn?Signature=a"


def test_a_request_that_cloudformation_can_have_sent_is_believed() -> None:
    """About a stack of the function's own account, to be answered in S3."""
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
    """Who may invoke the controller cannot make it send what it knows to any address."""
    with pytest.raises(EventRefused, match="nothing was changed: CloudFormation asks"):
        refuse_forged({"ResponseURL": url, "StackId": stack_id}, own_arn=OURS)


def test_an_answer_is_sent_on_to_nowhere() -> None:
    """What was asked for is an address of S3, whatever that says."""
    with a_server(ACCEPTS) as other, a_server(Answer(307, {"Location": other.url})) as first:
        with pytest.raises(ApplyError, match="S3 said 307"):
            _answer(first.url)

        assert [] == other.received


def test_work_that_breaks_off_is_a_fault_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """There was time enough."""
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def work() -> None:
        raise SystemExit

    assert "the work broke off, and the log says why" == error_of(work, seconds_left=900.0)


def test_work_that_ends_in_time_says_its_fault() -> None:
    """Or that there is none."""
    assert (None, "E1 is stuck") == (
        error_of(lambda: None, seconds_left=900.0),
        error_of(lambda: "E1 is stuck", seconds_left=900.0),
    )


def test_work_that_takes_too_long_is_a_fault_while_there_is_time_to_answer() -> None:
    """Lambda would end the function, and the stack would wait for an answer."""
    goes_on = threading.Event()

    def work() -> None:
        goes_on.wait()

    error = error_of(work, seconds_left=80.0)
    goes_on.set()

    assert "there was no time left to finish: try again, it goes on" == error
