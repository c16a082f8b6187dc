"""
Patch ListDistributions: write only the summaries that have changed since they were last listed.

ministack writes the summary of every distribution for each page, which a fleet would wait for.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from xml.etree.ElementTree import Element

from ministack.services import cloudfront

from sandbox.api.asgi import Response
from sandbox.cloudfront import responses
from sandbox.cloudfront.responses import Corrections
from sandbox.patches.cloudfront.records import Record
from sandbox.patches.wrap import wrap_function

# What a summary depends on: ETag, last change, status, and the seed of the order.
type _Version = tuple[str, str, str, int]

# The records whose summaries ministack writes; None for all.
_RECORDS: ContextVar[list[Record] | None] = ContextVar("records", default=None)


class Summaries:
    """The summaries that were sent, by distribution id."""

    def __init__(self) -> None:
        self._sent: dict[str, tuple[_Version, bytes]] = {}

    def install(self) -> None:
        """Patch what writes a listing."""
        wrap_function(cloudfront, "_build_distribution_list_xml", _patch_build_list)

    async def collect(
        self,
        records: Sequence[Record],
        corrections: Corrections,
        forward: Callable[[], Awaitable[Response]],
    ) -> tuple[Response, dict[str, bytes]]:
        """Return ministack's response to a listing, and the corrected summaries of `records`."""
        versions = {record["Id"]: _version(record, corrections) for record in records}
        known = {name: version for name, (version, _) in self._sent.items()}
        changed = [each for each in records if known.get(each["Id"]) != versions[each["Id"]]]
        token = _RECORDS.set(changed)
        try:
            response = await forward()
        finally:
            _RECORDS.reset(token)
        for name, summary in responses.correct_summaries(response.body, corrections).items():
            self._sent[name] = (versions[name], summary)
        return response, {name: self._sent[name][1] for name in versions}

    def remove(self, distribution_id: str) -> None:
        """Drop a distribution that was deleted."""
        self._sent.pop(distribution_id, None)


def _version(record: Record, corrections: Corrections) -> _Version:
    status = corrections.status(record["Id"])
    return record["ETag"], record["LastModifiedTime"], status, corrections.seed


def _patch_build_list(build_list: Callable[..., None]) -> Callable[..., None]:
    def build(root: Element, records: list[Record]) -> None:
        chosen = _RECORDS.get()
        build_list(root, records if chosen is None else chosen)

    return build
