"""What visitors get, and what is announced of it, as with the other engine."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from maintenance.errors import RunFailed

from tests.stories.site import STATUS
from tests.stories.standby.site import StandbySite

type News = Callable[[], list[dict[str, Any]]]


@pytest.mark.promise
def test_a_toggle_is_accepted_and_half_a_minute_later_deployed(
    standby: StandbySite, distribution_id: str, news: News
) -> None:
    """The same events as with the other engine; the text says how long it takes."""
    closing = standby.site.becomes("on")
    [accepted] = news()
    closed = standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=1))
    [deployed] = news()

    assert "InProgress" == closing["distributions"][0]["status"]
    assert "about half a minute to reach every edge" in accepted["detail"]["text"]
    assert "Deployed" == closed["distributions"][0]["status"]
    assert "deployed" == deployed["detail"]["phase"]
    assert distribution_id


def test_the_short_answer_names_the_state(standby: StandbySite, distribution_id: str) -> None:
    """CLOSING for half a minute, and CLOSED after it."""
    standby.site.becomes("on")
    now = datetime.now(UTC)

    closing = standby.site.receives({"status": True, "brief": True})
    standby.site.runs_at(now + timedelta(minutes=1))

    assert ("closing", 1) == (closing["state"], closing["counts"]["deploying"])
    assert distribution_id


def test_a_status_before_the_run_has_ended_is_not_closed_yet(
    standby: StandbySite, distribution_id: str
) -> None:
    """The store is written, and the status parameter is still that of the run before."""
    before = standby.site.cloud.ssm.get_parameter(Name=STATUS)["Parameter"]["Value"]
    standby.site.becomes("on")
    standby.site.cloud.ssm.put_parameter(Name=STATUS, Value=before, Overwrite=True)

    status = standby.site.receives({"status": True, "brief": True})

    assert "closing" == status["state"]
    assert distribution_id


def test_a_plan_says_what_would_close(standby: StandbySite, distribution_id: str) -> None:
    """It reads the store, and changes nothing."""
    standby.site.says("on")
    before = standby.keys()

    plan = standby.site.receives({"plan": True})

    [step] = plan["distributions"][0]["behaviors"]
    assert ("close", "it has the standby function") == (step["action"], step["reason"])
    assert before == standby.keys()
    assert distribution_id


def test_a_plan_names_a_page_that_is_refused(standby: StandbySite, distribution_id: str) -> None:
    """So that its owner fixes it while the site is open."""
    standby.site.puts("page.html", "<script src='https://elsewhere.example/a.js'></script>")

    plan = standby.site.receives({"plan": True})

    assert "page/page.html" in plan["errors"][0]
    assert distribution_id


def test_a_status_without_the_store_says_why(standby: StandbySite, distribution_id: str) -> None:
    """The rest is shown even so."""
    standby.site.cloud.sandbox.inject_fault(
        "refuse", "cloudfront-keyvaluestore:*", code="AccessDeniedException", status=403, times=9
    )

    status = standby.site.receives({"status": True})

    assert "the key-value store" in status["errors"][0]
    assert "live" == status["mode"]
    assert distribution_id


def test_the_end_of_a_failure_is_announced(
    standby: StandbySite, distribution_id: str, news: News
) -> None:
    """As for any other run."""
    sandbox = standby.site.cloud.sandbox
    sandbox.inject_fault(
        "refuse", "cloudfront-keyvaluestore:*", code="AccessDeniedException", status=403, times=99
    )
    with pytest.raises(RunFailed):
        standby.site.becomes("on")
    sandbox.clear_faults()
    standby.site.wakes()

    titles = [each["detail"]["title"] for each in news()]
    assert "The controller reports an error" in titles
    assert "The controller works again" in titles
    assert distribution_id
