"""
What the answers of advisory services mean for the build. Pure.

    a service answered                       verdict
    -------------------------------------    -----------------------------------------------
    nothing, or not about a known bad one    NOT AUDITED, said loudly; fails only where told to
    a vulnerability, not excepted            fails
    a vulnerability, excepted until a day    passes up to that day, and says so
    nothing vulnerable                       passes
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

type Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """One advisory about one pinned package."""

    package: str
    version: str
    advisory: str

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.package} {self.version} has {self.advisory}"


@dataclass(frozen=True, slots=True)
class ExceptedAdvisory:
    """An advisory that does no harm here, why, and the last day on which that is believed."""

    advisory: str
    reason: str
    until: date


def read_exceptions(document: Document) -> tuple[ExceptedAdvisory, ...]:
    """Return the exceptions; raise KeyError or ValueError for one without reason or end."""
    found = []
    for each in document["exceptions"]:
        if not each["reason"].strip():
            raise ValueError(f"{each['advisory']} is excepted without a reason")
        found.append(
            ExceptedAdvisory(each["advisory"], each["reason"], date.fromisoformat(each["until"]))
        )
    return tuple(found)


def of_pip_audit(document: Document) -> tuple[Vulnerability, ...]:
    """Return what `pip-audit --format json` found; raise LookupError if it could not ask."""
    skipped = [each["name"] for each in document["dependencies"] if "skip_reason" in each]
    if skipped:
        raise LookupError(f"the service does not know {', '.join(skipped[:5])}")
    return tuple(
        Vulnerability(each["name"], each["version"], found["id"])
        for each in document["dependencies"]
        for found in each["vulns"]
    )


def of_npm_audit(document: Document) -> tuple[Vulnerability, ...]:
    """Return what `npm audit --json` found; raise LookupError if it could not ask."""
    if "vulnerabilities" not in document:
        raise LookupError(str(document.get("message") or document.get("error") or "no answer"))
    return tuple(
        Vulnerability(name, each["range"], via["url"].rpartition("/")[2])
        for name, each in document["vulnerabilities"].items()
        for via in each["via"]
        if isinstance(via, Mapping)
    )


def not_excepted(
    found: Iterable[Vulnerability], exceptions: Iterable[ExceptedAdvisory], *, today: date
) -> tuple[Vulnerability, ...]:
    """Return the vulnerabilities that no exception covers today."""
    covered = {each.advisory for each in exceptions if today <= each.until}
    return tuple(each for each in found if each.advisory not in covered)
