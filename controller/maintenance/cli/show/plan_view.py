"""The screen of `plan`: what would be done with each behavior, and why. Pure."""

from collections import Counter
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maintenance.cli.screen import INDENT, counted, facts, render_problems
from maintenance.cli.show.problems import Problem, Severity, problem_of
from maintenance.cli.show.view import ReportView
from maintenance.cli.terminal import Clock, shorten_arns
from maintenance.cloudfront.plan import Action
from maintenance.model import Mode
from maintenance.reporting.progress import Progress, progress
from maintenance.reporting.report import Outcome, Report

_ACTIONS = {
    Action.ATTACH: "bold magenta",
    Action.REPLACE: "bold magenta",
    Action.DETACH: "bold green",
    Action.KEEP: "dim",
    Action.SKIP: "bold",
    Action.REFUSE: "bold red",
    Action.CLOSE: "bold magenta",
    Action.OPEN: "bold green",
}
_WRITES = {Action.CLOSE, Action.OPEN}
_GOALS = {
    Mode.MAINTENANCE: "closed",
    Mode.LIVE: "open",
    Mode.UNCHANGED: "as it is: neither the switch nor a window says anything",
}


def render_plan(view: ReportView, clock: Clock, hypothetical: str | None = None) -> RenderableType:
    """Return what would be done with each behavior if the switch had a value, and why."""
    report = view.report
    decision = report.decision
    parts: list[RenderableType] = [
        Padding(Text(_goal(report, clock, hypothetical), style="bold"), INDENT),
        "",
        facts(
            ("why", decision.reason), ("message", decision.message or ""), *_arming(report, clock)
        ),
    ]
    for outcome in report.outcomes:
        parts += ["", *_render_outcome(outcome, view)]
    messages = [
        *(problem_of(each, view.stack) for each in report.input_errors),
        *(Problem(Severity.NOTICE, (each,)) for each in report.notices),
    ]
    summary = Text(summarize(report), style="bold")
    return Group(*parts, "", render_problems(messages), Padding(summary, INDENT))


def _goal(report: Report, clock: Clock, hypothetical: str | None) -> str:
    """Return what the site should be, or that a supposed value can close nothing."""
    decision, until = report.decision, ""
    if decision.mode is Mode.MAINTENANCE:
        end = clock.time_and_distance(decision.until) if decision.until else "someone ends it"
        until = f" until {end}"
    if not hypothetical:
        return f"The site should be {_GOALS[decision.mode]}{until}."
    would = f"If the switch said {hypothetical!r} now, the site would"
    if report.outcomes and all(map(_is_refused, report.outcomes)):
        return f"{would} stay as it is: every distribution is refused."
    return f"{would} be {_GOALS[decision.mode]}{until}."


def _arming(report: Report, clock: Clock) -> Iterator[tuple[str, str]]:
    """Yield when the site is armed, and when it then closes."""
    if report.arming and report.decision.mode is Mode.LIVE:
        yield "arms", clock.time_and_distance(report.arming.at)
        yield "closes", clock.time_and_distance(report.arming.begins)


def summarize(report: Report) -> str:
    """Return what would be done; a distribution that is refused stays as it is, all of it."""
    refused = [each for each in report.outcomes if _is_refused(each)]
    changing = [each for each in report.outcomes if each not in refused]
    counts = Counter(step.action for each in changing for step in each.steps)
    is_ahead = report.decision.mode is Mode.LIVE
    verbs = {
        "arm" if is_ahead else "close": counts[Action.ATTACH] + counts[Action.CLOSE],
        "update the page of": counts[Action.REPLACE],
        "open": counts[Action.DETACH] + counts[Action.OPEN],
    }
    parts = [f"{verb} {counted(number, 'behavior')}" for verb, number in verbs.items() if number]
    acted = {Action.ATTACH, Action.REPLACE, Action.DETACH, *_WRITES}
    touched = sum(any(step.action in acted for step in each.steps) for each in changing)
    sentences = []
    if parts:
        sentences.append(f"This would {' and '.join(parts)} of {counted(touched, 'distribution')}.")
    if refused:
        stay = "stays as it is" if len(refused) == 1 else "stay as they are"
        sentences.append(f"{counted(len(refused), 'distribution')} {stay}: refused.")
    return " ".join(sentences) or "There is nothing to change."


def _is_refused(outcome: Outcome) -> bool:
    """Return whether all of the distribution stays as it is; the standby engine closes a part."""
    is_written = any(step.action in _WRITES for step in outcome.steps)
    return progress(outcome) is Progress.REFUSED and not is_written


def _render_outcome(outcome: Outcome, view: ReportView) -> Iterator[RenderableType]:
    name = view.names[outcome.distribution_id]
    refusal = ("  refused: all of it stays as it is", "bold red") if _is_refused(outcome) else ""
    title = Text.assemble((outcome.distribution_id, "bold"), "  ", (name, "dim"), refusal)
    yield Padding(title, INDENT)
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
        grid.add_row("", Text("not restored", style="magenta"), shorten_arns(str(each)))
    yield Padding(grid, (0, 0, 0, 4))
    warnings = (Problem(Severity.WARNING, (each,)) for each in outcome.warnings)
    errors = (problem_of(each, view.stack) for each in outcome.errors)
    yield Padding(render_problems([*errors, *warnings]), INDENT)
