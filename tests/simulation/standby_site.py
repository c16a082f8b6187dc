"""
A site of the standby engine in a long run: its store, its function, its controllers and its edges.

An edge has the store and the published code as they are, or cannot read the store at all. What it
then does is read by the model checking's reading of the function, which is compared with the
function elsewhere (tests/standby/test_model_reading.py).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from maintenance.app import App, assemble
from maintenance.errors import MaintenanceError
from maintenance.settings import Settings
from maintenance.standby.layout import is_complete
from maintenance.standby.publishing import read_code
from maintenance.standby.state import State, decode_state, renderings_of
from maintenance.wakeup import parse_wakeup

from tests.cloud import Cloud, eventually
from tests.crashing import Moment, MortalProcess, ProcessEnded
from tests.model_checking.standby_store.edge import see
from tests.simulation.faults import Fault
from tests.simulation.operator_input import GARBAGE, OperatorInput, SwitchValue, WindowValue
from tests.simulation.site_clock import SiteClock
from tests.stories.site import BUCKET, SWITCH, make_site
from tests.stories.standby.site import make_standby_site

_OWN_ARN = "arn:aws:lambda:us-east-1:000000000000:function:site-Controller"
# With more than eight periods to come, the last ones follow with a later run.
_AHEAD_MINUTES = 100
_SECOND = timedelta(seconds=1)


class SimulatedStandbySite:
    """A site with one distribution, and everything that happens to it."""

    def __init__(self, cloud: Cloud) -> None:
        cloud.sandbox.reset()
        self.cloud = cloud
        self.clock = SiteClock()
        self._input = OperatorInput()
        self._site = make_site(cloud)
        self.clock.written(SWITCH, cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Version"])
        self._standby = make_standby_site(self._site)
        environment = self._site.environment(self._standby.a_distribution())
        self._settings = Settings.from_env({**environment, **self._standby.environment()})
        self._faults: list[Fault] = []
        self._is_edited = False
        self._processes = [self._process(), self._process()]
        self.says(SwitchValue("off"))
        self.settle()

    def says(self, value: SwitchValue | None) -> None:
        """Write the switch; None is garbage, which the parameter's pattern may refuse."""
        text = value.text(self.clock.now()) if value else GARBAGE
        try:
            written = self._put(SWITCH, text)
        except self.cloud.ssm.exceptions.ParameterPatternMismatchException:
            assert value is None
            return
        self._input.switch.append((written, value))

    def schedules(self, name: str, value: WindowValue | None) -> None:
        """Write a window; None is garbage."""
        text = value.text(self.clock.now()) if value else GARBAGE
        written = self._put(f"{SWITCH}/windows/{name}", text)
        self._input.windows.setdefault(name, []).append((written, value))

    def changes_the_page(self, page: str | None) -> None:
        """Upload a page, or delete it if None."""
        if page:
            self._site.puts("page.html", page)
        else:
            self.cloud.s3.delete_object(Bucket=BUCKET, Key="page/page.html")

    def edits_the_state(self, value: str) -> None:
        """Let somebody write the key `state` by hand."""
        self._standby.puts(state=value)
        self._is_edited = True

    def inject_fault_at_next_run(self, fault: Fault) -> None:
        """Let the calls of the next run fail, and no others."""
        self._faults.append(fault)

    def wakes(self, event: str, *, process: int = 0) -> str:
        """Wake the controller; return the run's error, or an empty text."""
        for fault in self._faults:
            self.cloud.sandbox.inject_fault(
                fault.kind, fault.operation, times=fault.max_times, **fault.members()
            )
        try:
            self._processes[process][1].run(parse_wakeup(_event(event)))
        except MaintenanceError as error:
            return str(error)
        finally:
            if self._faults:
                self._faults.clear()
                self.cloud.sandbox.clear_faults()
        return ""

    def crashes(self, event: str, call: int, moment: Moment) -> None:
        """Wake the controller, and end its process at one of its calls, if it makes so many."""
        process, _ = self._processes[0]
        process.starts(ends_at=call, moment=moment)
        try:
            self.wakes(event)
        except ProcessEnded:
            self._processes[0] = self._process()
        else:
            process.starts()

    def hold(self, operation: str) -> None:
        """Hold the next call of an operation, and forget other faults."""
        self._faults.clear()
        self.cloud.sandbox.inject_fault("hold", operation)

    def wait_until_held_or(self, done: Callable[[], bool]) -> None:
        """Wait until a call is held or the run is done; then hold no other call."""
        eventually(lambda: self.cloud.sandbox.held() or done())
        if not self.cloud.sandbox.held():
            self.cloud.sandbox.clear_faults()

    def release(self) -> None:
        """Let held calls continue."""
        self.cloud.sandbox.clear_faults()

    def check_invariants(self) -> None:
        """Fail unless the store has what its state names, and the code is not ahead of it."""
        keys = self._standby.keys()
        state = decode_state(keys.get("state", ""))
        if self._is_edited or state is None:
            return
        for rendering in renderings_of(state) - {""}:
            assert is_complete(keys, rendering, state.languages), rendering
        assert self._baked().generation <= state.generation

    def check_now(self) -> None:
        """Fail unless an edge that has everything does what the site should do now."""
        now = self.clock.now()
        if self._input.mode(now) != "unchanged":
            self._check_edge(self._standby.keys(), now)

    def settle(self) -> None:
        """End all faults; fail unless a few runs do what operators want, and then no more."""
        self._faults.clear()
        failure = self.wakes("switch")
        assert bool(failure) == self._input.is_invalid(self.clock.now()), failure
        # A run that opens leaves pages and code to the next one.
        for _ in range(2):
            self.clock.passes(timedelta(minutes=1))
            self.wakes("alarm_clock")
        self._is_edited = False
        self.check_invariants()
        if self._input.mode(self.clock.now()) == "unchanged":
            return
        keys = self._standby.keys()
        for minute in range(_AHEAD_MINUTES):
            instant = self.clock.now() + minute * timedelta(minutes=1) + _SECOND
            self._check_edge(keys, instant)
            self._check_edge({}, instant)
        writes = self._writes()
        self.wakes("switch")
        assert writes == self._writes()

    def _check_edge(self, keys: dict[str, str], instant: datetime) -> None:
        baked: dict[str, Any] = msgspec.to_builtins(self._baked())
        seen = see(keys.get, baked, instant.timestamp())
        mode = self._input.mode(instant)
        assert seen.is_closed == (mode == "maintenance"), (mode, instant, keys.get("state"), baked)

    def _baked(self) -> State:
        found = read_code(self._standby.live_code().encode())
        assert found is not None
        return found.state

    def _writes(self) -> int:
        return sum(
            len(self.cloud.sandbox.calls(each))
            for each in ("cloudfront-keyvaluestore:UpdateKeys", "cloudfront:UpdateFunction")
        )

    def _process(self) -> tuple[MortalProcess, App]:
        process = MortalProcess()
        self.clock.dates(process.session)
        app = assemble(
            self._settings, own_arn=_OWN_ARN, clock=self.clock.now, session=process.session
        )
        return process, app

    def _put(self, name: str, text: str) -> datetime:
        written = self.cloud.ssm.put_parameter(Name=name, Value=text, Type="String", Overwrite=True)
        return self.clock.written(name, written["Version"])


def _event(name: str) -> dict[str, Any]:
    if name in ("sweep", "alarm_clock"):
        return {name: True}
    return {
        "source": "aws.ssm",
        "detail-type": "Parameter Store Change",
        # The earliest instant: every run may read what was written since.
        "time": "2198-12-01T02:00:00Z",
        "detail": {"name": SWITCH, "operation": "Update"},
    }
