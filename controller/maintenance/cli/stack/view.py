"""What a deployment shows: the change set, the rights it creates, its progress and its end."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from maintenance.cli.own_command import own_command
from maintenance.cli.terminal import Terminal
from maintenance.deployment.changes import Change, added_kinds, others
from maintenance.deployment.events import StackEvent
from maintenance.deployment.rights import Right

_INDENT = (0, 0, 0, 2)


def render_changes(changes: Sequence[Change]) -> RenderableType:
    """Return how many resources of each type are added, and each other change."""
    parts: list[RenderableType] = []
    if added := added_kinds(changes):
        parts.append(Text(f"It creates {sum(count for _, count in added)} resources:"))
        grid = _grid(2)
        for kind, count in added:
            grid.add_row(str(count), kind)
        parts.append(Padding(grid, _INDENT))
    if changed := others(changes):
        parts.append(Text("It changes:"))
        grid = _grid(3)
        for each in changed:
            what = "replace" if each.is_replacement else each.action.lower()
            grid.add_row(what, each.logical_id, Text(each.kind, style="dim"))
        parts.append(Padding(grid, _INDENT))
    return Group(*parts)


def render_parameters(changed: Sequence[tuple[str, str, str]]) -> RenderableType:
    """Return name, old and new value of each parameter that changes; nothing if there are none."""
    if not changed:
        return Group()
    grid = _grid(2)
    for name, old, new in changed:
        grid.add_row(name, Text(f"{old or 'nothing'} → {new or 'nothing'}"))
    return Group(Text("It sets these parameters:"), Padding(grid, _INDENT))


def render_rights(title: str, rights: Sequence[Right]) -> RenderableType:
    """Return what each role may do, and on what; nothing if there are no rights."""
    parts: list[RenderableType] = [Text(title)] if rights else []
    for role in dict.fromkeys(each.role for each in rights):
        grid = _grid(2)
        for each in rights:
            if each.role == role:
                where = f" on {', '.join(each.resources)}" if each.resources else ""
                allowed = Text.assemble(", ".join(each.actions), (where, "dim"))
                grid.add_row(each.service, allowed)
        parts += [Text(f"  {role}", style="bold"), Padding(grid, (0, 0, 0, 4))]
    return Group(*parts)


def watch_events(
    terminal: Terminal, events: Iterator[StackEvent], *, resources: int
) -> tuple[StackEvent, ...]:
    """Show the progress until the events end, of that many resources; return all events."""
    seen: list[StackEvent] = []
    done: set[str] = set()
    with _bar(terminal) as bar:
        task = bar.add_task("", total=resources, word="")
        try:
            for event in events:
                seen.append(event)
                if not terminal.err.is_terminal and event.has_ended:
                    terminal.info(f"{event.status} {event.logical_id}")
                if event.has_ended:
                    done.add(event.logical_id)
                word = f"{event.status} {event.logical_id}"
                bar.update(task, completed=min(len(done), resources), word=word)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                "Interrupted: CloudFormation continues. Run this again once it is done."
            ) from None
    return tuple(seen)


def _bar(terminal: Terminal) -> Progress:
    return Progress(
        SpinnerColumn(),
        BarColumn(bar_width=20),
        TextColumn("{task.completed} of {task.total}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[word]}"),
        console=terminal.err,
        transient=True,
        disable=not terminal.err.is_terminal,
    )


def render_commands(stack: str) -> RenderableType:
    """Return the three commands to know."""
    grid = _grid(2)
    for command, effect in (
        ("status", "what visitors get now, why, until when"),
        ("on for 30m", "close the site, for half an hour"),
        ("off", "open it"),
    ):
        grid.add_row(Text(own_command(command, stack), style="bold"), effect)
    return Group(Text("Three commands to know:"), Padding(grid, _INDENT))


def render_standby(stack: str) -> RenderableType:
    """Return how to attach the standby function; its ARN follows."""
    return Group(
        Text("One step is left: attach the standby function. Without it nothing closes:"),
        Padding(Text(own_command("standby attach", stack), style="bold"), _INDENT),
        Text("If Terraform, CDK or CloudFormation has the distributions, name its ARN there:"),
    )


def _grid(columns: int) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(columns):
        grid.add_column(overflow="fold")
    return grid
