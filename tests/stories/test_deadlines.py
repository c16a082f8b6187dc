"""Whatever AWS does, a run ends before Lambda ends it, and says what it has left."""

import contextlib
import time
from collections.abc import Callable

import pytest
from maintenance.errors import MaintenanceError, RunFailed

from tests.sandbox.builders import a_distribution
from tests.stories.site import Site

type LooksAfter = Callable[..., None]

_CONFIG, _UPDATE = "cloudfront:GetDistributionConfig", "cloudfront:UpdateDistribution"
_SWEEP = {"sweep": True}
_SECONDS = 4.0
# Less than one call that hangs would take (aws/clients.py), and enough for a machine that is busy.
_ALLOWED = 25.0
_THROTTLED = {"code": "Throttling", "status": 400, "times": 100_000}
_SLOW = {"seconds": 60.0, "times": 100_000}


@pytest.mark.parametrize(
    ("kind", "operation", "members"),
    [
        pytest.param("refuse", _CONFIG, _THROTTLED, marks=pytest.mark.promise),
        ("refuse", _UPDATE, _THROTTLED),
        ("slow", _CONFIG, _SLOW),
        ("slow", _UPDATE, _SLOW),
    ],
)
def test_a_run_that_cannot_finish_reports_in_time_and_the_next_continues(
    site: Site, looks_after: LooksAfter, kind: str, operation: str, members: dict[str, object]
) -> None:
    """CloudFront throttles every call or answers none: each distribution is named."""
    all_of_them = [a_distribution(site.cloud, f"d{number}") for number in range(6)]
    looks_after(",".join(all_of_them))
    site.says("on")
    site.cloud.sandbox.inject_fault(kind, operation, **members)
    began = time.monotonic()

    with pytest.raises(RunFailed) as failed:
        site.receives(_SWEEP, seconds=_SECONDS)

    assert time.monotonic() - began < _ALLOWED
    assert [] == [each for each in all_of_them if each not in str(failed.value)]
    assert "left no time for it in this run; the next run continues" in str(failed.value)
    site.cloud.sandbox.clear_faults()
    assert "maintenance" == site.receives(_SWEEP)["mode"]
    assert {site.edge_version_arn} == {site.version(each) for each in all_of_them}


@pytest.mark.parametrize("operation", ["cloudfront:ListDistributions", "ssm:*", "s3:*", "*"])
def test_a_run_ends_in_time_whatever_hangs(
    site: Site, distribution_id: str, operation: str
) -> None:
    """And fails, so that it is tried again."""
    site.says("on")
    site.cloud.sandbox.inject_fault("slow", operation, **_SLOW)
    began = time.monotonic()

    with pytest.raises(MaintenanceError):
        site.receives(_SWEEP, seconds=_SECONDS)

    assert time.monotonic() - began < _ALLOWED
    site.cloud.sandbox.clear_faults()
    site.receives(_SWEEP)
    assert site.edge_version_arn == site.version(distribution_id)


@pytest.mark.parametrize(
    ("value", "page"), [("on", {}), ("on: Back soon", {}), ("on", {"page.html": "<title>Ours"})]
)
def test_a_site_closes_in_half_a_minute_while_lambda_hangs(
    site: Site, distribution_id: str, value: str, page: dict[str, str]
) -> None:
    """Here in a tenth of it: selecting and checking a version have one deadline."""
    for name, content in page.items():
        site.puts(name, content)
    site.cloud.sandbox.inject_fault("slow", "lambda:*", **_SLOW)
    site.says(value)
    began = time.monotonic()

    with contextlib.suppress(RunFailed):
        site.wakes(seconds=90)

    assert time.monotonic() - began < _ALLOWED
    assert site.edge_version_arn == site.version(distribution_id)


def test_a_site_closes_with_its_message_while_the_page_cannot_be_read(
    site: Site, distribution_id: str
) -> None:
    """S3 gets eleven seconds of the half minute, so that Lambda has the others."""
    site.cloud.sandbox.inject_fault("slow", "s3:ListObjectsV2", **_SLOW)
    began = time.monotonic()

    with pytest.raises(RunFailed, match=r"the page in s3://.*/page/ cannot be read"):
        site.becomes("on: Back soon")

    assert time.monotonic() - began < _ALLOWED + 11
    site.cloud.sandbox.clear_faults()
    assert "Back soon" == site.visit(distribution_id).json()["detail"]
