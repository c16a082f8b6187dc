"""The list of mutants that may survive: what it says against a run, and that it is in order."""

import pytest

from tools.mutation.mutant import Mutant
from tools.mutation.results import Result
from tools.mutation.survivors import LIST, Judgement, judge, listed

SURVIVOR = Mutant("maintenance.schedule.cron.x_parse__mutmut_1", "cron.parse", "a < b", "a <= b")
ENTRY = """
[[survivor]]
function = "cron.parse"
was = "a < b"
becomes = "a <= b"
reason = "a is never b"
"""
WINDOWS = ENTRY.replace("cron", "windows")


def a_result(*survivors: Mutant) -> Result:
    """Return a result of the module cron with these survivors."""
    return Result("cron", "digest", "2026-11-24", killed=9, endless=0, survivors=survivors)


@pytest.mark.parametrize(
    ("survivors", "entries", "expected"),
    [
        ((), "", Judgement((), ())),
        ((), ENTRY, Judgement((), (SURVIVOR.key,))),
        ((SURVIVOR,), ENTRY, Judgement((), ())),
        ((SURVIVOR,), "", Judgement((SURVIVOR,), ())),
        # A module that was not tried has nothing to say.
        ((), WINDOWS, Judgement((), ())),
    ],
)
def test_each_row_of_the_table(
    survivors: tuple[Mutant, ...], entries: str, expected: Judgement
) -> None:
    """A survivor is listed, and what is listed survives."""
    assert expected == judge([a_result(*survivors)], listed(entries))


def test_every_entry_has_a_reason() -> None:
    """A sentence, not a word."""
    reasons = listed(LIST.read_text(encoding="utf-8"))

    assert [] == [key for key, reason in reasons.items() if len(reason.split()) < 3]
