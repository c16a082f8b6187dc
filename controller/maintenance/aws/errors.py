"""
What a call to AWS can fail with, so that every adapter makes a sentence of all of it.

    ClientError            the service refused
    BotoCoreError          it was not reached, or did not answer
    ResponseParserError    its XML was garbled, which botocore counts as neither
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError
from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks

type CallError = ClientError | BotoCoreError | ResponseParserError

CALL_ERRORS = (ClientError, BotoCoreError, ResponseParserError)


def retry_if_truncated[Answer](call: Callable[[], Answer]) -> Answer:
    """
    Return the answer of a call that can be made twice, once more if its answer was cut short.

    AWS has carried out such a call, and botocore does not try it again (see `whole_answers`).
    """
    try:
        return call()
    except IncompleteReadError:
        return call()


def reject_truncated_responses(events: BaseEventHooks) -> None:
    """Let clients made from now on of the session of these events raise IncompleteReadError."""
    events.register("before-parse", _measure, unique_id=__name__)


def _measure(response_dict: Mapping[str, Any], **_: object) -> None:
    announced = response_dict["headers"].get("Content-Length")
    body = response_dict["body"]
    # Where it is streamed, botocore measures it itself when it is read.
    if announced is not None and isinstance(body, bytes) and len(body) != int(announced):
        raise IncompleteReadError(actual_bytes=len(body), expected_bytes=int(announced))
