"""
The screen of `status`: what visitors get now, what was asked for, what is wrong. Pure.

The largest word is the state, never the wish.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maintenance.cli.screen import (
    INDENT,
    closed_elsewhere,
    counted,
    facts,
    listed,
    render_problems,
    sentence,
)
from maintenance.cli.show.status_problems import status_problems
from maintenance.cli.show.view import ReportView, StatusView
from maintenance.cli.terminal import Clock, shorten_arns
from maintenance.cloudfront.plan import Step
from maintenance.model import Mode
from maintenance.reporting.progress import Progress, progress
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.state import Served, SiteState, SiteStates
from maintenance.reporting.status import LastError

# Dark letters on a bright ground are readable on every terminal.
_BADGES = {
    SiteState.OPEN: "bold black on green",
    SiteState.CLOSING: "bold black on cyan",
    SiteState.CLOSED: "bold black on yellow",
    SiteState.OPENING: "bold black on cyan",
    SiteState.STUCK: "bold white on red",
}
_WORDS = {
    SiteState.OPEN: "green",
    SiteState.CLOSING: "bold magenta",
    SiteState.CLOSED: "bold",
    SiteState.OPENING: "bold magenta",
    SiteState.STUCK: "bold red",
}
_SERVED = {
    Served.SITE: "Visitors get the site",
    Served.PAGE: "Visitors get the maintenance page",
    Served.BOTH: "Some visitors get the site, others the maintenance page",
}
_WANTED = {Mode.LIVE: "the site", Mode.MAINTENANCE: "the maintenance page"}
_EDGES = {
    Progress.REFUSED: "refused",
    Progress.WAITING: "waiting for the controller",
    Progress.DEPLOYING: "InProgress",
    Progress.DEPLOYED: "Deployed",
}


def render_status(status: StatusView, clock: Clock) -> RenderableType:
    """Return the status on one screen, the most urgent first."""
    report = status.view.report
    problems = status_problems(status, clock)
    parts: list[RenderableType] = [
        _headline(status.states, report, clock),
        "",
        facts(*_request(status, clock)),
    ]
    if problems:
        parts += ["", render_problems(problems)]
    if report.outcomes:
        parts += ["", Padding(_distributions(status), INDENT)]
    parts += ["", facts(*_context(status, clock))]
    if status.past_error:
        parts.append(_past_error(status.past_error, clock))
    return Group(*parts)


def _headline(states: SiteStates, report: Report, clock: Clock) -> RenderableType:
    mode = report.decision.mode
    word = Text(f" {states.state.value.upper()} ", style=_BADGES[states.state])
    lines = [Text.assemble(word, f"  {_SERVED[states.served]}.")]
    if states.state is SiteState.STUCK and mode in _WANTED:
        lines.append(Text(f"  They should get {_WANTED[mode]}.", style="bold red"))
    if len(states.counts) > 1:
        counts = ", ".join(f"{number} {state.value}" for state, number in states.counts.items())
        total = counted(len(states.targets), "distribution")
        lines.append(Text(f"  Of {total}: {counts}.", style="bold"))
    lines += [Text(f"  {sentence(each)}", style="bold") for each in closed_elsewhere(report)]
    lines += [Text(f"  {each}", style="bold") for each in _armed(report, clock)]
    return Group(*lines)


def _armed(report: Report, clock: Clock) -> Iterator[str]:
    """Yield when the edges will close the site by themselves."""
    armed, arming, number = len(report.armed), report.arming, len(report.targets)
    if not armed or arming is None or report.decision.mode is Mode.MAINTENANCE:
        return
    begins = clock.time_and_distance(arming.begins)
    if armed == number:
        yield f"Armed: every edge closes it at {begins}."
    else:
        of_all = f"{armed} of {counted(number, 'distribution')}"
        yield f"Armed: every edge closes {of_all} at {begins}; the controller closes the rest."


def _request(status: StatusView, clock: Clock) -> Iterator[tuple[str, str]]:
    """Yield what was asked for, until when, why, and of which site."""
    report = status.view.report
    decision = report.decision
    if not status.view.is_decided:
        yield "asked for", "unknown, see the error"
    elif decision.mode is Mode.UNCHANGED:
        yield "asked for", "nothing: the site stays as it is"
    else:
        asked = "closed" if decision.mode is Mode.MAINTENANCE else "open"
        by = f" by {report.requested_by}" if report.requested_by else ""
        at = f", {clock.time_and_distance(report.due)}" if report.due else ""
        yield "asked for", f"{asked}{by}{at}"
    if decision.mode is Mode.MAINTENANCE:
        until = decision.until
        yield "until", clock.time_and_distance(until) if until else "someone ends it"
    yield "why", decision.reason
    yield "message", decision.message or ""
    yield "site", listed([each.name for each in report.targets])
    yield "stack", f"{status.stack.name} in account {status.stack.account}"


def _context(status: StatusView, clock: Clock) -> Iterator[tuple[str, str]]:
    """Yield what comes next, and when the controller ran."""
    yield from (("next", each) for each in _next(status.view, clock))
    if status.last_error and not status.past_error:
        yield "failing", f"since {clock.time_and_distance(status.last_error.since)}"
    last = status.last_run
    if last.error:
        yield "controller", f"whether it runs is unknown: {last.error}"
    elif last.at:
        yield "controller", f"ran {clock.minute_and_distance(last.at)}"


def _next(view: ReportView, clock: Clock) -> Iterator[str]:
    decision = view.report.decision
    if decision.mode is Mode.MAINTENANCE and decision.until:
        yield f"opens {clock.time_and_distance(decision.until)}"
    arming = view.report.arming
    if arming and decision.mode is Mode.LIVE and arming.at > clock.now:
        yield f"arms {clock.time_and_distance(arming.at)}"
    if following := decision.next_occurrence:
        begins = clock.time_and_distance(following.begins)
        yield f"window {following.window.name} begins {begins}"
    if view.report.is_uncertain or not view.is_decided:
        yield "unknown: not all of the switch and the windows could be read"
    elif not following and decision.mode is not Mode.MAINTENANCE:
        yield "no windows planned"


def _distributions(status: StatusView) -> RenderableType:
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    for column in ("distribution", "state", "behaviors", "edges"):
        table.add_column(column, overflow="fold")
    for outcome in status.view.report.outcomes:
        table.add_row(*_distribution(outcome, status))
    return table


def _distribution(outcome: Outcome, status: StatusView) -> Iterator[Text]:
    state = status.states.of(outcome.distribution_id).state
    name = status.view.names[outcome.distribution_id]
    yield Text.assemble(outcome.distribution_id, "\n", (name, "dim"))
    yield Text(state.value, style=_WORDS[state])
    yield Text(_count_closed(outcome.steps))
    yield Text(_EDGES[progress(outcome)])


def _count_closed(steps: Sequence[Step]) -> str:
    closed, armed = sum(each.has_page for each in steps), sum(each.is_armed for each in steps)
    counts = {"closed": closed, "armed": armed, "open": len(steps) - closed - armed}
    return ", ".join(f"{number} {word}" for word, number in counts.items() if number)


class _PastError(Struct, frozen=True):
    """An error that is over: in one line of a terminal, whole in a pipe or a file."""

    text: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if options.is_terminal:
            line = f"  last error   {self.text}"
            yield Text(line, style="dim", no_wrap=True, overflow="ellipsis")
        else:
            yield facts(("last error", self.text))


def _past_error(error: LastError, clock: Clock) -> RenderableType:
    until = f"over since {clock.time(error.until)}" if error.until else "earlier"
    return _PastError(f"{until}: {' '.join(shorten_arns(error.message).split())}")
