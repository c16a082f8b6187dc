"""
One stack in a long run, with its cloud, its clock, its controllers and what tests know of it.

The controller is the real one, assembled as Lambda's handler does it, in a process that can end at
any of its calls. There are two, for two runs at once.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from maintenance.app import App, assemble
from maintenance.errors import MaintenanceError
from maintenance.settings import Settings
from maintenance.wakeup import parse_wakeup

from tests.cloud import Cloud, eventually
from tests.crashing import Moment, MortalProcess, ProcessEnded
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_session,
    allow,
    ordered,
)
from tests.simulation import edits
from tests.simulation.arming import LEAD_TIME, Armed, check_armed, find_armed
from tests.simulation.faults import Fault
from tests.simulation.operator_input import (
    GARBAGE,
    OperatorInput,
    SkipValue,
    SwitchValue,
    WindowValue,
)
from tests.simulation.reference_model import Associations, displaced
from tests.simulation.site_clock import SiteClock
from tests.simulation.third_parties import ThirdParty
from tests.stories.site import BUCKET, SWITCH, make_site

OPEN = "/open"
EVENTS = ("alarm_clock", "other tool", "page", "sweep", "switch", "window")
_OWN_ARN = "arn:aws:lambda:us-east-1:000000000000:function:site-Controller"
_ALARM = "at(%Y-%m-%dT%H:%M:%S)"
_MINUTE = timedelta(minutes=1)
_NOTICE = timedelta(minutes=30)


class SimulatedSite:
    """A site with two distributions, and everything that happens to it."""

    def __init__(self, cloud: Cloud) -> None:
        cloud.sandbox.reset()
        self.cloud = cloud
        self.clock = SiteClock()
        self._input = OperatorInput()
        self._site = make_site(cloud)
        # Parameter Store records who writes, and the controller is another caller.
        self._operator = a_session(cloud, "operators", "ana", allow("ssm:PutParameter", "*"))
        self.clock.written(SWITCH, cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Version"])
        edits.create_existing_functions(cloud)
        behaviors = ordered(a_behavior(PathPattern="/a"), a_behavior(PathPattern=OPEN))
        ids = [
            a_distribution(cloud, "shop", CacheBehaviors=behaviors),
            a_distribution(cloud, "api"),
        ]
        environment = self._site.environment(
            ",".join(ids),
            EXCEPT_PATHS=OPEN,
            NOTICE_MINUTES=str(_NOTICE // _MINUTE),
            LEAD_TIME_MINUTES=str(LEAD_TIME // _MINUTE),
        )
        self._settings = Settings.from_env(environment)
        self._third_parties = [ThirdParty(cloud, each) for each in ids]
        self._renamings = 0
        self._deleted: set[str] = set()
        self._faults: list[tuple[Fault, int]] = []
        self._processes = [self._process(), self._process()]
        self.says(SwitchValue("off"))

    def says(self, value: SwitchValue | None) -> None:
        """Write the switch; None is garbage, which the parameter's pattern may refuse."""
        text = value.text(self.clock.now()) if value else GARBAGE
        try:
            written = self._put(SWITCH, text)
        except self._operator.ssm.exceptions.ParameterPatternMismatchException:
            assert value is None
            return
        self._input.switch.append((written, value))

    def deletes_the_switch(self) -> None:
        """Delete the switch, if it is there."""
        if self._input.switch:
            self.cloud.ssm.delete_parameter(Name=SWITCH)
            self.clock.forget(SWITCH)
            self._input.switch.clear()

    def receives_command(self, value: SwitchValue, late: timedelta) -> None:
        """Deliver a command late; it must not override what was written after its instant."""
        at = self.clock.now() - late
        self.wakes({"maintenance": value.text(at), "at": at.isoformat()})
        versions = self._input.switch
        try:
            parameter = self.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]
        except self.cloud.ssm.exceptions.ParameterNotFound:
            return
        written = self.clock.written(SWITCH, parameter["Version"])
        if versions and written == versions[-1][0]:
            return
        assert all(earlier < at for earlier, readable in versions if readable)
        until = value.until(at)
        if until and until <= self.clock.now():
            # Its end has passed, but an off still ends what began before it.
            assert value.says == "off"
            until = None
        versions.append((written, SwitchValue(value.says, end=until)))

    def schedules(self, name: str, value: WindowValue | None) -> None:
        """Write a window; None is garbage."""
        text = value.text(self.clock.now()) if value else GARBAGE
        written = self._put(_window(name), text)
        self._input.windows.setdefault(name, []).append((written, value))

    def deletes_the_window(self, name: str) -> None:
        """Delete a window, if it is there."""
        if self._input.windows.pop(name, None):
            self.cloud.ssm.delete_parameter(Name=_window(name))
            self.clock.forget(_window(name))

    def skips(self, name: str, value: SkipValue | None) -> None:
        """Write the skip of a window, which may not exist; None is garbage."""
        text = value.text(self.clock.now()) if value else GARBAGE
        written = self._put(_skip(name), text)
        self._input.skips.setdefault(name, []).append((written, value))

    def deletes_the_skip(self, name: str) -> None:
        """Delete the skip of a window, if it is there."""
        if self._input.skips.pop(name, None):
            self.cloud.ssm.delete_parameter(Name=_skip(name))
            self.clock.forget(_skip(name))

    def changes_the_page(self, page: str | None) -> None:
        """Upload a page, or delete it if None."""
        if page:
            self._site.puts("page.html", page)
        else:
            self.cloud.s3.delete_object(Bucket=BUCKET, Key="page/page.html")

    def third_party_writes(self, distribution: int, edit: edits.Edit | None) -> None:
        """Let a third party write a distribution."""
        party = self._third_parties[distribution]
        party.write(edit, before_write=lambda: self._check(party))

    def third_party_renames(self, distribution: int, at: int) -> None:
        """Let a third party give a behavior a path pattern that is new to the distribution."""
        self._renamings += 1
        self.third_party_writes(
            distribution, edits.RenameBehavior(at, f"/renamed-{self._renamings}")
        )

    def deletes_a_function(self, name: str) -> None:
        """Let a third party delete a CloudFront Function, if CloudFront allows it."""
        if edits.EXISTING_FUNCTIONS[name][0] != "FunctionAssociations" or name in self._deleted:
            return
        self.cloud.sandbox.finish_deployments()
        etag = self.cloud.cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")["ETag"]
        try:
            self.cloud.cloudfront.delete_function(Name=name, IfMatch=etag)
        except self.cloud.cloudfront.exceptions.FunctionInUse:
            return
        self._deleted.add(name)

    def inject_fault_at_next_run(self, fault: Fault, times: int) -> None:
        """Let the calls of the next run fail, and no others."""
        self._faults.append((fault, min(times, fault.max_times)))

    def wakes(self, event: str | dict[str, str], *, process: int = 0) -> str:
        """Wake the controller; return the run's error, or an empty text."""
        wakeup = parse_wakeup(self._event(event) if isinstance(event, str) else event)
        for fault, times in self._faults:
            self.cloud.sandbox.inject_fault(
                fault.kind, fault.operation, times=times, **fault.members()
            )
        try:
            self._processes[process][1].run(wakeup)
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
        """Fail unless each distribution and its record are as the models say."""
        for party in self._third_parties:
            self._check(party)

    def settle(self) -> None:
        """End all faults; fail unless one sweep reaches the desired state, and the next is idle."""
        self._faults.clear()
        for name in sorted(self._deleted):
            a_function(self.cloud, name)
        self._deleted.clear()
        before = [each.model.closing(self._armed()) for each in self._third_parties]
        mode = self._input.mode(self.clock.now())
        failure = self.wakes("sweep")
        self.check_invariants()
        assert self._must_fail(mode) <= bool(failure) <= self._may_fail(mode), (mode, failure)
        for party, was in zip(self._third_parties, before, strict=True):
            _check_settled(party, mode, was, party.model.closing(self._armed()))
        self._check_status(mode, failure)
        self._check_alarm_clock(mode)
        # What the first sweep has opened, or what it has restored, is armed by the next.
        self.wakes("sweep")
        self.check_invariants()
        self._check_armed(mode)
        updates = self._update_count()
        self.wakes("sweep")
        assert updates == self._update_count()

    def open_for_good(self) -> None:
        """Open the site; fail unless our function leaves every behavior."""
        for name in list(self._input.windows):
            self.deletes_the_window(name)
        for name in list(self._input.skips):
            self.deletes_the_skip(name)
        for distribution, party in enumerate(self._third_parties):
            # Only a person can know what belongs there.
            while party.model.undecided:
                at = list(party.model.by_path).index(min(party.model.undecided))
                self.third_party_writes(distribution, edits.ClearBehavior(at))
        self.says(SwitchValue("off"))
        self.settle()
        assert [set(), set()] == [each.model.closed for each in self._third_parties]

    def _process(self) -> tuple[MortalProcess, App]:
        process = MortalProcess()
        self.clock.dates(process.session)
        app = assemble(
            self._settings, own_arn=_OWN_ARN, clock=self.clock.now, session=process.session
        )
        return process, app

    def _put(self, name: str, text: str) -> datetime:
        written = self._operator.ssm.put_parameter(
            Name=name, Value=text, Type="String", Overwrite=True
        )
        return self.clock.written(name, written["Version"])

    def _event(self, name: str) -> dict[str, Any]:
        if name in ("sweep", "alarm_clock"):
            return {name: True}
        detail = {
            "switch": {"name": SWITCH, "operation": "Update"},
            "window": {"name": _window("nightly"), "operation": "Update"},
            "other tool": {"eventSource": "cloudfront.amazonaws.com"},
            "page": {},
        }[name]
        source = {"other tool": "aws.cloudfront", "page": "aws.s3"}.get(name, "aws.ssm")
        kind = "Object Created" if name == "page" else "Parameter Store Change"
        # The earliest instant: every run may read what was written since.
        time = "2198-12-01T02:00:00Z"
        return {"source": source, "detail-type": kind, "time": time, "detail": detail}

    def _check(self, party: ThirdParty) -> None:
        # In this order, because a run writes the record before the configuration.
        config = party.current_config()
        recorded = self._recorded(party.distribution_id)
        party.model.controller_wrote(config, recorded, self._armed())

    def _recorded(self, distribution_id: str) -> dict[str, Associations]:
        key = f"displaced/{distribution_id}.json"
        try:
            return displaced(self.cloud.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
        except self.cloud.s3.exceptions.NoSuchKey:
            return {}

    def _must_fail(self, mode: str) -> bool:
        models = [each.model for each in self._third_parties]
        # An open behavior that lacks a function is noticed only when there is something to do.
        excepted = any(OPEN in each.undecided & each.closed for each in models)
        undecided = any(each.undecided for each in models) and mode == "live"
        return self._input.is_invalid(self.clock.now()) or undecided or excepted

    def _may_fail(self, mode: str) -> bool:
        lacking = any(OPEN in each.model.undecided for each in self._third_parties)
        return self._must_fail(mode) or (mode == "maintenance" and lacking)

    def _check_status(self, mode: str, failure: str) -> None:
        status = self._site.status()
        assert mode == status["mode"]
        error = status["last_error"]
        assert bool(failure) == bool(error and error["until"] is None), (failure, error)

    def _check_alarm_clock(self, mode: str) -> None:
        now = self.clock.now()
        minutes = (now + each * _MINUTE for each in range(1, 180))
        change = next((each for each in minutes if self._input.mode(each) != mode), None)
        alarm = self._site.alarm()
        # A switch that was deleted takes its offs along, which the status remembers.
        if self._input.switch:
            self._check_plans(now, alarm)
        if change:
            assert alarm is not None
            assert datetime.strptime(alarm, _ALARM).replace(tzinfo=UTC) <= change + _MINUTE / 60

    def _check_plans(self, now: datetime, alarm: str | None) -> None:
        """Fail unless the windows that begin soon are announced, and the others will be in time."""
        coming = self._input.coming(now)
        soon = {name: start for name, start in coming.items() if start - _NOTICE <= now}
        planned = {each["window"]: each["begins"] for each in self._site.status()["planned"]}
        assert {name: f"{start:%Y-%m-%dT%H:%M:%SZ}" for name, start in soon.items()} == planned
        due = (start - _NOTICE for name, start in coming.items() if name not in soon)
        later = min(due, default=None)
        if later:
            assert alarm is not None
            soonest = max(later, now + _MINUTE) + _MINUTE / 60
            assert datetime.strptime(alarm, _ALARM).replace(tzinfo=UTC) <= soonest

    def _check_armed(self, mode: str) -> None:
        now, armed = self.clock.now(), self._armed()
        start = min(self._input.coming(now).values(), default=None)
        near = start if start and start - LEAD_TIME <= now else None
        for party in self._third_parties:
            check_armed(party.model, armed, start=near, is_live=mode == "live", open_path=OPEN)

    def _armed(self) -> Armed:
        return find_armed(self.cloud, self.clock.now())

    def _update_count(self) -> int:
        return len(self.cloud.sandbox.calls("cloudfront:UpdateDistribution"))


def _window(name: str) -> str:
    return f"{SWITCH}/windows/{name}"


def _skip(name: str) -> str:
    return f"{_window(name)}/skip"


def _check_settled(party: ThirdParty, mode: str, before: set[str], closing: set[str]) -> None:
    model = party.model
    if mode == "maintenance":
        assert set(model.by_path) - {OPEN} == closing
    elif mode == "live" and not model.stays_closed:
        assert set() == closing
    else:
        assert before == closing
