"""What a sweep costs, and what it repairs: the store, the code, and renderings that are unused."""

from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest
from maintenance.standby.program import bake
from maintenance.standby.state import encode_state
from msgspec.structs import replace

from tests.stories.standby.site import FUNCTION, StandbySite


def _in(**passed: int) -> datetime:
    """Return the time when this has passed."""
    return datetime.now(UTC) + timedelta(**passed)


def _settle(standby: StandbySite) -> None:
    """Let the sweep come that reads the store after the last write."""
    standby.site.runs_at(_in(minutes=20))


@pytest.mark.promise
@pytest.mark.usefixtures("distribution_id")
def test_a_sweep_of_a_settled_site_asks_the_store_nothing(standby: StandbySite) -> None:
    """A call costs a tenth of a cent, and there are a hundred sweeps a day."""
    _settle(standby)
    before = standby.calls()

    standby.site.runs_at(_in(minutes=35))
    standby.site.becomes("on")
    toggled = standby.calls()
    standby.site.runs_at(_in(minutes=50))
    standby.site.runs_at(_in(minutes=65))
    closed = standby.calls()
    standby.site.runs_at(_in(minutes=80))

    assert ["DescribeKeyValueStore", "GetKey", "UpdateKeys"] == toggled[len(before) :][:3]
    assert closed == standby.calls()


@pytest.mark.usefixtures("distribution_id")
def test_a_sweep_of_a_settled_site_renders_no_page(standby: StandbySite) -> None:
    """That takes a second of a processor; the package that it needs is read once a day."""
    _settle(standby)
    sandbox = standby.site.cloud.sandbox
    before = sandbox.calls("lambda:GetFunction")

    standby.site.runs_at(_in(minutes=35))
    swept = sandbox.calls("lambda:GetFunction")
    standby.site.runs_at(_in(hours=25))

    assert before == swept
    assert len(swept) + 1 == len(sandbox.calls("lambda:GetFunction"))


@pytest.mark.usefixtures("distribution_id")
def test_a_sweep_soon_after_a_write_reads_the_state(standby: StandbySite) -> None:
    """A slower run with an older decision may have written it since, for as long as runs last."""
    before = standby.calls()

    standby.site.runs_at(_in(minutes=5))

    assert ["DescribeKeyValueStore", "GetKey"] == standby.calls()[len(before) :]


@pytest.mark.promise
def test_once_a_day_a_sweep_repairs_what_was_changed_by_hand(
    standby: StandbySite, distribution_id: str
) -> None:
    """Any key of ours: here a part of the page is gone, and the settings let all through."""
    _settle(standby)
    before = standby.keys()
    page = next(key for key in before if ".h.0" in key)
    standby.puts(**{page: "?", "settings": before["settings"].replace('"a":[', '"a":["/*",')})
    standby.site.runs_at(_in(hours=1))
    trusted = standby.keys()

    standby.site.runs_at(_in(hours=25))

    assert "?" == trusted[page]
    assert (before[page], before["settings"]) == (
        standby.keys()[page],
        standby.keys()["settings"],
    )
    assert distribution_id


def test_a_sweep_that_a_person_asks_for_repairs_at_once(
    standby: StandbySite, distribution_id: str
) -> None:
    """As doctor advises, here after someone has spoilt the state and the page."""
    standby.site.becomes("on: Upgrade")
    _settle(standby)
    before = standby.keys()
    some = [key for key in before if ".h." in key or key == "state"]
    standby.puts(**dict.fromkeys(some[-40:], "?"))
    standby.site.runs_at(_in(minutes=35))
    assert "?" == standby.keys()["state"]

    standby.site.receives({"sweep": True})

    after = standby.keys()
    assert before.keys() == after.keys()
    assert [key for key in before if before[key] != after[key]] == ["state"]
    assert "Upgrade" in standby.visit(distribution_id, "text/html").text


def test_a_change_of_the_switch_finds_a_state_that_was_changed_by_hand(
    standby: StandbySite, distribution_id: str
) -> None:
    """Each write reads first."""
    standby.site.becomes("on")
    state = standby.state()
    standby.puts(state=encode_state(replace(state, generation=state.generation + 1, periods=())))
    assert 503 != standby.visit(distribution_id).status_code

    standby.site.becomes("on")

    assert 503 == standby.visit(distribution_id).status_code


@pytest.mark.usefixtures("distribution_id")
def test_code_that_was_changed_by_hand_is_published_again(standby: StandbySite) -> None:
    """It costs nothing to read, so each sweep does."""
    _settle(standby)
    before = standby.live_code()
    _publish(standby, before.replace("503", "502").encode())

    standby.site.runs_at(_in(minutes=35))

    assert before == standby.live_code()


@pytest.mark.usefixtures("distribution_id")
def test_code_with_a_state_of_the_future_does_not_keep_the_site_open(
    standby: StandbySite,
) -> None:
    """It would count everywhere, so the store gets a newer one, and the code follows."""
    standby.site.becomes("on")
    ahead = replace(standby.state(), generation=int(_in(hours=1).timestamp() * 1_000), periods=())
    program = resources.files("maintenance.standby").joinpath("function.js").read_text()
    _publish(standby, bake(program, ahead, ()))
    assert "uri" in standby.visitor_at(_in(minutes=1))

    standby.site.runs_at(_in(minutes=6))

    assert standby.state().generation > ahead.generation
    assert 503 == standby.visitor_at(_in(minutes=6))["statusCode"]


def _publish(standby: StandbySite, code: bytes) -> None:
    client = standby.site.cloud.cloudfront
    found = client.describe_function(Name=FUNCTION, Stage="DEVELOPMENT")
    updated = client.update_function(
        Name=FUNCTION,
        IfMatch=found["ETag"],
        FunctionConfig=found["FunctionSummary"]["FunctionConfig"],
        FunctionCode=code,
    )
    client.publish_function(Name=FUNCTION, IfMatch=updated["ETag"])


@pytest.mark.usefixtures("distribution_id")
def test_renderings_that_nothing_names_are_deleted_after_an_hour(standby: StandbySite) -> None:
    """Until then an edge may still have the state that named them."""
    standby.site.becomes("on: Upgrade")
    announced = standby.state().periods[0].rendering
    standby.site.becomes("off")
    standby.site.runs_at(_in(minutes=2))
    after_off = standby.keys()
    standby.site.runs_at(_in(days=1, hours=2))

    assert [key for key in after_off if key.startswith(f"{announced}.")]
    assert not [key for key in standby.keys() if key.startswith(f"{announced}.")]  # noqa: SIM118
