"""
Patch Lambda: publish versions under AWS's conditions, and let updates take their time.

    AWS                                                     here
    ------------------------------------------------------  ----------------------------------------
    GetFunction of a version leads to that version's code   Code.Location names the version, at the
                                                              address under which the caller came
    PublishVersion checks CodeSha256 and RevisionId         refused with the codes of its reference
    unchanged code and configuration: the last version      also after an update with the same code
    RevisionId changes again when an update has ended       after `activation_seconds`; if they are
      (github.com/aws/aws-sdk/issues/377)                     0, right after the response
    one update at a time (ResourceConflictException)        during `activation_seconds`
    a new version is Pending for a while                    for `activation_seconds`
    at most 50 versions a page                              the same

Conditions: Lambda API Reference, PublishVersion and ListVersionsByFunction (model: lambda).
CloudFormation waits for updates by itself, so it never meets the conflict.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import copy
import json
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar, copy_context
from typing import Any
from urllib.parse import urlsplit

from ministack.services import lambda_svc

from sandbox.api.asgi import Response
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request
from sandbox.patches.wrap import Forward, Reply, refuse, wrap_function, wrap_service
from sandbox.settings import CurrentSettings

type _Config = dict[str, Any]
type _Change = Callable[[str, Mapping[str, Any]], Reply]

_OK = 200
_ACTIVE, _PENDING = "Active", "Pending"
_LARGEST_PAGE = 50

# A version and the function it was published from differ in these even if nothing was changed.
_VERSION_SPECIFIC = frozenset({"FunctionArn", "LastModified", "MasterArn", "RevisionId", "Version"})
_STATES = ("State", "LastUpdateStatus")

# The functions whose update ends with the call being served; None outside a call of Lambda's API.
_ENDING: ContextVar[list[str] | None] = ContextVar("ending", default=None)

# Where the caller reaches the sandbox; for a container that is not where it listens.
_HOST: ContextVar[str] = ContextVar("host", default="")


class Versions:
    """The patches of publishing versions."""

    def __init__(self, current: CurrentSettings) -> None:
        self._current = current

    def install(self) -> None:
        """Patch the ways to change, publish and read a function."""
        wrap_service(lambda_svc, _serve)
        wrap_function(lambda_svc, "_schedule_state_transition", self._patch_transition)
        wrap_function(lambda_svc, "_publish_version", self._patch_publish)
        for name in ("_update_code", "_update_config", "_publish_version"):
            wrap_function(lambda_svc, name, _patch_change)
        wrap_function(lambda_svc, "_list_versions", _patch_list)
        wrap_function(lambda_svc, "_get_function", _patch_get)
        wrap_function(lambda_svc, "serve_function_code", _patch_serve_code)

    def _patch_transition(self, _: Callable[[str, float], None]) -> Callable[[str, float], None]:
        def end_update(name: str, _: float) -> None:
            seconds, ending = self._current.now.activation_seconds, _ENDING.get()
            if seconds:
                timer = threading.Timer(seconds, copy_context().run, (_end_update, name))
                timer.daemon = True
                timer.start()
            elif ending is not None:
                ending.append(name)
            else:
                _end_update(name)

        return end_update

    def _patch_publish(self, publish_version: _Change) -> _Change:
        def publish(name: str, data: Mapping[str, Any]) -> Reply:
            function = lambda_svc._functions.get(name)
            if function is None:
                return publish_version(name, data)
            refusal = next(_unmet_conditions(function["config"], data), None)
            if refusal:
                return refuse(refusal, "lambda")
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


async def _serve(request: Request, forward: Forward) -> Response:
    ending: list[str] = []
    token = _ENDING.set(ending)
    _HOST.set(request.headers.get("host", ""))
    try:
        return await forward(request)
    finally:
        _ENDING.reset(token)
        for name in ending:
            _end_update(name)


def _end_update(name: str) -> None:
    """End what is in progress; a change of state changes the revision too."""
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
        if _is_in_progress(config):
            config.update(State=_ACTIVE, LastUpdateStatus="Successful")
            config["RevisionId"] = str(uuid.uuid4())
    for version in unchanged:
        version["function_revision"] = latest["RevisionId"]


def _is_in_progress(config: _Config) -> bool:
    return config.get("State") == _PENDING or config.get("LastUpdateStatus") == "InProgress"


def _unmet_conditions(latest: _Config, data: Mapping[str, Any]) -> Iterator[Refusal]:
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
    """Give the last version the function's revision if both are equal: ministack compares these."""
    last = max(function["versions"], key=int, default=None)
    if last is not None:
        version, latest = function["versions"][last], function["config"]
        before = version.get("published_from") or _content(version["config"])
        is_same = before == _content(latest)
        version["function_revision"] = latest["RevisionId"] if is_same else None


def _content(config: _Config) -> _Config:
    """Return the configuration, with the hash of its code, and without what is in progress."""
    return {
        key: copy.deepcopy(value)
        for key, value in config.items()
        if key not in _VERSION_SPECIFIC and not key.startswith(_STATES)
    }


def _patch_change(change: _Change) -> _Change:
    def change_unless_in_progress(name: str, data: Mapping[str, Any]) -> Reply:
        config = (lambda_svc._functions.get(name) or {}).get("config", {})
        if _ENDING.get() is None or not _is_in_progress(config):
            return change(name, data)
        sentence = "The operation cannot be performed at this time."
        reason = f"An update is in progress for resource: {config['FunctionArn']}"
        return refuse(Refusal("ResourceConflictException", f"{sentence} {reason}", 409), "lambda")

    return change_unless_in_progress


def _patch_list(list_versions: _Change) -> _Change:
    def list_page(name: str, query: Mapping[str, Any]) -> Reply:
        asked = int(query.get("MaxItems", [str(_LARGEST_PAGE)])[0])
        return list_versions(name, {**query, "MaxItems": [str(min(asked, _LARGEST_PAGE))]})

    return list_page


def _patch_get(get_function: Callable[..., Reply]) -> Callable[..., Reply]:
    def get(name: str, qualifier: str | None = None) -> Reply:
        status, headers, body = get_function(name, qualifier)
        if status != _OK:
            return status, headers, body
        function = json.loads(body)
        number = function["Configuration"]["Version"]
        location = urlsplit(function["Code"].get("Location", ""))
        path = f"{location.path}:{number}"
        reachable = location._replace(netloc=_HOST.get() or location.netloc, path=path)
        function["Code"]["Location"] = reachable.geturl()
        return status, headers, json.dumps(function).encode()

    return get


def _patch_serve_code(serve_function_code: Callable[..., Reply]) -> Callable[..., Reply]:
    def serve(reference: str, account_id: str, region: str) -> Reply:
        name, _, number = reference.partition(":")
        if number in {"", "$LATEST"}:
            return serve_function_code(name, account_id, region)
        function = lambda_svc._functions.get_scoped(account_id, region, name) or {}
        version = function.get("versions", {}).get(number)
        if version is None:
            return 404, {"Content-Type": "text/plain"}, b"This version was deleted."
        return _OK, {"Content-Type": "application/zip"}, version["code_zip"]

    return serve
