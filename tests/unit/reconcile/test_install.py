"""Coming and going, between a switch and a controller that only remember what was asked of them."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import ConfigurationError, ObservationError, RunFailed
from maintenance.model import Mode
from maintenance.reconcile.install import Installation
from maintenance.reporting.report import Outcome, Report
from maintenance.schedule.switch import ReadSwitch, Says, Switch, parse_switch
from maintenance.wakeup import ParameterChanged

from tests.builders import NOW, a_decision, a_switch

NEWS = ParameterChanged("/site/maintenance", NOW)


@dataclass
class _World:
    """The switch and the controller, and what was done to them, in order."""

    switch: Switch | None = None
    errors: tuple[str, ...] = ()
    mode: Mode = Mode.LIVE
    done: list[str] = field(default_factory=list)

    def read_switch(self) -> ReadSwitch:
        return ReadSwitch(self.switch, None if self.switch else "the switch does not exist")

    def write_switch(self, value: str) -> ParameterChanged:
        self.done.append(value)
        return NEWS

    def plan(self, changed: ParameterChanged | None = None) -> Report:
        self.done.append(f"plan, having heard {changed}")
        return Report(a_decision(), input_errors=self.errors)

    def reconcile(self, changed: ParameterChanged | None = None) -> Report:
        self.done.append(f"reconcile, having heard {changed}")
        stuck = Outcome("E1", "Deployed", (), errors=self.errors)
        return Report(a_decision(self.mode), (stuck,), input_errors=("another thing is wrong",))


class _Unreachable(_World):
    """A switch that cannot be read or written."""

    def read_switch(self) -> ReadSwitch:
        raise ObservationError("SSM does not answer")

    def write_switch(self, value: str) -> ParameterChanged:
        raise ObservationError(f"SSM does not take {value}")


def _carry_out(request_type: str | None, world: _World) -> list[str]:
    Installation("site", world, world).carry_out(_request(request_type))
    return world.done


def _request(request_type: str | None) -> dict[str, object]:
    properties = {"SwitchParameter": "/site/maintenance"}
    return {
        "RequestType": request_type,
        "ResourceProperties": properties,
        "OldResourceProperties": properties,
    }


def test_coming_writes_the_switch_where_there_is_none() -> None:
    """And then looks whether the settings mean anything; a stale read must not spoil it."""
    assert ["off", f"plan, having heard {NEWS}"] == _carry_out("Create", _World())


@pytest.mark.parametrize("says", Says)
@pytest.mark.parametrize("message", [None, "left by my colleague"])
def test_coming_leaves_a_switch_that_says_something(says: Says, message: str | None) -> None:
    """A site that is in maintenance stays so."""
    assert ["plan, having heard None"] == _carry_out(
        "Create", _World(a_switch(says, message=message))
    )


def test_coming_takes_over_what_a_deleted_stack_has_left() -> None:
    """Its `off` would skip every window for ever."""
    gone = _World()
    value = _carry_out("Delete", gone)[0]
    left = parse_switch(value, written=NOW, zone=ZoneInfo("UTC"))

    assert ["off", f"plan, having heard {NEWS}"] == _carry_out("Create", _World(left))


def test_coming_fails_if_the_settings_mean_nothing() -> None:
    """So that the deployment says so, and not the first maintenance."""
    with pytest.raises(RunFailed, match=r"cannot look after its site: no such thing \| nor such"):
        _carry_out("Create", _World(errors=("no such thing", "nor such")))


@pytest.mark.parametrize("switch", [None, a_switch(Says.ON)])
def test_an_update_of_something_else_touches_nothing(switch: Switch | None) -> None:
    """An upgrade must not reset a live `on`."""
    assert [] == _carry_out("Update", _World(switch, errors=("anything",)))


def test_an_update_that_tells_no_properties_touches_nothing() -> None:
    """One that somebody sends by hand, say."""
    world = _World()

    Installation("site", world, world).carry_out({"RequestType": "Update"})

    assert [] == world.done


@pytest.mark.parametrize(("switch", "expected"), [(None, ["off"]), (a_switch(Says.ON), [])])
def test_an_update_to_another_switch_writes_it_where_there_is_none(
    switch: Switch | None, expected: list[str]
) -> None:
    """The stack would watch a parameter that does not exist; one that does, it leaves alone."""
    world = _World(switch)
    old = {"OldResourceProperties": {"SwitchParameter": "/another/name"}}

    Installation("site", world, world).carry_out(_request("Update") | old)

    assert expected == world.done


def test_going_writes_an_off_that_outlasts_every_window_and_lifts_all() -> None:
    """In this order, or a window would close the site again; and a stale read must not undo it."""
    expected = [
        "off until 9999-12-31T00:00Z: left by the deleted stack site",
        f"reconcile, having heard {NEWS}",
    ]

    assert expected == _carry_out("Delete", _World(a_switch()))


def test_going_fails_if_the_site_is_not_as_it_was() -> None:
    """Better a stack that stays than a site that is stranded. Other faults do not keep it."""
    reason = r"^the site is not as it was before maintenance: E1 is stuck \| E1 is gone$"
    with pytest.raises(RunFailed, match=reason):
        _carry_out("Delete", _World(errors=("E1 is stuck", "E1 is gone")))


@pytest.mark.parametrize("mode", [Mode.MAINTENANCE, Mode.UNCHANGED])
def test_going_fails_if_somebody_wants_the_site_closed(mode: Mode) -> None:
    """What was written after the deletion began must not lose its controller."""
    with pytest.raises(RunFailed, match="not as it was before maintenance"):
        _carry_out("Delete", _World(a_switch(), mode=mode))


@pytest.mark.parametrize("request_type", ["Create", "Delete"])
def test_what_cannot_be_read_or_written_is_told(request_type: str) -> None:
    """The reason reaches whoever asked."""
    with pytest.raises(ObservationError, match="SSM does not"):
        _carry_out(request_type, _Unreachable())


@pytest.mark.parametrize("request_type", [None, "Replace"])
def test_another_request_is_refused(request_type: str | None) -> None:
    """There are three."""
    with pytest.raises(ConfigurationError, match=f"no request type {request_type!r}"):
        _carry_out(request_type, _World())
