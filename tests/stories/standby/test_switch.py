"""On and off with the standby engine: a write of the store, and the distribution stays as it is."""

from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import RunFailed
from maintenance.standby.publishing import read_code

from tests.stories.standby.site import StandbySite


@pytest.mark.promise
def test_on_closes_and_off_opens(standby: StandbySite, distribution_id: str) -> None:
    """Without a deployment, and without another configuration."""
    before = standby.site.config(distribution_id)
    assert 503 != standby.visit(distribution_id).status_code

    standby.site.becomes("on")
    closed = standby.visit(distribution_id)
    standby.site.becomes("off")
    opened = standby.visit(distribution_id)

    assert (503, "on") == (closed.status_code, closed.headers["x-maintenance"])
    assert 503 != opened.status_code
    assert before == standby.site.config(distribution_id)


def test_a_plain_on_reads_once_and_writes_one_key(
    standby: StandbySite, distribution_id: str
) -> None:
    """The default page lies ready, so nothing else of the store or Lambda is read before."""
    rendering = standby.state().default
    before = len(standby.site.cloud.sandbox.calls())

    standby.site.becomes("on")

    names = [each["operation"] for each in standby.site.cloud.sandbox.calls()[before:]]
    kvs = [name for name in names if name.startswith("cloudfront-keyvaluestore")]
    assert ["DescribeKeyValueStore", "GetKey", "UpdateKeys"] == [
        each.partition(":")[2] for each in kvs[:3]
    ]
    written = names.index("cloudfront-keyvaluestore:UpdateKeys")
    assert not [each for each in names[:written] if each.startswith("lambda:")]
    [period] = standby.state().periods
    assert (0, rendering) == (period.ends, period.rendering)
    assert 503 == standby.visit(distribution_id).status_code


def test_message_and_end_are_on_the_page(standby: StandbySite, distribution_id: str) -> None:
    """Retry-After counts down to the end, and once it has passed to nothing."""
    until = (datetime.now(UTC) + timedelta(minutes=30)).replace(microsecond=0)
    standby.site.becomes(f"on until {until:%Y-%m-%dT%H:%M:%SZ}: Upgrade")

    text, page = (standby.visit(distribution_id, accept) for accept in ("text/plain", "text/html"))

    assert "Upgrade" in text.text
    assert "Upgrade" in page.text
    assert f"{until:%Y-%m-%dT%H:%M}" in page.text
    assert 1_700 < int(text.headers["retry-after"]) <= 1_800
    assert "statusCode" in standby.visitor_at(until - timedelta(seconds=1))
    assert "uri" in standby.visitor_at(until)


def test_the_site_is_closed_before_its_page_is_rendered(
    standby: StandbySite, distribution_id: str
) -> None:
    """With the text of the message; the owner's page with it follows once S3 answers."""
    standby.site.puts("page.html", "<!doctype html><title>{{title}}</title><p>{{message}}</p>")
    standby.site.notices_the_page()
    default = standby.state().default
    sandbox = standby.site.cloud.sandbox
    sandbox.inject_fault("refuse", "s3:ListObjectsV2", times=99)

    with pytest.raises(RunFailed, match="page/ cannot be read"):
        standby.site.becomes("on: Upgrade")
    at_once = standby.state().periods[0]
    sandbox.clear_faults()
    standby.site.receives({"alarm_clock": True})

    assert (default, "Upgrade") == (at_once.rendering, at_once.message)
    assert default != standby.state().periods[0].rendering
    assert "Upgrade" in standby.visit(distribution_id, "text/html").text


def test_an_extension_moves_the_end_and_keeps_the_site_closed(
    standby: StandbySite, distribution_id: str
) -> None:
    """The edge has the new end by the same write."""
    standby.site.becomes("on for 10m: Upgrade")
    before = standby.state()
    standby.site.becomes("on for 2h: Upgrade")
    after = standby.state()

    assert before.generation < after.generation
    assert after.periods[0].ends > before.periods[0].ends + 6_000
    assert "statusCode" in standby.visitor_at(datetime.now(UTC) + timedelta(minutes=90))
    assert 503 == standby.visit(distribution_id).status_code


def test_deleting_the_switch_leaves_the_site_as_it_is(
    standby: StandbySite, distribution_id: str
) -> None:
    """Nothing is lifted, and the store is not written."""
    standby.site.becomes("on")
    before = standby.keys()
    standby.site.cloud.ssm.delete_parameter(Name="/site/maintenance")

    with pytest.raises(RunFailed, match="does not exist"):
        standby.site.receives({"sweep": True})

    assert before == standby.keys()
    assert 503 == standby.visit(distribution_id).status_code


def test_an_installation_is_complete_when_it_ends(
    standby: StandbySite, distribution_id: str
) -> None:
    """It publishes at once, whenever the code was published last."""
    standby.site.says("on: Upgrade")
    controller = standby.site.controller().controller.for_installation()

    report = controller.reconcile(standby.site.change_of_the_switch())

    found = read_code(standby.live_code().encode())
    assert found is not None
    assert () == report.errors
    assert standby.state() == found.state
    assert standby.state().default != found.state.periods[0].rendering
    assert 503 == standby.visit(distribution_id).status_code


@pytest.mark.promise
def test_no_distribution_is_ever_updated(standby: StandbySite, distribution_id: str) -> None:
    """Nor is its configuration read: the role needs neither right."""
    standby.site.becomes("on: Upgrade")
    standby.site.becomes("off")
    standby.site.receives({"sweep": True})

    names = {each["operation"] for each in standby.site.cloud.sandbox.calls()}
    assert not {"cloudfront:UpdateDistribution", "cloudfront:GetDistributionConfig"} & names
    assert distribution_id
