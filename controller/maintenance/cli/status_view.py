"""
Status and plan, for people or as JSON.

The JSON is the controller's own report, with fields that only the command line knows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, to_builtins
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maintenance.cli.terminal import Clock, shorten_arns
from maintenance.cloudfront.plan import Action, Step
from maintenance.model import Mode
from maintenance.reporting.report import (
    Outcome,
    Progress,
    Report,
    is_everywhere,
    progress,
    report_document,
)
from maintenance.reporting.status import LastError
from maintenance.schedule.decision import Decision

_MODES = {
    Mode.MAINTENANCE: "bold black on yellow",
    Mode.LIVE: "bold black on green",
    Mode.UNCHANGED: "bold black on red",
}
_PROGRESS = {
    Progress.REFUSED: ("refused", "bold red"),
    Progress.WAITING: ("waiting for the controller", "bold yellow"),
    Progress.DEPLOYING: ("InProgress", "bold yellow"),
    Progress.DEPLOYED: ("Deployed", "green"),
}
_ACTIONS = {
    Action.ATTACH: "bold yellow",
    Action.REPLACE: "bold yellow",
    Action.DETACH: "bold green",
    Action.KEEP: "dim",
    Action.SKIP: "bold magenta",
    Action.REFUSE: "bold red",
}
_INDENT = (0, 0, 0, 2)


class ReportView(Struct, frozen=True):
    """
    A report, and what else operators want to see.

    `names` are the distributions' aliases by id, or the domain name of one without aliases.
    `last_error` is the error of the controller's last failed run.
    """

    report: Report
    names: Mapping[str, str]
    last_error: LastError | None = None


def status_document(view: ReportView) -> dict[str, Any]:
    """Return the status for JSON."""
    following = view.report.decision.next_occurrence
    return {
        **plan_document(view),
        "everywhere": is_everywhere(view.report),
        "next_start": following.begins if following else None,
        "next_window": following.window.name if following else None,
        "last_error": view.last_error,
    }


def plan_document(view: ReportView) -> dict[str, Any]:
    """Return the plan for JSON."""
    document: dict[str, Any] = to_builtins(report_document(view.report))
    for each, outcome in zip(document["distributions"], view.report.outcomes, strict=True):
        each["progress"] = progress(outcome)
        each["name"] = view.names.get(outcome.distribution_id, "")
    return document


def render_status(view: ReportView, clock: Clock) -> RenderableType:
    """Return the status: is it on, why, until when, everywhere, what comes next."""
    decision = view.report.decision
    facts = _facts(
        ("why", decision.reason),
        ("message", decision.message or ""),
        ("everywhere", _everywhere(view.report)),
        *(("next", each) for each in _next(decision, clock)),
        ("last error", _last_error(view.last_error, clock) if view.last_error else ""),
    )
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    for column in ("distribution", "behaviors", "edges"):
        table.add_column(column, overflow="fold")
    for outcome in view.report.outcomes:
        word, style = _PROGRESS[progress(outcome)]
        name = (view.names[outcome.distribution_id], "dim")
        distribution = Text.assemble(outcome.distribution_id, "\n", name)
        table.add_row(distribution, _count_closed(outcome.steps), Text(word, style=style))
    headlines = [_headline(decision, clock)]
    if not is_everywhere(view.report):
        headlines.append(Text(f"  {_incomplete(view.report)}", style="bold yellow"))
    messages = _render_messages(_messages(view.report))
    return Group(*headlines, "", facts, "", Padding(table, _INDENT), messages)


def render_plan(view: ReportView, clock: Clock) -> RenderableType:
    """Return what would be done with each behavior, and why."""
    parts: list[RenderableType] = [
        _headline(view.report.decision, clock),
        "",
        _facts(
            ("why", view.report.decision.reason),
            ("message", view.report.decision.message or ""),
        ),
    ]
    for outcome in view.report.outcomes:
        parts += ["", *_render_outcome(outcome, view.names[outcome.distribution_id])]
    parts += [
        "",
        _render_messages(
            [
                *((each, "error") for each in view.report.input_errors),
                *((each, "notice") for each in view.report.notices),
            ]
        ),
    ]
    return Group(*parts, Text(f"  {summarize(view.report)}", style="bold"))


def summarize(report: Report) -> str:
    """Return one sentence about how much a plan would change."""
    counts = Counter(step.action for each in report.outcomes for step in each.steps)
    verbs = {
        "close": counts[Action.ATTACH],
        "update the page of": counts[Action.REPLACE],
        "open": counts[Action.DETACH],
        "refuse": counts[Action.REFUSE],
    }
    touched = [
        each
        for each in report.outcomes
        if not all(step.action is Action.KEEP for step in each.steps)
    ]
    parts = [f"{verb} {_counted(number, 'behavior')}" for verb, number in verbs.items() if number]
    if not parts:
        return "There is nothing to change."
    return f"This would {' and '.join(parts)} of {_counted(len(touched), 'distribution')}."


def _headline(decision: Decision, clock: Clock) -> Text:
    word = Text(f" {decision.mode.value.upper()} ", style=_MODES[decision.mode])
    if decision.mode is not Mode.MAINTENANCE:
        return word
    if decision.until is None:
        return Text.assemble(word, "  until someone ends it")
    return Text.assemble(word, f"  until {clock.time_and_distance(decision.until)}")


def _facts(*facts: tuple[str, str]) -> RenderableType:
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(style="dim", min_width=10)
    grid.add_column(overflow="fold")
    last = ""
    for label, text in facts:
        if text:
            grid.add_row("" if label == last else label, text)
            last = label
    return Padding(grid, _INDENT)


def _everywhere(report: Report) -> str:
    counts = Counter(progress(each) for each in report.outcomes)
    total = _counted(len(report.outcomes), "distribution")
    if counts[Progress.DEPLOYED] == len(report.outcomes):
        return f"yes: {total}, Deployed" if report.outcomes else "there is no distribution"
    return f"not yet: {counts[Progress.DEPLOYED]} of {total} Deployed"


def _incomplete(report: Report) -> str:
    """Return how far the change has come; it is not everywhere yet."""
    counts = Counter(progress(each) for each in report.outcomes)
    total = _counted(len(report.outcomes), "distribution")
    done = f"{counts[Progress.DEPLOYED]} of {total} done"
    if refused := counts[Progress.REFUSED]:
        return f"Requested; {refused} refused ({done})"
    return f"Requested; still rolling out ({done})"


def _next(decision: Decision, clock: Clock) -> Iterator[str]:
    if decision.mode is Mode.MAINTENANCE:
        yield (
            f"opens {clock.time_and_distance(decision.until)}"
            if decision.until
            else "stays closed until someone writes off"
        )
    if following := decision.next_occurrence:
        begins = clock.time_and_distance(following.begins)
        yield f"window {following.window.name} begins {begins}"
    elif decision.mode is not Mode.MAINTENANCE:
        yield "no windows planned"


def _last_error(error: LastError, clock: Clock) -> str:
    lasts = f"over since {clock.time(error.until)}" if error.until else "not over"
    return f"since {clock.time(error.since)}, {lasts}: {shorten_arns(error.message)}"


def _count_closed(steps: Sequence[Step]) -> str:
    closed = sum(step.is_closed for step in steps)
    parts = [f"{closed} closed"] if closed else []
    if closed < len(steps):
        parts.append(f"{len(steps) - closed} open")
    return ", ".join(parts)


def _messages(report: Report) -> Iterator[tuple[str, str]]:
    """Yield each message that an operator must read, with its kind."""
    for outcome in report.outcomes:
        for step in outcome.steps:
            if step.action in (Action.SKIP, Action.REFUSE):
                where = f"{outcome.distribution_id} {step.path_pattern or 'default'}"
                kind = "error" if step.action is Action.REFUSE else "open"
                yield f"{where}: {step.reason}", kind
    yield from ((each, "error") for each in report.errors)
    yield from ((each, "notice") for each in report.notices)


def _render_outcome(outcome: Outcome, name: str) -> Iterator[RenderableType]:
    yield Text.assemble("  ", (outcome.distribution_id, "bold"), "  ", (name, "dim"))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(overflow="fold", min_width=9, max_width=24)
    grid.add_column(min_width=9)
    grid.add_column(overflow="fold")
    for step in outcome.steps:
        action = Text(step.action.value, style=_ACTIONS[step.action])
        grid.add_row(step.path_pattern or "default", action, shorten_arns(step.reason))
    for each in outcome.restored:
        grid.add_row("", Text("restore", style="green"), shorten_arns(str(each)))
    for each in outcome.not_restored:
        grid.add_row("", Text("not restored", style="yellow"), shorten_arns(str(each)))
    yield Padding(grid, (0, 0, 0, 4))
    warnings = ((each, "warning") for each in outcome.warnings)
    errors = ((each, "error") for each in outcome.errors)
    yield _render_messages([*warnings, *errors])


def _render_messages(messages: Iterable[tuple[str, str]]) -> RenderableType:
    styles = {"error": "bold red", "warning": "yellow", "notice": "yellow", "open": "magenta"}
    rows = [
        Text.assemble((f"{kind}: ", styles[kind]), shorten_arns(text)) for text, kind in messages
    ]
    return Padding(Group(*rows), (0, 0, 0, 4) if rows else 0)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
