"""A test that is skipped fails where CI is set: .ci/run installs whatever a test needs."""

import pytest

from tests.conftest import pytest_runtest_makereport

SKIPPED = ("tests/browser/conftest.py", 30, "Skipped: chromium is not installed")


@pytest.mark.parametrize(("ci", "outcome"), [("", "skipped"), ("true", "failed")])
def test_a_skipped_test_fails_only_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: str
) -> None:
    """On a laptop it names what to install."""
    monkeypatch.setenv("CI", ci)
    report = pytest.TestReport("a test", ("", 0, ""), {}, "skipped", SKIPPED, "setup")
    hook = pytest_runtest_makereport()
    next(hook)

    with pytest.raises(StopIteration):
        hook.send(report)

    assert outcome == report.outcome
    assert SKIPPED[2] in str(report.longrepr)
