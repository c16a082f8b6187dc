"""
The mutants that may survive: survivors.toml names each, and says why no test has to notice it.

    the mutant     it is listed    the command
    -------------  --------------  -----------------------------------------
    was noticed    no              is content
    was noticed    yes             fails: the entry has to go
    survived       yes             is content; it counts as a survivor still
    survived       no              fails: a test is wanted, or an entry
"""

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.mutation.mutant import Mutant
from tools.mutation.results import Result

LIST = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What speaks against the list: survivors that it lacks, and entries that nothing needs."""

    unlisted: tuple[Mutant, ...]
    idle: tuple[str, ...]


def listed(text: str) -> dict[str, str]:
    """Return the reasons of a list by `Mutant.key`; KeyError where an entry lacks a part."""
    return {
        f"{each['function']}: {each['was']} -> {each['becomes']}": each["reason"]
        for each in tomllib.loads(text).get("survivor", [])
    }


def judge(results: Iterable[Result], keys: Collection[str]) -> Judgement:
    """Compare the survivors with the list, as far as it is about the modules of these results."""
    taken = tuple(results)
    survivors = [mutant for each in taken for mutant in each.survivors]
    alive = {mutant.key for mutant in survivors}
    tried = {each.module for each in taken}
    return Judgement(
        unlisted=tuple(mutant for mutant in survivors if mutant.key not in keys),
        idle=tuple(key for key in keys if key.partition(".")[0] in tried and key not in alive),
    )
