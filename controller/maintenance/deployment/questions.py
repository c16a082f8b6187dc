"""
The questions of a first deployment, and how an answer is read. Pure.

Six at most: every other parameter has a default that fits, and can be given as an option.
"""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from maintenance.cloudfront.plan import unmatched_except_paths
from maintenance.cloudfront.targets import resolve_targets
from maintenance.deployment.parameters import Parameter
from maintenance.model import Behavior, Distribution

DISTRIBUTIONS = "Distributions"
ENGINE = "Engine"
EXCEPT_PATHS = "ExceptPaths"
_DEFAULT_BEHAVIOR = "default"


class Question(Struct, frozen=True):
    """
    A question, the parameter that its answer is for, and an example of an answer.

    `how_to_choose` says how to answer with what the account has.
    """

    parameter: str
    text: str
    example: str
    how_to_choose: str = "Type numbers, like 1 or 1,2, or values."


QUESTIONS = (
    Question(
        DISTRIBUTIONS,
        "Which distributions does the site have? Begin with one small distribution.",
        "E2EXAMPLE1AB3, *.shop.example.com",
        "Type numbers, like 1 or 1,2, or ids, or alias patterns.",
    ),
    Question("TimeZone", "In which time zone do people plan its maintenance?", "Europe/Ljubljana"),
    Question(
        "ExistingFunctions",
        "Displace a function that a behavior already has, or refuse?",
        "displace",
    ),
    Question(EXCEPT_PATHS, "Which cache behaviors stay open?", "/health, /webhooks/*"),
    Question(
        "AlarmTopicArn",
        "Which SNS topic gets the alarms?",
        "arn:aws:sns:us-east-1:123456789012:maintenance-alarms",
        "Type a number, or an ARN.",
    ),
    Question("SwitchParameter", "What is the switch called?", "/shop/maintenance"),
)


# The standby engine displaces no function.
_NOT_ASKED: Mapping[str, Collection[str]] = {"standby": ("ExistingFunctions",)}


def open_questions(given: Mapping[str, str]) -> tuple[Question, ...]:
    """Return the questions that the given values leave open, and that matter to the engine."""
    answered = {*given, *_NOT_ASKED.get(given.get(ENGINE, ""), ())}
    return tuple(each for each in QUESTIONS if each.parameter not in answered)


class Choice(Struct, frozen=True):
    """Something of the account that can be an answer: the value, and what people know it by."""

    value: str
    name: str = ""


def distribution_choices(distributions: Sequence[Distribution]) -> tuple[Choice, ...]:
    """Return the distributions that a site can have."""
    return tuple(
        Choice(each.distribution_id, each.name) for each in distributions if not each.staging
    )


def path_choices(value: str, known: Sequence[Distribution]) -> tuple[Choice, ...]:
    """Return the cache behaviors of the chosen distributions, as ExceptPaths names them."""
    behaviors = _behaviors(value, known)
    names = dict.fromkeys(each.path_pattern or _DEFAULT_BEHAVIOR for each in behaviors)
    return tuple(Choice(each) for each in names)


def missing_paths(paths: str, distributions: str, known: Sequence[Distribution]) -> tuple[str, ...]:
    """Return a sentence for each path that no behavior of the chosen distributions has."""
    entries = [entry for each in paths.split(",") if (entry := each.strip())]
    return unmatched_except_paths(entries, _behaviors(distributions, known))


def _behaviors(value: str, known: Sequence[Distribution]) -> list[Behavior]:
    entries = [each.strip() for each in value.split(",")]
    chosen = resolve_targets(entries, known).distribution_ids
    return [
        behavior for each in known if each.distribution_id in chosen for behavior in each.behaviors
    ]


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
