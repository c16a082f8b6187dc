"""
Which distributions the stack looks after. Pure.

`Distributions` lists ids and alias patterns. An id is taken as it is; a pattern is compared with
the aliases of every distribution of the account, staging distributions aside.
"""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from maintenance.model import Distribution


class Targets(Struct, frozen=True):
    """The distributions meant, and a sentence for each entry that means none."""

    distribution_ids: frozenset[str]
    errors: tuple[str, ...]


def is_alias_pattern(entry: str) -> bool:
    """Tell an alias pattern from a distribution id, which has no dot."""
    return "." in entry


def resolve_targets(entries: Iterable[str], distributions: Sequence[Distribution]) -> Targets:
    """Return the distributions that the entries mean."""
    chosen: set[str] = set()
    errors = []
    for entry in entries:
        matching = _matching(entry, distributions)
        chosen.update(matching)
        if not matching:
            errors.append(_error(entry))
    return Targets(frozenset(chosen), tuple(errors))


def _matching(entry: str, distributions: Sequence[Distribution]) -> set[str]:
    if not is_alias_pattern(entry):
        return {each.distribution_id for each in distributions if each.distribution_id == entry}
    pattern = entry.lower()
    return {
        each.distribution_id
        for each in distributions
        if not each.staging and any(fnmatchcase(alias.lower(), pattern) for alias in each.aliases)
    }


def _error(entry: str) -> str:
    if is_alias_pattern(entry):
        return (
            f"no distribution of this account has an alias like {entry}: mend the stack parameter "
            "Distributions, or give the distribution that alias"
        )
    return (
        f"there is no distribution {entry} in this account: mend the stack parameter Distributions"
    )
