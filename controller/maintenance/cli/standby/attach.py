"""`standby attach` and `standby detach`: change the distributions, with the operator's rights."""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import asdict, replace

from maintenance.app import TIMER
from maintenance.aws.clients import CLIENT
from maintenance.aws.cloudfront import CloudFront
from maintenance.aws.standby.program import StandbyProgram
from maintenance.aws.throttling import ThrottledConfigs
from maintenance.cli.confirm import confirm
from maintenance.cli.context import Context
from maintenance.cli.distribution import find_distribution, named
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.own_command import own_command
from maintenance.cli.screen import counted
from maintenance.cli.session import Session
from maintenance.cli.standby.documents import AttachedDistribution, AttachmentDocument
from maintenance.cli.standby.function import (
    composed_program,
    refuse_unpublished,
    refuse_without_theirs,
)
from maintenance.cli.standby.view import render_outcomes
from maintenance.cloudfront.config import read_config
from maintenance.cloudfront.engine import attached_version
from maintenance.cloudfront.plan import Action, Plan, names_behavior
from maintenance.cloudfront.targets import resolve_targets
from maintenance.deadline import Deadline
from maintenance.errors import (
    ApplyError,
    ConfigurationError,
    MaintenanceError,
    ObservationError,
    StaleObservation,
)
from maintenance.model import Distribution, Mode
from maintenance.reporting.report import Outcome, outcome_document
from maintenance.standby.attachment import (
    Attach,
    Attachment,
    Detach,
    changed_config,
    plan_attachment,
)
from maintenance.standby.function import MAX_DISTRIBUTIONS, StandbyFunction

_MAX_ATTEMPTS = 5
_CHANGING = {Action.ATTACH, Action.REPLACE, Action.DETACH}
_WITH_THEIRS = (
    "your function that is composed with it runs there too, unless --except-paths of standby "
    "compose names the path pattern"
)
_WITHOUT_THEIRS = (
    "your function that is composed with it no longer runs there; --put-back attaches it again"
)


class _Writer(Struct, frozen=True):
    """Changes distributions as `attachment` says."""

    configs: ThrottledConfigs
    attachment: Attachment

    def plan(self, distribution: Distribution) -> Outcome:
        """Return what would be done, by the listing."""
        plan = plan_attachment(
            distribution.distribution_id, distribution.behaviors, self.attachment
        )
        return _outcome(distribution, plan)

    def apply(self, distribution: Distribution) -> Outcome:
        """Do it, and return what was done or what kept it from being done."""
        was_refused = False
        try:
            for _ in range(_MAX_ATTEMPTS - 1):
                try:
                    outcome = self._apply_once(distribution)
                except StaleObservation:
                    # Another writer came first: start over from reading.
                    was_refused = True
                else:
                    # The other writer may be this run, if only the answer got lost.
                    return replace(outcome, changed=outcome.changed or was_refused)
            return replace(self._apply_once(distribution), changed=True)
        except (ApplyError, ObservationError) as error:
            return replace(self.plan(distribution), errors=(str(error),))

    def _apply_once(self, distribution: Distribution) -> Outcome:
        distribution_id = distribution.distribution_id
        read = self.configs.read_config(distribution_id)
        config = read_config(read.xml)
        behaviors = [each.behavior for each in config.behaviors]
        xml = changed_config(config, self.attachment)
        if xml != read.xml:
            self.configs.update_config(distribution_id, xml=xml, etag=read.etag)
        plan = plan_attachment(distribution_id, behaviors, self.attachment)
        return _outcome(distribution, plan, changed=xml != read.xml)


def attach(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Attach the function to the distributions of the stack that are typed, or to all."""
    session = context.connect()
    function, composed = session.standby_engine.function, composed_program(session, context)
    listing = session.app.controller.distributions.list_distributions()
    targets = _targets(session, listing, arguments.distribution)
    except_paths = (*session.app.settings.except_paths, *arguments.except_paths)
    _refuse_unknown_paths(arguments.except_paths, targets)
    if arguments.in_place_of:
        refuse_without_theirs(session, context, arguments.in_place_of)
    attachment = Attach(function, except_paths, _arn(function, arguments.in_place_of))
    writer = _Writer(_configs(context), attachment)
    planned = _with_quota(function, listing, [writer.plan(each) for each in targets])
    planned = _with_warning(composed, planned, Action.ATTACH, _WITH_THEIRS)
    return _run(session, writer, targets, planned, is_confirmed=arguments.yes)


def detach(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Take the function off the distributions that are typed, or off all that have it."""
    session = context.connect()
    function, composed = session.standby_engine.function, composed_program(session, context)
    stack = session.watch.stack
    listing = session.app.controller.distributions.list_distributions()
    distributions = [
        find_distribution(each, listing, stack) for each in arguments.distribution
    ] or [each for each in listing if _has(function, each)]
    _refuse_unknown_paths(arguments.except_paths, distributions)
    if arguments.put_back:
        refuse_unpublished(context, arguments.put_back)
    attachment = Detach(function, _arn(function, arguments.put_back), arguments.except_paths)
    writer = _Writer(_configs(context), attachment)
    planned = [writer.plan(each) for each in distributions]
    if not arguments.put_back:
        planned = _with_warning(composed, planned, Action.DETACH, _WITHOUT_THEIRS)
    if not arguments.open_site and any(map(_changes, planned)):
        _refuse_to_open(session)
    return _run(session, writer, distributions, planned, is_confirmed=arguments.yes)


def _run(
    session: Session,
    writer: _Writer,
    distributions: Sequence[Distribution],
    planned: Sequence[Outcome],
    *,
    is_confirmed: bool,
) -> ExitCode:
    """Show the plan, ask, and do it."""
    terminal = session.terminal
    names = {each.distribution_id: named(each) for each in distributions}
    if not any(map(_changes, planned)):
        return _answer(session, writer, names, planned, "There is nothing to change.")
    if not (terminal.as_json or is_confirmed):
        terminal.explain("", render_outcomes(planned, names), "")
    if not confirm(terminal, _question(planned), is_confirmed=is_confirmed):
        return ExitCode.FAILED
    done = [
        replace(writer.apply(each), warnings=outcome.warnings) if _changes(outcome) else outcome
        for each, outcome in zip(distributions, planned, strict=True)
    ]
    changed = sum(each.changed for each in done)
    text = f"CloudFront needs minutes to deploy {counted(changed, 'distribution')} to every edge."
    return _answer(session, writer, names, done, text if changed else "Nothing was changed.")


def _answer(
    session: Session,
    writer: _Writer,
    names: dict[str, str],
    outcomes: Sequence[Outcome],
    text: str,
) -> ExitCode:
    is_complete = not any(
        each.errors or any(step.action is Action.REFUSE for step in each.steps) for each in outcomes
    )
    document = AttachmentDocument(
        writer.attachment.function.arn,
        is_complete,
        [
            AttachedDistribution(**asdict(outcome_document(each)), name=names[each.distribution_id])
            for each in outcomes
        ],
    )
    session.terminal.answer(document, "", render_outcomes(outcomes, names), "", f"  {text}", "")
    return ExitCode.DONE if is_complete else ExitCode.FAILED


def _question(planned: Iterable[Outcome]) -> str:
    numbers = [sum(step.action in _CHANGING for step in each.steps) for each in planned]
    behaviors = counted(sum(numbers), "cache behavior")
    return f"Update {behaviors} of {counted(sum(map(bool, numbers)), 'distribution')}?"


def _changes(outcome: Outcome) -> bool:
    return any(step.action in _CHANGING for step in outcome.steps)


def _outcome(distribution: Distribution, plan: Plan, *, changed: bool = False) -> Outcome:
    status = "InProgress" if changed else distribution.status
    return Outcome(distribution.distribution_id, status, plan.steps, changed=changed)


def _arn(function: StandbyFunction, name: str) -> str:
    """Return the ARN of another function of the account by its name, '' without one."""
    return f"{function.arn.rpartition('/')[0]}/{name}" if name else ""


def _has(function: StandbyFunction, distribution: Distribution) -> bool:
    return any(attached_version(each.associations, function) for each in distribution.behaviors)


def _configs(context: Context) -> ThrottledConfigs:
    cloudfront = CloudFront(context.aws().client("cloudfront", config=CLIENT))
    return ThrottledConfigs(cloudfront, TIMER, Deadline(TIMER.elapsed), jitter=random.random)


def _targets(
    session: Session, listing: Sequence[Distribution], typed: Sequence[str]
) -> list[Distribution]:
    """Return the distributions of the stack that are typed, or all; raise ConfigurationError."""
    found = resolve_targets(session.app.settings.distributions, listing)
    if typed:
        targets = [find_distribution(each, listing, session.watch.stack) for each in typed]
    elif found.errors:
        raise ConfigurationError("; ".join(found.errors))
    else:
        targets = [each for each in listing if each.distribution_id in found.distribution_ids]
    for each in targets:
        if each.distribution_id not in found.distribution_ids:
            raise ConfigurationError(
                f"{named(each)} is not of this stack, so that neither status nor doctor would "
                "look after it: add it to the stack parameter Distributions first"
            )
    return targets


def _refuse_unknown_paths(typed: Iterable[str], targets: Iterable[Distribution]) -> None:
    paths = [each.path_pattern for target in targets for each in target.behaviors]
    unknown = [each for each in typed if not any(names_behavior(each, path) for path in paths)]
    if unknown:
        raise ConfigurationError(
            f"--except-paths names {', '.join(unknown)}, which no behavior has: write the path "
            "pattern as the distribution does, or default"
        )


def _with_quota(
    function: StandbyFunction, listing: Iterable[Distribution], planned: Sequence[Outcome]
) -> list[Outcome]:
    """Return the plans, with a warning if CloudFront may refuse some of them."""
    having = {each.distribution_id for each in listing if _has(function, each)}
    having |= {each.distribution_id for each in planned if _changes(each)}
    warning = (
        f"{function.name} would be attached to {len(having)} distributions, and CloudFront refuses "
        f"more than {MAX_DISTRIBUTIONS}: use a second stack for some of them"
    )
    warnings = (warning,) if len(having) > MAX_DISTRIBUTIONS else ()
    return [replace(each, warnings=warnings if _changes(each) else ()) for each in planned]


def _with_warning(
    program: StandbyProgram, planned: Sequence[Outcome], action: Action, warning: str
) -> list[Outcome]:
    """Return the plans, with a warning at this action if another function is composed with ours."""
    try:
        if program.read() is None:
            return [*planned]
    except MaintenanceError as error:
        warning = f"cannot read whether another function is composed with it: {error}"
    return [
        replace(each, warnings=(*each.warnings, warning))
        if any(step.action is action for step in each.steps)
        else each
        for each in planned
    ]


def _refuse_to_open(session: Session) -> None:
    """Raise ConfigurationError if the site is, or may be, in maintenance."""
    add = "add --open-site if its visitors may get in"
    try:
        mode = session.app.controller.desired_state.read().decision.mode
    except MaintenanceError as error:
        raise ConfigurationError(
            f"cannot read whether the site should be in maintenance: {error}; {add}"
        ) from error
    off = own_command("off", session.watch.stack)
    if mode is Mode.UNCHANGED:
        raise ConfigurationError(
            "neither the switch nor a window says whether the site is closed, and if it is, "
            f"detaching opens it: run {off} first, or {add}"
        )
    if mode is Mode.MAINTENANCE:
        raise ConfigurationError(
            f"the site should be in maintenance, and detaching opens it: run {off} first, or {add}"
        )
