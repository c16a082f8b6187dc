"""Two controllers, refused calls, and a store that another hand has written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from maintenance.errors import RunFailed
from maintenance.standby.state import Period, State, encode_state

from tests.stories.site import SWITCH
from tests.stories.standby.site import StandbySite

_CONFLICT: dict[str, Any] = {"code": "ConflictException", "status": 409}
_TOO_FAST: dict[str, Any] = {"code": "TooManyRequestsException", "status": 429}
_UPDATE = "cloudfront-keyvaluestore:UpdateKeys"


def test_a_conflict_starts_over_from_reading(standby: StandbySite, distribution_id: str) -> None:
    """Another controller has written in between, so the state is read again."""
    standby.site.cloud.sandbox.inject_fault("refuse", _UPDATE, times=2, **_CONFLICT)

    report = standby.site.becomes("on")

    assert [] == report["errors"]
    assert 503 == standby.visit(distribution_id).status_code


def test_an_older_decision_does_not_replace_a_newer_one(
    standby: StandbySite, distribution_id: str
) -> None:
    """A run that read `on` is held before it reads the store; meantime it becomes off, and open."""
    standby.site.says("on")
    late = standby.site.controller()
    observed = late.controller.desired_state.read()
    standby.site.becomes("on")
    standby.site.becomes("off")
    late.controller.throttling.continue_while(
        lambda: late.controller.desired_state.read().visible == observed.visible
    )

    look = late.controller.site.apply(_observation(late, observed), None)

    assert "desired state changed" in look.outcomes[0].errors[0]
    assert 503 != standby.visit(distribution_id).status_code


@pytest.mark.usefixtures("distribution_id")
def test_the_next_sweep_finds_what_a_slow_run_has_written_before_it_crashed(
    standby: StandbySite,
) -> None:
    """It had read `on`; then the run of the off found an open site, so it had nothing to write."""
    an_hour_later = datetime.now(UTC) + timedelta(hours=1)
    standby.site.runs_at(an_hour_later - timedelta(minutes=1))
    late = standby.site.controller(clock=lambda: an_hour_later)
    standby.site.says("on")
    observed = late.controller.desired_state.read()
    standby.site.says("off")
    other = standby.site.controller(clock=lambda: an_hour_later)
    other.run(standby.site.change_of_the_switch())

    late.controller.site.apply(_observation(late, observed), None)
    between = standby.visitor_at(an_hour_later + timedelta(minutes=1))
    standby.site.runs_at(an_hour_later + timedelta(minutes=2))

    assert 503 == between["statusCode"]
    assert "uri" in standby.visitor_at(an_hour_later + timedelta(minutes=3))


def _observation(app: Any, desired: Any) -> Any:  # noqa: ANN401 - what the controller makes
    from maintenance.reconcile.observation import Observation  # noqa: PLC0415

    return Observation(desired, app.controller.distributions.list_distributions())


def test_a_store_that_is_throttled_fails_the_run_and_the_next_one_closes(
    standby: StandbySite, distribution_id: str
) -> None:
    """The error names the store; Lambda retries the run."""
    standby.site.cloud.sandbox.inject_fault(
        "refuse", "cloudfront-keyvaluestore:*", times=99, **_TOO_FAST
    )
    with pytest.raises(RunFailed, match=r"the key-value store .* cannot be read"):
        standby.site.becomes("on")
    opened = standby.visit(distribution_id).status_code

    standby.site.cloud.sandbox.clear_faults()
    standby.site.wakes()

    assert (True, 503) == (503 != opened, standby.visit(distribution_id).status_code)


def test_a_write_that_is_refused_is_an_error_of_each_distribution(
    standby: StandbySite, distribution_id: str
) -> None:
    """Which is left as it was."""
    standby.site.cloud.sandbox.inject_fault(
        "refuse", _UPDATE, code="AccessDeniedException", status=403, times=99
    )
    with pytest.raises(RunFailed, match=f"{distribution_id} is left as it was: the key-value stor"):
        standby.site.becomes("on")
    status = standby.site.status()

    assert "docs/iam.md" in status["last_error"]["message"]
    assert "live" == status["last_change"]["mode"]


def test_a_damaged_state_is_written_again(standby: StandbySite, distribution_id: str) -> None:
    """By the next run that reads it; until then the state in the code counts."""
    standby.site.becomes("on")
    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=10))
    standby.puts(state="?")
    between = standby.visit(distribution_id).status_code

    standby.site.receives({"alarm_clock": True})

    assert 503 == between
    assert 1 == len(standby.state().periods)


def test_a_period_that_the_function_refuses_is_written_again(
    standby: StandbySite, distribution_id: str
) -> None:
    """A number that cannot be a time, which closes the site with a plain text."""
    state = standby.state()
    wrong = State(state.generation + 1, state.languages, state.default, (Period(1, -1, ""),))
    standby.puts(state=encode_state(wrong))
    between = standby.visit(distribution_id).status_code

    standby.site.receives({"alarm_clock": True})

    assert 503 == between
    assert 503 != standby.visit(distribution_id).status_code


def test_an_empty_store_closes_too(standby: StandbySite, distribution_id: str) -> None:
    """Even if the owner's page cannot be read: then it is the packaged one."""
    keys = standby.keys()
    for key in keys:
        _delete(standby, key)
    standby.site.cloud.sandbox.inject_fault("refuse", "s3:ListObjectsV2", times=99)

    with pytest.raises(RunFailed, match="page/ cannot be read"):
        standby.site.becomes("on: Upgrade")

    assert (503, "text/html; charset=utf-8") == (
        (answer := standby.visit(distribution_id, "text/html")).status_code,
        answer.headers["content-type"],
    )


def test_a_store_that_loses_its_state_opens_no_site_without_a_switch(
    standby: StandbySite, distribution_id: str
) -> None:
    """At the edges the state in the code counts, so it does for the controller and the status."""
    standby.site.becomes("on: Upgrade")
    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=10))
    standby.site.cloud.ssm.delete_parameter(Name=SWITCH)
    _delete(standby, "state")
    with pytest.raises(RunFailed, match="does not exist"):
        standby.site.receives({"sweep": True})

    assert ["Upgrade"] == [each.message for each in standby.state().periods]
    assert 503 == standby.visit(distribution_id).status_code


def test_a_status_says_closed_of_a_store_without_a_state(
    standby: StandbySite, distribution_id: str
) -> None:
    """The published code closes the site."""
    standby.site.becomes("on")
    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=10))
    _delete(standby, "state")

    status = standby.site.receives({"status": True})

    assert "it is in maintenance" == status["distributions"][0]["behaviors"][0]["reason"]
    assert 503 == standby.visit(distribution_id).status_code


def _delete(standby: StandbySite, key: str) -> None:
    client = standby.site.cloud.key_values
    etag = client.describe_key_value_store(KvsARN=standby.store)["ETag"]
    client.delete_key(KvsARN=standby.store, Key=key, IfMatch=etag)


def test_a_state_from_the_future_is_outdone(standby: StandbySite, distribution_id: str) -> None:
    """A generation that another hand wrote, an hour ahead: the next write has one more."""
    ahead = int((datetime.now(UTC) + timedelta(hours=1)).timestamp() * 1_000)
    state = standby.state()
    open_state = State(ahead, state.languages, state.default, ())
    standby.puts(state=encode_state(open_state))

    standby.site.becomes("on")

    assert ahead + 1 <= standby.state().generation
    assert 503 == standby.visit(distribution_id).status_code


@pytest.mark.parametrize("generation", [9_999_999_999_999, 999_999_999_999_999])
def test_a_generation_that_is_no_time_keeps_no_site_closed(
    standby: StandbySite, distribution_id: str, generation: int
) -> None:
    """Written by hand in a hurry, so that it counts for sure; the switch opens and closes again."""
    state = standby.state()
    period = Period(1, 0, state.default)
    by_hand = State(generation, state.languages, state.default, (period,))
    standby.puts(state=encode_state(by_hand))
    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=6))
    between = standby.visit(distribution_id).status_code

    standby.site.becomes("off")
    standby.site.receives({"sweep": True})
    opened = standby.visit(distribution_id).status_code
    standby.site.becomes("on")
    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=20))

    assert (True, True) == (503 != between, 503 != opened)
    assert 503 == standby.visit(distribution_id).status_code


def test_a_site_closed_by_hand_opens_with_the_next_sweep(
    standby: StandbySite, distribution_id: str
) -> None:
    """A sweep after a write reads the store, as a slower run may have written it."""
    state = standby.state()
    period = Period(1, 0, state.default)
    closed = State(state.generation + 1, state.languages, state.default, (period,))
    standby.puts(state=encode_state(closed))
    between = standby.visit(distribution_id).status_code

    report = standby.site.receives({"sweep": True})

    assert 503 == between
    assert "open" == report["distributions"][0]["behaviors"][0]["action"]
    assert 503 != standby.visit(distribution_id).status_code
