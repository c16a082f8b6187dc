"""The screen of `standby attach` and `standby detach`. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maintenance.cli.screen import INDENT
from maintenance.cli.terminal import shorten_arns
from maintenance.cloudfront.plan import Action
from maintenance.reporting.report import Outcome

_STYLES = {Action.KEEP: "dim", Action.SKIP: "bold", Action.REFUSE: "bold red"}
_DONE = {
    Action.ATTACH: "attached",
    Action.REPLACE: "replaced",
    Action.DETACH: "detached",
    Action.REFUSE: "left",
}


def render_outcomes(outcomes: Iterable[Outcome], names: Mapping[str, str]) -> RenderableType:
    """Return what is to be done with each behavior, or what was done."""
    return Group(*(part for each in outcomes for part in _parts(each, names)))


def _parts(outcome: Outcome, names: Mapping[str, str]) -> Iterator[RenderableType]:
    yield Padding(Text(names[outcome.distribution_id], style="bold"), INDENT)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(overflow="fold", min_width=9, max_width=24)
    grid.add_column(min_width=9)
    grid.add_column(overflow="fold")
    for step in outcome.steps:
        word = _DONE.get(step.action) if outcome.changed or step.action is Action.REFUSE else None
        action = Text(word or step.action.value, style=_STYLES.get(step.action, "bold magenta"))
        grid.add_row(step.path_pattern or "default", action, shorten_arns(step.reason))
    for each in outcome.warnings:
        grid.add_row("", Text("warning", style="bold magenta"), each)
    for each in outcome.errors:
        grid.add_row("", Text("error", style="bold red"), shorten_arns(each))
    yield Padding(grid, (0, 0, 0, 4))
