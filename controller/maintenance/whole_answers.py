"""
Take no answer of AWS for whole that was cut short.

botocore does not compare what came with the Content-Length that was announced. Of a connection that
broke after the head of an answer it makes an answer that holds nothing: of a listing's second page,
an account that has no more distributions. To act on that is to leave sites as they are and to call
it done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import IncompleteReadError

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks


def demand_whole_answers(events: BaseEventHooks) -> None:
    """Let clients made from now on of the session of these events raise IncompleteReadError."""
    events.register("before-parse", _measure, unique_id=__name__)


def _measure(response_dict: Mapping[str, Any], **_: object) -> None:
    announced = response_dict["headers"].get("Content-Length")
    body = response_dict["body"]
    # Where it is streamed, botocore measures it itself when it is read.
    if announced is not None and isinstance(body, bytes) and len(body) != int(announced):
        raise IncompleteReadError(actual_bytes=len(body), expected_bytes=int(announced))
