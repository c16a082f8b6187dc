"""
How calls to AWS fail, and how adapters turn that into the controller's own errors.

    ClientError            the service refused the call
    BotoCoreError          the service was not reached, or did not answer
    ResponseParserError    its XML was garbled; botocore derives this from neither of the two

botocore does not compare a body with its Content-Length. If a connection breaks after the headers,
botocore returns an empty answer: the second page of a listing then says that the account has no
more distributions. A run that believed it would leave sites as they are and report success. So
`reject_truncated_responses` makes such an answer fail like any other call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError
from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks

    from maintenance.errors import MaintenanceError

type CallError = ClientError | BotoCoreError | ResponseParserError

CALL_ERRORS = (ClientError, BotoCoreError, ResponseParserError)


def error_code(error: Exception) -> str:
    """Return AWS's code of a refused call, "" for any other error."""
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else ""


@contextmanager
def translate_errors(kind: type[MaintenanceError], message: str) -> Iterator[None]:
    """Raise `kind` with the message and AWS's reason if a call in this block fails."""
    try:
        yield
    except CALL_ERRORS as error:
        raise kind(f"{message}: {error}") from error


def retry_if_truncated[Answer](call: Callable[[], Answer]) -> Answer:
    """
    Return the answer of a repeatable call; make it a second time if its answer was cut short.

    AWS has carried out such a call, and botocore does not retry it.
    """
    try:
        return call()
    except IncompleteReadError:
        return call()


def reject_truncated_responses(events: BaseEventHooks) -> None:
    """Make the clients that a session creates from now on raise IncompleteReadError."""
    events.register("before-parse", _check_length, unique_id=__name__)


def _check_length(response_dict: Mapping[str, Any], **_: object) -> None:
    announced = response_dict["headers"].get("Content-Length")
    body = response_dict["body"]
    # botocore checks a streamed body itself, when it is read.
    if announced is not None and isinstance(body, bytes) and len(body) != int(announced):
        raise IncompleteReadError(actual_bytes=len(body), expected_bytes=int(announced))
