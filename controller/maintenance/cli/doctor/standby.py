"""Checks of the standby engine: its function, its store, and where the function is attached."""

from datetime import UTC, datetime

from maintenance.cli.doctor.examination import Examination
from maintenance.cli.doctor.finding import Finding, failed, ok, warning
from maintenance.cli.own_command import own_command
from maintenance.cli.resources import STANDBY_PROGRAM, version
from maintenance.cli.screen import counted
from maintenance.cloudfront.engine import attached_version
from maintenance.cloudfront.plan import Action
from maintenance.schedule.announcement import NO_ANNOUNCEMENT
from maintenance.standby.attachment import Attach
from maintenance.standby.function import MAX_DISTRIBUTIONS
from maintenance.standby.program import parts
from maintenance.standby.publishing import PUBLISH_PAUSE_SECONDS, Code, is_of_program, read_code
from maintenance.standby.state import State, closed_times

_SHOWN = 3
# Of a store (doc: CloudFront Developer Guide, cloudfront-limits); others may write into it.
_STORE_BYTES = 5_000_000
_STORE_PERCENT = 90
# For the pause, and the run after it.
_PUBLISHING_SECONDS = 2 * PUBLISH_PAUSE_SECONDS
_DEPLOY = "deploy the stack again (docs/deploy.md)"


def check_behaviors(asked: Examination) -> Finding:
    """Check which cache behaviors have the function, and so which an `on` closes."""
    settings, session = asked.settings, asked.session()
    attach = Attach(session.standby_engine.function, settings.except_paths)
    steps = [
        (f"{target.distribution_id} {behavior.path_pattern or 'default'}", attach.step(behavior))
        for target in asked.targets()
        for behavior in target.behaviors
    ]
    lacking = [
        f"{name}: {step.reason}"
        for name, step in steps
        if step.action in {Action.ATTACH, Action.REFUSE}
    ]
    is_open = [f"{name}: {step.reason}" for name, step in steps if step.stays_open]
    if lacking:
        remedy = f"{own_command('standby attach', session.watch.stack)} (docs/standby-attach.md)"
        text = f"`on` leaves these open, which lack the standby function: {_listed(lacking)}"
        return failed(text, remedy)
    if is_open:
        remedy = "make sure that they may stay open (docs/edge.md#ways-in)"
        return warning(f"`on` leaves these open: {_listed(is_open)}", remedy)
    return ok(f"`on` closes all {len(steps)}")


def check_quotas(asked: Examination) -> Finding:
    """Check that the function is not at more distributions than CloudFront allows."""
    function = asked.session().standby_engine.function
    number = sum(
        any(attached_version(each.associations, function) for each in distribution.behaviors)
        for distribution in asked.listing()
    )
    text = f"{number} of {MAX_DISTRIBUTIONS} distributions have the standby function"
    if number <= MAX_DISTRIBUTIONS:
        return ok(text)
    return warning(text, "attach that of a second stack to some of them")


def check_records(asked: Examination) -> Finding:  # noqa: ARG001 - a check's
    """Return that there are no records."""
    return ok("none are needed, because the standby engine displaces no function")


def check_function(asked: Examination) -> Finding:
    """Check that visitors get our code, with the store, and with a state that is not behind."""
    engine = asked.session().standby_engine
    name, live = engine.function.name, engine.store.code.read_live()
    if not live.published:
        return failed(f"{name} does not exist, or was never published", _DEPLOY)
    standby = asked.settings.standby
    sweep = own_command("sweep", asked.session().watch.stack)
    if standby and standby.store_arn not in asked.health.stores_of(name):
        text = f"{name} is not associated with the stack's key-value store"
        return failed(text, f"{sweep} associates it")
    code = read_code(live.code)
    if code is None:
        text = f"{name} has code that is not ours, which never closes the site"
        return failed(text, f"{sweep} publishes ours")
    outdated = _outdated_program(asked, live.code)
    if outdated:
        return outdated
    state = engine.store.read()
    if state and _is_behind(code, state, asked.session().clock.now.timestamp()):
        text = (
            "the state in the published code is older than the store's: an edge that cannot read "
            "the store acts on it"
        )
        return warning(text, f"{sweep} publishes it, at most every five minutes")
    return ok(f"{name} is published, with the state of the store")


def check_store(asked: Examination) -> Finding:
    """Check that the store can be read, has a state, and has room."""
    session = asked.session()
    store = session.standby_engine.store
    found = store.store.describe()
    state = store.read()
    if state is None:
        remedy = f"{own_command('sweep', session.watch.stack)} writes it"
        return failed("the store has no state, so the published code decides alone", remedy)
    written = datetime.fromtimestamp(state.generation / 1_000, UTC)
    text = (
        f"{counted(found.keys, 'key')}, {found.size_bytes // 1_000} kB of "
        f"{_STORE_BYTES // 1_000}; written {session.clock.distance_of_minute(written)}"
    )
    if found.size_bytes * 100 >= _STORE_BYTES * _STORE_PERCENT:
        return warning(text, "delete the keys that others have written into it")
    return ok(text)


def check_page(asked: Examination) -> Finding:
    """Check that the files under page/ make a page, and that the store has it."""
    session = asked.session()
    state = session.app.engine.pages.page_state(NO_ANNOUNCEMENT)
    if state.errors:
        remedy = "fix the file and upload it again (docs/edge.md#what-is-refused)"
        return failed("; ".join(state.errors), remedy)
    if state.is_published:
        return ok("the store has your page, or the default one")
    remedy = f"{own_command('sweep', session.watch.stack)} writes it"
    return warning("your page is accepted, and the store does not have it yet", remedy)


def _outdated_program(asked: Examination, live: bytes) -> Finding | None:
    """Return what is wrong with the program that visitors get, None if nothing is."""
    ours = STANDBY_PROGRAM.read_text(encoding="utf-8")
    program = asked.session().standby_engine.store.program()
    if asked.settings.version not in {"", version()}:
        return None  # Which is another finding, and the stack has another program.
    if parts(ours)[1].strip() not in program:
        remedy = "site-maintenance standby compose FILE --put (docs/standby-attach.md)"
        return warning("the composed function is of another version of ours", remedy)
    if is_of_program(live, program):
        return None
    remedy = f"{own_command('sweep', asked.session().watch.stack)} publishes it"
    return warning("visitors do not get the composed function or this version of ours yet", remedy)


def _is_behind(code: Code, state: State, now: float) -> bool:
    """Return whether the controller has had the time to publish when the site is closed."""
    is_old = now - state.generation / 1_000 > _PUBLISHING_SECONDS
    return is_old and closed_times(code.state, now) != closed_times(state, now)


def _listed(names: list[str]) -> str:
    more = f"; and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{'; '.join(names[:_SHOWN])}{more}"
