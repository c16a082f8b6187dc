"""
The short answer to an order, for callers with little room. Pure.

Step Functions takes at most 256 KiB of an answer (doc: Step Functions Developer Guide,
service-quotas), so this one has counts in place of distributions: a few KB, however many there are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, to_builtins

from maintenance.model import Mode
from maintenance.reporting.progress import Progress, progress
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.state import SiteState, site_state
from maintenance.reporting.status import Instant, PersistedState
from maintenance.reporting.status_document import truncate

_MAX_TEXTS = 5
_MAX_TEXT_BYTES = 500


class Verdict(StrEnum):
    """What became of a command: it counts, the switch says something newer, or its end is past."""

    WRITTEN = "written"
    NEWER = "newer"
    OVER = "over"


class BriefAnswer(Struct, frozen=True):
    """
    The answer as JSON.

    `verdict` is null for a question, and `state` for a command: what visitors get is not settled
    before CloudFront has deployed it. `counts` has each progress of distributions, also those that
    no distribution is in. `errors` and `notices` are cut; the log has all of them.
    """

    site: str
    verdict: Verdict | None
    mode: Mode
    state: SiteState | None
    reason: str
    until: Instant | None
    counts: Mapping[Progress, int]
    errors: list[str]
    notices: list[str]


def brief_answer(
    report: Report,
    *,
    site: str,
    now: datetime,
    verdict: Verdict | None = None,
    persisted: PersistedState | None = None,
) -> dict[str, Any]:
    """
    Return the answer as JSON values; `site` is the name of its switch.

    `persisted` is what the last run left, None if that is unknown.
    """
    counted = Counter(_progress(each) for each in report.outcomes if not each.is_preview)
    answer = BriefAnswer(
        site=site,
        verdict=verdict,
        mode=report.decision.mode,
        state=None
        if verdict
        else site_state(report, now=now, persisted=persisted or PersistedState()).state,
        reason=truncate(report.decision.reason, _MAX_TEXT_BYTES),
        until=report.decision.until,
        counts={each: counted[each] for each in Progress},
        errors=_short(report.errors),
        notices=_short(report.notices),
    )
    values: dict[str, Any] = to_builtins(answer)
    return values


def _progress(outcome: Outcome) -> Progress:
    """Return how far the change is, also of a distribution that this run has just changed."""
    is_accepted = outcome.changed and not outcome.errors
    return Progress.DEPLOYING if is_accepted else progress(outcome)


def _short(texts: Iterable[str]) -> list[str]:
    """Return the first texts, cut, and how many more there are."""
    found = list(texts)
    kept = [truncate(each, _MAX_TEXT_BYTES) for each in found[:_MAX_TEXTS]]
    left = len(found) - len(kept)
    return [*kept, f"and {left} more, which are in the log"] if left else kept
