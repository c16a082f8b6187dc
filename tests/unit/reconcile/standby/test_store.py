"""How the store is written and the code published, with the store in memory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import StaleObservation, Superseded
from maintenance.reconcile.standby.store import Published, StandbyStore, WantedCode, digest
from maintenance.reconcile.still_wanted import StillWanted
from maintenance.standby.changes import KeyChanges
from maintenance.standby.desired import RenderedPages, RenderedSite
from maintenance.standby.program import bake
from maintenance.standby.publishing import read_code
from maintenance.standby.state import Period, State, decode_state, encode_state
from msgspec.structs import replace

from tests.unit.standby.stores import ACCESS, DEFAULT, HOUR, LANGUAGES, NOW, period

PRESENT = datetime.fromtimestamp(NOW, UTC)
PROGRAM = "const BAKED=__BAKED__;"
OPEN = State(1_000, LANGUAGES, DEFAULT.rendering, ())
SITE = RenderedSite(LANGUAGES, DEFAULT, ACCESS)


@dataclass
class _Live:
    code: bytes
    published: datetime | None


@dataclass
class _Cloud:
    """The store and the code; `conflicts` are how many publishes others come before."""

    keys: dict[str, str] = field(default_factory=dict)
    code: bytes = b""
    published: datetime | None = None
    conflicts: int = 0
    now: datetime = PRESENT

    def store(self) -> StandbyStore:
        return StandbyStore(self, self, lambda: PROGRAM, lambda: self.now)

    def describe(self) -> object:
        raise NotImplementedError

    def read_key(self, key: str) -> str | None:
        return self.keys.get(key)

    def read_keys(self) -> dict[str, str]:
        return dict(self.keys)

    def apply(self, plan: Callable[[], Iterable[KeyChanges]]) -> None:
        for each in plan():
            self.keys |= each.puts

    def read_live(self) -> _Live:
        return _Live(self.code, self.published)

    def read_development(self) -> str:
        return "E1"

    def publish(self, code: bytes, *, over: object) -> None:
        assert "E1" == over
        if self.conflicts:
            self.conflicts -= 1
            raise StaleObservation("412")
        self.code, self.published = code, self.now

    def state(self) -> State | None:
        return decode_state(self.keys.get("state", ""))


def _at_rest(state: State = OPEN, **members: object) -> _Cloud:
    keys = {**ACCESS, **DEFAULT.keys, "state": encode_state(state)}
    return _Cloud(keys, **members)  # type: ignore[arg-type]  # a few members


def _never() -> bool:
    return False


def _always() -> bool:
    return True


@pytest.mark.parametrize(
    ("written", "is_refused"),
    [(timedelta(hours=1), False), (timedelta(seconds=59), True), (-timedelta(seconds=5), True)],
)
def test_a_state_of_the_last_minute_is_replaced_only_if_that_is_still_desired(
    written: timedelta,
    is_refused: bool,  # noqa: FBT001 - pytest's own
) -> None:
    """Another controller may have read a newer switch; its clock may be some seconds ahead."""
    generation = int((PRESENT - written).timestamp() * 1_000)
    cloud = _at_rest(State(generation, LANGUAGES, DEFAULT.rendering, ()))

    def write() -> object:
        return cloud.store().write_times(lambda _: [period()], read_at=PRESENT, is_wanted=_never)

    if is_refused:
        with pytest.raises(Superseded, match="the next run decides"):
            write()
    else:
        write()
    state = cloud.state()
    assert state is not None
    assert is_refused is (not state.periods)


def test_pages_are_written_only_if_that_is_still_desired() -> None:
    """They were rendered for what was desired some seconds ago."""
    cloud = _at_rest()
    with pytest.raises(Superseded):
        cloud.store().write_all(RenderedPages(SITE, (period(),), {}), is_wanted=_never)
    assert cloud.state() == OPEN


def test_without_any_page_nothing_is_written() -> None:
    """Neither the owner's nor the packaged one can be had, and the store has none."""
    cloud = _Cloud()
    assert cloud.store().write_all(RenderedPages(None, ()), is_wanted=_always).state is None
    assert {} == cloud.keys


def test_a_state_older_than_the_published_one_is_written_again() -> None:
    """Someone published a code by hand: its state would count everywhere otherwise."""
    ahead = State(int(NOW * 1_000) + 9, LANGUAGES, DEFAULT.rendering, ())
    cloud = _at_rest(code=bake(PROGRAM, ahead, ["/robots.txt"]), published=PRESENT)

    _publish(cloud)

    assert cloud.state() == replace(OPEN, generation=ahead.generation + 1)


def _publish(cloud: _Cloud, **members: object) -> Published:
    wanted = WantedCode(**{"paths": ("/robots.txt",), "periods": (), **members})  # type: ignore[arg-type]  # its members
    return cloud.store().publish(wanted, is_wanted=_always)


def test_a_code_that_was_judged_is_not_judged_again() -> None:
    """That costs a call of the store."""
    code = bake(PROGRAM, State(1, LANGUAGES, "other", ()), ["/robots.txt"])
    cloud = _at_rest(code=code, published=PRESENT - timedelta(days=2))

    assert Published(digest=digest(code)) == _publish(cloud, judged=digest(code))
    assert _publish(cloud).changed


def test_unknown_paths_are_those_of_the_published_code() -> None:
    """None, if there is no such code."""
    for code, expected in ((bake(PROGRAM, OPEN, ["/a"]), ("/a",)), (b"handler", ())):
        closed = State(2_000, LANGUAGES, DEFAULT.rendering, ())
        cloud = _at_rest(closed, code=code.replace(b"1000", b"1"))
        cloud.store().publish(WantedCode(None, ()), is_wanted=_always, at_once=True)
        found = read_code(cloud.code)
        assert found is not None
        assert expected == found.paths


def test_code_is_published_if_visitors_get_what_was_judged() -> None:
    """Neither other code, nor that of a program that the owner has replaced since."""
    code = bake(PROGRAM, OPEN, ())
    older = bake(f"{PROGRAM}// older", OPEN, ())
    judged = digest(code)

    assert _at_rest(code=code).store().has_published(judged)
    assert not _at_rest(code=code).store().has_published("")
    assert not _at_rest(code=bake(PROGRAM, OPEN, ("/a",))).store().has_published(judged)
    assert not _at_rest(code=older).store().has_published(digest(older))
    assert not _at_rest(code=b"handler").store().has_published(digest(b"handler"))


@pytest.mark.parametrize("state", ["", encode_state(OPEN)])
def test_nothing_is_published_without_a_state_or_if_it_is_no_longer_desired(state: str) -> None:
    """The run that changed it publishes."""
    cloud = _Cloud({"state": state})

    published = cloud.store().publish(WantedCode((), ()), is_wanted=_never)

    assert (Published(), b"") == (published, cloud.code)


def test_a_publish_starts_over_after_a_conflict() -> None:
    """Three times at most."""
    once, always = _at_rest(conflicts=2), _at_rest(conflicts=3)

    assert _publish(once).changed
    with pytest.raises(StaleObservation):
        _publish(always)


def test_a_publish_that_is_too_soon_says_when_it_is_due() -> None:
    """Unless it has to be at once, as for an installation."""
    closed = State(2_000, LANGUAGES, DEFAULT.rendering, ())
    other = State(1, LANGUAGES, "d", (Period(1, int(NOW) + HOUR, "r"),))
    code = bake(PROGRAM, other, ["/robots.txt"])
    cloud = _at_rest(closed, code=code, published=PRESENT - timedelta(minutes=1))

    due = _publish(cloud).due
    at_once = cloud.store().publish(WantedCode((), ()), is_wanted=_always, at_once=True)

    assert PRESENT + timedelta(minutes=4) == due
    assert at_once.changed


def test_a_run_without_a_question_is_wanted() -> None:
    """Until it asks one, and again from the next run on."""
    still_wanted = StillWanted()
    still_wanted.continue_while(_never)
    asked = still_wanted()
    still_wanted.begin()

    assert (False, True) == (asked, still_wanted())


class _Overtaken(_Cloud):
    """Another run writes a newer state after the first reading."""

    def read_key(self, key: str) -> str | None:
        before = super().read_key(key)
        self.keys["state"] = encode_state(replace(OPEN, generation=9_000_000_000_000))
        return before


def test_a_state_that_another_run_has_made_newer_is_left_alone() -> None:
    """It is published as it is."""
    ahead = replace(OPEN, generation=int(NOW * 1_000) + 9)
    cloud = _Overtaken({"state": encode_state(OPEN)}, bake(PROGRAM, ahead, ()), PRESENT)

    cloud.store().publish(WantedCode((), ()), is_wanted=_always, at_once=True)

    state = cloud.state()
    assert state is not None
    assert 9_000_000_000_000 == state.generation
