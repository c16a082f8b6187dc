"""
The commands that write windows: `windows set`, `windows skip` and `windows remove`.

Each reads the schedule as the controller does, shows what changes, asks, and writes one parameter;
its change event wakes the controller. Values go through the controller's own parsers before they
are written.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from maintenance.aws.operator.window_writes import WindowWrites
from maintenance.cli.confirm import confirm
from maintenance.cli.documents import WindowChangeDocument
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.own_command import own_command
from maintenance.cli.switch.typed_instant import did_you_mean
from maintenance.cli.windows.name import check_name
from maintenance.cli.windows.preview import find_window, skip_next, with_window
from maintenance.cli.windows.view import (
    Fact,
    WindowChange,
    describe,
    effect_now,
    occurrence_times,
    render_facts,
    runs,
    runs_facts,
    warnings,
)
from maintenance.errors import ConfigurationError, UnreadableValue
from maintenance.schedule.skip import SKIP_SUFFIX, Skip, parse_skip, skip_value
from maintenance.schedule.window import Occurrence, Window, parse_window

if TYPE_CHECKING:
    from datetime import datetime

    from maintenance.cli.session import Session
    from maintenance.cli.terminal import Clock
    from maintenance.schedule.decision import Schedule

# The most that a standard parameter holds (doc: SSM API Reference, PutParameter).
_VALUE_BYTES = 4096


class WindowCommands(Struct, frozen=True):
    """Changes windows of a stack; `is_confirmed` is whether --yes was typed."""

    session: Session
    writes: WindowWrites
    is_confirmed: bool

    def set(self, name: str, value: str) -> ExitCode:
        """Write a window, and show its next occurrences; raise UnreadableValue if it is invalid."""
        window = self._parse(name, value)
        before, clock, old = self._schedule(), self.session.clock, self.writes.read(name)
        present = find_window(before, name)
        window = replace(window, skip=present.skip if present else None)
        change = WindowChange(name, before, with_window(before, name, window), clock)
        found = runs(change.after, window, clock)
        noted = [*warnings(change)]
        facts = [("window", name if old else f"{name}, new"), ("value", value)]
        facts += [("was", old)] if old and old != value else []
        facts += runs_facts("runs", found, clock)
        facts += [("warning", each) for each in noted]
        document = WindowChangeDocument(
            window=name,
            value=value,
            previous_value=old,
            runs=[occurrence_times(each) for each in found],
            warnings=noted,
        )
        parameter = self.writes.parameter(name)
        if old == value:
            return self._done(document, f"{parameter} says so already: nothing was written.")
        if not self._agrees(change, facts, f"Write {value!r} to {parameter}?", {name: old}):
            return ExitCode.FAILED
        # Its time may have come while the question waited.
        self._parse(name, value)
        self.writes.write(name, value)
        return self._done(document, f"Wrote {value!r} to {parameter}.")

    def skip(self, name: str) -> ExitCode:
        """Skip the next occurrence that runs, or end the one that is open."""
        before, clock = self._schedule(), self.session.clock
        window = self._existing(before, name)
        skipped, until = self._next(before, window)
        value, parameter = skip_value(until), f"{name}{SKIP_SUFFIX}"
        old = self.writes.read(parameter)
        after = with_window(before, name, replace(window, skip=self._parse_skip(value)))
        change = WindowChange(name, before, after, clock)
        following = runs(change.after, change.new, clock)
        word = "ends" if skipped.begins <= clock.now else "skips"
        facts = [("window", name), *runs_facts(word, [skipped], clock)]
        facts += runs_facts("then", following[:1], clock)
        facts += _skipped_already(window, clock)
        question = f"Write {value!r} to {self.writes.parameter(parameter)}?"
        if not self._agrees(change, facts, question, {parameter: old}):
            return ExitCode.FAILED
        # The occurrence may have ended while the question waited.
        self._parse_skip(value)
        self.writes.write(parameter, value)
        document = WindowChangeDocument(
            window=name,
            value=value,
            skipped=occurrence_times(skipped),
            until=until,
            runs=[occurrence_times(each) for each in following],
        )
        text = f"Skipped: {describe(skipped, clock)}."
        return self._done(document, f"{text} {_runs_next(following, self.session)}")

    def undo_skip(self, name: str) -> ExitCode:
        """Delete the skip of a window, which brings back what it skips."""
        before, clock = self._schedule(), self.session.clock
        parameter = f"{name}{SKIP_SUFFIX}"
        value, window = self.writes.read(parameter), find_window(before, name)
        if value is None:
            self._existing(before, name)
            raise ConfigurationError(f"the window {name} has no skip, so there is nothing to undo")
        after = replace(window, skip=None) if window else None
        change = WindowChange(name, before, with_window(before, name, after), clock)
        following = runs(change.after, change.new, clock)
        facts = [("window", name), ("skip", f"{value}, will be deleted")]
        facts += runs_facts("then", following[:1], clock)
        question = f"Delete {self.writes.parameter(parameter)}?"
        if not self._agrees(change, facts, question, {parameter: value}):
            return ExitCode.FAILED
        self.writes.delete(parameter)
        document = WindowChangeDocument(
            window=name,
            previous_value=value,
            runs=[occurrence_times(each) for each in following],
        )
        return self._done(document, _runs_next(following, self.session))

    def remove(self, name: str) -> ExitCode:
        """Delete a window, and its skip with it; show what disappears."""
        before, clock = self._schedule(), self.session.clock
        parameter = f"{name}{SKIP_SUFFIX}"
        value, skip = self.writes.read(name), self.writes.read(parameter)
        if value is None:
            raise _unknown(before, name)
        change = WindowChange(name, before, with_window(before, name, None), clock)
        found = runs(before, change.old, clock)
        facts = [("window", f"{name}, will be deleted"), ("value", value)]
        facts += [("skip", f"{skip}, will be deleted too")] if skip else []
        facts += runs_facts("not run", found, clock)
        question = f"Delete {self.writes.parameter(name)}?"
        if not self._agrees(change, facts, question, {name: value, parameter: skip}):
            return ExitCode.FAILED
        # In this order: without its skip, the window might close the site for a moment.
        self.writes.delete(name)
        if skip:
            self.writes.delete(parameter)
        document = WindowChangeDocument(
            window=name,
            previous_value=value,
            runs=[],
            not_run=[occurrence_times(each) for each in found],
        )
        text = f"Deleted {self.writes.parameter(name)}.{self._bring_back(name, value)}"
        return self._done(document, text)

    def _parse(self, name: str, value: str) -> Window:
        settings = self.session.app.settings
        check_name(name, settings.switch_parameter)
        now = self.session.clock.now
        window = parse_window(name, value, zone=settings.time_zone, written=now)
        if len(value.encode()) > _VALUE_BYTES:
            raise UnreadableValue(
                f"the value has more than {_VALUE_BYTES} bytes: shorten the message"
            )
        return window

    def _parse_skip(self, value: str) -> Skip:
        settings = self.session.app.settings
        return parse_skip(value, written=self.session.clock.now, zone=settings.time_zone)

    def _bring_back(self, name: str, value: str) -> str:
        """Return the command that writes a deleted window, '' if that would be refused."""
        try:
            self._parse(name, value)
        except UnreadableValue:
            return ""
        command = own_command(f"windows set {name} {shlex.quote(value)}", self.session.watch.stack)
        return f" To bring it back: {command}"

    def _next(self, schedule: Schedule, window: Window) -> tuple[Occurrence, datetime]:
        """Return the occurrence to skip, and up to when; raise ConfigurationError without any."""
        found = skip_next(schedule, window, now=self.session.clock.now)
        if found is None:
            raise ConfigurationError(
                f"the window {window.name} does not run again, so there is nothing to skip"
            )
        return found

    def _schedule(self) -> Schedule:
        schedule, errors = self.session.read_schedule()
        for each in errors:
            self.session.terminal.error(each)
        return schedule

    def _existing(self, schedule: Schedule, name: str) -> Window:
        window = find_window(schedule, name)
        if window is None:
            raise _unknown(schedule, name)
        return window

    def _agrees(
        self,
        change: WindowChange,
        facts: list[Fact],
        question: str,
        shown: Mapping[str, str | None],
    ) -> bool:
        """
        Return whether to write, after a look at what that changes.

        Raises ConfigurationError if a parameter has another value than the one that is `shown`.
        """
        terminal, stack = self.session.terminal, self.session.app.settings.stack_name
        if not terminal.as_json:
            site = ("stack", f"{stack} in account {self.session.deployed.account}")
            width = terminal.err.width if terminal.err.is_terminal else None
            terminal.info(f"\n{render_facts([*facts, site], width)}\n")
            if now := effect_now(change):
                terminal.info(f"  {now}\n", style="bold")
        is_agreed = confirm(terminal, question, is_confirmed=self.is_confirmed)
        if is_agreed and not self.is_confirmed:
            self._check_unchanged(shown)
        return is_agreed

    def _check_unchanged(self, shown: Mapping[str, str | None]) -> None:
        for name, value in shown.items():
            if self.writes.read(name) != value:
                raise ConfigurationError(
                    f"someone changed {self.writes.parameter(name)} while the question waited, so "
                    "nothing was written: type the command again"
                )

    def _done(self, document: WindowChangeDocument, text: str) -> ExitCode:
        self.session.terminal.answer(document, text)
        return ExitCode.DONE


def _skipped_already(window: Window, clock: Clock) -> list[Fact]:
    if window.skip is None or window.skip.until <= clock.now:
        return []
    return [("was", f"skipped for all that begins up to {clock.time(window.skip.until)} already")]


def _runs_next(found: tuple[Occurrence, ...], session: Session) -> str:
    if not found:
        return "It never runs again."
    return f"Runs next: {describe(found[0], session.clock)}."


def _unknown(schedule: Schedule, name: str) -> ConfigurationError:
    names = sorted(each.name for each in schedule.windows)
    hint = did_you_mean(name, names)
    known = f"; there are: {', '.join(names)}" if names else "; there are no windows"
    return ConfigurationError(f"there is no window {name}{f': {hint}' if hint else known}")
