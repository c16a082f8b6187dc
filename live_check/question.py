"""
One question, and what comes of asking it: an answer, or why it cannot be asked here.

A refusal, a missed deadline or a lost connection ends its own question, and the next is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from live_check.pace import OverdueError
from live_check.site.distribution import Site


class CannotBeAskedError(Exception):
    """The question has no answer in this account; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `ask` returns its answer, one sentence a line."""

    number: int
    text: str
    ask: Callable[[Site], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found out; `reason` says why there is nothing where there are no sentences."""

    question: Question
    sentences: tuple[str, ...] = ()
    reason: str = ""


def answer(question: Question, site: Site) -> Answer:
    """Ask; whatever AWS refuses or does not do in time is the reason."""
    try:
        return Answer(question, question.ask(site))
    except (
        BotoCoreError,
        CannotBeAskedError,
        ClientError,
        OverdueError,
        httpx.HTTPError,
    ) as error:
        return Answer(question, reason=f"{error}" or type(error).__name__)
