"""SSM answers with what was there before the change that woke the controller."""

from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import RunFailed
from maintenance.schedule.times import format_to_second
from maintenance.wakeup import ParameterChanged

from tests.stories.site import SWITCH, Site

WINDOW = f"{SWITCH}/windows/upgrade"
# A change that no answer of SSM knows of yet.
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)


def run(site: Site, changed: ParameterChanged) -> dict[str, object]:
    """Let the change wake the controller; return its report."""
    return site.controller(clock=lambda: SOON).run(changed)


@pytest.mark.usefixtures("distribution_id")
@pytest.mark.parametrize(("name", "is_deleted"), [(SWITCH, False), (WINDOW, False), (WINDOW, True)])
def test_a_read_that_is_older_than_its_event_is_a_notice_and_repeated(
    site: Site, name: str, *, is_deleted: bool
) -> None:
    """The run acts on what it knows, and another one follows in a minute."""
    site.schedules("upgrade", f"at({SOON + timedelta(days=1):%Y-%m-%dT%H:%M}) for 1h")
    site.runs_at(SOON)

    report = run(site, ParameterChanged(name, SOON, deleted=is_deleted))

    older = f"SSM's answer is older than the change of {name} at {format_to_second(SOON)}"
    assert [f"{older}: the controller reads it again in a minute"] == report["notices"]
    assert f"at({SOON + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S})" == site.alarm()


@pytest.mark.usefixtures("distribution_id")
@pytest.mark.parametrize("name", [SWITCH, WINDOW])
def test_a_parameter_that_is_missing_after_it_was_written_is_one_too(site: Site, name: str) -> None:
    """It was deleted since, or the answer is from before it was created."""
    if name == SWITCH:
        site.cloud.ssm.delete_parameter(Name=SWITCH)
        with pytest.raises(RunFailed, match="does not exist"):
            run(site, ParameterChanged(name, SOON))
    else:
        assert "SSM's answer is older" in str(run(site, ParameterChanged(name, SOON))["notices"])

    assert f"at({SOON + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S})" == site.alarm()


@pytest.mark.usefixtures("distribution_id")
@pytest.mark.parametrize("name", [SWITCH, WINDOW])
def test_a_read_that_knows_of_the_change_is_none(site: Site, name: str) -> None:
    """The time of an event has whole seconds, and may be a moment later than that of SSM."""
    site.schedules("upgrade", f"at({SOON + timedelta(days=1):%Y-%m-%dT%H:%M}) for 1h")
    found = site.cloud.ssm.get_parameter(Name=name)["Parameter"]
    written = found["LastModifiedDate"].astimezone(UTC)

    assert [] == run(site, ParameterChanged(name, written + timedelta(seconds=1)))["notices"]
