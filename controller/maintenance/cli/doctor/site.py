"""Checks of the site: what the controller would meet if the switch said `on` now."""

from maintenance.cli.doctor.examination import Examination
from maintenance.cli.doctor.finding import Finding, failed, ok, unknown, warning
from maintenance.cli.own_command import own_command
from maintenance.cli.screen import counted
from maintenance.cli.show.remedies import remedy_of
from maintenance.cli.show.view import LastRun
from maintenance.cli.watch import watch_command
from maintenance.cloudfront.plan import Action, Intent, count_functions, plan_distribution
from maintenance.cloudfront.targets import resolve_targets
from maintenance.errors import RecordUnreadable
from maintenance.model import Distribution, Mode
from maintenance.reporting.status_document import decode_persisted_state
from maintenance.schedule.announcement import NO_ANNOUNCEMENT

_SHOWN = 3


def check_switch(asked: Examination) -> Finding:
    """Check that the switch and the windows say something valid."""
    app = asked.session().app
    read = app.controller.desired_state.read_schedule()
    if read.unknown:
        return unknown("; ".join(read.unknown))
    if read.errors:
        remedy = (
            "write what you mean: docs/operations-reference.md#the-switch-is-invalid-or-missing"
        )
        return failed("; ".join(read.errors), remedy)
    windows = counted(len(read.schedule.windows), "window")
    return ok(f"{app.settings.switch_parameter} and {windows} are valid")


def check_last_run(asked: Examination) -> Finding:
    """Check that the controller runs, and that its last run did what it should."""
    session = asked.session()
    deployed, clock = session.deployed, session.clock
    last = LastRun(
        session.runs.last_run(clock.now), sweep=deployed.sweep, deployed=deployed.deployed
    )
    text = session.app.status_parameter.read()
    error = decode_persisted_state(text).last_error if text else None
    if last.is_late(clock.now):
        ran = f"last ran {clock.distance(last.at)}" if last.at else "has not run for a day"
        remedy = "docs/operations.md#the-controller-does-not-run says what to do"
        return failed(f"the controller {ran}", remedy)
    if error and error.until is None:
        remedy = f"{own_command('status', session.watch.stack)} shows it with its remedy"
        return failed(f"the last run failed: {error.message}", remedy)
    if last.at is None:
        return ok("none yet: it is new")
    return ok(f"the last run ended {clock.distance_of_minute(last.at)}")


def check_targets(asked: Examination) -> Finding:
    """Check that Distributions names distributions, and not too many."""
    settings = asked.settings
    found = resolve_targets(settings.distributions, asked.listing())
    number, most = len(found.distribution_ids), settings.max_distributions
    if found.errors:
        return failed("; ".join(found.errors), "deploy with Distributions corrected")
    if number > most:
        remedy = "match fewer, or raise MaxDistributions"
        return failed(f"{number} distributions match, and MaxDistributions allows {most}", remedy)
    in_progress = [each.distribution_id for each in asked.targets() if each.status != "Deployed"]
    if in_progress:
        remedy = f"wait; {watch_command(asked.session().watch.stack)} waits for it"
        return warning(f"{number} match; InProgress: {_listed(in_progress)}", remedy)
    return ok(f"{number} of at most {most}")


def check_behaviors(asked: Examination) -> Finding:
    """Check which cache behaviors an on would leave open, or refuse."""
    steps = [
        (f"{target.distribution_id} {step.path_pattern or 'default'}", step)
        for target in asked.targets()
        for step in plan_distribution(
            target.distribution_id, target.behaviors, _closing(asked)
        ).steps
    ]
    refusals = [(name, step.reason) for name, step in steps if step.action is Action.REFUSE]
    is_open = [f"{name}: {step.reason}" for name, step in steps if step.stays_open]
    if refusals:
        refused = [f"{name}: {reason}" for name, reason in refusals]
        actions = dict.fromkeys(remedy_of(reason).action for _, reason in refusals)
        remedy = "; ".join(f"{each[0].lower()}{each[1:].removesuffix('.')}" for each in actions)
        return failed(f"`on` is refused at {_listed(refused)}", remedy)
    if is_open:
        remedy = "make sure that they may stay open (docs/edge.md#ways-in)"
        return warning(f"`on` leaves these open: {_listed(is_open)}", remedy)
    return ok(f"`on` closes all {len(steps)}")


def check_quotas(asked: Examination) -> Finding:
    """Check that the functions of a closed distribution stay within CloudFront's quota."""
    intent = _closing(asked)
    quota = intent.engine.quota()
    numbers = {target.distribution_id: _functions(target, intent) for target in asked.targets()}
    above = [f"{key}: {number}" for key, number in numbers.items() if quota and number > quota]
    if above:
        remedy = "ask AWS for more, or name behaviors that may stay open in ExceptPaths"
        return warning(f"more than {quota} {intent.engine.kind}s at {_listed(above)}", remedy)
    most = max(numbers.values(), default=0)
    return ok(f"at most {most} of {quota} {intent.engine.kind}s at a distribution")


def check_records(asked: Examination) -> Finding:
    """Check that the records of displaced functions can be used."""
    records = asked.session().attach_engine.site.distribution_reconciler.records
    errors, owing = [], []
    for target in asked.targets():
        try:
            record = records.read(target.distribution_id).record
        except RecordUnreadable as error:
            errors.append(str(error))
            continue
        owing += [] if record.is_settled else [target.distribution_id]
    if errors:
        remedy = "docs/operations-reference.md#a-record-cannot-be-used"
        return failed("; ".join(errors), remedy)
    return ok(f"displaced functions are owed at {_listed(owing)}" if owing else "nothing is owed")


def check_function(asked: Examination) -> Finding:
    """Check that the maintenance function can be attached."""
    edge = asked.settings.edge
    found = asked.session().attach_engine.site.preflight.check(edge.base_arn, attached=frozenset())
    if found.errors:
        return failed("; ".join(found.errors), "deploy the stack again (docs/deploy.md)")
    if found.notices:
        return unknown("; ".join(found.notices))
    return ok(f"{edge.base_arn.rpartition('function:')[2]} can be attached")


def check_store(asked: Examination) -> Finding:  # noqa: ARG001 - a check's
    """Return that there is no key-value store."""
    return ok("none is needed, because the site is closed by attaching a function")


def check_page(asked: Examination) -> Finding:
    """Check that the files under page/ make a page."""
    selector = asked.session().attach_engine.pages
    selection = selector.select(NO_ANNOUNCEMENT, publish=False)
    if selection.errors:
        remedy = "fix the file and upload it again (docs/edge.md#what-is-refused)"
        return failed("; ".join(selection.errors), remedy)
    is_own = selection.arn != asked.settings.edge.base_arn
    return ok("your page is accepted" if is_own else "visitors get the default page")


def _closing(asked: Examination) -> Intent:
    """Return the intent of an on, with the version that the stack has deployed."""
    settings = asked.settings
    return Intent(
        Mode.MAINTENANCE,
        settings.edge,
        arn=settings.edge.base_arn,
        except_paths=settings.except_paths,
        existing_functions=settings.existing_functions,
    )


def _functions(target: Distribution, intent: Intent) -> int:
    """Return how many functions of our kind the distribution has once it is closed."""
    plan = plan_distribution(target.distribution_id, target.behaviors, intent)
    return count_functions(intent.engine.kind, target.behaviors, plan)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"
