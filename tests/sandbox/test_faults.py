"""Which call meets which fault, and which settings are valid."""

import pytest

from sandbox.api.faults import Fault, FaultKind, Faults, parse_fault
from sandbox.api.operations import Operation
from sandbox.settings import Settings


def _call(name: str, resource: str = "") -> Operation:
    return Operation(name, resource, "test")


def _refuse(operation: str, **members: object) -> Fault:
    return parse_fault({"kind": "refuse", "operation": operation, **members})


def test_a_fault_is_used_up_by_the_calls_it_matches() -> None:
    """No other call meets it or uses it up."""
    faults = Faults()
    fault = _refuse("ssm:Get*", resource="/a", times=2)
    faults.add(fault)

    calls = [("ssm:PutParameter", "/a"), ("ssm:GetParameter", "/b")]
    assert [None, None] == [faults.take(_call(*call)) for call in calls]
    met = [faults.take(_call("ssm:GetParameter", "/a/1")) for _ in range(3)]
    assert [FaultKind.REFUSE, FaultKind.REFUSE, None] == [one and one.kind for one in met]


def test_a_fault_may_skip_calls_in_between() -> None:
    """Every second call meets it, until it is used up."""
    faults = Faults()
    faults.add(_refuse("ssm:*", times=2, every=2))

    met = [faults.take(_call("ssm:GetParameter")) is not None for _ in range(6)]

    assert [False, True, False, True, False, False] == met


def test_the_first_of_several_faults_applies() -> None:
    """In the order in which they were added."""
    faults = Faults()
    for code in ("First", "Second"):
        faults.add(_refuse("*", code=code))

    met = [faults.take(_call("ssm:GetParameter")) for _ in range(2)]
    assert ["First", "Second"] == [one and one.code for one in met]
    assert () == faults.pending


@pytest.mark.parametrize(
    "members",
    [
        {"kind": "refuse"},
        {"kind": "burn", "operation": "*"},
        {"kind": "slow", "operation": "*", "colour": "red"},
        {"kind": "slow", "operation": "*", "seconds": "2"},
    ],
)
def test_an_invalid_fault_is_refused(members: dict[str, object]) -> None:
    """The message says what is valid."""
    with pytest.raises(ValueError, match="fault"):
        parse_fault(members)


def test_settings_change_by_name() -> None:
    """All others stay."""
    changed = Settings(deploy_seconds=3).with_changes({"association_seed": 7})

    assert Settings(deploy_seconds=3, association_seed=7) == changed


@pytest.mark.parametrize(
    ("locations", "expected"), [(0, (30.0,)), (1, (30.0,)), (3, (10.0, 20.0, 30.0))]
)
def test_the_last_edge_location_has_a_change_after_the_whole_time(
    locations: int, expected: tuple[float, ...]
) -> None:
    """The others before, at equal intervals; there is one at least."""
    assert expected == Settings(edge_locations=locations).delays(30)


@pytest.mark.parametrize("value", [-1, "soon", True, None])
def test_an_invalid_setting_is_refused(value: object) -> None:
    """A setting is a number, 0 or more."""
    with pytest.raises(ValueError, match="deploy_seconds is not"):
        Settings().with_changes({"deploy_seconds": value})
