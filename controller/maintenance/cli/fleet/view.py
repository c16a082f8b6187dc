"""The screen and the document of an order for a fleet. Pure."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maintenance.cli.fleet.documents import FleetDocument, FleetStackDocument
from maintenance.cli.fleet.order import FleetRun, Order, Outcome
from maintenance.cli.fleet.stacks import Wave
from maintenance.cli.screen import INDENT, counted

_MOST_SHOWN = 50


def fleet_document(ran: FleetRun) -> FleetDocument:
    """Return the answer to an order as a document."""
    stacks = [
        FleetStackDocument(each.name, each.result.value, each.detail) for each in ran.outcomes
    ]
    return FleetDocument(
        fleet=ran.order.fleet,
        order=ran.order.text,
        at=ran.order.at,
        stacks=stacks,
        failed=sum(each.has_failed for each in ran.outcomes),
        error=ran.failure,
    )


def render_fleet(ran: FleetRun) -> RenderableType:
    """Return the counts, the stacks where the order failed, and what to do."""
    order, outcomes, failure = ran.order, ran.outcomes, ran.failure
    counts = Counter(each.result for each in outcomes)
    total = ", ".join(f"{count} {result.value.upper()}" for result, count in counts.items())
    parts: list[RenderableType] = [Text(f"{counted(len(outcomes), 'stack')}: {total}")]
    failed = [each for each in outcomes if each.has_failed]
    # Only the first rows are shown, so failures come first.
    shown = sorted(outcomes, key=lambda each: not each.has_failed) if order.is_question else failed
    if shown:
        parts.append(_table(shown[:_MOST_SHOWN]))
    if len(shown) > _MOST_SHOWN:
        parts.append(Text(f"and {len(shown) - _MOST_SHOWN} more; --json has all of them"))
    if failure:
        parts.append(Text(failure, style="bold red"))
    if failed and order.verb == "on":
        end = " until their end" if order.text.startswith("on until ") else ""
        parts.append(Text(f"Stacks that were reached stay closed{end}; fleet off opens them."))
    if failed and order.verb == "off":
        parts.append(
            Text("Give the off again, or open the sites that failed in their own accounts.")
        )
    return Group(*parts)


def describe_plan(order: Order, waves: Sequence[Wave], way: str) -> str:
    """Return what an order is about to do, for the question before it."""
    stacks = [each for wave in waves for each in wave.stacks]
    accounts = len({each.account for each in stacks})
    verb = "Close" if order.verb == "on" else "Open"
    parts = [
        f"{counted(len(wave.stacks), 'stack')}, {wave.at_once} at once, of which "
        f"{wave.tolerated} % may fail"
        for wave in waves
    ]
    steps = f": {'; then '.join(parts)}" if order.verb == "on" else ", all at once"
    return (
        f"{verb} {counted(len(stacks), 'stack')} in {counted(accounts, 'account')} {way} with "
        f"{order.text!r}{steps}?"
    )


def _table(outcomes: Sequence[Outcome]) -> RenderableType:
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column()
    grid.add_column()
    grid.add_column(overflow="fold")
    for each in outcomes:
        style = "bold red" if each.has_failed else ""
        grid.add_row(Text(each.name), Text(each.result.value.upper(), style), Text(each.detail))
    return Padding(grid, INDENT)
