"""Names of windows: what the controller would not read is refused before it is written."""

import pytest
from maintenance.cli.windows.name import check_name
from maintenance.errors import UnreadableValue

SWITCH = "/site/maintenance"


@pytest.mark.parametrize("name", ["weekly", "team-a/release_1.2", "skip", "a/b/c"])
def test_a_name_has_levels_of_letters_digits_and_marks(name: str) -> None:
    """As parameters of SSM have."""
    check_name(name, SWITCH)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "cannot be the name of a window: use letters"),
        ("next sunday", "cannot be the name of a window: use letters"),
        ("/weekly", "cannot be the name of a window: use letters"),
        ("weekly/", "cannot be the name of a window: use letters"),
        ("a//b", "cannot be the name of a window: use letters"),
        ("čaj", "cannot be the name of a window: use letters"),
        ("weekly/skip", "would be the skip of 'weekly': choose another last word"),
        ("/".join("abcdefghijkl"), "is too long for Parameter Store, which takes 15 levels"),
        ("w" * 900, "is too long for Parameter Store"),
    ],
)
def test_any_other_name_is_refused(name: str, problem: str) -> None:
    """With what to type instead."""
    with pytest.raises(UnreadableValue, match=problem):
        check_name(name, SWITCH)
