"""
CloudFront over ministack: refusals, defaults, propagation, and answers as CloudFront gives them.

    call                                  what is added
    ------------------------------------  ---------------------------------------------------------
    CreateDistribution, with tags or not  the rules; defaults; InProgress
    UpdateDistribution                    If-Match first; the rules; defaults; InProgress
    Get, GetConfig, List                  Status; order of associations; ETag and pages of a listing
    DeleteFunction (CloudFront Function)  FunctionInUse while a behavior has it

Both that write are judged on more than CloudFront's own rights: see `ministack_associating`.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is surrounded here
import itertools
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, cast
from xml.etree.ElementTree import Element

from ministack.core import responses as ministack_responses
from ministack.services import cloudfront

from sandbox.api import errors
from sandbox.api.asgi import Answer
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request, rest_operation
from sandbox.cloudfront import configuration, defaults, responses
from sandbox.cloudfront.association_rules import EdgeFunction, association_refusals
from sandbox.cloudfront.distribution_rules import config_refusals, update_refusals
from sandbox.cloudfront.propagation import Propagation
from sandbox.cloudfront.responses import Truth
from sandbox.edge.interface import Deployed
from sandbox.patches import iam_associations, lambda_functions, seam
from sandbox.patches.seam import Serve
from sandbox.settings import CurrentSettings

type _Handler = Callable[[Request, Serve], Any]

_OK, _CREATED, _NO_CONTENT = 200, 201, 204
_FUNCTION_ARN = re.compile(r"arn:aws:cloudfront::(\d{12}):function/[^/]+")
_ETAG = re.compile(r"[A-Za-z0-9-]+")


class ServedAccount:
    """The account of the request being served, as the rules of associations ask for it."""

    @property
    def account_id(self) -> str:
        """Return the twelve digits."""
        return seam.account_id()

    def edge_function(self, version_arn: str) -> EdgeFunction | None:
        """Return the version with that ARN, if there is one."""
        return lambda_functions.edge_function(version_arn)

    def is_live(self, function_arn: str) -> bool:
        """Say whether the CloudFront Function with that ARN is published."""
        is_ours = function_arn.split(":")[4:5] == [self.account_id]
        return is_ours and function_code(function_arn) is not None


def function_code(function_arn: str) -> str | None:
    """Return the LIVE code of the CloudFront Function with that ARN, if it is published."""
    found = _FUNCTION_ARN.fullmatch(function_arn)
    if not found:
        return None
    with ministack_responses.request_scope(found.group(1), seam.region()):
        code: bytes | None = cloudfront.live_function_code(function_arn)
    return None if code is None else code.decode()


class Distributions:
    """The remedies around distributions; `changed` is called after each accepted change."""

    def __init__(
        self, propagation: Propagation, current: CurrentSettings, changed: Callable[[], None]
    ) -> None:
        self._propagation = propagation
        self._current = current
        self._changed = changed
        self._summaries = Summaries()
        self._handlers: dict[str, _Handler] = {
            "CreateDistribution": self._create,
            "CreateDistributionWithTags": self._create,
            "UpdateDistribution": self._update,
            "GetDistribution": self._read,
            "GetDistributionConfig": self._read,
            "ListDistributions": self._list,
            "DeleteDistribution": self._delete,
            "DeleteFunction": self._delete_function,
        }

    def install(self) -> None:
        """Surround CloudFront's calls."""
        seam.surround_service(cloudfront, self._serve)
        self._summaries.install()

    async def _serve(self, request: Request, onwards: Serve) -> Answer:
        handler = self._handlers.get(rest_operation("cloudfront", request))
        answer: Answer = await (handler(request, onwards) if handler else onwards(request))
        return answer

    async def _create(self, request: Request, onwards: Serve) -> Answer:
        try:
            document = configuration.parse(request.body)
        except ValueError:
            return await onwards(request)
        config = document.find("DistributionConfig") if _is_wrapped(document) else document
        if config is None:
            return await onwards(request)
        refusal = next(self._refusals(request, config, None), None)
        if refusal:
            return errors.answer(refusal, "cloudfront")
        defaults.fill(config)
        answer = await onwards(_with_body(request, configuration.write(document)))
        if answer.status == _CREATED:
            self.accept(_id_in(answer))
        return self._put_right(answer)

    async def _update(self, request: Request, onwards: Serve) -> Answer:
        record = record_of(_id_of(request))
        if record is None or request.headers.get("if-match") != record["ETag"]:
            return await _without_match(request, onwards)
        try:
            config = configuration.parse(request.body)
        except ValueError:
            return await onwards(request)
        refusal = next(self._refusals(request, config, config_of(record)), None)
        if refusal:
            return errors.answer(refusal, "cloudfront")
        defaults.fill(config)
        answer = await onwards(_with_body(request, configuration.write(config)))
        if answer.status == _OK:
            self.accept(record["Id"])
        return self._put_right(answer)

    def _refusals(
        self, request: Request, config: Element, current: Element | None
    ) -> Iterator[Refusal]:
        account = ServedAccount()
        checks = [config_refusals(config), association_refusals(config, account)]
        if current is not None:
            checks.insert(0, update_refusals(config, current))
        checks.append(iam_associations.missing_rights(request, config, current))
        return itertools.chain(*checks)

    async def _read(self, request: Request, onwards: Serve) -> Answer:
        return self._put_right(await onwards(request))

    async def _list(self, request: Request, onwards: Serve) -> Answer:
        asked = request.query.get("MaxItems", [str(responses.DEFAULT_PAGE)])[0]
        if not asked.isdecimal():
            refusal = Refusal("InvalidArgument", f"MaxItems is a number, not {asked}.")
            return errors.answer(refusal, "cloudfront")
        marker = request.query.get("Marker", [""])[0]
        most = min(int(asked), responses.DEFAULT_PAGE)
        # Ids that are deleted between two pages must not end a listing, so any text is a marker.
        rest = sorted(
            (each for each in _records() if each["Id"] > marker), key=lambda each: str(each["Id"])
        )
        answer, shown = await self._summaries.of(
            rest[:most], self._truth(), lambda: onwards(request)
        )
        document = responses.page(
            shown, marker=marker, max_items=most, is_truncated=len(rest) > most
        )
        return Answer(answer.status, answer.headers, document)

    async def _delete(self, request: Request, onwards: Serve) -> Answer:
        answer = await onwards(request)
        if answer.status == _NO_CONTENT:
            self.forget(_id_of(request))
        return answer

    async def _delete_function(self, request: Request, onwards: Serve) -> Answer:
        name = request.path.rstrip("/").rpartition("/")[2]
        used = (configuration.function_arns(config_of(record)) for record in _records())
        if any(arn.endswith(f":function/{name}") for arns in used for arn in arns):
            refusal = Refusal(
                "FunctionInUse",
                "Cannot delete the function because it's attached to one or more cache behaviors.",
                409,
            )
            return errors.answer(refusal, "cloudfront")
        return await onwards(request)

    def accept(self, distribution_id: str) -> None:
        """Start to deploy the configuration that was just stored."""
        record = record_of(distribution_id)
        if record is None:
            return
        config = config_of(record)
        iam_associations.link_roles(config)
        served = configuration.write(config)
        change = Deployed(distribution_id, record["DomainName"], served)
        self._changed()
        self._propagation.accept(change, self._current.now.deploy_seconds)

    def forget(self, distribution_id: str) -> None:
        """Stop serving a distribution that was deleted."""
        self._summaries.forget(distribution_id)
        self._changed()
        self._propagation.forget(distribution_id)

    def advance(self, minutes: int) -> None:
        """Let minutes pass: what changed is that much longer ago, and what deploys comes nearer."""
        passed = timedelta(minutes=minutes)
        for record in list(cloudfront._distributions._data.values()):
            modified = datetime.fromisoformat(record["LastModifiedTime"]) - passed
            record["LastModifiedTime"] = f"{modified:%Y-%m-%dT%H:%M:%S}.000Z"
        self._propagation.advance(passed.total_seconds())

    def _put_right(self, answer: Answer) -> Answer:
        if answer.status not in {_OK, _CREATED}:
            return answer
        body = responses.distribution(answer.body, self._truth())
        return Answer(answer.status, answer.headers, body)

    def _truth(self) -> responses.Truth:
        return responses.Truth(
            status=self._propagation.status,
            etag=lambda distribution_id: (record_of(distribution_id) or {}).get("ETag", ""),
            seed=self._current.now.association_seed,
        )


async def _without_match(request: Request, onwards: Serve) -> Answer:
    """Answer an update whose If-Match is not the distribution's ETag: never carried out."""
    given = request.headers.get("if-match", "")
    if given and not _ETAG.fullmatch(given):
        refusal = Refusal(
            "InvalidIfMatchVersion",
            "The If-Match version is missing or not valid for the resource.",
        )
        return errors.answer(refusal, "cloudfront")
    return await onwards(request)


def _is_wrapped(document: Element) -> bool:
    return document.tag == "DistributionConfigWithTags"


def _with_body(request: Request, body: bytes) -> Request:
    return Request(request.method, request.path, request.query, request.headers, body)


def _id_of(request: Request) -> str:
    return request.path.split("/")[3]


def _id_in(answer: Answer) -> str:
    return configuration.text(configuration.parse(answer.body), "Id")


def record_of(distribution_id: str) -> dict[str, Any] | None:
    """Return ministack's record of a distribution of the account being served."""
    return cast("dict[str, Any] | None", cloudfront._distributions.get(distribution_id))


def _records() -> list[dict[str, Any]]:
    return list(cloudfront._distributions.values())


def config_of(record: dict[str, Any]) -> Element:
    """Return the configuration that a record holds."""
    return configuration.parse(record["config_xml"].encode())


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
        seam.surround(cloudfront, "_build_distribution_list_xml", _listing)

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
        for name, summary in responses.summaries(answer.body, truth).items():
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
