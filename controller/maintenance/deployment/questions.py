"""
The questions of a first deployment, and how an answer is read. Pure.

Six at most: every other parameter has a default that fits, and can be given as an option.
"""

from collections.abc import Sequence

from msgspec import Struct

from maintenance.cloudfront.targets import resolve_targets
from maintenance.deployment.parameters import Parameter
from maintenance.model import Distribution

DISTRIBUTIONS = "Distributions"


class Question(Struct, frozen=True):
    """A question, the parameter that its answer is for, and an example of an answer."""

    parameter: str
    text: str
    example: str


QUESTIONS = (
    Question(
        DISTRIBUTIONS,
        "Which distributions does the site have? Begin with one small distribution.",
        "E2EXAMPLE1AB3, *.shop.example.com",
    ),
    Question("TimeZone", "In which time zone do people plan its maintenance?", "Europe/Ljubljana"),
    Question(
        "ExistingFunctions",
        "Displace a function that a behavior already has, or refuse?",
        "displace",
    ),
    Question("ExceptPaths", "Which cache behaviors stay open?", "/health, /webhooks/*"),
    Question(
        "AlarmTopicArn",
        "Which SNS topic gets the alarms?",
        "arn:aws:sns:us-east-1:123456789012:maintenance-alarms",
    ),
    Question("SwitchParameter", "What is the switch called?", "/shop/maintenance"),
)


class Choice(Struct, frozen=True):
    """Something of the account that can be an answer: the value, and what people know it by."""

    value: str
    name: str = ""


def distribution_choices(distributions: Sequence[Distribution]) -> tuple[Choice, ...]:
    """Return the distributions that a site can have."""
    return tuple(
        Choice(each.distribution_id, each.name) for each in distributions if not each.staging
    )


def read_answer(typed: str, choices: Sequence[Choice]) -> str:
    """Return the value that was typed, with the numbers of choices replaced by their values."""
    entries = [each.strip() for each in typed.split(",")]
    return ",".join(_chosen(each, choices) for each in entries)


def _chosen(entry: str, choices: Sequence[Choice]) -> str:
    is_number = entry.isascii() and entry.isdigit() and 1 <= int(entry) <= len(choices)
    return choices[int(entry) - 1].value if is_number else entry


def default_of(parameter: Parameter, *, stack: str, usual_stack: str) -> str | None:
    """Return the answer of Return alone, None if there is none."""
    if parameter.name == "SwitchParameter" and stack != usual_stack:
        # The switch of the usual stack is another site's.
        return f"/{stack.removesuffix('-maintenance')}/maintenance"
    return parameter.default


def missing_distributions(value: str, known: Sequence[Distribution]) -> tuple[str, ...]:
    """Return a sentence for each entry that no distribution of the account matches."""
    return resolve_targets([each.strip() for each in value.split(",")], known).errors
