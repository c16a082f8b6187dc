"""
`page put` and `page remove`: change the files under page/ in the state bucket.

The controller's own check judges what would then lie there, with the deployed function, before
anything is written. A change wakes the controller; the command waits until it has published the
page, and says when visitors get it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from msgspec import Struct

from maintenance.aws.bucket import PageFiles
from maintenance.aws.operator.page_writes import PageWrites
from maintenance.cli.confirm import confirm
from maintenance.cli.documents import PageChangeDocument
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.own_command import own_command
from maintenance.cli.page.check import page_errors, page_notices
from maintenance.cli.page.source import PageSource
from maintenance.cli.session import Session
from maintenance.cli.watch import watch_command
from maintenance.errors import ConfigurationError, PageRefused
from maintenance.model import Mode
from maintenance.reporting.report import Report
from maintenance.schedule.announcement import NO_ANNOUNCEMENT, Announcement, announcement_of

# S3's event takes a second or two, and a version a few more.
_TIMEOUT = timedelta(minutes=1)
_PAUSE_SECONDS = 2.0
_ALL = "all"


class PageCommands(Struct, frozen=True):
    """Changes the page of one stack; `is_confirmed` is whether --yes was typed."""

    session: Session
    files: PageFiles
    writes: PageWrites
    is_confirmed: bool

    def put(self, source: PageSource) -> ExitCode:
        """Upload a page; raise PageRefused if it is unusable, before anything is written."""
        terminal = self.session.terminal
        for each in (*source.steps, *page_notices(source.files)):
            terminal.info(each)
        before = self.files.read()
        after = {**before, **source.files}
        changed = {name: data for name, data in source.files.items() if before.get(name) != data}
        if not changed:
            document = PageChangeDocument(changed=(), published=True, steps=source.steps)
            terminal.answer(document, "The bucket has these files already; nothing was written.")
            return ExitCode.DONE
        announcement = _announcement(self.session.read_status().report)
        self.session.app.engine.pages.check(after, announcement)
        for name, data in changed.items():
            verb = "replaces" if name in before else "adds"
            terminal.info(f"{verb} {self.writes.address(name)} ({len(data)} bytes)")
        question = f"Upload {_count(changed)}?"
        if not confirm(terminal, question, is_confirmed=self.is_confirmed):
            return ExitCode.FAILED
        order = _upload_order(before, changed)
        for name in order:
            self.writes.put(name, changed[name])
        terminal.info("Uploaded.")
        return self._wait(tuple(order), source.steps)

    def remove(self, name: str) -> ExitCode:
        """Delete one file, or all; raise PageRefused if the others would be unusable."""
        before = self.files.list()
        removed = sorted(before) if name == _ALL else [name]
        if not before.keys() >= set(removed) or not removed:
            there = ", ".join(sorted(before)) or "nothing"
            raise ConfigurationError(f"there is no {name} under page/, but {there}")
        self._refuse_new_error(removed)
        question = f"Delete {', '.join(removed)}? {_left(before.keys() - removed)}"
        if not confirm(self.session.terminal, question, is_confirmed=self.is_confirmed):
            return ExitCode.FAILED
        # page.html last: without it, the pages in other languages are refused.
        for each in sorted(removed, key=lambda name: name == "page.html"):
            self.writes.delete(each)
        self.session.terminal.info("Deleted; the bucket keeps the old versions.")
        return self._wait(tuple(removed))

    def _refuse_new_error(self, removed: list[str]) -> None:
        """Raise PageRefused if a page that is usable would no longer be, without these files."""
        check = self.session.app.engine.pages.check
        try:
            before = self.files.read()
            check(before, NO_ANNOUNCEMENT)
        except PageRefused:
            return
        check({name: data for name, data in before.items() if name not in removed}, NO_ANNOUNCEMENT)

    def _wait(self, changed: tuple[str, ...], steps: tuple[str, ...] = ()) -> ExitCode:
        """Wait until the controller has published the page, and say what visitors get."""
        session = self.session

        def answer(text: str, *, published: bool = False, errors: tuple[str, ...] = ()) -> None:
            document = PageChangeDocument(
                changed=changed, published=published, errors=errors, steps=steps
            )
            session.terminal.answer(document, text)

        deadline = session.watch.clock() + _TIMEOUT
        while True:
            report = session.read_status().report
            state = session.app.engine.pages.page_state(_announcement(report))
            if state.errors:
                answer(" ".join(state.errors), errors=state.errors)
                return ExitCode.FAILED
            if state.is_published:
                answer(_published(report, session), published=True)
                return ExitCode.DONE
            if session.watch.clock() >= deadline:
                answer(_not_published(session.watch.stack))
                return ExitCode.NOT_YET
            session.watch.pause(_PAUSE_SECONDS)


def _announcement(report: Report) -> Announcement:
    """Return the announcement that the controller publishes the page with (housekeeping.py)."""
    if report.decision.mode is Mode.MAINTENANCE:
        return announcement_of(report.decision)
    return announcement_of(report.upcoming) if report.upcoming else NO_ANNOUNCEMENT


def _not_published(stack: str) -> str:
    return (
        f"The controller has not published it yet: {own_command('status', stack)} says whether it "
        "runs, and its next sweep tries again."
    )


def _published(report: Report, session: Session) -> str:
    if report.decision.mode is Mode.MAINTENANCE:
        return (
            "The controller has published it; CloudFront then needs "
            f"{session.app.settings.rollout}: {watch_command(session.watch.stack)} waits for that."
        )
    return "The controller has published it: visitors get it with the next maintenance."


def _upload_order(before: Mapping[str, bytes], changed: Mapping[str, bytes]) -> list[str]:
    """Return the names so that what lies there is usable in between, if that is possible."""
    order: list[str] = []
    there, left = dict(before), dict(changed)
    while left:
        usable = (name for name in left if not page_errors({**there, name: left[name]}))
        name = next(usable, next(iter(left)))
        there[name] = left.pop(name)
        order.append(name)
    return order


def _left(names: Collection[str]) -> str:
    has_pages = any(name.endswith(".html") for name in names)
    return "The other pages stay." if has_pages else "Visitors then get the packaged page."


def _count(files: Mapping[str, bytes]) -> str:
    return "1 file" if len(files) == 1 else f"{len(files)} files"
