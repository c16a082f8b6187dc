"""
Read at once what a status needs, so that an operator waits for few answers in a row.

    1  the stack
    2  its controller's settings
    3  switch, windows, distributions, status and metrics
    4  the history of the switch or a window, only if the decision or its requester needs it

What reads them asks for each answer as always, and gets its error as always.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from maintenance.model import Distribution

if TYPE_CHECKING:
    from concurrent.futures import Executor
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


def read_ahead(app: App, workers: Executor) -> App:
    """Return the app, for which the distributions and the status are being read."""
    controller = app.controller
    listing = workers.submit(controller.distributions.list_distributions)
    text = workers.submit(app.status_parameter.read)
    status = _Status(app.status_parameter.name, text.result)
    controller = replace(
        controller,
        distributions=Listing(listing.result),
        announcer=replace(controller.announcer, status_parameter=status),
    )
    return replace(app, status_parameter=status, controller=controller)


def read_last_run_ahead(runs: RunHistory, now: datetime, workers: Executor) -> RunHistory:
    """Return the history, for which the last run before `now` is being read."""
    last_run = workers.submit(runs.last_run, now)
    return _Runs(lambda _: last_run.result(), runs.errors)  # type: ignore[return-value]  # what a status reads of it
