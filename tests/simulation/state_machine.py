"""
A site over a long random time: operators, windows, third parties, faults, crashes and sweeps.

After each step, the reference models judge what the controller has done (reference_model.py). When
everything rests and no fault is left, what operators wrote decides what must follow
(operator_input.py): one sweep reaches the desired state, reports it in the status, and sets the
alarm clock to the next change; a second sweep changes nothing.
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
from tests.simulation.faults import TROUBLES, Trouble
from tests.simulation.operator_input import STRETCHES, WORDS, Stretch, Word
from tests.simulation.simulated_site import EVENTS, OPEN, Scene

_SITES = st.integers(0, 1)
_AT = st.integers(0, 3)
_NAMES = st.sampled_from(sorted(edits.STRANGERS))
_PATHS = st.sampled_from(["/a", "/b", OPEN])
_EVENTS = st.sampled_from(EVENTS)
_WINDOWS = st.sampled_from(["nightly", "release"])
_CALLS = st.integers(1, 16)
_HELD = st.sampled_from(
    ["s3:GetObject", "s3:PutObject", "cloudfront:GetDistributionConfig", "cloudfront:Update*"]
)


class LongRun(RuleBasedStateMachine):
    """The steps; each tells in one call what somebody does."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__()
        self.scene = Scene(cloud)

    @rule(word=WORDS, heard=st.booleans())
    def operator_says(self, word: Word, *, heard: bool) -> None:
        self.scene.says(word)
        if heard:
            self.scene.wakes("switch")

    @rule()
    def operator_says_garbage(self) -> None:
        self.scene.says(None)

    @rule()
    def operator_deletes_the_switch(self) -> None:
        self.scene.deletes_the_switch()

    @rule(word=WORDS, minutes_late=st.sampled_from([0, 0, 1, 200]))
    def command_arrives(self, word: Word, minutes_late: int) -> None:
        self.scene.commands(word, timedelta(minutes=minutes_late))

    @rule(name=_WINDOWS, stretch=st.none() | STRETCHES, heard=st.booleans())
    def team_writes_a_window(self, name: str, stretch: Stretch | None, *, heard: bool) -> None:
        self.scene.schedules(name, stretch)
        if heard:
            self.scene.wakes("window")

    @rule(name=_WINDOWS)
    def team_deletes_a_window(self, name: str) -> None:
        self.scene.deletes_the_window(name)

    @rule(page=st.sampled_from([None, "<!doctype html><title>Ours</title>{{message}}"]))
    def owner_changes_the_page(self, page: str | None) -> None:
        self.scene.changes_the_page(page)

    @rule(site=_SITES, name=_NAMES, at=_AT)
    def party_attaches(self, site: int, name: str, at: int) -> None:
        self.scene.writes(site, edits.Attaches(name, at))

    @rule(site=_SITES, at=_AT)
    def party_clears(self, site: int, at: int) -> None:
        self.scene.writes(site, edits.Clears(at))

    @rule(site=_SITES, path=_PATHS, name=st.none() | _NAMES)
    def party_adds(self, site: int, path: str, name: str | None) -> None:
        self.scene.writes(site, edits.Adds(path, name))

    @rule(site=_SITES, at=_AT)
    def party_removes(self, site: int, at: int) -> None:
        self.scene.writes(site, edits.Removes(at))

    @rule(site=_SITES, at=_AT)
    def party_renames(self, site: int, at: int) -> None:
        self.scene.renames(site, at)

    @rule(site=_SITES, comment=st.sampled_from(["", "two & three", "čaj"]))
    def party_turns_settings(self, site: int, comment: str) -> None:
        self.scene.writes(site, edits.Turns(comment))

    @rule(site=_SITES)
    def party_puts_its_declaration_back(self, site: int) -> None:
        self.scene.writes(site, None)

    @rule(name=_NAMES)
    def party_deletes_a_function(self, name: str) -> None:
        self.scene.deletes_a_function(name)

    @rule(minutes=st.sampled_from([1, 7, 30, 60, 300]))
    def time_passes(self, minutes: int) -> None:
        self.scene.clock.passes(timedelta(minutes=minutes))

    @rule()
    def cloudfront_deploys(self) -> None:
        self.scene.cloud.sandbox.finish_deployments()

    @rule(trouble=TROUBLES, times=st.sampled_from([1, 1, 2, 20]))
    def aws_is_in_trouble(self, trouble: Trouble, times: int) -> None:
        self.scene.disturbs(trouble, times)

    @rule(event=_EVENTS)
    def controller_wakes(self, event: str) -> None:
        self.scene.wakes(event)

    @rule(event=_EVENTS, call=_CALLS, moment=st.sampled_from(Moment))
    def controller_crashes(self, event: str, call: int, moment: Moment) -> None:
        self.scene.crashes(event, call, moment)

    @rule(operation=_HELD, word=WORDS)
    def operator_says_during_a_run(self, operation: str, word: Word) -> None:
        self._during_a_run(operation, lambda: self.scene.says(word))

    @rule(operation=_HELD, word=st.none() | WORDS)
    def another_run_is_faster(self, operation: str, word: Word | None) -> None:
        def meanwhile() -> None:
            if word:
                self.scene.says(word)
            self.scene.wakes("sweep", process=1)

        self._during_a_run(operation, meanwhile)

    @rule(operation=_HELD, site=_SITES, name=_NAMES, at=_AT)
    def party_attaches_during_a_run(self, operation: str, site: int, name: str, at: int) -> None:
        self._during_a_run(operation, lambda: self.scene.writes(site, edits.Attaches(name, at)))

    @rule()
    def everybody_rests(self) -> None:
        self.scene.rests()

    @invariant()
    def nothing_is_lost(self) -> None:
        """Nobody's setting has changed, and nothing displaced is forgotten."""
        self.scene.is_as_told()
        self.scene.clock.passes()

    def teardown(self) -> None:
        """Everybody has gone home: all is as other parties wrote it last."""
        self.scene.opens_for_good()

    def _during_a_run(self, operation: str, meanwhile: Callable[[], None]) -> None:
        self.scene.holds(operation)
        with ThreadPoolExecutor(1) as other:
            running = other.submit(self.scene.wakes, "sweep")
            self.scene.is_held_or(running.done)
            try:
                meanwhile()
            finally:
                self.scene.lets_go()
            running.result()
