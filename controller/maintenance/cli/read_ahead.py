"""
Read at once what a status needs, so that an operator waits for few answers in a row.

    1  the stack
    2  its controller's settings
    3  switch, windows, distributions, status and metrics
    4  with the standby engine its store; for some decisions the history of the switch or a window

Callers ask for each answer as before, and its error is raised there.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from maintenance.model import Distribution

if TYPE_CHECKING:
    from datetime import datetime

    from maintenance.app import App
    from maintenance.aws.operator.run_history import RunHistory


class Listing(Struct, frozen=True):
    """A listing of the distributions that is read once, so that report and names agree."""

    list_distributions: Callable[[], tuple[Distribution, ...]]


class _Status(Struct, frozen=True):
    """The status that is read once, so that the report and the last error agree."""

    name: str
    read: Callable[[], str | None]


class _Runs(Struct, frozen=True):
    """A run history whose last run is read once."""

    last_run: Callable[[datetime], datetime | None]
    errors: Callable[[datetime, datetime], tuple[str, ...]]


def begin[Answer](read: Callable[[], Answer]) -> Callable[[], Answer]:
    """Begin a read; return a function that waits for its answer, and that Ctrl-C interrupts."""
    future: Future[Answer] = Future()

    def finish() -> None:
        try:
            future.set_result(read())
        except Exception as error:  # noqa: BLE001 - raised where the answer is needed
            future.set_exception(error)

    # Python waits at its end for the threads of an executor, but not for this one.
    Thread(target=finish, daemon=True).start()
    return future.result


def read_ahead(app: App) -> App:
    """Begin to read the distributions and the status; return the app that waits for them."""
    controller = app.controller
    distributions = Listing(begin(controller.distributions.list_distributions))
    status = _Status(app.status_parameter.name, begin(app.status_parameter.read))
    announcer = replace(controller.announcer, status_parameter=status)
    controller = replace(controller, distributions=distributions, announcer=announcer)
    return replace(app, status_parameter=status, controller=controller)


def read_last_run_ahead(runs: RunHistory, now: datetime) -> RunHistory:
    """Return the history, for which the last run before `now` is being read."""
    last_run = begin(lambda: runs.last_run(now))
    return _Runs(lambda _: last_run(), runs.errors)  # type: ignore[return-value]  # what a status reads of it
