"""
AWS fails in every way that the sandbox can simulate: nothing is lost, and the next run continues.

    fault                              effect
    ---------------------------------  --------------------------------------------------------
    transient: `_TRANSIENT`            the same run recovers, closing and opening alike
    persistent, for one distribution:  the run fails and names it, and closes the others; it is
      `_PERSISTENT`                    unchanged until a sweep after the fault closes it
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from maintenance.errors import MaintenanceError, RunFailed
from maintenance.wakeup import Sweep

from tests.sandbox.builders import a_distribution, a_function, a_version, change_default, edge
from tests.stories.site import Site
from tests.stories.test_races import an_occupied_distribution

type LooksAfter = Callable[..., None]

_UPDATE, _CONFIG = "cloudfront:UpdateDistribution", "cloudfront:GetDistributionConfig"
_READ_RECORD, _WRITE_RECORD = "s3:GetObject", "s3:PutObject"


@dataclass(frozen=True)
class _Fault:
    """A fault for the sandbox to inject, and the error that the run then has."""

    kind: str
    operation: str
    members: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def _refused(operation: str, code: str, status: int, error: str = "") -> _Fault:
    return _Fault("refuse", operation, {"code": code, "status": status}, error)


_TRANSIENT = (
    _refused(_UPDATE, "Throttling", 400),
    _refused(_UPDATE, "PreconditionFailed", 412),
    _refused(_UPDATE, "ServiceUnavailable", 503),
    _refused(_CONFIG, "InternalError", 500),
    _refused(_READ_RECORD, "SlowDown", 503),
    _refused(_WRITE_RECORD, "InternalError", 500),
    _refused(_WRITE_RECORD, "PreconditionFailed", 412),
    _refused(_WRITE_RECORD, "ConditionalRequestConflict", 409),
    _refused(_WRITE_RECORD, "NoSuchKey", 404),
    _Fault("slow", _UPDATE, {"seconds": 0.2}),
    _Fault("lose", _UPDATE),
    _Fault("lose", _WRITE_RECORD),
    _Fault("cut-before", _UPDATE),
    _Fault("cut-after", _UPDATE),
    _Fault("cut-short", _UPDATE),
    _Fault("cut-after", _WRITE_RECORD),
    _Fault("cut-before", "cloudfront:ListDistributions"),
)
_PERSISTENT = (
    _refused(_UPDATE, "AccessDenied", 403, "the update of {} failed.*docs/iam.md"),
    _refused(_CONFIG, "AccessDenied", 403, "configuration of {} cannot be read.*docs/iam.md"),
    _refused(_READ_RECORD, "AccessDenied", 403, r"displaced/{}\.json cannot be read"),
    _refused(_WRITE_RECORD, "AccessDenied", 403, r"displaced/{}\.json was not written"),
    _refused(_UPDATE, "PreconditionFailed", 412, "the update of {} failed"),
    _refused(_WRITE_RECORD, "PreconditionFailed", 412, r"displaced/{}\.json was not written"),
    _refused(
        _WRITE_RECORD, "ConditionalRequestConflict", 409, r"displaced/{}\.json was not written"
    ),
    _refused(_WRITE_RECORD, "NoSuchKey", 404, r"displaced/{}\.json was not written"),
    _Fault("cut-short", _READ_RECORD, error=r"displaced/{}\.json cannot be read"),
    _Fault("cut-short", _CONFIG, error="configuration of {} cannot be read"),
)
_TRUNCATED_READS = (
    "cloudfront:ListDistributions",
    "ssm:GetParameter",
    "ssm:GetParametersByPath",
)


def test_a_transient_fault_does_not_change_the_outcome(site: Site, looks_after: LooksAfter) -> None:
    """The run retries or starts over: the site is closed, and then open byte for byte."""
    distribution_id = an_occupied_distribution(site)
    looks_after(distribution_id)
    before = site.config(distribution_id)

    for fault in _TRANSIENT:
        site.cloud.sandbox.inject_fault(fault.kind, fault.operation, **fault.members)
        assert "maintenance" == site.becomes("on")["mode"], fault
        assert site.edge_version_arn == site.version(distribution_id), fault

        site.cloud.sandbox.inject_fault(fault.kind, fault.operation, **fault.members)
        assert "live" == site.becomes("off")["mode"], fault
        assert before == site.config(distribution_id), fault
        site.cloud.sandbox.clear_faults()


def test_a_persistent_fault_is_named_and_affects_only_its_distribution(
    site: Site, looks_after: LooksAfter
) -> None:
    """The rest of a fleet does not wait for it; after the fault a sweep is enough."""
    good, bad = a_distribution(site.cloud, "good"), an_occupied_distribution(site, "bad")
    looks_after(f"{good},{bad}")
    before = [site.config(each) for each in (good, bad)]

    for fault in _PERSISTENT:
        members = {**fault.members, "resource": bad, "times": 1000}
        site.cloud.sandbox.inject_fault(fault.kind, fault.operation, **members)
        with pytest.raises(RunFailed, match=fault.error.format(bad)):
            site.becomes("on")
        site.cloud.sandbox.clear_faults()
        assert site.edge_version_arn == site.version(good), fault
        assert before[1] == site.config(bad), fault

        site.receives({"sweep": True})
        assert site.edge_version_arn == site.version(bad), fault
        site.becomes("off")
        assert before == [site.config(each) for each in (good, bad)], fault


@pytest.mark.parametrize("operation", _TRUNCATED_READS)
def test_a_truncated_response_is_not_taken_for_an_empty_one(
    site: Site, looks_after: LooksAfter, operation: str
) -> None:
    """The run does not act as if there were no distributions, no switch or no windows."""
    distribution_id = an_occupied_distribution(site)
    looks_after(distribution_id)
    # Tomorrow, because an off ends what began before it.
    site.schedules("daily", "cron(0 0 * * ? *) for 24h")
    controller = site.controller(clock=lambda: datetime.now(UTC) + timedelta(days=1))
    controller.run(Sweep())
    closed = site.version(distribution_id)
    assert closed.startswith("arn:aws:lambda:")
    site.cloud.sandbox.inject_fault("cut-short", operation)

    with pytest.raises(MaintenanceError, match="0 read, but total bytes expected"):
        controller.run(Sweep())

    assert closed == site.version(distribution_id)


@pytest.mark.parametrize("remedy", ["create it again", "attach another"])
def test_after_either_remedy_for_a_missing_function_a_sweep_opens_the_site(
    site: Site, looks_after: LooksAfter, remedy: str
) -> None:
    """CloudFront refuses to restore a function that does not exist any more."""
    distribution_id = an_occupied_distribution(site)
    looks_after(distribution_id)
    before = site.config(distribution_id)
    site.becomes("on")
    etag = site.cloud.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]
    site.cloud.cloudfront.delete_function(Name="rewrite", IfMatch=etag)
    with pytest.raises(RunFailed, match=r"stays in maintenance.*function/rewrite"):
        site.becomes("off")

    if remedy == "create it again":
        a_function(site.cloud, "rewrite")
        site.receives({"sweep": True})
        assert before == site.config(distribution_id)
    else:
        other = edge(viewer_request=a_version(site.cloud, "other"))
        change_default(site.cloud, distribution_id, LambdaFunctionAssociations=other)
        site.receives({"sweep": True})
        assert other["Items"][0]["LambdaFunctionARN"] == site.version(distribution_id)
