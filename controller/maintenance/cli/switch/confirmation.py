"""
The screen before a question: what writing the switch would change, for whom, and until when. Pure.

It promises only what will really happen: the plan behind it is the controller's own dry run.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from maintenance.cli.own_command import own_command
from maintenance.cli.screen import INDENT, counted, facts, listed, render_problems
from maintenance.cli.show.plan_view import summarize
from maintenance.cli.show.problems import Severity, problems_of
from maintenance.cli.show.view import ReportView, Stack
from maintenance.cli.switch.effect import Effect, WindowChanges, effect
from maintenance.cli.terminal import Clock
from maintenance.cli.windows.view import describe
from maintenance.model import Mode
from maintenance.reporting.progress import Progress, progress
from maintenance.reporting.report import Report
from maintenance.schedule.decision import Decision
from maintenance.schedule.times import format_duration

_LISTED = 3
_MINUTE = timedelta(minutes=1)
_HEADLINES = {
    Effect.CLOSES: "Close the site",
    Effect.EXTENDS: "Extend the maintenance",
    Effect.SHORTENS: "Shorten the maintenance",
    Effect.KEEPS_END: "Keep the end of the maintenance",
    Effect.OPENS: "Open the site",
    Effect.KEEPS_OPEN: "Keep the site open",
}
_PAGE = "keep getting the maintenance page (503)"
_VISITORS = {
    Effect.CLOSES: "get the maintenance page (503) instead of the site",
    Effect.EXTENDS: _PAGE,
    Effect.SHORTENS: _PAGE,
    Effect.KEEPS_END: _PAGE,
    Effect.OPENS: "get the site again",
    Effect.KEEPS_OPEN: "keep getting the site",
}


class Prospect(Struct, frozen=True):
    """
    What a value of the switch would change.

    `before` is the decision as long as it is not written, and `requested_by` who asked for that, ''
    if it is unknown; `plan` is a dry run as if it were written, `own_end` the end that it names.
    `silent_pages` are the files of the owner's page that show no message.
    """

    before: Decision
    plan: ReportView
    own_end: datetime | None = None
    requested_by: str = ""
    windows: WindowChanges = WindowChanges()
    silent_pages: tuple[str, ...] = ()

    @property
    def after(self) -> Decision:
        """The decision once it is written."""
        return self.plan.report.decision

    @property
    def effect(self) -> Effect:
        """What it does to the site."""
        return effect(self.before, self.after)


def render_confirmation(prospect: Prospect, stack: Stack, clock: Clock) -> RenderableType:
    """Return the screen, with instants on the clocks of the site and of the operator."""
    report = prospect.plan.report
    problems = [each for each in problems_of(prospect.plan) if each.severity is not Severity.NOTICE]
    more = len(problems) - _LISTED
    return Group(
        "",
        Padding(Text(_headline(prospect), style="bold"), INDENT),
        "",
        facts(*_facts(prospect, stack, clock)),
        "",
        Padding(Text(summarize(report), style="bold"), INDENT),
        render_problems(problems[:_LISTED]),
        *([Padding(f"and {more} more, which plan shows", INDENT)] if more > 0 else []),
    )


def _headline(prospect: Prospect) -> str:
    headline = _HEADLINES[prospect.effect]
    old, new = prospect.before.until, prospect.after.until
    if prospect.effect not in (Effect.EXTENDS, Effect.SHORTENS) or old is None or new is None:
        return headline
    moved = abs(new - old)
    minutes = (moved + _MINUTE / 2) // _MINUTE * _MINUTE
    return f"{headline} by {format_duration(minutes or moved)}"


def _facts(prospect: Prospect, stack: Stack, clock: Clock) -> Iterator[tuple[str, str]]:
    names = [each.name for each in prospect.plan.report.targets]
    yield "site", listed(names) or "there is no distribution"
    yield "stack", f"{stack.name} in account {stack.account}"
    yield "visitors", f"{_VISITORS[prospect.effect]}{_except_refused(prospect.plan.report)}"
    yield from _ends(prospect, clock)
    yield from _messages(prospect)
    is_closed = prospect.after.mode is Mode.MAINTENANCE
    if is_closed and prospect.after.message and prospect.silent_pages:
        pages = listed(prospect.silent_pages)
        yield "not shown", f"by {pages}, without {{{{message}}}}: visitors do not read this message"
    yield from _windows(prospect.windows, clock)
    following = prospect.after.next_occurrence
    if following and prospect.after.mode is not Mode.MAINTENANCE:
        begins = clock.time_and_distance(following.begins)
        yield "next", f"window {following.window.name} begins {begins}"
        if prospect.effect is Effect.KEEPS_OPEN and prospect.own_end is None:
            # An off for a site that is open may be meant to cancel what is about to close it.
            yield "to skip it", own_command(f"windows skip {following.window.name}", stack.name)


def _except_refused(report: Report) -> str:
    """Return how many distributions this is true of, if some are refused."""
    total = len(report.outcomes)
    done = sum(progress(each) is not Progress.REFUSED for each in report.outcomes)
    return "" if done == total else f", at {done} of {counted(total, 'distribution')}"


def _ends(prospect: Prospect, clock: Clock) -> Iterator[tuple[str, str]]:
    """Yield the new end, and the old one if that is another."""
    after, own_end = prospect.after, prospect.own_end
    if after.mode is Mode.MAINTENANCE:
        yield "until", _end(after.until, clock)
        if own_end and own_end != after.until:
            yield "until", f"a window goes on after {clock.time(own_end)}"
    if prospect.effect in (Effect.EXTENDS, Effect.SHORTENS):
        yield "instead of", _end(prospect.before.until, clock, endless="no end")
    if prospect.effect is Effect.OPENS:
        yield "was until", _end(prospect.before.until, clock)
    if prospect.before.mode is Mode.MAINTENANCE:
        yield "asked by", prospect.requested_by


def _end(until: datetime | None, clock: Clock, *, endless: str = "someone ends it") -> str:
    return clock.time_and_distance(until) if until else endless


def _messages(prospect: Prospect) -> Iterator[tuple[str, str]]:
    """Yield what visitors will read, and what becomes of what they read now."""
    if prospect.after.mode is not Mode.MAINTENANCE:
        return
    was_closed = prospect.before.mode is Mode.MAINTENANCE
    old, new = prospect.before.message if was_closed else None, prospect.after.message
    if old and old == new:
        yield "message", f"{new} (kept)"
        return
    yield "message", new or "none: visitors read the standard text"
    if old and new:
        yield "replaces", old
    elif old:
        yield "lost", f"{old} (--message writes one, extend keeps it)"


def _windows(windows: WindowChanges, clock: Clock) -> Iterator[tuple[str, str]]:
    """Yield what becomes of the windows."""
    for label, occurrences in (
        ("ends", windows.ended),
        ("skips", windows.skipped),
        ("brings back", windows.resumed),
    ):
        for each in occurrences[:_LISTED]:
            when = describe(each, clock)
            yield label, f"window {each.window.name}, {when}"
        if len(occurrences) > _LISTED:
            yield label, f"and {len(occurrences) - _LISTED} more within a year"
