"""
Published versions of MaintenancePage: which one to use, to keep, and to delete. Pure.

    a version of MaintenancePage                                    a sweep
    --------------------------------------------------------------  ----------
    is attached to a behavior of any distribution                   keeps it
    is selected now                                                 keeps it
    is the newest with a page of the owner, the last good one       keeps it
    was published within the last seven days                        keeps it
    is none of these                                                deletes it
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from maintenance.lambda_edge.package import has_own_page

_KEPT_FOR = timedelta(days=7)
# Deletions count against Lambda's rate for changes; the next sweep deletes the others.
_MAX_DELETIONS = 20
ACTIVE = "Active"
# The state that Lambda may give a version that has not run for weeks. No page of AWS says that
# CloudFront refuses it.
_IDLE = "Inactive"


class Configuration(Struct, frozen=True):
    """
    The settings of a Lambda function that matter at the edge; memory is in MB, timeout in seconds.

    `extras` names settings that Lambda@Edge does not accept: an environment, layers, a VPC.
    """

    runtime: str
    handler: str
    role: str
    memory: int
    timeout: int
    architectures: tuple[str, ...]
    extras: tuple[str, ...] = ()


class EdgeVersion(Struct, frozen=True):
    """
    A numbered version; `state` is Lambda's word, None where a listing leaves it out.

    `notices` are those of the check of its package, just before it was published.
    """

    arn: str
    number: int
    code_sha256: str
    configuration: Configuration
    description: str
    published: datetime
    state: str | None = None
    notices: tuple[str, ...] = ()


class FunctionPackage(Struct, frozen=True):
    """A version's package, a zip, and its configuration."""

    package: bytes
    configuration: Configuration


class Latest(Struct, frozen=True):
    """$LATEST as it was read; a conditional write with its `revision_id` fails after a change."""

    code_sha256: str
    configuration: Configuration
    revision_id: str
    is_updating: bool = False


def newest_matching(
    versions: Sequence[EdgeVersion], *, code_sha256: str, configuration: Configuration
) -> EdgeVersion | None:
    """Return the newest version with this code and configuration, or None."""
    return _newest(
        each
        for each in versions
        if (each.code_sha256, each.configuration) == (code_sha256, configuration)
    )


def newest_with_page(versions: Sequence[EdgeVersion]) -> EdgeVersion | None:
    """Return the newest version whose description says that it has a page of the owner."""
    return _newest(each for each in versions if has_own_page(each.description))


def newest_of(versions: Sequence[EdgeVersion], arns: Collection[str]) -> EdgeVersion | None:
    """Return the newest version that one of these ARNs names."""
    return _newest(each for each in versions if each.arn in arns)


def incompatibilities(version_arn: str, version: EdgeVersion | None) -> tuple[str, ...]:
    """
    Return a sentence for each reason why CloudFront is certain to refuse a version.

    Source: CloudFront Developer Guide, lambda-at-edge-function-restrictions; for the state, Lambda
    Developer Guide, functions-states.
    """
    if version is None:
        return (f"the edge version {version_arn} does not exist: deploy the stack again",)
    configuration = version.configuration
    reasons = []
    if version.state not in {None, ACTIVE, _IDLE}:
        reasons.append(
            f"is {version.state}, and CloudFront accepts only Active versions: the next run checks "
            "again; if it stays so, deploy the stack again"
        )
    if configuration.extras:
        reasons.append(
            f"has {', '.join(configuration.extras)}, which Lambda@Edge does not accept: deploy the "
            "stack without"
        )
    if set(configuration.architectures) != {"x86_64"}:
        reasons.append(
            f"is built for {', '.join(configuration.architectures)}, and Lambda@Edge runs only "
            "x86_64: deploy the stack for x86_64"
        )
    return tuple(f"the edge version {version_arn} {each}" for each in reasons)


def prunable(
    versions: Sequence[EdgeVersion], *, kept: Collection[str], now: datetime
) -> tuple[EdgeVersion, ...]:
    """Return the versions to delete now, oldest first; `kept` are ARNs that must stay."""
    old = [each for each in versions if each.published < now - _KEPT_FOR and each.arn not in kept]
    return tuple(sorted(old, key=_number)[:_MAX_DELETIONS])


def _newest(versions: Iterable[EdgeVersion]) -> EdgeVersion | None:
    return max(versions, key=_number, default=None)


def _number(version: EdgeVersion) -> int:
    return version.number
