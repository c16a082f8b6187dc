"""
Lambda over ministack: publishing versions, under the conditions and at the pace of AWS.

    AWS                                                      here
    ------------------------------------------------------   ---------------------------------------
    GetFunction of a version leads to the code of it         Code.Location names the version, at the
                                                               address that the caller knows
    PublishVersion heeds CodeSha256 and RevisionId           refused with the codes of its reference
    unchanged code and configuration: the last version       also after an update with the same code
    RevisionId moves again when an update has ended          after `activation_seconds`; if they are
      (github.com/aws/aws-sdk/issues/377)                      0, as soon as it has been answered
    one update at a time (ResourceConflictException)         while `activation_seconds` last
    a new version is Pending for a while                     for `activation_seconds`
    at most 50 versions a page                               the same

Conditions: Lambda API Reference, PublishVersion and ListVersionsByFunction (model: lambda).
CloudFormation waits for updates by itself, so it never meets the conflict.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is surrounded here

import copy
import json
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar, copy_context
from typing import Any
from urllib.parse import urlsplit

from ministack.services import lambda_svc

from sandbox.api import errors
from sandbox.api.asgi import Answer
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request
from sandbox.patches import seam
from sandbox.patches.seam import Serve
from sandbox.settings import CurrentSettings

type _Config = dict[str, Any]
type _Reply = tuple[int, dict[str, str], bytes]
type _Change = Callable[[str, Mapping[str, Any]], _Reply]

_OK = 200
_ACTIVE, _PENDING = "Active", "Pending"
_LONGEST_PAGE = 50

# What differs between a version and the function that it was published from, unchanged.
_OF_ITS_OWN = frozenset({"FunctionArn", "LastModified", "MasterArn", "RevisionId", "Version"})
_STATES = ("State", "LastUpdateStatus")

# Functions whose update ends with the call being served; none outside a call of Lambda's API.
_ENDING: ContextVar[list[str] | None] = ContextVar("ending", default=None)

# Where the caller reaches the sandbox, which in a container is not where it listens.
_HOST: ContextVar[str] = ContextVar("host", default="")


class Versions:
    """The remedies around publishing."""

    def __init__(self, current: CurrentSettings) -> None:
        self._current = current

    def install(self) -> None:
        """Surround the ways a function is changed, published and read."""
        seam.surround_service(lambda_svc, _serve)
        seam.surround(lambda_svc, "_schedule_state_transition", self._ending)
        seam.surround(lambda_svc, "_publish_version", self._publishing)
        for name in ("_update_code", "_update_config", "_publish_version"):
            seam.surround(lambda_svc, name, _one_at_a_time)
        seam.surround(lambda_svc, "_list_versions", _in_pages)
        seam.surround(lambda_svc, "_get_function", _locating)
        seam.surround(lambda_svc, "serve_function_code", _serving_versions)

    def _ending(self, _: Callable[[str, float], None]) -> Callable[[str, float], None]:
        def end_update(name: str, _: float) -> None:
            seconds, ending = self._current.now.activation_seconds, _ENDING.get()
            if seconds:
                timer = threading.Timer(seconds, copy_context().run, (_settle, name))
                timer.daemon = True
                timer.start()
            elif ending is not None:
                ending.append(name)
            else:
                _settle(name)

        return end_update

    def _publishing(self, publish_version: _Change) -> _Change:
        def publish(name: str, data: Mapping[str, Any]) -> _Reply:
            function = lambda_svc._functions.get(name)
            if function is None:
                return publish_version(name, data)
            refusal = next(_unmet(function["config"], data), None)
            if refusal:
                return _reply(refusal)
            before = set(function["versions"])
            _compare_with_last(function)
            status, headers, body = publish_version(name, data)
            new = [function["versions"][number] for number in function["versions"].keys() - before]
            for version in new:
                version["published_from"] = _content(function["config"])
            if new and self._current.now.activation_seconds:
                new[0]["config"]["State"] = _PENDING
                lambda_svc._schedule_state_transition(name, 0)
                body = json.dumps(new[0]["config"]).encode()
            return status, headers, body

        return publish


async def _serve(request: Request, onwards: Serve) -> Answer:
    ending: list[str] = []
    mark = _ENDING.set(ending)
    _HOST.set(request.headers.get("host", ""))
    try:
        return await onwards(request)
    finally:
        _ENDING.reset(mark)
        for name in ending:
            _settle(name)


def _settle(name: str) -> None:
    """End what is in progress; states are part of what a revision counts."""
    function = lambda_svc._functions.get(name)
    if function is None:
        return
    latest = function["config"]
    unchanged = [
        version
        for version in function["versions"].values()
        if version.get("function_revision") == latest["RevisionId"]
    ]
    for config in (latest, *(version["config"] for version in function["versions"].values())):
        if _in_progress(config):
            config.update(State=_ACTIVE, LastUpdateStatus="Successful")
            config["RevisionId"] = str(uuid.uuid4())
    for version in unchanged:
        version["function_revision"] = latest["RevisionId"]


def _in_progress(config: _Config) -> bool:
    return config.get("State") == _PENDING or config.get("LastUpdateStatus") == "InProgress"


def _unmet(latest: _Config, data: Mapping[str, Any]) -> Iterator[Refusal]:
    asked = data.get("CodeSha256")
    if asked and asked != latest["CodeSha256"]:
        yield Refusal(
            "InvalidParameterValueException",
            f"CodeSHA256 ({asked}) is different from current CodeSHA256 in $LATEST "
            f"({latest['CodeSha256']}). Please try again with the CodeSHA256 in $LATEST.",
        )
    if data.get("RevisionId") not in {None, latest["RevisionId"]}:
        yield Refusal(
            "PreconditionFailedException",
            "The RevisionId provided does not match the latest RevisionId for the Lambda function "
            "or alias. Call the GetFunction or the GetAlias API to retrieve the latest RevisionId "
            "for your resource.",
            412,
        )


def _compare_with_last(function: dict[str, Any]) -> None:
    """Tell ministack, which compares revisions, whether the last version is what is there now."""
    last = max(function["versions"], key=int, default=None)
    if last is not None:
        version, latest = function["versions"][last], function["config"]
        before = version.get("published_from") or _content(version["config"])
        is_same = before == _content(latest)
        version["function_revision"] = latest["RevisionId"] if is_same else None


def _content(config: _Config) -> _Config:
    """Return the configuration, code included by its hash, without what is in progress."""
    return {
        key: copy.deepcopy(value)
        for key, value in config.items()
        if key not in _OF_ITS_OWN and not key.startswith(_STATES)
    }


def _one_at_a_time(change: _Change) -> _Change:
    def change_settled(name: str, data: Mapping[str, Any]) -> _Reply:
        config = (lambda_svc._functions.get(name) or {}).get("config", {})
        if _ENDING.get() is None or not _in_progress(config):
            return change(name, data)
        sentence = "The operation cannot be performed at this time."
        why = f"An update is in progress for resource: {config['FunctionArn']}"
        return _reply(Refusal("ResourceConflictException", f"{sentence} {why}", 409))

    return change_settled


def _in_pages(list_versions: _Change) -> _Change:
    def list_page(name: str, query: Mapping[str, Any]) -> _Reply:
        asked = int(query.get("MaxItems", [str(_LONGEST_PAGE)])[0])
        return list_versions(name, {**query, "MaxItems": [str(min(asked, _LONGEST_PAGE))]})

    return list_page


def _locating(get_function: Callable[..., _Reply]) -> Callable[..., _Reply]:
    def get_located(name: str, qualifier: str | None = None) -> _Reply:
        status, headers, body = get_function(name, qualifier)
        if status != _OK:
            return status, headers, body
        function = json.loads(body)
        number = function["Configuration"]["Version"]
        location = urlsplit(function["Code"].get("Location", ""))
        path = f"{location.path}:{number}"
        there = location._replace(netloc=_HOST.get() or location.netloc, path=path)
        function["Code"]["Location"] = there.geturl()
        return status, headers, json.dumps(function).encode()

    return get_located


def _serving_versions(serve_function_code: Callable[..., _Reply]) -> Callable[..., _Reply]:
    def serve(named: str, account_id: str, region: str) -> _Reply:
        name, _, number = named.partition(":")
        if number in {"", "$LATEST"}:
            return serve_function_code(name, account_id, region)
        function = lambda_svc._functions.get_scoped(account_id, region, name) or {}
        version = function.get("versions", {}).get(number)
        if version is None:
            return 404, {"Content-Type": "text/plain"}, b"This version was deleted."
        return _OK, {"Content-Type": "application/zip"}, version["code_zip"]

    return serve


def _reply(refusal: Refusal) -> _Reply:
    answer = errors.answer(refusal, "lambda")
    return answer.status, answer.headers, answer.body
