"""
Two checks before a version is attached: of a package, and of the base version.

`PackageCheck` runs the program maintenance_edge.check that every package carries. It is the edge
function's own code, so a page that the edge function could not read is never published.

`Preflight` asks Lambda about the base, which nothing else has checked, before any distribution is
changed:

    version to attach                             result
    --------------------------------------------  -------------------------------------------
    a version of MaintenancePage, or attached     no call: it was Active when it was published,
    already, or checked before                    or CloudFront has accepted it
    CloudFront is certain to refuse it            an error for each reason
    Lambda does not answer                        a notice, and CloudFront decides
"""

from collections.abc import Collection
from typing import Protocol

from msgspec import Struct

from maintenance.cloudfront.engine import PreflightResult
from maintenance.errors import ObservationError
from maintenance.lambda_edge.package_programs import PackagePrograms
from maintenance.lambda_edge.version import EdgeVersion, incompatibilities

_PROGRAM = "maintenance_edge.check"


class PackageCheck(Struct, frozen=True):
    """Checks packages by the program that they carry."""

    programs: PackagePrograms

    def run(self, package: bytes) -> tuple[str, ...]:
        """
        Check a package, and return the program's notices about it.

        Raises PageRefused with the program's sentences, ObservationError if it has not finished.
        """
        printed = self.programs.run(_PROGRAM, package)
        return tuple(printed.decode(errors="replace").strip().splitlines())


class _Versions(Protocol):
    def read_version(self, version_arn: str) -> EdgeVersion | None: ...


class Preflight:
    """Checks the base version `base_arn` by the table of this module."""

    def __init__(self, versions: _Versions, *, base_arn: str) -> None:
        self._versions = versions
        self._base_arn = base_arn
        self._has_passed = False

    def check(self, version_arn: str, *, attached: Collection[str]) -> PreflightResult:
        """Return whether the version can be attached; `attached` are versions of ours in use."""
        if version_arn != self._base_arn or version_arn in attached or self._has_passed:
            return PreflightResult()
        try:
            version = self._versions.read_version(version_arn)
        except ObservationError as error:
            notice = f"{error}; CloudFront decides whether it can be attached"
            return PreflightResult(notices=(notice,))
        errors = incompatibilities(version_arn, version)
        self._has_passed = not errors
        return PreflightResult(errors)
