"""The reason of a test that is skipped because a program is missing."""

import pytest

from tests.needs import need

MACHINE = {"chromium": False, "chromedriver": True, "axe-core": False}


def test_a_skipped_test_names_everything_that_is_missing() -> None:
    """One command then installs it all."""
    reason = r"^missing: chromium, axe-core\. On Debian: apt-get install x$"

    with pytest.raises(pytest.skip.Exception, match=reason):
        need(MACHINE, "apt-get install x", "chromium")


def test_a_test_runs_without_what_others_need() -> None:
    """Most browser tests need no axe-core."""
    need(MACHINE, "apt-get install x", "chromedriver")
