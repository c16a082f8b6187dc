"""The custom resource, with a switch and a controller that only record what they are asked for."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import ConfigurationError, ObservationError, RunFailed
from maintenance.model import Association, Distribution, Mode
from maintenance.reconcile.engine_switch import EngineSwitch
from maintenance.reconcile.install import Installation
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.status import Status, StoreNote
from maintenance.reporting.status_document import encode_status
from maintenance.schedule.switch import ReadSwitch, Says, Switch, parse_switch
from maintenance.wakeup import ParameterChanged, Sweep, Wakeup

from tests.builders import (
    ACCOUNT,
    EDGE,
    NOW,
    OURS,
    a_behavior,
    a_decision,
    a_distribution,
    a_function,
    a_switch,
)

CHANGED = ParameterChanged("/site/maintenance", NOW)
FUNCTION = f"arn:aws:cloudfront::{ACCOUNT}:function/site-maintenance-1"
STANDBY = a_function(name="site-maintenance-1")
NOTE = StoreNote(1, "", read=NOW)


@dataclass
class _World:
    """The switch and the controller; `done` records the calls in order."""

    switch: Switch | None = None
    errors: tuple[str, ...] = ()
    mode: Mode = Mode.LIVE
    status: str | None = None
    listing: tuple[Distribution, ...] = ()
    input_errors: tuple[str, ...] = ("another thing is wrong",)
    housekeeping_errors: tuple[str, ...] = ()
    store: StoreNote | None = NOTE
    done: list[str] = field(default_factory=list)

    def read_switch(self) -> ReadSwitch:
        return ReadSwitch(self.switch, None if self.switch else "the switch does not exist")

    def write_switch(self, value: str) -> ParameterChanged:
        self.done.append(value)
        return CHANGED

    def plan(self, changed: ParameterChanged | None = None) -> Report:
        self.done.append(f"plan, after {changed}")
        return Report(a_decision(self.mode), input_errors=self.errors)

    def list_distributions(self) -> tuple[Distribution, ...]:
        return self.listing

    def reconcile(self, wakeup: Wakeup) -> Report:
        self.done.append(f"reconcile, after {wakeup}")
        stuck = Outcome("E1", "Deployed", (), errors=self.errors)
        return Report(
            a_decision(self.mode),
            (stuck,),
            input_errors=self.input_errors,
            housekeeping_errors=self.housekeeping_errors,
            store=self.store,
        )


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


@dataclass
class _Standby:
    """The former standby engine; it notes what it does among what the world has done."""

    done: list[str]

    def open_for_good(self) -> None:
        self.done.append("open for good")


def _installation(world: _World) -> Installation:
    def standby_of(function_arn: str, store_arn: str) -> _Standby:
        world.done.append(f"{function_arn} with {store_arn}")
        return _Standby(world.done)

    return Installation(
        "site",
        world,
        world,
        _Status(world.status),
        EngineSwitch("site", world, world, EDGE.owns, standby_of),
    )


def _handle(request_type: str | None, world: _World, engine: str = "attach") -> list[str]:
    _installation(world).handle(_request(request_type, engine))
    return world.done


def _switch_engine(world: _World, old: str, new: str) -> list[str]:
    """Update from one engine to the other."""
    request = _request("Update", new)
    _installation(world).handle({**request, "OldResourceProperties": _properties(old)})
    return world.done


def _properties(engine: str) -> dict[str, str]:
    is_standby = engine == "standby"
    return {
        "SwitchParameter": "/site/maintenance",
        "Engine": engine,
        "StandbyFunctionArn": FUNCTION if is_standby else "",
        "StandbyStoreArn": "store" if is_standby else "",
    }


def _request(request_type: str | None, engine: str = "attach") -> dict[str, object]:
    properties = _properties(engine)
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
    installation = _installation(_World(status="green"))

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

    _installation(world).handle({"RequestType": "Update"})

    assert [] == world.done


@pytest.mark.parametrize(("switch", "expected"), [(None, ["off"]), (a_switch(Says.ON), [])])
def test_update_to_another_switch_writes_it_if_it_is_missing(
    switch: Switch | None, expected: list[str]
) -> None:
    """Otherwise the stack would watch a parameter that does not exist."""
    world = _World(switch)
    old = {"OldResourceProperties": {"SwitchParameter": "/another/name"}}

    _installation(world).handle(_request("Update") | old)

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


def test_create_with_standby_writes_the_store_and_publishes() -> None:
    """The code of the template lets every request through, and the store is empty."""
    world = _World(input_errors=())

    assert ["off", f"reconcile, after {CHANGED}"] == _handle("Create", world, "standby")


def test_create_with_standby_leaves_an_existing_switch_alone() -> None:
    """That no behavior has the new function yet is an error of the run, but not of the stack."""
    lacks = ("E1: a maintenance leaves default open",)
    world = _World(a_switch(Says.ON), lacks, Mode.MAINTENANCE, input_errors=())

    assert [f"reconcile, after {Sweep()}"] == _handle("Create", world, "standby")


@pytest.mark.parametrize(
    "world",
    [
        _World(input_errors=("why",)),
        _World(input_errors=(), housekeeping_errors=("why",)),
        _World(errors=("why",), input_errors=(), store=None),
    ],
    ids=["invalid settings, or no page", "not published", "no store"],
)
def test_create_with_standby_fails_if_it_is_not_complete(world: _World) -> None:
    """So that the deployment shows it, and not the first maintenance."""
    with pytest.raises(RunFailed, match=r"^the stack cannot manage its site: why$"):
        _handle("Create", world, "standby")


def test_update_with_standby_publishes_a_new_program() -> None:
    """With the state as it is, so that a closed site stays closed."""
    world = _World(a_switch(Says.ON), mode=Mode.MAINTENANCE)

    assert [f"reconcile, after {Sweep()}"] == _handle("Update", world, "standby")


def test_update_with_standby_is_not_refused_for_what_the_owner_has_wrong() -> None:
    """A window, the page, or a behavior that lacks the function: the old stack has them too."""
    world = _World(a_switch(), ("E1: a maintenance leaves default open",))

    assert [f"reconcile, after {Sweep()}"] == _handle("Update", world, "standby")


@pytest.mark.parametrize(
    "world",
    [_World(a_switch(), housekeeping_errors=("why",)), _World(a_switch(), ("why",), store=None)],
    ids=["not published", "no store"],
)
def test_update_with_standby_fails_if_it_is_not_complete(world: _World) -> None:
    """It is rolled back to the program before."""
    with pytest.raises(RunFailed, match=r"^the standby function is not ready: why$"):
        _handle("Update", world, "standby")


def test_delete_fails_while_a_behavior_has_the_standby_function() -> None:
    """CloudFormation could not delete it, and would have deleted the controller before."""
    listing = (a_distribution("E1", "www.example.com", behaviors=(a_behavior(None, STANDBY),)),)
    world = _World(a_switch(), listing=listing)

    with pytest.raises(RunFailed, match=r"^detach first: .* E1 \(www\.example\.com\); run "):
        _handle("Delete", world, "standby")

    assert f"reconcile, after {CHANGED}" in world.done


def test_an_open_site_can_be_switched_to_standby() -> None:
    """What is attached to a distribution of another application does not matter."""
    listing = (a_distribution("E1", behaviors=(a_behavior(None, a_function()),)),)
    world = _World(a_switch(), listing=listing)

    done = _switch_engine(world, "attach", "standby")

    assert [f"reconcile, after {Sweep()}"] == done


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (
            Mode.MAINTENANCE,
            r"^the site is in maintenance, and its engine .*: write off.* the switch says so",
        ),
        (
            Mode.LIVE,
            r"^the maintenance function is still .* E1 \(www\.example\.com\): write off, or skip",
        ),
    ],
)
def test_a_switch_to_standby_is_refused_while_ours_is_attached(mode: Mode, words: str) -> None:
    """The new role may not take it off."""
    listing = (a_distribution("E1", "www.example.com", behaviors=(a_behavior("/a", OURS),)),)
    world = _World(a_switch(), mode=mode, listing=listing)

    with pytest.raises(RunFailed, match=words):
        _switch_engine(world, "attach", "standby")

    assert [] == [each for each in world.done if not each.startswith("plan")]


def test_a_switch_to_attach_opens_what_the_function_would_still_close() -> None:
    """By the ARNs of the old properties, because the new stack has none of them."""
    world = _World(a_switch())

    done = _switch_engine(world, "standby", "attach")

    assert [f"{FUNCTION} with store", "open for good"] == done


def test_a_switch_to_attach_is_refused_while_a_behavior_has_the_function() -> None:
    """Before anything is written: in maintenance the site would open."""
    listing = (a_distribution("E1", "www.example.com", behaviors=(a_behavior(None, STANDBY),)),)
    world = _World(a_switch(), mode=Mode.MAINTENANCE, listing=listing)

    with pytest.raises(RunFailed, match=r"the site is in maintenance, .*: write off, wait"):
        _switch_engine(world, "standby", "attach")

    assert "open for good" not in world.done


@pytest.mark.parametrize(
    ("refused", "attached"),
    [(("attach", "standby"), OURS), (("standby", "attach"), STANDBY)],
    ids=["to standby", "to attach"],
)
def test_a_refused_switch_can_be_rolled_back_in_maintenance(
    refused: tuple[str, str], attached: Association
) -> None:
    """CloudFormation does that by an update the other way round, while the site stays closed."""
    listing = (a_distribution("E1", behaviors=(a_behavior(None, attached),)),)
    world = _World(a_switch(Says.ON), mode=Mode.MAINTENANCE, listing=listing)
    old, new = refused

    with pytest.raises(RunFailed):
        _switch_engine(world, old, new)
    world.done.clear()
    done = _switch_engine(world, new, old)

    expected = {
        "attach": [f"{FUNCTION} with store", "open for good"],
        "standby": [f"reconcile, after {Sweep()}"],
    }
    assert expected[old] == done
