"""
Write the store of the standby engine, and publish the code that has its state.

    write_times    opens and closes: describes the store, reads and writes the key `state`
    write_all      pages, settings and tokens too, from a reading of all keys
    write_access   settings and tokens alone, while it is not known when the site is to be closed
    publish        the code with the state that the store has, once it is not too soon

Each names what it read to AWS, so a write of another run in between starts it over. What that does
not show is a run that decided earlier and is slower: it would put an old decision in the place of a
newer one. So what is desired is read again after the store, before anything is written; but for
`write_times` only if the store was written since the run began to read, as closing must not wait.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from maintenance.errors import StaleObservation, Superseded
from maintenance.standby.changes import KeyChanges
from maintenance.standby.desired import RenderedPages, desired_store
from maintenance.standby.plan import (
    DesiredPeriod,
    StorePlan,
    access_changes,
    has_times,
    plan_store,
    plan_times,
)
from maintenance.standby.program import bake, check_program, parts
from maintenance.standby.publishing import publish_at, read_code
from maintenance.standby.state import STATE_KEY, State, decode_state, encode_state, next_generation

# Between the clocks of two controllers, and of a write and the reading that it followed.
_CLOCK_TOLERANCE = timedelta(minutes=1)
_PUBLISH_TRIES = 3
_NOT_WANTED = (
    "the store was not written, because the desired state changed during this run; the next run "
    "decides"
)


class _Store(Protocol):
    def describe(self) -> Any: ...  # noqa: ANN401 - the adapter's own value
    def read_key(self, key: str) -> str | None: ...
    def read_keys(self) -> dict[str, str]: ...
    def apply(self, plan: Callable[[], Sequence[KeyChanges]]) -> None: ...


class _LiveCode(Protocol):
    @property
    def code(self) -> bytes: ...
    @property
    def published(self) -> datetime | None: ...


class _Code(Protocol):
    def read_live(self) -> _LiveCode: ...
    def read_development(self) -> Any: ...  # noqa: ANN401 - the same
    def publish(self, code: bytes, *, over: Any) -> None: ...  # noqa: ANN401 - the same


class Written(Struct, frozen=True):
    """
    The state before the first try, the one that the store has now, and whether a write made it so.

    A state is None if there is none. Where the store had none before, `write_times` gives that of
    the published code.
    """

    before: State | None
    state: State | None
    changed: bool = False
    notices: tuple[str, ...] = ()


class Published(Struct, frozen=True):
    """
    Whether the code was published, and when it should be if it is too soon.

    `digest` names the code that visitors get, '' while it should be another one.
    """

    changed: bool = False
    due: datetime | None = None
    digest: str = ""


class WantedCode(Struct, frozen=True):
    """
    The paths that stay open, None to leave those of the published code, and the periods.

    A state that closes the site at other times is not published: another run or a person has
    written it. `judged` is the digest of published code whose state is up to date, '' if unknown.
    """

    paths: tuple[str, ...] | None
    periods: tuple[DesiredPeriod, ...]
    judged: str = ""


class StandbyStore(Struct, frozen=True):
    """The store, the function's code, and the program to publish, by the owner or our own."""

    store: _Store
    code: _Code
    program: Callable[[], str]
    clock: Callable[[], datetime]

    def read(self) -> State | None:
        """Return the state, None if the store has none; raise ObservationError or ApplyError."""
        return decode_state(self.store.read_key(STATE_KEY) or "")

    def read_effective(self) -> State | None:
        """Return the state that edges act on: if the store has none, that of the code."""
        return self._or_published(self.read())

    def write_times(
        self,
        periods: Callable[[State | None], Sequence[DesiredPeriod]],
        *,
        read_at: datetime,
        is_wanted: Callable[[], bool],
    ) -> Written:
        """
        Close and open the site at these times, which may depend on the state that edges act on.

        `read_at` is when the run began to read what it decided by. Raises ObservationError or
        ApplyError, also if `is_wanted` returns False.
        """
        tried = _Tries()
        latest = 1_000 * (read_at - _CLOCK_TOLERANCE).timestamp()

        def plan() -> Sequence[KeyChanges]:
            value = self.store.read_key(STATE_KEY)
            stored = decode_state(value or "")
            if stored and stored.generation > latest and not is_wanted():
                raise Superseded(_NOT_WANTED)
            effective = self._or_published(stored)
            made = plan_times(
                value, periods(effective), now=self.clock().timestamp(), baked=effective
            )
            return tried.of(effective, made)

        self.store.apply(plan)
        return tried.written()

    def write_all(self, pages: RenderedPages, *, is_wanted: Callable[[], bool]) -> Written:
        """
        Write everything that differs.

        Raises ObservationError, ApplyError or ConfigurationError, also if `is_wanted` returns False
        after the store was read.
        """
        tried = _Tries()
        code = read_code(self.code.read_live().code)
        baked = code.state if code else None

        def plan() -> Sequence[KeyChanges]:
            keys = self.store.read_keys()
            stored = decode_state(keys.get(STATE_KEY, ""))
            desired = desired_store(pages, keys)
            if desired is None:
                return tried.of(stored, StorePlan((), stored or _NO_STATE))
            if not is_wanted():
                raise Superseded(_NOT_WANTED)
            now = self.clock().timestamp()
            return tried.of(stored, plan_store(keys, desired, now=now, baked=baked))

        self.store.apply(plan)
        return tried.written()

    def write_access(self, pages: RenderedPages) -> Written:
        """Write who may pass, as far as that differs; raise ObservationError or ApplyError."""
        tried = _Tries()

        def plan() -> Sequence[KeyChanges]:
            keys = self.store.read_keys()
            stored = decode_state(keys.get(STATE_KEY, ""))
            desired = desired_store(pages, keys)
            changes = (access_changes(keys, desired.access),) if desired else ()
            return tried.of(stored, StorePlan(changes, stored or _NO_STATE))

        self.store.apply(plan)
        return tried.written()

    def has_published(self, judged: str) -> bool:
        """
        Return whether visitors get the code of this digest, and the program to publish is its own.

        Raises ObservationError or ConfigurationError.
        """
        program = self.program()
        check_program(program)
        live = self.code.read_live().code
        found = read_code(live)
        return found is not None and found.program == parts(program) and digest(live) == judged

    def publish(
        self, wanted: WantedCode, *, is_wanted: Callable[[], bool], at_once: bool = False
    ) -> Published:
        """
        Publish the code with the state that the store has, if that is due or `at_once`.

        Raises ObservationError, ApplyError or ConfigurationError.
        """
        program = self.program()
        check_program(program)
        for _ in range(_PUBLISH_TRIES - 1):
            try:
                return self._publish(program, wanted, is_wanted, at_once=at_once)
            except StaleObservation:
                continue
        return self._publish(program, wanted, is_wanted, at_once=at_once)

    def _publish(
        self, program: str, wanted: WantedCode, is_wanted: Callable[[], bool], *, at_once: bool
    ) -> Published:
        live = self.code.read_live()
        found = read_code(live.code)
        paths = wanted.paths if wanted.paths is not None else (found.paths if found else ())
        is_same = found is not None and (found.program, found.paths) == (parts(program), paths)
        if is_same and digest(live.code) == wanted.judged:
            return Published(digest=wanted.judged)
        # Before the state, so that a later publish of another run is a conflict.
        development = self.code.read_development()
        state = self._newer_state(found.state.generation if found else 0)
        now = self.clock()
        if state is None or not has_times(state, wanted.periods, now=now.timestamp()):
            return Published()
        if not is_wanted():
            return Published()
        code = bake(program, state, paths)
        published = live.published.timestamp() if live.published else 0.0
        at = publish_at(live.code, code, published=published, now=now.timestamp())
        if at is None:
            return Published(digest=digest(live.code))
        if at > now.timestamp() and not at_once:
            return Published(due=datetime.fromtimestamp(at, UTC))
        self.code.publish(code, over=development)
        return Published(changed=True, digest=digest(code))

    def _or_published(self, stored: State | None) -> State | None:
        """Return the stored state, or that of the published code if there is none."""
        if stored:
            return stored
        code = read_code(self.code.read_live().code)
        return code.state if code else None

    def _newer_state(self, published: int) -> State | None:
        """
        Return the state; if someone has published a newer one, write it with a newer generation.

        Otherwise the published state would count at every edge, and the store no longer.
        """
        state = self.read()
        if state is None or state.generation >= published:
            return state
        now = self.clock().timestamp()

        def plan() -> Sequence[KeyChanges]:
            stored = self.read()
            if stored is None or stored.generation >= published:
                return ()
            newer = replace(stored, generation=next_generation(published, now))
            return (KeyChanges({STATE_KEY: encode_state(newer)}),)

        self.store.apply(plan)
        return self.read()


def digest(content: bytes) -> str:
    """Return a short name of some content."""
    return hashlib.sha256(content).hexdigest()[:16]


class _Tries:
    """What the tries of one write have read and planned; the last one is made, or none is."""

    def __init__(self) -> None:
        self._read: list[State | None] = []
        self._plans: list[StorePlan] = []

    def of(self, stored: State | None, plan: StorePlan) -> Sequence[KeyChanges]:
        """Return the changes of a plan, having noted it."""
        self._read.append(stored)
        self._plans.append(plan)
        return plan.changes

    def written(self) -> Written:
        """Return what the tries have done; a lost answer is a conflict of a write with itself."""
        last = self._plans[-1]
        state = last.state if last.state is not _NO_STATE else None
        return Written(
            self._read[0], state, any(each.changes for each in self._plans), last.notices
        )


_NO_STATE = State(0, (), "", ())
