"""
AWS fails in every way that the sandbox can play: nothing is lost, and the next run goes on.

    fault                              what follows
    ---------------------------------  --------------------------------------------------------
    passes: `_PASSING`                 the run itself gets over it, closing and opening alike
    stays, for one distribution:       the run fails and names it, the others are closed, it is
      `_STAYING`                       as it was; a sweep closes it when the fault is gone
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
_READ_NOTE, _WRITE_NOTE = "s3:GetObject", "s3:PutObject"


@dataclass(frozen=True)
class _Fault:
    """What is ordered from the sandbox, and what the report then says."""

    kind: str
    operation: str
    members: dict[str, Any] = field(default_factory=dict)
    told: str = ""


def _refused(operation: str, code: str, status: int, told: str = "") -> _Fault:
    return _Fault("refuse", operation, {"code": code, "status": status}, told)


_PASSING = (
    _refused(_UPDATE, "Throttling", 400),
    _refused(_UPDATE, "PreconditionFailed", 412),
    _refused(_UPDATE, "ServiceUnavailable", 503),
    _refused(_CONFIG, "InternalError", 500),
    _refused(_READ_NOTE, "SlowDown", 503),
    _refused(_WRITE_NOTE, "InternalError", 500),
    _refused(_WRITE_NOTE, "PreconditionFailed", 412),
    _refused(_WRITE_NOTE, "ConditionalRequestConflict", 409),
    _refused(_WRITE_NOTE, "NoSuchKey", 404),
    _Fault("slow", _UPDATE, {"seconds": 0.2}),
    _Fault("lose", _UPDATE),
    _Fault("lose", _WRITE_NOTE),
    _Fault("cut-before", _UPDATE),
    _Fault("cut-after", _UPDATE),
    _Fault("cut-short", _UPDATE),
    _Fault("cut-after", _WRITE_NOTE),
    _Fault("cut-before", "cloudfront:ListDistributions"),
)
_STAYING = (
    _refused(_UPDATE, "AccessDenied", 403, "the update of {} failed.*docs/iam.md"),
    _refused(_CONFIG, "AccessDenied", 403, "configuration of {} cannot be read.*docs/iam.md"),
    _refused(_READ_NOTE, "AccessDenied", 403, r"displaced/{}\.json cannot be read"),
    _refused(_WRITE_NOTE, "AccessDenied", 403, r"displaced/{}\.json was not written"),
    _refused(_UPDATE, "PreconditionFailed", 412, "the update of {} failed"),
    _refused(_WRITE_NOTE, "PreconditionFailed", 412, r"displaced/{}\.json was not written"),
    _refused(_WRITE_NOTE, "ConditionalRequestConflict", 409, r"displaced/{}\.json was not written"),
    _refused(_WRITE_NOTE, "NoSuchKey", 404, r"displaced/{}\.json was not written"),
    _Fault("cut-short", _READ_NOTE, told=r"displaced/{}\.json cannot be read"),
    _Fault("cut-short", _CONFIG, told="configuration of {} cannot be read"),
)
_CUT_SHORT = (
    "cloudfront:ListDistributions",
    "ssm:GetParameter",
    "ssm:GetParametersByPath",
)


def test_a_fault_that_passes_changes_nothing_of_the_outcome(
    site: Site, looks_after: LooksAfter
) -> None:
    """The run tries again or starts over: the site is closed, and then open byte for byte."""
    distribution_id = an_occupied_distribution(site)
    looks_after(distribution_id)
    before = site.config(distribution_id)

    for fault in _PASSING:
        site.cloud.sandbox.inject_fault(fault.kind, fault.operation, **fault.members)
        assert "maintenance" == site.becomes("on")["mode"], fault
        assert site.edge_version_arn == site.version(distribution_id), fault

        site.cloud.sandbox.inject_fault(fault.kind, fault.operation, **fault.members)
        assert "live" == site.becomes("off")["mode"], fault
        assert before == site.config(distribution_id), fault
        site.cloud.sandbox.clear_faults()


def test_a_fault_that_stays_is_named_and_costs_only_its_distribution(
    site: Site, looks_after: LooksAfter
) -> None:
    """Half of a fleet never waits for the other; when the fault is gone, a sweep is enough."""
    good, bad = a_distribution(site.cloud, "good"), an_occupied_distribution(site, "bad")
    looks_after(f"{good},{bad}")
    before = [site.config(each) for each in (good, bad)]

    for fault in _STAYING:
        members = {**fault.members, "resource": bad, "times": 1000}
        site.cloud.sandbox.inject_fault(fault.kind, fault.operation, **members)
        with pytest.raises(RunFailed, match=fault.told.format(bad)):
            site.becomes("on")
        site.cloud.sandbox.clear_faults()
        assert site.edge_version_arn == site.version(good), fault
        assert before[1] == site.config(bad), fault

        site.receives({"sweep": True})
        assert site.edge_version_arn == site.version(bad), fault
        site.becomes("off")
        assert before == [site.config(each) for each in (good, bad)], fault


@pytest.mark.parametrize("operation", _CUT_SHORT)
def test_an_answer_that_was_cut_short_is_not_taken_for_one_that_holds_nothing(
    site: Site, looks_after: LooksAfter, operation: str
) -> None:
    """No distributions, no switch, no windows: nothing of that is acted upon."""
    distribution_id = an_occupied_distribution(site)
    looks_after(distribution_id)
    # Tomorrow, for an off ends what began before it.
    site.schedules("daily", "cron(0 0 * * ? *) for 24h")
    controller = site.controller(clock=lambda: datetime.now(UTC) + timedelta(days=1))
    controller.run(Sweep())
    closed = site.version(distribution_id)
    assert closed.startswith("arn:aws:lambda:")
    site.cloud.sandbox.inject_fault("cut-short", operation)

    with pytest.raises(MaintenanceError, match="0 read, but total bytes expected"):
        controller.run(Sweep())

    assert closed == site.version(distribution_id)


@pytest.mark.parametrize("remedy", ["bring it back", "attach another"])
def test_a_displaced_function_that_is_gone_is_restored_when_somebody_has_decided(
    site: Site, looks_after: LooksAfter, remedy: str
) -> None:
    """CloudFront itself refuses the restore; a sweep opens the site after either way out."""
    distribution_id = an_occupied_distribution(site)
    looks_after(distribution_id)
    before = site.config(distribution_id)
    site.becomes("on")
    etag = site.cloud.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]
    site.cloud.cloudfront.delete_function(Name="rewrite", IfMatch=etag)
    with pytest.raises(RunFailed, match=r"stays in maintenance.*function/rewrite"):
        site.becomes("off")

    if remedy == "bring it back":
        a_function(site.cloud, "rewrite")
        site.receives({"sweep": True})
        assert before == site.config(distribution_id)
    else:
        other = edge(viewer_request=a_version(site.cloud, "other"))
        change_default(site.cloud, distribution_id, LambdaFunctionAssociations=other)
        site.receives({"sweep": True})
        assert other["Items"][0]["LambdaFunctionARN"] == site.version(distribution_id)
