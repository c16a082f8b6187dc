"""The custom resource, with a switch and a controller that only record what they are asked for."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import ConfigurationError, ObservationError, RunFailed
from maintenance.model import Mode
from maintenance.reconcile.install import Installation
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.status import Status
from maintenance.reporting.status_document import encode_status
from maintenance.schedule.switch import ReadSwitch, Says, Switch, parse_switch
from maintenance.wakeup import ParameterChanged, Wakeup

from tests.builders import NOW, a_decision, a_switch

CHANGED = ParameterChanged("/site/maintenance", NOW)


@dataclass
class _World:
    """The switch and the controller; `done` records the calls in order."""

    switch: Switch | None = None
    errors: tuple[str, ...] = ()
    mode: Mode = Mode.LIVE
    status: str | None = None
    done: list[str] = field(default_factory=list)

    def read_switch(self) -> ReadSwitch:
        return ReadSwitch(self.switch, None if self.switch else "the switch does not exist")

    def write_switch(self, value: str) -> ParameterChanged:
        self.done.append(value)
        return CHANGED

    def plan(self, changed: ParameterChanged | None = None) -> Report:
        self.done.append(f"plan, after {changed}")
        return Report(a_decision(), input_errors=self.errors)

    def reconcile(self, wakeup: Wakeup) -> Report:
        self.done.append(f"reconcile, after {wakeup}")
        stuck = Outcome("E1", "Deployed", (), errors=self.errors)
        return Report(a_decision(self.mode), (stuck,), input_errors=("another thing is wrong",))


@dataclass
class _Status:
    """What the parameter of the status holds."""

    text: str | None = None
    name: str = "/site/maintenance/status"

    def read(self) -> str | None:
        return self.text


class _Unreachable(_World):
    """A switch that cannot be read or written."""

    def read_switch(self) -> ReadSwitch:
        raise ObservationError("SSM does not answer")

    def write_switch(self, value: str) -> ParameterChanged:
        raise ObservationError(f"SSM does not take {value}")


def _handle(request_type: str | None, world: _World) -> list[str]:
    Installation("site", world, world, _Status(world.status)).handle(_request(request_type))
    return world.done


def _request(request_type: str | None) -> dict[str, object]:
    properties = {"SwitchParameter": "/site/maintenance"}
    return {
        "RequestType": request_type,
        "ResourceProperties": properties,
        "OldResourceProperties": properties,
    }


def test_create_writes_a_missing_switch() -> None:
    """And then checks the settings, with a read that is no older than that write."""
    assert ["off", f"plan, after {CHANGED}"] == _handle("Create", _World())


@pytest.mark.parametrize("text", ["", "green", "[]", '{"state": "green"}'])
def test_create_refuses_a_status_of_another_application(text: str) -> None:
    """The first run would overwrite it; nothing has been written yet."""
    world = _World(status=text)

    with pytest.raises(ConfigurationError, match=r"^the parameter /site/maintenance/status .* els"):
        _handle("Create", world)

    assert [] == world.done


def test_create_takes_over_the_status_of_an_earlier_stack() -> None:
    """That could not delete it."""
    left = encode_status(Status(Mode.LIVE, "so"))

    assert ["off", f"plan, after {CHANGED}"] == _handle("Create", _World(status=left))


def test_update_to_another_switch_refuses_a_status_of_another_application() -> None:
    """The update is rolled back to the earlier name."""
    old = {"OldResourceProperties": {"SwitchParameter": "/another/name"}}
    installation = Installation("site", _World(), _World(), _Status("green"))

    with pytest.raises(ConfigurationError, match="choose another SwitchParameter"):
        installation.handle(_request("Update") | old)


@pytest.mark.parametrize("says", Says)
@pytest.mark.parametrize("message", [None, "left by my colleague"])
def test_create_leaves_an_existing_switch_alone(says: Says, message: str | None) -> None:
    """A site that is in maintenance stays in maintenance."""
    assert ["plan, after None"] == _handle("Create", _World(a_switch(says, message=message)))


def test_create_overwrites_the_switch_that_a_deleted_stack_has_left() -> None:
    """Its `off` would skip every window for ever."""
    gone = _World()
    value = _handle("Delete", gone)[0]
    left = parse_switch(value, written=NOW, zone=ZoneInfo("UTC"))

    assert ["off", f"plan, after {CHANGED}"] == _handle("Create", _World(left))


def test_create_fails_if_the_settings_are_invalid() -> None:
    """So that the deployment shows it, and not the first maintenance."""
    with pytest.raises(RunFailed, match=r"cannot manage its site: no such thing \| nor such"):
        _handle("Create", _World(errors=("no such thing", "nor such")))


@pytest.mark.parametrize("switch", [None, a_switch(Says.ON)])
def test_update_of_another_property_writes_nothing(switch: Switch | None) -> None:
    """An upgrade must not reset a live `on`."""
    assert [] == _handle("Update", _World(switch, errors=("anything",)))


def test_update_without_properties_writes_nothing() -> None:
    """Such as one that was sent manually."""
    world = _World()

    Installation("site", world, world, _Status()).handle({"RequestType": "Update"})

    assert [] == world.done


@pytest.mark.parametrize(("switch", "expected"), [(None, ["off"]), (a_switch(Says.ON), [])])
def test_update_to_another_switch_writes_it_if_it_is_missing(
    switch: Switch | None, expected: list[str]
) -> None:
    """Otherwise the stack would watch a parameter that does not exist."""
    world = _World(switch)
    old = {"OldResourceProperties": {"SwitchParameter": "/another/name"}}

    Installation("site", world, world, _Status()).handle(_request("Update") | old)

    assert expected == world.done


def test_delete_writes_an_off_that_outlasts_every_window_and_opens_the_site() -> None:
    """In this order, or a window would close the site again; and with a read that is new enough."""
    expected = [
        "off until 9999-12-31T00:00Z: left by the deleted stack site",
        f"reconcile, after {CHANGED}",
    ]

    assert expected == _handle("Delete", _World(a_switch()))


def test_delete_fails_if_a_distribution_cannot_be_opened() -> None:
    """A stack that stays is better than a site left closed. Other errors do not keep it."""
    reason = r"^the site is not as it was before maintenance: E1 is stuck \| E1 is gone$"
    with pytest.raises(RunFailed, match=reason):
        _handle("Delete", _World(errors=("E1 is stuck", "E1 is gone")))


@pytest.mark.parametrize("mode", [Mode.MAINTENANCE, Mode.UNCHANGED])
def test_delete_fails_if_the_site_is_to_be_closed_again(mode: Mode) -> None:
    """A switch that was written after the deletion began must not lose its controller."""
    with pytest.raises(RunFailed, match="not as it was before maintenance"):
        _handle("Delete", _World(a_switch(), mode=mode))


@pytest.mark.parametrize("request_type", ["Create", "Delete"])
def test_an_unreachable_switch_fails_the_request(request_type: str) -> None:
    """With the reason, which CloudFormation shows."""
    with pytest.raises(ObservationError, match="SSM does not"):
        _handle(request_type, _Unreachable())


@pytest.mark.parametrize("request_type", [None, "Replace"])
def test_an_unknown_request_type_is_refused(request_type: str | None) -> None:
    """CloudFormation documents three."""
    with pytest.raises(ConfigurationError, match=f"no request type {request_type!r}"):
        _handle(request_type, _World())
