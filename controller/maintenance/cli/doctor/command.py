"""`doctor`: check everything that a maintenance needs, before it is needed."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.doctor.finding import Finding, Verdict, unknown
from maintenance.cli.documents import DoctorDocument
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.screen import counted
from maintenance.cli.terminal import shorten_arns
from maintenance.errors import ConfigurationError, MaintenanceError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from maintenance.cli.doctor.examination import Examination

_ABOUT = """\
Check everything that a maintenance needs: permissions, the stack, what wakes the controller,
alarms, quotas, the distributions and your page. It changes nothing; comparing the stack with its
template takes up to a minute.
"""
_EXAMPLES = """\
examples:
  site-maintenance doctor           after a deployment, and before a maintenance
  site-maintenance doctor --json    for a scheduled job; exit code 1 if a check failed
"""
_STYLES = {
    Verdict.OK: "green",
    Verdict.WARNING: "bold yellow",
    Verdict.FAILED: "bold red",
    Verdict.UNKNOWN: "magenta",
}
# Calls to a service with few answers a second are in one check.
_WORKERS = 8

type Check = Callable[[Examination], Finding]


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `doctor`."""
    doctor = commands.add_parser(
        "doctor",
        parents=[shared],
        help="check what a maintenance needs, before it is needed",
        description=_ABOUT,
        epilog=_EXAMPLES,
    )
    doctor.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Run all checks, and show a line for each."""
    from maintenance.app import now  # noqa: PLC0415 - imports boto3, which help does not need
    from maintenance.aws.operator.health import Health  # noqa: PLC0415 - the same
    from maintenance.cli.doctor.examination import Examination  # noqa: PLC0415 - the same

    health = Health(context.aws(), arguments.stack, clock=now)
    findings = examine(checks(), Examination(health, context.connect))
    context.terminal.answer(DoctorDocument(findings), "", _render(findings), "", _summary(findings))
    is_failed = any(each.verdict is Verdict.FAILED for each in findings.values())
    return ExitCode.FAILED if is_failed else ExitCode.DONE


def checks() -> Mapping[str, Check]:
    """Return the checks by their names, in the order in which they are shown."""
    from maintenance.cli.doctor import rights, site, stack, standby  # noqa: PLC0415 - as above

    return {
        "credentials": stack.check_credentials,
        "clock": stack.check_clock,
        "stack": stack.check_stack,
        "version": stack.check_version,
        "drift": stack.check_drift,
        "permissions": rights.check_your_rights,
        "controller role": rights.check_controllers_rights,
        "switch": site.check_switch,
        "last run": site.check_last_run,
        "sweep": stack.check_sweep,
        "rules": stack.check_rules,
        "trail": stack.check_trail,
        "dead letters": stack.check_dead_letters,
        "alarms": stack.check_alarms,
        "concurrency": stack.check_concurrency,
        "storage": stack.check_storage,
        "distributions": site.check_targets,
        "behaviors": _by_engine(site.check_behaviors, standby.check_behaviors),
        "quotas": _by_engine(site.check_quotas, standby.check_quotas),
        "records": _by_engine(site.check_records, standby.check_records),
        "function": _by_engine(site.check_function, standby.check_function),
        "store": _by_engine(site.check_store, standby.check_store),
        "page": _by_engine(site.check_page, standby.check_page),
    }


def _by_engine(attach: Check, standby: Check) -> Check:
    """Return a check of the engine that the stack has."""

    def check(asked: Examination) -> Finding:
        return (standby if asked.settings.standby else attach)(asked)

    return check


def examine(table: Mapping[str, Check], asked: Examination) -> dict[str, Finding]:
    """Return what each check finds; one that cannot ask does not keep the others from asking."""
    with ThreadPoolExecutor(max_workers=_WORKERS) as workers:
        findings = workers.map(lambda check: _examine(check, asked), table.values())
        return dict(_without_repetition(zip(table, findings, strict=True)))


def _without_repetition(findings: Iterable[tuple[str, Finding]]) -> Iterator[tuple[str, Finding]]:
    """Yield the findings; a problem that keeps further checks from asking stands once."""
    seen: dict[str, str] = {}
    for name, finding in findings:
        is_known = finding.verdict is not Verdict.OK and finding.text in seen
        yield name, unknown(f"see {seen[finding.text]}") if is_known else finding
        seen.setdefault(finding.text, name)


def _examine(check: Check, asked: Examination) -> Finding:
    try:
        return check(asked)
    except ConfigurationError as error:
        return Finding(Verdict.FAILED, str(error))
    except MaintenanceError as error:
        return unknown(str(error), "docs/iam.md#what-people-need has the permissions of this check")


def _render(findings: Mapping[str, Finding]) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, finding in findings.items():
        remedy = f" → {finding.remedy}" if finding.remedy else ""
        table.add_row(
            Text(f" {finding.verdict}", style=_STYLES[finding.verdict]),
            name,
            shorten_arns(f"{finding.text}{remedy}"),
        )
    return table


def _summary(findings: Mapping[str, Finding]) -> RenderableType:
    return Text(f" {', '.join(_counts(findings))}.", style="bold")


def _counts(findings: Mapping[str, Finding]) -> Iterator[str]:
    """Yield how many checks ended in each way."""
    for verdict in Verdict:
        number = sum(each.verdict is verdict for each in findings.values())
        if number:
            yield counted(number, verdict) if verdict is Verdict.WARNING else f"{number} {verdict}"
