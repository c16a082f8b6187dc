"""
Publish page content as a version of MaintenancePage, unless a version has it already.

    find a version with the package's CodeSha256, configured like the base  -> use it
    let the package check itself                                            -> or refuse it
    upload it as $LATEST, if that has other code                            -> wait for Lambda
    configure $LATEST like the base, if it was edited                       -> wait for Lambda
    publish, on the condition that $LATEST still is that code               -> wait until Active

Every write has the condition that no other writer came first. If one did, which may be another run
with the same package, publishing starts again from the first step. So two runs at the same time
publish the same content only once.
"""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from maintenance.deadline import Deadline
from maintenance.errors import ApplyError, StaleObservation
from maintenance.lambda_edge.package import PageContent, build_package, code_sha256
from maintenance.lambda_edge.version import (
    ACTIVE,
    Configuration,
    EdgeVersion,
    FunctionPackage,
    Latest,
    newest_matching,
)

_TRIES = 5
_PAUSE_SECONDS = 0.25


class _Check(Protocol):
    def run(self, package: bytes) -> tuple[str, ...]: ...


class _Versions(Protocol):
    def read_package(self, version_arn: str) -> FunctionPackage: ...
    def list_versions(self) -> tuple[EdgeVersion, ...]: ...
    def read_latest(self) -> Latest: ...
    def read_state(self, version_arn: str) -> str: ...
    def update_code(
        self, package: bytes, *, over: Latest, architectures: tuple[str, ...]
    ) -> None: ...
    def configure(self, wanted: Configuration, *, over: Latest) -> None: ...
    def publish(self, *, over: Latest, description: str) -> EdgeVersion: ...


class VersionSpec(Struct, frozen=True):
    """A package to publish, and the configuration of its version; `description` is for people."""

    package: bytes
    code_sha256: str
    configuration: Configuration
    description: str


class VersionPublisher(Struct, frozen=True):
    """
    Publishes versions of MaintenancePage with the code of the base version `base_arn`.

    A small package is Active after a few seconds; nothing is waited for after the deadline.
    """

    base_arn: str
    versions: _Versions
    check: _Check
    deadline: Deadline
    sleep: Callable[[float], None]

    def spec(self, content: PageContent) -> VersionSpec:
        """Return the version to publish; raise ObservationError if the base cannot be read."""
        base = self.versions.read_package(self.base_arn)
        package = build_package(base.package, content)
        return VersionSpec(package, code_sha256(package), base.configuration, content.description())

    def find(self, spec: VersionSpec) -> EdgeVersion | None:
        """Return the newest version that matches; raise ObservationError."""
        return newest_matching(
            self.versions.list_versions(),
            code_sha256=spec.code_sha256,
            configuration=spec.configuration,
        )

    def dry_run(self, content: PageContent) -> EdgeVersion | None:
        """Return the version with this content if there is one; raise what `publish` raises."""
        spec = self.spec(content)
        found = self.find(spec)
        if found is None:
            self.check.run(spec.package)
        return found

    def publish(self, content: PageContent) -> EdgeVersion:
        """
        Return an Active version with this content.

        Raises PageRefused if the content is unusable, ObservationError or ApplyError if a call
        fails or Lambda takes too long.
        """
        spec = self.spec(content)
        for tried in range(_TRIES - 1):
            try:
                return self._find_or_publish(spec)
            except StaleObservation:
                what = "MaintenancePage could not be updated between the writes of others"
                self._wait(what, _PAUSE_SECONDS * 2**tried)
        return self._find_or_publish(spec)

    def _find_or_publish(self, spec: VersionSpec) -> EdgeVersion:
        version = self.find(spec)
        if version is None:
            notices = self.check.run(spec.package)
            version = replace(self._update_and_publish(spec), notices=notices)
        state = version.state or self.versions.read_state(version.arn)
        while state == "Pending":
            self._wait(f"the version {version.arn} did not become Active")
            state = self.versions.read_state(version.arn)
        if state != ACTIVE:
            raise ApplyError(
                f"the version {version.arn} is {state}, not Active: delete that version, and the "
                "next run publishes another"
            )
        return version

    def _update_and_publish(self, spec: VersionSpec) -> EdgeVersion:
        wanted = spec.configuration
        latest = self._updated_latest()
        has_code = latest.code_sha256 == spec.code_sha256
        if not has_code or latest.configuration.architectures != wanted.architectures:
            self.versions.update_code(spec.package, over=latest, architectures=wanted.architectures)
            latest = self._updated_latest()
        if latest.configuration != wanted:
            self.versions.configure(wanted, over=latest)
            latest = self._updated_latest()
        if (latest.code_sha256, latest.configuration) != (spec.code_sha256, wanted):
            raise StaleObservation("another writer has changed MaintenancePage")
        return self.versions.publish(over=latest, description=spec.description)

    def _updated_latest(self) -> Latest:
        """Return $LATEST when no update of it is in progress."""
        latest = self.versions.read_latest()
        while latest.is_updating:
            self._wait("Lambda did not finish the update of MaintenancePage")
            latest = self.versions.read_latest()
        return latest

    def _wait(self, what: str, seconds: float = _PAUSE_SECONDS) -> None:
        if self.deadline.is_over:
            raise ApplyError(f"{what} in time")
        self.sleep(seconds)
