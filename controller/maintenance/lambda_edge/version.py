"""
Published versions of MaintenancePage: which one to use, which to keep, which to delete. Pure.

    a version of MaintenancePage                                    the sweep
    --------------------------------------------------------------  ---------
    is held by a behavior of any distribution                       keeps it
    is wanted now                                                   keeps it
    is the newest with a page of the owner, the last good one       keeps it
    was published within the last seven days                        keeps it
    is none of these                                                deletes it
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

_KEPT_FOR = timedelta(days=7)
# Deletions count against Lambda's rate for changes, and the next sweep goes on.
_DELETED_AT_ONCE = 20
ACTIVE = "Active"
# What Lambda may call a version that it has not run for weeks. Nothing says that CloudFront refuses
# it.
_IDLE = "Inactive"


class Configuration(Struct, frozen=True):
    """
    What makes a Lambda function fit for the edge; memory is in MB, the timeout in seconds.

    `extras` names what it has that Lambda@Edge does not take: an environment, layers, a VPC.
    """

    runtime: str
    handler: str
    role: str
    memory: int
    timeout: int
    architectures: tuple[str, ...]
    extras: tuple[str, ...] = ()


class EdgeVersion(Struct, frozen=True):
    """A numbered version; `state` is Lambda's word, None where a listing does not say it."""

    arn: str
    number: int
    code_sha256: str
    configuration: Configuration
    description: str
    published: datetime
    state: str | None = None


class FunctionPackage(Struct, frozen=True):
    """A version's package, a zip, and its configuration."""

    package: bytes
    configuration: Configuration


class Latest(Struct, frozen=True):
    """$LATEST as it was read; a write on the condition of `revision_id` fails if it has changed."""

    code_sha256: str
    configuration: Configuration
    revision_id: str
    is_updating: bool = False


def matching(
    versions: Sequence[EdgeVersion], *, code_sha256: str, configuration: Configuration
) -> EdgeVersion | None:
    """Return the newest version with this code that is configured like the base, or None."""
    fitting = (
        each
        for each in versions
        if (each.code_sha256, each.configuration) == (code_sha256, configuration)
    )
    return max(fitting, key=_number, default=None)


def incompatibilities(version_arn: str, version: EdgeVersion | None) -> tuple[str, ...]:
    """
    Return a sentence for each reason for which CloudFront is certain to refuse a version.

    Source: CloudFront Developer Guide, lambda-at-edge-function-restrictions; for the state, Lambda
    Developer Guide, functions-states.
    """
    if version is None:
        return (f"the edge version {version_arn} does not exist: deploy the stack again",)
    configuration = version.configuration
    reasons = []
    if version.state not in {None, ACTIVE, _IDLE}:
        reasons.append(
            f"is {version.state}, and CloudFront takes it only when it is Active: the next try "
            "looks again; if it stays so, deploy the stack again"
        )
    if configuration.extras:
        reasons.append(
            f"has {', '.join(configuration.extras)}, which Lambda@Edge does not take: deploy the "
            "stack without"
        )
    if set(configuration.architectures) != {"x86_64"}:
        reasons.append(
            f"is built for {', '.join(configuration.architectures)}, and Lambda@Edge runs x86_64 "
            "only: deploy the stack so"
        )
    return tuple(f"the edge version {version_arn} {each}" for each in reasons)


def newest_with_page(
    versions: Sequence[EdgeVersion], has_own_page: Callable[[str], bool]
) -> EdgeVersion | None:
    """Return the newest version whose description says that it has a page of the owner."""
    fitting = (each for each in versions if has_own_page(each.description))
    return max(fitting, key=_number, default=None)


def prunable(
    versions: Sequence[EdgeVersion], *, kept: Collection[str], now: datetime
) -> tuple[EdgeVersion, ...]:
    """Return the versions to delete now, oldest first; `kept` are ARNs that must stay."""
    old = [each for each in versions if each.published < now - _KEPT_FOR and each.arn not in kept]
    return tuple(sorted(old, key=_number)[:_DELETED_AT_ONCE])


def _number(version: EdgeVersion) -> int:
    return version.number
