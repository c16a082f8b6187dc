"""Which values to deploy: those that were given, checked, and an answer to each open question."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from maintenance.aws.cloudfront import CloudFront
from maintenance.cli.arguments import STACK
from maintenance.cli.context import Context
from maintenance.cli.stack.interview import Interview
from maintenance.deployment.parameters import Parameter, refusals
from maintenance.deployment.questions import (
    DISTRIBUTIONS,
    EXCEPT_PATHS,
    QUESTIONS,
    Choice,
    default_of,
    distribution_choices,
    missing_distributions,
    missing_paths,
    path_choices,
)
from maintenance.deployment.siblings import shared_distributions
from maintenance.deployment.stack import OF_THIS_TEMPLATE
from maintenance.deployment.topics import list_topics
from maintenance.errors import ConfigurationError, ObservationError

if TYPE_CHECKING:
    from maintenance.deployment.stack import DeployedStack, Stack
    from maintenance.model import Distribution

_TOPIC = "AlarmTopicArn"
# The option for the parameter of each question.
OPTIONS = {
    DISTRIBUTIONS: "--distributions",
    "TimeZone": "--time-zone",
    "ExistingFunctions": "--existing-functions",
    EXCEPT_PATHS: "--except-paths",
    _TOPIC: "--alarm-topic",
    "SwitchParameter": "--switch",
}


def check_owner(stack: str, deployed: DeployedStack) -> None:
    """Raise ConfigurationError if a deployed stack is not of this template."""
    if not OF_THIS_TEMPLATE <= set(deployed.parameters):
        raise ConfigurationError(
            f"the stack {stack} is another product's: name yours with --stack or STACK"
        )


class Answers(Struct, frozen=True, dict=True):
    """The values of a stack, by the template's parameters and what the account has."""

    context: Context
    parameters: Mapping[str, Parameter]

    def check(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the given values; raise ConfigurationError that names every wrong one."""
        errors = [*refusals(self.parameters, given)]
        if not errors and DISTRIBUTIONS in given:
            errors += self._missing(given[DISTRIBUTIONS])
        if errors:
            raise ConfigurationError("; ".join(errors))
        return dict(given)

    def complete(self, given: Mapping[str, str], *, stack: str, ask: bool) -> dict[str, str]:
        """Return the given values with an answer to each question, or with its default."""
        terminal = self.context.terminal
        if ask and terminal.is_interactive:
            interview = Interview(terminal, self.parameters, self._choices, self._refusals)
            return interview.ask(given, stack=stack, usual_stack=STACK)
        if DISTRIBUTIONS not in given:
            raise ConfigurationError(
                "which distributions? Give --distributions or --file, or type this in a terminal "
                "and without --yes to be asked"
            )
        defaults = {
            each.parameter: default_of(
                self.parameters[each.parameter], stack=stack, usual_stack=STACK
            )
            for each in QUESTIONS
        }
        return {name: each for name, each in defaults.items() if each is not None} | dict(given)

    def warn_of_siblings(self, value: str, stack: Stack) -> None:
        """Name each distribution of `value` that another stack of this template has."""
        terminal = self.context.terminal
        siblings: Mapping[str, str] = {}
        try:
            siblings = stack.siblings()
        except ObservationError as error:
            terminal.info(f"Whether another stack has these distributions is unknown: {error}")
        known = self._distributions or ()
        for each in shared_distributions(value, known, stack=stack.name, siblings=siblings):
            terminal.error(f"Warning: {each}.")

    def _refusals(self, name: str, value: str, answers: Mapping[str, str]) -> Iterator[str]:
        refused = [*refusals(self.parameters, {name: value})]
        if name == DISTRIBUTIONS and not refused:
            refused += self._missing(value)
        if name == EXCEPT_PATHS and not refused and self._distributions is not None:
            refused += missing_paths(value, answers[DISTRIBUTIONS], self._distributions)
        yield from refused

    def _missing(self, value: str) -> Sequence[str]:
        found = self._distributions
        return missing_distributions(value, found) if found is not None else ()

    def _choices(self, name: str, answers: Mapping[str, str]) -> Sequence[Choice]:
        if name == DISTRIBUTIONS:
            return distribution_choices(self._distributions or ())
        if name == EXCEPT_PATHS:
            return path_choices(answers[DISTRIBUTIONS], self._distributions or ())
        return self._topics if name == _TOPIC else ()

    @functools.cached_property
    def _distributions(self) -> Sequence[Distribution] | None:
        """The distributions of the account, None if they cannot be listed."""
        try:
            return CloudFront(self.context.aws().client("cloudfront")).list_distributions()
        except ObservationError as error:
            self.context.terminal.info(f"The distributions cannot be listed: {error}")
            return None

    @functools.cached_property
    def _topics(self) -> Sequence[Choice]:
        return [Choice(each) for each in list_topics(self.context.aws().client("sns"))]
