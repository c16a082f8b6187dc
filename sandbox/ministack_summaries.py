"""
Summaries of distributions over ministack, written once for each version of a distribution.

ministack writes every summary of the account for each page of a listing. Of a large fleet that
takes longer than a client waits for an answer; so only those are written that have changed since.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import Any
from xml.etree.ElementTree import Element

from ministack.services import cloudfront

from sandbox import distribution_answers, ministack_seam
from sandbox.asgi import Answer
from sandbox.distribution_answers import Truth

type _Record = dict[str, Any]
# ETag, last change, status, and the seed of the shuffle.
type _Version = tuple[str, str, str, int]

# The records whose summaries a listing writes; all where none are named.
_LISTED: ContextVar[list[_Record] | None] = ContextVar("listed", default=None)


class Summaries:
    """Keeps summaries as they are sent, by the distribution's id."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[_Version, bytes]] = {}

    def install(self) -> None:
        """Surround what writes a listing."""
        ministack_seam.surround(cloudfront, "_build_distribution_list_xml", _listing)

    async def of(
        self, records: Sequence[_Record], truth: Truth, answered: Callable[[], Awaitable[Answer]]
    ) -> tuple[Answer, dict[str, bytes]]:
        """Return ministack's answer to a listing, and the summaries of `records` put right."""
        versions = {record["Id"]: _version(record, truth) for record in records}
        kept = {name: version for name, (version, _) in self._kept.items()}
        token = _LISTED.set(
            [each for each in records if kept.get(each["Id"]) != versions[each["Id"]]]
        )
        try:
            answer = await answered()
        finally:
            _LISTED.reset(token)
        for name, summary in distribution_answers.summaries(answer.body, truth).items():
            self._kept[name] = (versions[name], summary)
        return answer, {name: self._kept[name][1] for name in versions}

    def forget(self, distribution_id: str) -> None:
        """Forget a distribution that was deleted."""
        self._kept.pop(distribution_id, None)


def _version(record: _Record, truth: Truth) -> _Version:
    name = record["Id"]
    return record["ETag"], record["LastModifiedTime"], truth.status(name), truth.seed


def _listing(build: Callable[..., None]) -> Callable[..., None]:
    def build_listed(root: Element, records: list[_Record]) -> None:
        listed = _LISTED.get()
        build(root, records if listed is None else listed)

    return build_listed
