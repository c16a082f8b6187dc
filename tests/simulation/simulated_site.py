"""
Everything around one stack in a long run: its cloud, its clock, its controllers, what is known.

A controller is the real one, put together as Lambda's handler does it, in a process that can end at
any of its calls; there are two, for two runs at once.
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
from tests.sandbox.builders import a_behavior, a_distribution, a_function, ordered
from tests.simulation.edits import STRANGERS, Clears, Edit, Renames, make_strangers
from tests.simulation.faults import Trouble
from tests.simulation.operator_input import GARBAGE, Orders, Stretch, Word
from tests.simulation.reference_model import Set, lists_by_path
from tests.simulation.site_clock import SiteClock
from tests.simulation.third_parties import Party
from tests.stories.site import BUCKET, SWITCH, make_site

OPEN = "/open"
EVENTS = ("alarm_clock", "other tool", "page", "sweep", "switch", "window")
_OWN_ARN = "arn:aws:lambda:us-east-1:000000000000:function:site-Controller"
_AIM = "at(%Y-%m-%dT%H:%M:%S)"
_MINUTE = timedelta(minutes=1)


class Scene:
    """A site with two distributions, and everything that happens to it."""

    def __init__(self, cloud: Cloud) -> None:
        cloud.sandbox.reset()
        self.cloud = cloud
        self.clock = SiteClock()
        self._orders = Orders()
        self._site = make_site(cloud)
        self.clock.written(SWITCH, cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Version"])
        make_strangers(cloud)
        behaviors = ordered(a_behavior(PathPattern="/a"), a_behavior(PathPattern=OPEN))
        ids = [
            a_distribution(cloud, "shop", CacheBehaviors=behaviors),
            a_distribution(cloud, "api"),
        ]
        environment = self._site.environment(",".join(ids), EXCEPT_PATHS=OPEN)
        self._settings = Settings.from_env(environment)
        self._parties = [Party(cloud, each) for each in ids]
        self._renamings = 0
        self._deleted: set[str] = set()
        self._troubles: list[tuple[Trouble, int]] = []
        self._processes = [self._process(), self._process()]
        self.says(Word("off"))

    def says(self, word: Word | None) -> None:
        """Write the switch; None is garbage, which a pattern may refuse."""
        text = word.text(self.clock.now()) if word else GARBAGE
        try:
            written = self._put(SWITCH, text)
        except self.cloud.ssm.exceptions.ParameterPatternMismatchException:
            assert word is None
            return
        self._orders.switch.append((written, word))

    def deletes_the_switch(self) -> None:
        """Delete the switch, if it is there."""
        if self._orders.switch:
            self.cloud.ssm.delete_parameter(Name=SWITCH)
            self.clock.forget(SWITCH)
            self._orders.switch.clear()

    def commands(self, word: Word, late: timedelta) -> None:
        """Deliver a command late; it may be refused, but not against its instant."""
        at = self.clock.now() - late
        self.wakes({"maintenance": word.text(at), "at": at.isoformat()})
        versions = self._orders.switch
        try:
            parameter = self.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]
        except self.cloud.ssm.exceptions.ParameterNotFound:
            return
        written = self.clock.written(SWITCH, parameter["Version"])
        if versions and written == versions[-1][0]:
            return
        assert all(earlier < at for earlier, said in versions if said)
        until = word.until(at)
        if until and until <= self.clock.now():
            # What was to come is over; that it ends what began before is not.
            assert word.says == "off"
            until = None
        versions.append((written, Word(word.says, end=until)))

    def schedules(self, name: str, stretch: Stretch | None) -> None:
        """Write a window; None is garbage."""
        text = stretch.text(self.clock.now()) if stretch else GARBAGE
        written = self._put(_window(name), text)
        self._orders.windows.setdefault(name, []).append((written, stretch))

    def deletes_the_window(self, name: str) -> None:
        """Delete a window, if it is there."""
        if self._orders.windows.pop(name, None):
            self.cloud.ssm.delete_parameter(Name=_window(name))
            self.clock.forget(_window(name))

    def changes_the_page(self, page: str | None) -> None:
        """Put a page, or remove it."""
        if page:
            self._site.puts("page.html", page)
        else:
            self.cloud.s3.delete_object(Bucket=BUCKET, Key="page/page.html")

    def writes(self, site: int, edit: Edit | None) -> None:
        """Let another party write a distribution."""
        self._parties[site].writes(edit, witness=lambda: self._look(self._parties[site]))

    def renames(self, site: int, at: int) -> None:
        """Let another party rename a behavior, to a name that none ever had."""
        self._renamings += 1
        self.writes(site, Renames(at, f"/renamed-{self._renamings}"))

    def deletes_a_function(self, name: str) -> None:
        """Let another party delete a CloudFront Function that CloudFront lets it delete."""
        if STRANGERS[name][0] != "FunctionAssociations" or name in self._deleted:
            return
        self.cloud.sandbox.finish_deployments()
        etag = self.cloud.cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")["ETag"]
        try:
            self.cloud.cloudfront.delete_function(Name=name, IfMatch=etag)
        except self.cloud.cloudfront.exceptions.FunctionInUse:
            return
        self._deleted.add(name)

    def disturbs(self, trouble: Trouble, times: int) -> None:
        """Let the next run meet a fault; nobody else does."""
        self._troubles.append((trouble, min(times, trouble.most)))

    def wakes(self, event: str | dict[str, str], *, process: int = 0) -> str:
        """Wake the controller; return why the run failed, nothing if it did not."""
        wakeup = parse_wakeup(self._event(event) if isinstance(event, str) else event)
        for trouble, times in self._troubles:
            self.cloud.sandbox.inject_fault(
                trouble.kind, trouble.operation, times=times, **trouble.order()
            )
        try:
            self._processes[process][1].run(wakeup)
        except MaintenanceError as error:
            return str(error)
        finally:
            if self._troubles:
                self._troubles.clear()
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

    def holds(self, operation: str) -> None:
        """Hold the next call of an operation, and forget other faults."""
        self._troubles.clear()
        self.cloud.sandbox.inject_fault("hold", operation)

    def is_held_or(self, done: Callable[[], bool]) -> None:
        """Wait until a call is held, or the run at its end; then nobody else's is held."""
        eventually(lambda: self.cloud.sandbox.held() or done())
        if not self.cloud.sandbox.held():
            self.cloud.sandbox.clear_faults()

    def lets_go(self) -> None:
        """Let held calls go on."""
        self.cloud.sandbox.clear_faults()

    def is_as_told(self) -> None:
        """Fail unless everything is where the ledgers say."""
        for party in self._parties:
            self._look(party)

    def rests(self) -> None:
        """Let everybody rest, and fail unless one sweep brings everything about."""
        self._troubles.clear()
        for name in sorted(self._deleted):
            a_function(self.cloud, name)
        self._deleted.clear()
        before = [party.ledger.closed for party in self._parties]
        mode = self._orders.mode(self.clock.now())
        fault = self.wakes("sweep")
        self.is_as_told()
        assert self._complains(mode) == bool(fault), (mode, fault)
        for party, was in zip(self._parties, before, strict=True):
            _is_settled(party, mode, was)
        self._tells(mode, fault)
        self._is_aimed(mode)
        updates = self._updates()
        self.wakes("sweep")
        assert updates == self._updates()

    def opens_for_good(self) -> None:
        """Open the site: everything is as other parties wrote it last."""
        for name in list(self._orders.windows):
            self.deletes_the_window(name)
        for site, party in enumerate(self._parties):
            # Nobody knows what belongs there, so somebody decides.
            while party.ledger.renamed:
                path = min(party.ledger.renamed)
                self.writes(site, Clears(list(party.ledger.slots).index(path)))
        self.says(Word("off"))
        self.rests()
        assert [set(), set()] == [party.ledger.closed for party in self._parties]

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

    def _event(self, name: str) -> dict[str, Any]:
        if name in ("sweep", "alarm_clock"):
            return {name: True}
        detail = {
            "switch": {"name": SWITCH, "operation": "Update"},
            "window": {"name": _window("nightly"), "operation": "Update"},
            "other tool": {"eventSource": "cloudfront.amazonaws.com"},
            "page": {},
        }[name]
        source = "aws.s3" if name == "page" else "aws.ssm"
        source = {"other tool": "aws.cloudfront", "page": "aws.s3"}.get(name, "aws.ssm")
        kind = "Object Created" if name == "page" else "Parameter Store Change"
        # The oldest instant: what was written since is heard of by everybody.
        time = "2198-12-01T02:00:00Z"
        return {"source": source, "detail-type": kind, "time": time, "detail": detail}

    def _look(self, party: Party) -> None:
        # In this order: a run at work writes the note before what it is about.
        seen = party.sees()
        noted = self._rows(party.distribution_id)
        party.ledger.controller_wrote(seen, noted)
        party.ledger.is_remembered(noted)

    def _rows(self, distribution_id: str) -> dict[str, Set]:
        key = f"displaced/{distribution_id}.json"
        try:
            return lists_by_path(self.cloud.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
        except self.cloud.s3.exceptions.NoSuchKey:
            return {}

    def _complains(self, mode: str) -> bool:
        excepted = any(OPEN in party.ledger.renamed for party in self._parties)
        stuck = any(party.ledger.renamed for party in self._parties) and mode == "live"
        return self._orders.is_faulty() or stuck or excepted

    def _tells(self, mode: str, fault: str) -> None:
        status = self._site.status()
        assert mode == status["mode"]
        error = status["last_error"]
        assert bool(fault) == bool(error and error["until"] is None), (fault, error)

    def _is_aimed(self, mode: str) -> None:
        now = self.clock.now()
        minutes = (now + each * _MINUTE for each in range(1, 180))
        change = next((each for each in minutes if self._orders.mode(each) != mode), None)
        aim = self._site.alarm()
        if change:
            assert aim is not None
            assert datetime.strptime(aim, _AIM).replace(tzinfo=UTC) <= change + _MINUTE / 60

    def _updates(self) -> int:
        return len(self.cloud.sandbox.calls("cloudfront:UpdateDistribution"))


def _window(name: str) -> str:
    return f"{SWITCH}/windows/{name}"


def _is_settled(party: Party, mode: str, before: set[str]) -> None:
    ledger = party.ledger
    if mode == "maintenance":
        assert set(ledger.slots) - {OPEN} == ledger.closed
    elif mode == "live" and not ledger.renamed:
        assert set() == ledger.closed
    else:
        assert before == ledger.closed
