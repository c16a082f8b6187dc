"""
What `--json` answers, as types; `make docs` writes their schema to docs/json-schema.json.

Instants are in UTC. The answers of `standby` and `fleet` are in
`cli/standby/documents.py` and `cli/fleet/documents.py`.
"""

from datetime import datetime

from msgspec import Struct, field

from maintenance.cli.doctor.finding import Finding
from maintenance.cli.show.problems import Problem
from maintenance.deployment.remains import Remain
from maintenance.reporting.progress import Progress
from maintenance.reporting.report import OutcomeDocument, ReportDocument
from maintenance.reporting.state import Served, SiteState
from maintenance.reporting.status import Instant
from maintenance.schedule.forecast import Fate, Stretch


class DistributionPlan(OutcomeDocument, frozen=True, kw_only=True):
    """One distribution: what is to be done, its aliases, and how far the change is."""

    name: str
    progress: Progress


class DistributionStatus(DistributionPlan, frozen=True, kw_only=True):
    """The same, with its state and what its visitors get."""

    state: SiteState
    served: Served


class PlanDocument(ReportDocument, frozen=True, kw_only=True):
    """The answer to `plan`; `hypothetical_switch` is the value that was typed, if one was."""

    hypothetical_switch: str | None
    distributions: list[DistributionPlan]  # type: ignore[assignment]  # nothing writes into them


class LastErrorDocument(Struct, frozen=True):
    """What failed last, since which run, and which run was the first without it, if one was."""

    message: str
    since: Instant
    until: Instant | None


class StatusDocument(ReportDocument, frozen=True, kw_only=True):
    """
    The answer to `status`.

    `state` is that of the site, and `states` counts its distributions in each. `mode` is what was
    asked for, `everywhere` whether every edge location has it. `problems` are the errors and what
    else an operator must read, each once, with what to do. `last_run` is when the controller ran
    last, to the minute.
    """

    distributions: list[DistributionStatus]  # type: ignore[assignment]  # nothing writes into them
    state: SiteState
    served: Served
    states: dict[SiteState, int]
    stack: str
    account: str
    everywhere: bool
    next_start: Instant | None
    next_window: str | None
    last_run: Instant | None
    last_error: LastErrorDocument | None
    problems: list[Problem]


class OccurrenceTimes(Struct, frozen=True):
    """An occurrence: it closes the site from `begins` to `ends`."""

    begins: Instant
    ends: Instant


class OccurrenceDocument(OccurrenceTimes, frozen=True, kw_only=True):
    """
    An occurrence of a window, and what becomes of it.

    `local_start` and `local_end` are on the clocks of `zone`. `joined` is the whole stretch of
    maintenance that it is part of, if it runs.
    """

    window: str
    zone: str
    local_start: str
    local_end: str
    fate: Fate
    joined: Stretch | None
    message: str | None


class ClockChangeDocument(Struct, frozen=True):
    """The clocks of a zone change at an instant: what they show before, and what after."""

    zone: str
    at: Instant
    before: datetime = field(name="from")
    after: datetime = field(name="to")


class WindowsDocument(Struct, frozen=True):
    """
    The answer to `windows`: what will happen from `since` to `until` if nothing is written.

    `stretches` are when the site is in maintenance, `overlaps` when for two reasons or more.
    """

    since: Instant
    until: Instant
    zone: str
    occurrences: list[OccurrenceDocument]
    stretches: list[Stretch]
    overlaps: list[Stretch]
    clock_changes: list[ClockChangeDocument]
    notices: list[str]
    errors: list[str]


class WindowChangeDocument(Struct, frozen=True):
    """
    The answer to `windows set`, `skip` and `remove`: what was written, and what runs next.

    `until` is the instant up to which a skip holds, `not_run` what a deleted window would have run.
    """

    window: str
    runs: list[OccurrenceTimes]
    value: str | None = None
    previous_value: str | None = None
    skipped: OccurrenceTimes | None = None
    until: Instant | None = None
    not_run: list[OccurrenceTimes] = []
    warnings: list[str] = []


class HistoryEntryDocument(Struct, frozen=True):
    """A version of a parameter: who wrote it, and what it meant; `readable` if it was valid."""

    parameter: str
    version: int
    written: Instant
    user: str
    value: str
    readable: bool
    meaning: str


class HistoryDocument(Struct, frozen=True):
    """The answer to `history`: a page of versions, newest first."""

    page: int
    pages: int
    entries: list[HistoryEntryDocument]


class FailedRunDocument(Struct, frozen=True):
    """The answer to `sweep` if the run failed."""

    errors: list[str]


class BypassLinkDocument(Struct, frozen=True):
    """The answer to `bypass create`: the token's name, when it expires, and its links."""

    name: str
    expires: Instant
    links: list[str]


class BypassTokenDocument(Struct, frozen=True):
    """A token; it is not `valid` once it has expired."""

    name: str
    created: Instant
    expires: Instant
    valid: bool


class BypassTokensDocument(Struct, frozen=True):
    """The answer to `bypass list`."""

    tokens: list[BypassTokenDocument]


class BypassRevocationDocument(Struct, frozen=True):
    """The answer to `bypass revoke`: the names of the revoked tokens."""

    revoked: list[str]


class DoctorDocument(Struct, frozen=True):
    """The answer to `doctor`: what each check found, by its name."""

    checks: dict[str, Finding]


class DeploymentDocument(Struct, frozen=True):
    """The answer to `deploy`: the stack, with CloudFormation's status and the stack's outputs."""

    stack: str
    version: str
    status: str
    outputs: dict[str, str]


class RemovalDocument(Struct, frozen=True):
    """The answer to `destroy`: the stack, with CloudFormation's status and what stays."""

    stack: str
    status: str
    remains: tuple[Remain, ...]


# The types of the answers by command.
class PageCheckDocument(Struct, frozen=True, kw_only=True):
    """The answer to `page check`: the errors, and what `page put` would do to the page."""

    usable: bool
    errors: tuple[str, ...]
    notices: tuple[str, ...]
    steps: tuple[str, ...]


class PageChangeDocument(Struct, frozen=True, kw_only=True):
    """
    The answer to `page put` and `page remove`.

    `changed` are the files that were written or deleted, `published` whether the controller has
    published the page that then lies there, `errors` why it refuses it.
    """

    changed: tuple[str, ...]
    published: bool
    errors: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
