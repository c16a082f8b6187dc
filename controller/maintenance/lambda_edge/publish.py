"""
Bake an overlay into a version of MaintenancePage: find the version that has it, or publish one.

    look for a version with the CodeSha256 of the package, configured like the base  -> it is used
    let the package judge itself                                                     -> or refuse
    upload it as $LATEST, if that has other code                                     -> wait
    configure $LATEST like the base, if somebody edited it                           -> wait
    publish, on the condition that it is that very code                              -> wait
    it is Active                                                                     -> it is used

Every write is on the condition that nobody else wrote since the reading. If somebody did, which may
be another run with the same package, it starts over from the first line: so the same content is
published once, also by two runs at the same time.
"""

from typing import Protocol

from msgspec import Struct

from maintenance.errors import ApplyError, StaleObservation
from maintenance.lambda_edge.package import PageContent, code_sha256, page_package
from maintenance.lambda_edge.version import (
    ACTIVE,
    Configuration,
    EdgeVersion,
    FunctionPackage,
    Latest,
    matching,
)
from maintenance.model import Timer

_TRIES = 5
# Lambda takes a few seconds until a small package is Active. A site that should be closed waits no
# longer than this for it; CloudFront itself then needs minutes.
_LONGEST_SECONDS = 30.0
_PAUSE_SECONDS = 0.25


class _Check(Protocol):
    def judge(self, package: bytes) -> None: ...


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
    """A package to bake, and what its version has to be; `description` is for people."""

    package: bytes
    code_sha256: str
    configuration: Configuration
    description: str


class VersionPublisher(Struct, frozen=True):
    """Bakes over the version `base_arn`."""

    base_arn: str
    versions: _Versions
    check: _Check
    timer: Timer

    def spec(self, content: PageContent) -> VersionSpec:
        """Return what to bake for an overlay; raise ObservationError if the base is unreadable."""
        base = self.versions.read_package(self.base_arn)
        package = page_package(base.package, content)
        return VersionSpec(package, code_sha256(package), base.configuration, content.description())

    def find(self, spec: VersionSpec) -> EdgeVersion | None:
        """Return the version that has been baked by this recipe; raise ObservationError."""
        return matching(
            self.versions.list_versions(),
            code_sha256=spec.code_sha256,
            configuration=spec.configuration,
        )

    def look(self, content: PageContent) -> EdgeVersion | None:
        """Return the version if there is one, and write nothing. Raises like `publish_spec`."""
        spec = self.spec(content)
        found = self.find(spec)
        if found is None:
            self.check.judge(spec.package)
        return found

    def publish_spec(self, content: PageContent) -> EdgeVersion:
        """
        Return the version with this overlay, Active.

        Raises PageRefused if the package is unusable, ObservationError or ApplyError if Lambda does
        not do its part, in time.
        """
        spec = self.spec(content)
        deadline = self.timer.elapsed() + _LONGEST_SECONDS
        for tried in range(_TRIES - 1):
            try:
                return self._bake_once(spec, deadline)
            except StaleObservation:
                self._wait(deadline, "others did not stop changing it", _PAUSE_SECONDS * 2**tried)
        return self._bake_once(spec, deadline)

    def _bake_once(self, spec: VersionSpec, deadline: float) -> EdgeVersion:
        version = self.find(spec)
        if version is None:
            self.check.judge(spec.package)
            version = self._publish(spec, deadline)
        state = version.state or self.versions.read_state(version.arn)
        while state == "Pending":
            self._wait(deadline, f"the version {version.arn} did not become Active")
            state = self.versions.read_state(version.arn)
        if state != ACTIVE:
            raise ApplyError(
                f"the version {version.arn} is {state}, not Active: delete that version, and the "
                "next run publishes another"
            )
        return version

    def _publish(self, spec: VersionSpec, deadline: float) -> EdgeVersion:
        wanted = spec.configuration
        latest = self._settled(deadline)
        has_code = latest.code_sha256 == spec.code_sha256
        if not has_code or latest.configuration.architectures != wanted.architectures:
            self.versions.update_code(spec.package, over=latest, architectures=wanted.architectures)
            latest = self._settled(deadline)
        if latest.configuration != wanted:
            self.versions.configure(wanted, over=latest)
            latest = self._settled(deadline)
        if (latest.code_sha256, latest.configuration) != (spec.code_sha256, wanted):
            raise StaleObservation("somebody else has changed it meanwhile")
        return self.versions.publish(over=latest, description=spec.description)

    def _settled(self, deadline: float) -> Latest:
        """Return $LATEST when no update of it is under way any more."""
        latest = self.versions.read_latest()
        while latest.is_updating:
            self._wait(deadline, "Lambda did not finish the update of the function")
            latest = self.versions.read_latest()
        return latest

    def _wait(self, deadline: float, what: str, seconds: float = _PAUSE_SECONDS) -> None:
        if self.timer.elapsed() >= deadline:
            raise ApplyError(f"{what} within {_LONGEST_SECONDS:.0f} seconds")
        self.timer.sleep(seconds)
