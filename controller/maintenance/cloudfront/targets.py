"""
Which distributions a stack closes and opens. Pure.

The setting `Distributions` lists ids and alias patterns. An id matches that distribution only; a
pattern is compared with the aliases of all distributions of the account, except staging ones.
"""

import hashlib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from maintenance.model import Distribution


class Targets(Struct, frozen=True):
    """The distributions that match, and a sentence for each entry that matches none."""

    distribution_ids: frozenset[str]
    errors: tuple[str, ...]


def is_alias_pattern(entry: str) -> bool:
    """Return whether this is an alias pattern; a distribution id has no dot."""
    return "." in entry


def resolve_targets(entries: Iterable[str], distributions: Sequence[Distribution]) -> Targets:
    """Return the distributions that match an entry."""
    found: set[str] = set()
    errors = []
    for entry in entries:
        matching = _matching(entry, distributions)
        found.update(matching)
        if not matching:
            errors.append(_error(entry, distributions))
    return Targets(frozenset(found), tuple(errors))


def fingerprint(distributions: Iterable[Distribution]) -> str:
    """
    Return a short text that changes with any of the configurations.

    It is empty if CloudFront does not name the version of one of them.
    """
    versions = sorted(f"{each.distribution_id} {each.etag}" for each in distributions)
    if any(each.endswith(" ") for each in versions):
        return ""
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:16]


def _matching(entry: str, distributions: Sequence[Distribution]) -> set[str]:
    if not is_alias_pattern(entry):
        return {each.distribution_id for each in distributions if each.distribution_id == entry}
    pattern = entry.lower()
    return {
        each.distribution_id
        for each in distributions
        if not each.staging and any(fnmatchcase(alias.lower(), pattern) for alias in each.aliases)
    }


def _error(entry: str, distributions: Sequence[Distribution]) -> str:
    for each in distributions:
        for alias in each.aliases:
            if not each.staging and fnmatchcase(entry.lower(), alias.lower()):
                return (
                    f"no distribution of this account has an alias like {entry}, but "
                    f"{each.distribution_id} serves it by {alias}: write that id into the stack "
                    "parameter Distributions"
                )
    if is_alias_pattern(entry):
        return (
            f"no distribution of this account has an alias like {entry}: correct the stack "
            "parameter Distributions, or give the distribution that alias"
        )
    return (
        f"there is no distribution {entry} in this account: correct the stack parameter "
        "Distributions"
    )
