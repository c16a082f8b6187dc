"""What the answers of advisory services mean, and that a silence is never taken for one."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from dependency_audit.__main__ import EXCEPTIONS
from dependency_audit.verdict import (
    ExceptedAdvisory,
    Vulnerability,
    not_excepted,
    of_npm_audit,
    of_pip_audit,
    read_exceptions,
)

FOUND = Vulnerability("jinja2", "2.10", "PYSEC-2019-217")
TODAY = date(2026, 11, 24)


def test_what_pip_audit_found_is_named() -> None:
    """As pip-audit 2.10 writes it: one entry for each package, with its advisories."""
    document = {
        "dependencies": [
            {"name": "six", "version": "1.17.0", "vulns": []},
            {"name": "jinja2", "version": "2.10", "vulns": [{"id": "PYSEC-2019-217"}]},
        ]
    }

    assert (FOUND,) == of_pip_audit(document)


def test_a_package_that_the_service_does_not_know_was_not_audited() -> None:
    """A mirror without advisories skips every package, and pip-audit calls that a success."""
    with pytest.raises(LookupError, match="does not know jinja2"):
        of_pip_audit({"dependencies": [{"name": "jinja2", "skip_reason": "not found"}]})


def test_what_npm_found_is_named() -> None:
    """As npm 10 writes it: `via` has the advisories, or the names of packages that have them."""
    advisory = {"url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc"}
    document = {
        "vulnerabilities": {
            "tar": {"range": "<6.2.1", "via": [advisory]},
            "node-gyp": {"range": "<=10.0.0", "via": ["tar"]},
        }
    }

    assert (Vulnerability("tar", "<6.2.1", "GHSA-aaaa-bbbb-cccc"),) == of_npm_audit(document)


def test_an_error_of_npm_was_no_audit() -> None:
    """What a registry without the service answers."""
    with pytest.raises(LookupError, match="405 Method Not Allowed"):
        of_npm_audit({"message": "405 Method Not Allowed", "error": {"summary": ""}})


@pytest.mark.parametrize(("days", "left"), [(0, ()), (1, ()), (-1, (FOUND,))])
def test_an_exception_holds_up_to_its_last_day(days: int, left: tuple[Vulnerability, ...]) -> None:
    """Then somebody has to look again."""
    excepted = ExceptedAdvisory(FOUND.advisory, "not reached", TODAY + timedelta(days=days))

    assert left == not_excepted([FOUND], [excepted], today=TODAY)


@pytest.mark.parametrize(
    "exception",
    [
        {"advisory": "A", "reason": " ", "until": "2026-12-01"},
        {"advisory": "A", "reason": "not reached"},
        {"advisory": "A", "reason": "not reached", "until": "some day"},
    ],
    ids=["no reason", "no end", "an end that is none"],
)
def test_an_exception_needs_a_reason_and_an_end(exception: dict[str, str]) -> None:
    """Or it would be forgotten."""
    with pytest.raises((KeyError, ValueError)):
        read_exceptions({"exceptions": [exception]})


def test_every_exception_of_this_repository_is_in_force_for_half_a_year_at_most() -> None:
    """One that is over is to be removed, or renewed by somebody who has looked."""
    today = datetime.now(UTC).date()
    exceptions = read_exceptions(json.loads(EXCEPTIONS.read_text(encoding="utf-8")))

    assert [] == [
        each for each in exceptions if not today <= each.until <= today + timedelta(days=183)
    ]
