"""The questions of a first deployment."""

from datetime import UTC, datetime

import pytest
from maintenance.deployment.parameters import Parameter
from maintenance.deployment.questions import (
    QUESTIONS,
    Choice,
    default_of,
    distribution_choices,
    missing_distributions,
    missing_paths,
    open_questions,
    path_choices,
    read_answer,
)
from maintenance.model import Distribution

from tests.builders import a_behavior, a_distribution

CHOICES = (Choice("E1AAAAA", "www.example.com"), Choice("E2BBBBB", "shop.example.com"))


def distribution(distribution_id: str, alias: str, *, staging: bool = False) -> Distribution:
    """Return a distribution with one alias."""
    return Distribution(
        distribution_id, "d1.cloudfront.net", (alias,), "Deployed", staging, (), datetime.now(UTC)
    )


def test_a_person_is_asked_six_questions_at_most() -> None:
    """And never for the same twice."""
    assert len({each.parameter for each in QUESTIONS}) == len(QUESTIONS) <= 6


@pytest.mark.parametrize(
    ("given", "not_asked"),
    [
        ({}, set()),
        ({"TimeZone": "UTC"}, {"TimeZone"}),
        ({"Engine": "attach"}, set()),
        ({"Engine": "standby"}, {"ExistingFunctions"}),
        ({"Engine": "standby", "TimeZone": "UTC"}, {"ExistingFunctions", "TimeZone"}),
    ],
)
def test_what_is_given_or_does_not_matter_is_not_asked(
    given: dict[str, str], not_asked: set[str]
) -> None:
    """The standby engine displaces no function."""
    expected = [each for each in QUESTIONS if each.parameter not in not_asked]
    assert expected == [*open_questions(given)]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1", "E1AAAAA"),
        ("2, 1", "E2BBBBB,E1AAAAA"),
        ("1, *.example.com", "E1AAAAA,*.example.com"),
        ("3", "3"),
        ("0", "0"),
        ("E9", "E9"),
        ("", ""),
    ],
)
def test_a_number_stands_for_a_choice(typed: str, value: str) -> None:
    """What is no number of a choice stays as it was typed, for the template to judge."""
    assert value == read_answer(typed, CHOICES)


@pytest.mark.parametrize(
    ("name", "stack", "default"),
    [
        ("SwitchParameter", "site-maintenance", "/site/maintenance"),
        ("SwitchParameter", "shop-maintenance", "/shop/maintenance"),
        ("SwitchParameter", "blog", "/blog/maintenance"),
        ("TimeZone", "shop-maintenance", "/site/maintenance"),
    ],
)
def test_a_second_stack_has_a_switch_of_its_own(name: str, stack: str, default: str) -> None:
    """The usual one is another site's."""
    parameter = Parameter(name, "", default="/site/maintenance")

    assert default == default_of(parameter, stack=stack, usual_stack="site-maintenance")


def test_a_staging_distribution_is_no_choice() -> None:
    """It has no visitors of its own."""
    found = (distribution("E1", "www.example.com"), distribution("E2", "s", staging=True))

    assert (Choice("E1", "www.example.com"),) == distribution_choices(found)


def test_a_distribution_that_does_not_exist_is_named() -> None:
    """Before a stack is created that would fail."""
    known = (distribution("E1AAAAA", "www.example.com"),)

    assert () == missing_distributions("E1AAAAA, *.example.com", known)
    (missing,) = missing_distributions("E1AAAAA,E9ZZZZZ", known)
    assert "there is no distribution E9ZZZZZ in this account" in missing


def test_the_paths_to_choose_are_those_of_the_chosen_distributions() -> None:
    """Once each, with the word that the parameter has for the default behavior."""
    paths = (a_behavior(), a_behavior("/health"))
    known = [
        a_distribution("E1", behaviors=paths),
        a_distribution("E2", behaviors=paths),
        a_distribution("E3", behaviors=(a_behavior("/other"),)),
    ]

    assert (Choice("default"), Choice("/health")) == path_choices("E1, E2", known)
    assert () == missing_paths("/health,default", "E1", known)
    assert () == missing_paths("", "E1", known)
    (refused,) = missing_paths("/health, /other", "E1,E2", known)
    assert refused.startswith("ExceptPaths names /other, and no target has such a behavior")
