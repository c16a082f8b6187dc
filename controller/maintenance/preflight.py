"""
Ask, before a run attaches the base, whether CloudFront would take it.

    the version to attach                       asked  verdict
    ------------------------------------------  -----  -------------------------------------------
    is attached to a site already               no     CloudFront has taken it
    is one of MaintenancePage                   no     who baked it has seen it Active
    is Active and plain                         once   it can be attached, in this process for good
    is not Active, not plain, or not there      yes    whoever needs it is left as it is, and named
    cannot be read                              yes    CloudFront decides; a notice says why

Only what is certain is refused here. Whether the role of the function trusts edgelambda would take
a right to read roles, and the quota of associations can be raised for an account: CloudFront
refuses both for the whole distribution, and a site must not stay open for a guess (ADR 0022).
"""

from collections.abc import Collection
from typing import Protocol

from msgspec import Struct

from maintenance.edge_version import EdgeVersion, unfit
from maintenance.errors import ObservationError


class _Versions(Protocol):
    def read_version(self, version_arn: str) -> EdgeVersion | None: ...


class Verdict(Struct, frozen=True):
    """Why no distribution may be given the version, and what else is worth knowing about it."""

    faults: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class Preflight:
    """Judges versions; `base_arn` is the numbered version of MaintenanceEdge."""

    def __init__(self, versions: _Versions, *, base_arn: str) -> None:
        self._versions = versions
        self._base_arn = base_arn
        self._is_fit = False

    def judge(self, version_arn: str, *, attached: Collection[str]) -> Verdict:
        """Return the verdict by the table; `attached` are the ARNs of ours that sites hold."""
        if version_arn != self._base_arn or version_arn in attached or self._is_fit:
            return Verdict()
        try:
            version = self._versions.read_version(version_arn)
        except ObservationError as error:
            return Verdict(notices=(f"{error}; CloudFront decides whether it can be attached",))
        faults = unfit(version_arn, version)
        self._is_fit = not faults
        return Verdict(faults)
