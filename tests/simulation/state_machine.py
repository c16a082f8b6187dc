"""
A site over a long random time: operators, windows, third parties, faults, crashes and sweeps.

After each step, the reference models judge what the controller has done (reference_model.py). When
everything rests and no fault is left, what operators wrote decides what must follow
(operator_input.py): one sweep reaches the desired state, reports it in the status, and sets the
alarm clock to the next change; a second sweep may arm what the first has opened or restored, if a
window is near, and a third one changes nothing.
"""

# ruff: noqa: D102 - the name of a step is its sentence

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.cloud import Cloud
from tests.crashing import Moment
from tests.simulation import edits
from tests.simulation.faults import FAULTS, Fault
from tests.simulation.operator_input import (
    SKIP_VALUES,
    SWITCH_VALUES,
    WINDOW_VALUES,
    SkipValue,
    SwitchValue,
    WindowValue,
)
from tests.simulation.simulated_site import EVENTS, OPEN, SimulatedSite

_DISTRIBUTIONS = st.integers(0, 1)
_AT = st.integers(0, 3)
_NAMES = st.sampled_from(sorted(edits.EXISTING_FUNCTIONS))
_PATHS = st.sampled_from(["/a", "/b", OPEN])
_EVENTS = st.sampled_from(EVENTS)
_WINDOWS = st.sampled_from(["nightly", "release"])
_CALLS = st.integers(1, 16)
_OPERATIONS_TO_HOLD = st.sampled_from(
    ["s3:GetObject", "s3:PutObject", "cloudfront:GetDistributionConfig", "cloudfront:Update*"]
)


class SiteMachine(RuleBasedStateMachine):
    """The steps: each is one thing that a person, a program or AWS does."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__()
        self.site = SimulatedSite(cloud)

    @rule(value=SWITCH_VALUES, delivered=st.booleans())
    def operator_says(self, value: SwitchValue, *, delivered: bool) -> None:
        self.site.says(value)
        if delivered:
            self.site.wakes("switch")

    @rule()
    def operator_says_garbage(self) -> None:
        self.site.says(None)

    @rule()
    def operator_deletes_the_switch(self) -> None:
        self.site.deletes_the_switch()

    @rule(value=SWITCH_VALUES, minutes_late=st.sampled_from([0, 0, 1, 200]))
    def command_arrives(self, value: SwitchValue, minutes_late: int) -> None:
        self.site.receives_command(value, timedelta(minutes=minutes_late))

    @rule(name=_WINDOWS, value=st.none() | WINDOW_VALUES, delivered=st.booleans())
    def team_writes_a_window(
        self, name: str, value: WindowValue | None, *, delivered: bool
    ) -> None:
        self.site.schedules(name, value)
        if delivered:
            self.site.wakes("window")

    @rule(name=_WINDOWS)
    def team_deletes_a_window(self, name: str) -> None:
        self.site.deletes_the_window(name)

    @rule(name=_WINDOWS, value=st.none() | SKIP_VALUES, delivered=st.booleans())
    def operator_skips_a_window(
        self, name: str, value: SkipValue | None, *, delivered: bool
    ) -> None:
        self.site.skips(name, value)
        if delivered:
            self.site.wakes("window")

    @rule(name=_WINDOWS)
    def operator_deletes_a_skip(self, name: str) -> None:
        self.site.deletes_the_skip(name)

    @rule(page=st.sampled_from([None, "<!doctype html><title>Ours</title>{{message}}"]))
    def owner_changes_the_page(self, page: str | None) -> None:
        self.site.changes_the_page(page)

    @rule(distribution=_DISTRIBUTIONS, name=_NAMES, at=_AT)
    def third_party_attaches(self, distribution: int, name: str, at: int) -> None:
        self.site.third_party_writes(distribution, edits.AttachFunction(name, at))

    @rule(distribution=_DISTRIBUTIONS, at=_AT)
    def third_party_clears(self, distribution: int, at: int) -> None:
        self.site.third_party_writes(distribution, edits.ClearBehavior(at))

    @rule(distribution=_DISTRIBUTIONS, path=_PATHS, name=st.none() | _NAMES)
    def third_party_adds(self, distribution: int, path: str, name: str | None) -> None:
        self.site.third_party_writes(distribution, edits.AddBehavior(path, name))

    @rule(distribution=_DISTRIBUTIONS, at=_AT)
    def third_party_removes(self, distribution: int, at: int) -> None:
        self.site.third_party_writes(distribution, edits.RemoveBehavior(at))

    @rule(distribution=_DISTRIBUTIONS, at=_AT)
    def third_party_renames(self, distribution: int, at: int) -> None:
        self.site.third_party_renames(distribution, at)

    @rule(distribution=_DISTRIBUTIONS, comment=st.sampled_from(["", "two & three", "čaj"]))
    def third_party_changes_settings(self, distribution: int, comment: str) -> None:
        self.site.third_party_writes(distribution, edits.ChangeSettings(comment))

    @rule(distribution=_DISTRIBUTIONS)
    def third_party_applies_its_declaration(self, distribution: int) -> None:
        self.site.third_party_writes(distribution, None)

    @rule(name=_NAMES)
    def third_party_deletes_a_function(self, name: str) -> None:
        self.site.deletes_a_function(name)

    @rule(minutes=st.sampled_from([1, 7, 30, 60, 300]))
    def time_passes(self, minutes: int) -> None:
        self.site.clock.passes(timedelta(minutes=minutes))

    @rule()
    def cloudfront_deploys(self) -> None:
        self.site.cloud.sandbox.finish_deployments()

    @rule(fault=FAULTS, times=st.sampled_from([1, 1, 2, 20]))
    def aws_fails(self, fault: Fault, times: int) -> None:
        self.site.inject_fault_at_next_run(fault, times)

    @rule(event=_EVENTS)
    def controller_wakes(self, event: str) -> None:
        self.site.wakes(event)

    @rule(event=_EVENTS, call=_CALLS, moment=st.sampled_from(Moment))
    def controller_crashes(self, event: str, call: int, moment: Moment) -> None:
        self.site.crashes(event, call, moment)

    @rule(operation=_OPERATIONS_TO_HOLD, value=SWITCH_VALUES)
    def operator_says_during_a_run(self, operation: str, value: SwitchValue) -> None:
        self._during_a_run(operation, lambda: self.site.says(value))

    @rule(operation=_OPERATIONS_TO_HOLD, value=st.none() | SWITCH_VALUES)
    def another_run_is_faster(self, operation: str, value: SwitchValue | None) -> None:
        def act() -> None:
            if value:
                self.site.says(value)
            self.site.wakes("sweep", process=1)

        self._during_a_run(operation, act)

    @rule(operation=_OPERATIONS_TO_HOLD, distribution=_DISTRIBUTIONS, name=_NAMES, at=_AT)
    def third_party_attaches_during_a_run(
        self, operation: str, distribution: int, name: str, at: int
    ) -> None:
        self._during_a_run(
            operation,
            lambda: self.site.third_party_writes(distribution, edits.AttachFunction(name, at)),
        )

    @rule()
    def everything_settles(self) -> None:
        self.site.settle()

    @invariant()
    def nothing_is_lost(self) -> None:
        """No setting of a third party has changed, and no displaced function is forgotten."""
        self.site.check_invariants()
        self.site.clock.passes()

    def teardown(self) -> None:
        """In the end everything is as third parties wrote it last."""
        self.site.open_for_good()

    def _during_a_run(self, operation: str, act: Callable[[], None]) -> None:
        self.site.hold(operation)
        with ThreadPoolExecutor(1) as other:
            running = other.submit(self.site.wakes, "sweep")
            self.site.wait_until_held_or(running.done)
            try:
                act()
            finally:
                self.site.release()
            running.result()
