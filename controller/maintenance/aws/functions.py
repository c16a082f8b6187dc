"""
Lambda as the controller uses it: read the base, publish and delete versions of MaintenancePage.

Every write is conditional on the revision that was read. If another run, a deployment or a person
wrote first, Lambda refuses it with one of several conflicts (doc: Lambda API Reference,
UpdateFunctionCode, PublishVersion). All of them mean: read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from maintenance.aws.errors import CALL_ERRORS, error_code, translate_errors
from maintenance.errors import ApplyError, ObservationError, StaleObservation
from maintenance.lambda_edge.package import code_sha256
from maintenance.lambda_edge.version import Configuration, EdgeVersion, FunctionPackage, Latest

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from urllib3 import BaseHTTPResponse, PoolManager

    from maintenance.deadline import Deadline

_OK = 200
_DOWNLOAD_SECONDS = 10.0
_DOWNLOAD_TRIES = 2
_CONFLICTS = {"PreconditionFailedException", "ResourceConflictException"}
# The code of PublishVersion if $LATEST no longer has the code that was uploaded.
_OTHER_CODE = "InvalidParameterValueException"
# Each member that Lambda@Edge does not accept (doc: CloudFront Developer Guide,
# lambda-at-edge-function-restrictions), with the value that it has if it is not set.
_PLAIN: Mapping[str, Any] = {
    "DeadLetterConfig": {"TargetArn": ""},
    "Environment": {"Variables": {}},
    "EphemeralStorage": {"Size": 512},
    "KMSKeyArn": "",
    "Layers": [],
    "SnapStart": {"ApplyOn": "None"},
    "TracingConfig": {"Mode": "PassThrough"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}


class EdgeVersions:
    """
    Reads the base, and reads, publishes and deletes versions of MaintenancePage.

    `page_function` is the name of MaintenancePage in this stack. `client` returns the client when
    it is first needed: a run that needs no page makes none. Downloads end with the deadline.
    """

    def __init__(
        self,
        client: Callable[[], LambdaClient],
        http: PoolManager,
        deadline: Deadline,
        *,
        page_function: str,
    ) -> None:
        self._client = client
        self._http = http
        self._deadline = deadline
        self._function = page_function
        self._downloaded: dict[str, FunctionPackage] = {}

    def read_package(self, version_arn: str) -> FunctionPackage:
        """
        Return the package of a version, which never changes and is downloaded once.

        Raises ObservationError, also if the download is not the code that Lambda runs.
        """
        if version_arn not in self._downloaded:
            self._downloaded[version_arn] = self._download(version_arn)
        return self._downloaded[version_arn]

    def list_versions(self) -> tuple[EdgeVersion, ...]:
        """Return every numbered version of MaintenancePage; raise ObservationError."""
        message = f"the versions of {self._function} cannot be listed"
        with translate_errors(ObservationError, message):
            paginator = self._client().get_paginator("list_versions_by_function")
            pages = paginator.paginate(FunctionName=self._function)
            listed = [each for page in pages for each in page["Versions"]]
        return tuple(_version(each) for each in listed if each["Version"] != "$LATEST")

    def read_latest(self) -> Latest:
        """Return $LATEST of MaintenancePage; raise ObservationError."""
        raw = self._configuration(self._function)
        return Latest(
            code_sha256=raw["CodeSha256"],
            configuration=_configuration(raw),
            revision_id=raw["RevisionId"],
            is_updating=raw.get("LastUpdateStatus") == "InProgress",
        )

    def read_state(self, version_arn: str) -> str:
        """Return Lambda's word for the state of a version; raise ObservationError."""
        state: str = self._configuration(version_arn)["State"]
        return state

    def read_version(self, version_arn: str) -> EdgeVersion | None:
        """Return a version, None if there is none of that number; raise ObservationError."""
        try:
            return _version(self._configuration(version_arn))
        except ObservationError as error:
            if isinstance(error.__cause__, self._client().exceptions.ResourceNotFoundException):
                return None
            raise

    def update_code(self, package: bytes, *, over: Latest, architectures: Iterable[str]) -> None:
        """Upload a package as $LATEST; raise StaleObservation or ApplyError."""
        self._write(
            "update_function_code",
            ZipFile=package,
            RevisionId=over.revision_id,
            Architectures=list(architectures),
        )

    def configure(self, desired: Configuration, *, over: Latest) -> None:
        """Change the configuration of $LATEST; raise StaleObservation or ApplyError."""
        found = over.configuration
        members = {
            "Runtime": (desired.runtime, found.runtime),
            "Handler": (desired.handler, found.handler),
            "Role": (desired.role, found.role),
            "MemorySize": (desired.memory, found.memory),
            "Timeout": (desired.timeout, found.timeout),
        }
        # Only what differs: a request that names the role needs the permission to pass it.
        changes: dict[str, Any] = {
            name: value for name, (value, present) in members.items() if value != present
        }
        changes |= {name: _PLAIN[name] for name in found.extras}
        self._write("update_function_configuration", RevisionId=over.revision_id, **changes)

    def publish(self, *, over: Latest, description: str) -> EdgeVersion:
        """
        Publish $LATEST if it still is what was read; return the version, which may be Pending.

        Raises StaleObservation or ApplyError.
        """
        return _version(
            self._write(
                "publish_version",
                CodeSha256=over.code_sha256,
                RevisionId=over.revision_id,
                Description=description,
            )
        )

    def delete(self, version: EdgeVersion) -> bool:
        """Delete a version; return False while replicas keep it alive. Raises ApplyError."""
        try:
            self._client().delete_function(
                FunctionName=self._function, Qualifier=str(version.number)
            )
        except self._client().exceptions.ResourceNotFoundException:
            return True
        except CALL_ERRORS as error:
            # Normal for hours after the last detachment (doc: CloudFront Developer Guide,
            # lambda-edge-delete-replicas); Lambda has no error code of its own for it.
            if "replicated function" in str(error):
                return False
            raise ApplyError(f"the version {version.arn} was not deleted: {error}") from error
        return True

    def _configuration(self, reference: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._function_at(reference)["Configuration"]
        return found

    def _function_at(self, reference: str) -> Mapping[str, Any]:
        with translate_errors(ObservationError, f"{reference} cannot be read"):
            return self._client().get_function(FunctionName=reference)

    def _download(self, version_arn: str) -> FunctionPackage:
        found = self._function_at(version_arn)
        seconds = min(_DOWNLOAD_SECONDS, self._deadline.seconds_left / _DOWNLOAD_TRIES)
        if not seconds:
            raise ObservationError(f"no time was left to download the package of {version_arn}")
        try:
            answer: BaseHTTPResponse = self._http.request(
                "GET",
                found["Code"]["Location"],
                timeout=Timeout(total=seconds),
                retries=_DOWNLOAD_TRIES - 1,
            )
        except HTTPError as error:
            # Not the whole error: it would show the presigned URL.
            raise ObservationError(
                f"the package of {version_arn} cannot be downloaded: {type(error).__name__}"
            ) from error
        expected = found["Configuration"]["CodeSha256"]
        if answer.status != _OK or code_sha256(answer.data) != expected:
            raise ObservationError(
                f"the download of {version_arn} is not the package that Lambda runs (status "
                f"{answer.status}, CodeSha256 {code_sha256(answer.data)} instead of {expected})"
            )
        return FunctionPackage(answer.data, _configuration(found["Configuration"]))

    def _write(self, operation: str, **members: Any) -> Mapping[str, Any]:  # noqa: ANN401 - boto3's
        try:
            answer: Mapping[str, Any] = getattr(self._client(), operation)(
                FunctionName=self._function, **members
            )
        except CALL_ERRORS as error:
            message, code = f"{self._function} was not changed: {error}", error_code(error)
            is_stale = code in _CONFLICTS or (operation, code) == ("publish_version", _OTHER_CODE)
            raise (StaleObservation if is_stale else ApplyError)(message) from error
        return answer


def _version(raw: Mapping[str, Any]) -> EdgeVersion:
    return EdgeVersion(
        arn=raw["FunctionArn"],
        number=int(raw["Version"]),
        code_sha256=raw["CodeSha256"],
        configuration=_configuration(raw),
        description=raw.get("Description", ""),
        # Lambda's own form: 2026-11-23T21:47:25.000+0000.
        published=datetime.fromisoformat(raw["LastModified"]),
        state=raw.get("State"),
    )


def _configuration(raw: Mapping[str, Any]) -> Configuration:
    return Configuration(
        runtime=raw["Runtime"],
        handler=raw["Handler"],
        role=raw["Role"],
        memory=raw["MemorySize"],
        timeout=raw["Timeout"],
        architectures=tuple(raw.get("Architectures", ["x86_64"])),
        extras=tuple(name for name, plain in _PLAIN.items() if not _is_plain(raw, name, plain)),
    )


def _is_plain(raw: Mapping[str, Any], name: str, plain: Any) -> bool:  # noqa: ANN401 - a member
    found = raw.get(name) or plain
    if isinstance(plain, dict):
        return all((found.get(each) or value) == value for each, value in plain.items())
    return bool(found == plain)
