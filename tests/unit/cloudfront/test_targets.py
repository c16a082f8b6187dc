"""Which distributions match the setting Distributions."""

from copy import replace

import pytest
from maintenance.cloudfront.targets import fingerprint, resolve_targets

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
        ("*.*", {"E1SHOP", "E2STAR"}),
    ],
)
def test_an_entry_matches_an_id_or_aliases(entry: str, expected: set[str]) -> None:
    """An id exactly, an alias by pattern, in upper or lower case; staging distributions by id."""
    targets = resolve_targets([entry], LISTING)

    assert expected == targets.distribution_ids
    assert () == targets.errors


def test_an_alias_that_matches_nothing_names_both_remedies() -> None:
    """Correct the stack, or the distribution."""
    (error,) = resolve_targets(["shop.example.org"], LISTING).errors
    assert (
        "no distribution of this account has an alias like shop.example.org: correct the stack "
        "parameter Distributions, or give the distribution that alias"
    ) == error


def test_an_alias_that_a_wildcard_alias_serves_names_its_distribution() -> None:
    """The entry is a pattern, and the alias is one too, in the other direction."""
    (error,) = resolve_targets(["blog.example.com"], LISTING).errors
    assert (
        "no distribution of this account has an alias like blog.example.com, but E2STAR serves it "
        "by *.Example.com: write that id into the stack parameter Distributions"
    ) == error


def test_a_distribution_that_matches_twice_counts_once() -> None:
    """By its id and by an alias."""
    assert {"E1SHOP"} == resolve_targets(["E1SHOP", "www.example.com"], LISTING).distribution_ids


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("E9GONE", "E9GONE in this account: correct the stack parameter Distributions"),
        ("e1shop", "there is no distribution e1shop"),
        ("shop.example.org", "has an alias like shop.example.org: correct the stack parameter"),
    ],
)
def test_an_entry_that_matches_nothing_is_an_error(entry: str, sentence: str) -> None:
    """The other entries still count."""
    targets = resolve_targets([entry, "E3BARE"], LISTING)

    (error,) = targets.errors
    assert sentence in error
    assert {"E3BARE"} == targets.distribution_ids


def test_the_fingerprint_changes_with_any_configuration() -> None:
    """Whatever the order of the listing."""
    one, other = (replace(a_distribution(each), etag="E1") for each in ("E1SHOP", "E2API"))
    edited = replace(other, etag="E2")

    assert fingerprint([one, other]) == fingerprint([other, one])
    assert 3 == len({fingerprint([one, other]), fingerprint([one, edited]), fingerprint([one])})


def test_there_is_no_fingerprint_without_every_etag() -> None:
    """An unknown version may be any."""
    assert "" == fingerprint([replace(a_distribution("E1SHOP"), etag="E1"), a_distribution("E2")])
