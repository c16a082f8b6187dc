"""
One question, and its answer, or the reason why it has none here.

A refusal, a missed deadline or a lost connection ends only the question that met it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from live_check.probe import Probe
from live_check.stacks import StackFailedError
from live_check.timing import OverdueError


class CannotBeAskedError(Exception):
    """The question has no answer in this account; the message says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `ask` returns the sentences of its answer."""

    number: int
    text: str
    ask: Callable[[Probe], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentences of an answer, or the `reason` why there are none."""

    question: Question
    sentences: tuple[str, ...] = ()
    reason: str = ""


def answer(question: Question, probe: Probe) -> Answer:
    """Ask; what AWS refuses or does not do in time becomes the reason."""
    try:
        return Answer(question, question.ask(probe))
    except (
        BotoCoreError,
        CannotBeAskedError,
        ClientError,
        OverdueError,
        StackFailedError,
        httpx.HTTPError,
    ) as error:
        return Answer(question, reason=f"{error}" or type(error).__name__)
