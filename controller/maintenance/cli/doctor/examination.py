"""What the checks of `doctor` ask: AWS about the stack, and the controller about the site."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from maintenance.aws.operator.health import Health, Identity, StackFacts
from maintenance.cloudfront.targets import resolve_targets

if TYPE_CHECKING:
    from maintenance.cli.session import Session
    from maintenance.model import Distribution
    from maintenance.settings import Settings


class Examination:
    """
    Everything that a check may ask; what several ask is asked once.

    `connect` returns the session of the stack; it raises MaintenanceError if that cannot be read.
    """

    def __init__(self, health: Health, connect: Callable[[], Session]) -> None:
        self.health = health
        self.session = _once(connect)
        self.identity: Callable[[], Identity] = _once(health.identity)
        self.stack: Callable[[], StackFacts] = _once(health.stack)
        self.listing: Callable[[], tuple[Distribution, ...]] = _once(self._list)

    @property
    def settings(self) -> Settings:
        """The settings of the deployed controller."""
        return self.session().app.settings

    @property
    def controller_arn(self) -> str:
        """The ARN of the deployed controller."""
        return self.session().deployed.controller_arn

    def targets(self) -> tuple[Distribution, ...]:
        """Return the distributions that the stack is responsible for."""
        found = resolve_targets(self.settings.distributions, self.listing())
        return tuple(
            each for each in self.listing() if each.distribution_id in found.distribution_ids
        )

    def _list(self) -> tuple[Distribution, ...]:
        return self.session().app.controller.distributions.list_distributions()


def _once[Answer](ask: Callable[[], Answer]) -> Callable[[], Answer]:
    """Return a function that asks once, also if threads ask at the same time, or it fails."""
    lock = threading.Lock()
    answers: list[Answer] = []
    errors: list[Exception] = []

    def answer() -> Answer:
        with lock:
            if errors:
                raise errors[0]
            if not answers:
                try:
                    answers.append(ask())
                except Exception as error:
                    errors.append(error)
                    raise
            return answers[0]

    return answer
