"""
A site of the standby engine over a long random time.

After each step, the store has what its state names, and the code is not ahead of it. When
everything rests, edges do what operators want for the next hours, whether or not they can read the
store and although no controller runs: one run and its alarm clock see to that, and the next run
writes nothing.
"""

# ruff: noqa: D102 - the name of a step is its sentence

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.cloud import Cloud
from tests.crashing import Moment
from tests.simulation.faults import STANDBY_FAULTS, Fault
from tests.simulation.operator_input import (
    SWITCH_VALUES,
    WINDOW_VALUES,
    SwitchValue,
    WindowValue,
)
from tests.simulation.standby_site import SimulatedStandbySite

_EVENTS = st.sampled_from(["alarm_clock", "sweep", "switch"])
_OPERATIONS_TO_HOLD = st.sampled_from(
    [
        "cloudfront-keyvaluestore:GetKey",
        "cloudfront-keyvaluestore:ListKeys",
        "cloudfront-keyvaluestore:UpdateKeys",
        "cloudfront:UpdateFunction",
    ]
)
_BY_HAND = st.sampled_from(
    ["{", '{"g":1,"l":["en"],"d":"","p":[{"f":1,"u":0,"r":""}]}', '{"g":9,"l":[],"d":"","p":[]}']
)


class StandbyMachine(RuleBasedStateMachine):
    """The steps: each is one thing that a person, a program or AWS does."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__()
        self.site = SimulatedStandbySite(cloud)

    @rule(value=SWITCH_VALUES, delivered=st.booleans())
    def operator_says(self, value: SwitchValue, *, delivered: bool) -> None:
        self.site.says(value)
        if delivered:
            self.site.wakes("switch")

    @rule()
    def operator_says_garbage(self) -> None:
        self.site.says(None)

    @rule(name=st.sampled_from(["nightly", "release"]), value=st.none() | WINDOW_VALUES)
    def team_writes_a_window(self, name: str, value: WindowValue | None) -> None:
        self.site.schedules(name, value)

    @rule(page=st.sampled_from([None, "<!doctype html><title>Ours</title>{{message}}"]))
    def owner_changes_the_page(self, page: str | None) -> None:
        self.site.changes_the_page(page)

    @rule(value=_BY_HAND)
    def somebody_edits_the_state(self, value: str) -> None:
        self.site.edits_the_state(value)

    @rule(minutes=st.sampled_from([1, 7, 30, 60, 300]))
    def time_passes(self, minutes: int) -> None:
        self.site.clock.passes(timedelta(minutes=minutes))

    @rule(fault=STANDBY_FAULTS)
    def aws_fails(self, fault: Fault) -> None:
        self.site.inject_fault_at_next_run(fault)

    @rule(event=_EVENTS)
    def controller_wakes(self, event: str) -> None:
        self.site.wakes(event)

    @rule(event=_EVENTS, call=st.integers(1, 30), moment=st.sampled_from(Moment))
    def controller_crashes(self, event: str, call: int, moment: Moment) -> None:
        self.site.crashes(event, call, moment)

    @rule(operation=_OPERATIONS_TO_HOLD, value=SWITCH_VALUES)
    def another_run_is_faster(self, operation: str, value: SwitchValue) -> None:
        self.site.hold(operation)
        with ThreadPoolExecutor(1) as other:
            running = other.submit(self.site.wakes, "switch")
            self.site.wait_until_held_or(running.done)
            try:
                self.site.says(value)
                failures = [self.site.wakes("switch", process=1)]
            finally:
                self.site.release()
            failures.append(running.result())
        if not any(failures):
            self.site.check_now()

    @rule()
    def everything_settles(self) -> None:
        self.site.settle()

    @invariant()
    def the_store_is_complete(self) -> None:
        """Nor is the code ahead of it."""
        self.site.check_invariants()
        self.site.clock.passes()

    def teardown(self) -> None:
        """In the end edges do what operators want."""
        self.site.settle()
