"""The state in the published code follows the store, calmly."""

from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import RunFailed
from maintenance.standby.publishing import read_code
from maintenance.standby.state import Period, State, encode_state
from maintenance.wakeup import AlarmClockRang
from msgspec.structs import replace

from tests.stories.site import BUCKET
from tests.stories.standby.site import FUNCTION, StandbySite

_PROGRAM = "standby/program.js"
_PUBLISH = "cloudfront:PublishFunction"
_THEIRS = "const BAKED=__BAKED__;function handler(e){return {statusCode:418}}"


def _baked(standby: StandbySite) -> State:
    found = read_code(standby.live_code().encode())
    assert found is not None
    return found.state


def _publishes(standby: StandbySite) -> int:
    return len(standby.site.cloud.sandbox.calls(_PUBLISH))


@pytest.mark.usefixtures("distribution_id")
def test_the_first_sweep_publishes_our_program(standby: StandbySite) -> None:
    """The template's own lets all through."""
    assert standby.state() == _baked(standby)


@pytest.mark.promise
def test_a_toggle_is_published_when_the_last_one_is_five_minutes_old(
    standby: StandbySite, distribution_id: str
) -> None:
    """The alarm clock wakes the run that does it."""
    before = _publishes(standby)
    standby.site.becomes("on")
    at_once, alarm = _publishes(standby), standby.site.alarm()

    later = datetime.now(UTC) + timedelta(minutes=6)
    standby.site.controller(clock=lambda: later).run(AlarmClockRang())

    assert (before, before + 1) == (at_once, _publishes(standby))
    assert alarm is not None
    assert standby.state() == _baked(standby)
    assert distribution_id


def test_a_closed_site_stays_closed_while_the_store_cannot_be_read(
    standby: StandbySite, distribution_id: str
) -> None:
    """At the edge: the state in the code counts."""
    standby.site.becomes("on")
    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=6))
    standby.site.cloud.sandbox.set(failing_reads=1)

    assert 503 == standby.visit(distribution_id).status_code


@pytest.mark.usefixtures("distribution_id")
def test_a_composed_program_is_published(standby: StandbySite) -> None:
    """The owner's, from the state bucket; it has to take the state in."""
    standby.site.cloud.s3.put_object(Bucket=BUCKET, Key=_PROGRAM, Body=_THEIRS)

    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=6))
    composed = standby.live_code()
    standby.site.cloud.s3.delete_object(Bucket=BUCKET, Key=_PROGRAM)
    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=12))

    assert "statusCode:418" in composed
    assert "statusCode:418" not in standby.live_code()


def test_a_composed_program_without_room_keeps_what_is_published(
    standby: StandbySite, distribution_id: str
) -> None:
    """Theirs may be their authentication; the store closes even so."""
    before = standby.live_code()
    standby.site.cloud.s3.put_object(Bucket=BUCKET, Key=_PROGRAM, Body="function handler() {}")

    with pytest.raises(RunFailed, match="__BAKED__ 0 times"):
        standby.site.becomes("on")

    assert before == standby.live_code()
    assert 503 == standby.visit(distribution_id).status_code


@pytest.mark.usefixtures("distribution_id")
def test_a_publish_that_is_refused_is_an_error_and_tried_again(standby: StandbySite) -> None:
    """The site is closed by the store even so."""
    standby.site.becomes("on")
    sandbox = standby.site.cloud.sandbox
    sandbox.inject_fault(
        "refuse", "cloudfront:UpdateFunction", code="AccessDenied", status=403, times=9
    )
    later = datetime.now(UTC) + timedelta(minutes=6)
    with pytest.raises(RunFailed, match="the function site-standby was not published"):
        standby.site.runs_at(later)
    sandbox.clear_faults()

    standby.site.runs_at(later)

    assert standby.state() == _baked(standby)


@pytest.mark.usefixtures("distribution_id")
def test_open_paths_that_were_not_published_are_published_by_the_next_sweep(
    standby: StandbySite,
) -> None:
    """The store has them already, so there is nothing else to render or to write."""
    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=20))
    sandbox = standby.site.cloud.sandbox
    standby.site.puts("settings.json", '{"allowed_paths": ["/health"]}')
    sandbox.inject_fault(
        "refuse", "cloudfront:UpdateFunction", code="AccessDenied", status=403, times=9
    )
    later = datetime.now(UTC) + timedelta(minutes=25)
    for _ in range(2):
        with pytest.raises(RunFailed, match="the function site-standby was not published"):
            standby.site.runs_at(later)
    sandbox.clear_faults()

    standby.site.runs_at(later)

    found = read_code(standby.live_code().encode())
    assert found is not None
    assert "/health" in found.paths


@pytest.mark.usefixtures("distribution_id")
def test_a_conflict_of_two_publishes_starts_over(standby: StandbySite) -> None:
    """Of two controllers one comes first."""
    standby.site.becomes("on")
    standby.site.cloud.sandbox.inject_fault(
        "refuse", "cloudfront:UpdateFunction", code="PreconditionFailed", status=412, times=1
    )

    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=6))

    assert standby.state() == _baked(standby)


@pytest.mark.usefixtures("distribution_id")
def test_what_somebody_wrote_by_hand_is_not_published(standby: StandbySite) -> None:
    """A sweep that trusts its note publishes another program, but not with times of theirs."""
    later = datetime.now(UTC) + timedelta(minutes=20)
    standby.site.runs_at(later)
    state = standby.state()
    closed = replace(state, generation=state.generation + 1, periods=(Period(1, 0, state.default),))
    standby.puts(state=encode_state(closed))
    standby.site.cloud.s3.put_object(Bucket=BUCKET, Key=_PROGRAM, Body=_THEIRS)
    before = standby.live_code()

    standby.site.runs_at(later + timedelta(minutes=15))
    trusted = standby.live_code()
    # The first one opens the site, and leaves the rest to the next one.
    standby.site.runs_at(later + timedelta(days=1, minutes=1))
    standby.site.runs_at(later + timedelta(days=1, minutes=2))

    assert before == trusted
    assert "statusCode:418" in standby.live_code()
    assert ((), ()) == (_baked(standby).periods, standby.state().periods)


def test_a_function_without_its_store_gets_it_again_at_once(
    standby: StandbySite, distribution_id: str
) -> None:
    """Visitors would get in otherwise, though the store says that the site is closed."""
    cloudfront = standby.site.cloud.cloudfront
    described = cloudfront.describe_function(Name=FUNCTION, Stage="DEVELOPMENT")
    config = described["FunctionSummary"]["FunctionConfig"]
    updated = cloudfront.update_function(
        Name=FUNCTION,
        IfMatch=described["ETag"],
        FunctionConfig={"Comment": "", "Runtime": config["Runtime"]},
        FunctionCode=standby.live_code().encode(),
    )
    cloudfront.publish_function(Name=FUNCTION, IfMatch=updated["ETag"])

    standby.site.becomes("on")
    closed = standby.visit(distribution_id).status_code
    standby.site.becomes("off")

    assert (503, True) == (closed, 503 != standby.visit(distribution_id).status_code)
