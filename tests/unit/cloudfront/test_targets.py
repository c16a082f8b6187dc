"""Which distributions the entries of the stack parameter mean."""

import pytest
from maintenance.cloudfront.targets import resolve_targets

from tests.builders import a_distribution

LISTING = (
    a_distribution("E1SHOP", "www.example.com", "a.shop.example.com"),
    a_distribution("E2STAR", "*.Example.com"),
    a_distribution("E3BARE"),
    a_distribution("E4STAGE", "www.example.com", staging=True),
)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("E3BARE", {"E3BARE"}),
        ("E4STAGE", {"E4STAGE"}),
        ("www.example.com", {"E1SHOP"}),
        ("WWW.EXAMPLE.COM", {"E1SHOP"}),
        ("*.shop.example.com", {"E1SHOP"}),
        ("*.example.com", {"E1SHOP", "E2STAR"}),
    ],
)
def test_an_entry_means_the_distributions_it_names(entry: str, expected: set[str]) -> None:
    """An id exactly, an alias by pattern in any case; staging distributions only by id."""
    targets = resolve_targets([entry], LISTING)

    assert expected == targets.distribution_ids
    assert () == targets.errors


def test_an_alias_that_nothing_has_can_be_mended_at_both_ends() -> None:
    """In the stack, or at the distribution."""
    (error,) = resolve_targets(["shop.example.com"], LISTING).errors
    assert (
        "no distribution of this account has an alias like shop.example.com: mend the stack "
        "parameter Distributions, or give the distribution that alias"
    ) == error


def test_a_distribution_named_twice_is_one() -> None:
    """By its id and by an alias."""
    assert {"E1SHOP"} == resolve_targets(["E1SHOP", "www.example.com"], LISTING).distribution_ids


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("E9GONE", "there is no distribution E9GONE in this account: mend the stack parameter"),
        ("e1shop", "there is no distribution e1shop"),
        ("shop.example.com", "has an alias like shop.example.com: mend the stack parameter"),
    ],
)
def test_an_entry_that_means_nothing_is_a_fault(entry: str, sentence: str) -> None:
    """The others are looked after all the same."""
    targets = resolve_targets([entry, "E3BARE"], LISTING)

    (error,) = targets.errors
    assert sentence in error
    assert {"E3BARE"} == targets.distribution_ids
