"""
Patch CloudFront: refusals, defaults, propagation, and responses as CloudFront writes them.

    call                                  what the patch adds
    ------------------------------------  ---------------------------------------------------------
    CreateDistribution, with tags or not  the rules; defaults; InProgress
    UpdateDistribution                    If-Match first; the rules; defaults; InProgress
    Get, GetConfig, List                  Status; order of associations; ETag and pages of a listing

Creating and updating also need rights beyond CloudFront's own: see `iam.associations`.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element

from ministack.services import cloudfront

from sandbox.api import errors
from sandbox.api.asgi import Response
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request, rest_operation
from sandbox.cloudfront import configuration, defaults, responses
from sandbox.cloudfront.association_rules import association_refusals
from sandbox.cloudfront.distribution_rules import (
    alias_refusals,
    config_refusals,
    create_refusals,
    update_refusals,
)
from sandbox.cloudfront.propagation import Propagation
from sandbox.cloudfront.responses import Corrections
from sandbox.edge.interface import Deployed
from sandbox.patches.cloudfront.records import (
    CallingAccount,
    Record,
    find_record,
    list_records,
    other_aliases,
    read_config,
)
from sandbox.patches.cloudfront.summaries import Summaries
from sandbox.patches.iam import associations as iam_associations
from sandbox.patches.wrap import Forward, wrap_service
from sandbox.settings import CurrentSettings

type _Handler = Callable[[Request, Forward], Any]

_OK, _CREATED, _NO_CONTENT = 200, 201, 204
_ETAG = re.compile(r"[A-Za-z0-9-]+")


class Distributions:
    """The patches of distributions; `on_change` is called after each accepted change."""

    def __init__(
        self, propagation: Propagation, current: CurrentSettings, on_change: Callable[[], None]
    ) -> None:
        self._propagation = propagation
        self._current = current
        self._on_change = on_change
        self._summaries = Summaries()
        self._handlers: dict[str, _Handler] = {
            "CreateDistribution": self._create,
            "CreateDistributionWithTags": self._create,
            "UpdateDistribution": self._update,
            "GetDistribution": self._read,
            "GetDistributionConfig": self._read,
            "ListDistributions": self._list,
            "DeleteDistribution": self._delete,
        }

    def install(self) -> None:
        """Patch CloudFront's calls."""
        wrap_service(cloudfront, self._serve)
        self._summaries.install()

    def deploy(self, distribution_id: str) -> None:
        """Start to deploy the configuration that was just stored."""
        record = find_record(distribution_id)
        if record is None:
            return
        config = read_config(record)
        iam_associations.create_service_linked_roles(config)
        change = Deployed(distribution_id, record["DomainName"], configuration.write(config))
        self._on_change()
        settings = self._current.now
        self._propagation.accept(change, settings.delays(settings.deploy_seconds))

    def remove(self, distribution_id: str) -> None:
        """Stop serving a distribution that was deleted."""
        self._summaries.remove(distribution_id)
        self._on_change()
        self._propagation.remove(distribution_id)

    def advance(self, minutes: int) -> None:
        """Advance the clock: past changes get older by `minutes`, deployments that much nearer."""
        passed = timedelta(minutes=minutes)
        for record in list(cloudfront._distributions._data.values()):
            modified = datetime.fromisoformat(record["LastModifiedTime"]) - passed
            record["LastModifiedTime"] = f"{modified:%Y-%m-%dT%H:%M:%S}.000Z"
        self._propagation.advance(passed.total_seconds())

    async def _serve(self, request: Request, forward: Forward) -> Response:
        handler = self._handlers.get(rest_operation("cloudfront", request))
        response: Response = await (handler(request, forward) if handler else forward(request))
        return response

    async def _create(self, request: Request, forward: Forward) -> Response:
        try:
            document = configuration.parse(request.body)
        except ValueError:
            return await forward(request)
        has_tags = document.tag == "DistributionConfigWithTags"
        config = document.find("DistributionConfig") if has_tags else document
        if config is None:
            return await forward(request)
        refusal = next(_refusals(request, config), None)
        if refusal:
            return errors.to_response(refusal, "cloudfront")
        defaults.fill(config)
        response = await forward(replace(request, body=configuration.write(document)))
        if response.status == _CREATED:
            self.deploy(configuration.text(configuration.parse(response.body), "Id"))
        return self._correct(response)

    async def _update(self, request: Request, forward: Forward) -> Response:
        record = find_record(_distribution_id(request))
        if record is None or request.headers.get("if-match") != record["ETag"]:
            return await _reject_without_match(request, forward)
        try:
            config = configuration.parse(request.body)
        except ValueError:
            return await forward(request)
        refusal = next(_refusals(request, config, record), None)
        if refusal:
            return errors.to_response(refusal, "cloudfront")
        defaults.fill(config)
        response = await forward(replace(request, body=configuration.write(config)))
        if response.status == _OK:
            self.deploy(record["Id"])
        return self._correct(response)

    async def _read(self, request: Request, forward: Forward) -> Response:
        return self._correct(await forward(request))

    async def _list(self, request: Request, forward: Forward) -> Response:
        asked = request.query.get("MaxItems", [str(responses.DEFAULT_PAGE)])[0]
        if not asked.isdecimal():
            refusal = Refusal("InvalidArgument", f"MaxItems is a number, not {asked}.")
            return errors.to_response(refusal, "cloudfront")
        marker = request.query.get("Marker", [""])[0]
        limit = min(int(asked), responses.DEFAULT_PAGE)
        # Any text is a valid marker: deleting a distribution between two pages must not end a
        # listing.
        remaining = sorted(
            (each for each in list_records() if each["Id"] > marker),
            key=lambda each: str(each["Id"]),
        )
        response, summaries = await self._summaries.collect(
            remaining[:limit], self._corrections(), lambda: forward(request)
        )
        page = responses.write_page(
            summaries, marker=marker, max_items=limit, is_truncated=len(remaining) > limit
        )
        return Response(response.status, response.headers, page)

    async def _delete(self, request: Request, forward: Forward) -> Response:
        response = await forward(request)
        if response.status == _NO_CONTENT:
            self.remove(_distribution_id(request))
        return response

    def _correct(self, response: Response) -> Response:
        if response.status not in {_OK, _CREATED}:
            return response
        body = responses.correct_distribution(response.body, self._corrections())
        return Response(response.status, response.headers, body)

    def _corrections(self) -> Corrections:
        return Corrections(
            status=self._propagation.status,
            etag=lambda distribution_id: (find_record(distribution_id) or {}).get("ETag", ""),
            seed=self._current.now.association_seed,
        )


def _refusals(request: Request, config: Element, record: Record | None = None) -> Iterator[Refusal]:
    """Return the refusals of `config`, for the distribution of `record` or for a new one."""
    current = read_config(record) if record else None
    return itertools.chain(
        create_refusals(config) if current is None else update_refusals(config, current),
        config_refusals(config),
        alias_refusals(config, other_aliases(record["Id"] if record else "")),
        association_refusals(config, CallingAccount()),
        iam_associations.missing_rights(request, config, current),
    )


async def _reject_without_match(request: Request, forward: Forward) -> Response:
    """Respond to an update whose If-Match is not the distribution's ETag: it changes nothing."""
    given = request.headers.get("if-match", "")
    if given and not _ETAG.fullmatch(given):
        refusal = Refusal(
            "InvalidIfMatchVersion",
            "The If-Match version is missing or not valid for the resource.",
        )
        return errors.to_response(refusal, "cloudfront")
    return await forward(request)


def _distribution_id(request: Request) -> str:
    return request.path.split("/")[3]
