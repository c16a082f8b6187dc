"""Checks of what the stack needs around the controller: deployment, wakeups, alarms, capacity."""

from datetime import timedelta

from maintenance.cli.doctor.examination import Examination
from maintenance.cli.doctor.finding import Finding, failed, ok, warning
from maintenance.cli.resources import version
from maintenance.cli.screen import counted
from maintenance.errors import ObservationError

_ALARM, _RULE = "AWS::CloudWatch::Alarm", "AWS::Events::Rule"
_SCHEDULE = "AWS::Scheduler::Schedule"
# AWS refuses requests that are dated wrong by five minutes (doc: IAM User Guide,
# reference_sigv-troubleshooting).
_CLOCK_WARNING, _CLOCK_LIMIT = timedelta(seconds=30), timedelta(minutes=5)
# The default of an account (doc: Lambda Developer Guide, gettingstarted-limits).
_USUAL_CONCURRENCY = 1000
# A full one refuses each new version, of any function in this Region.
_STORAGE_PERCENT = 90
_DEPLOY = "deploy the stack again (docs/deploy.md)"


def check_credentials(asked: Examination) -> Finding:
    """Check that AWS knows the caller."""
    try:
        caller = asked.identity()
    except ObservationError as error:
        return failed(str(error), "check your network, AWS_PROFILE and aws sso login")
    return ok(f"{caller.arn} in account {caller.account}")


def check_clock(asked: Examination) -> Finding:
    """Check that this machine's clock is right: times are typed and shown by it."""
    ahead = asked.identity().ahead
    seconds = round(ahead.total_seconds())
    if abs(ahead) <= _CLOCK_WARNING:
        return ok("this machine's clock agrees with AWS's")
    way = "behind" if seconds > 0 else "ahead of"
    text = f"this machine's clock is {abs(seconds)} s {way} AWS's"
    remedy = "set the clock, because it decides what 'until 04:00' means"
    return (failed if abs(ahead) >= _CLOCK_LIMIT else warning)(text, remedy)


def check_stack(asked: Examination) -> Finding:
    """Check that the stack is deployed and not left half done."""
    account, stack = asked.session().deployed.account, asked.stack()
    text = f"in us-east-1 of account {account}, {stack.status}"
    if stack.status.endswith("_IN_PROGRESS"):
        return warning(text, "wait until CloudFormation is done")
    if stack.status.endswith("_FAILED") or stack.status == "ROLLBACK_COMPLETE":
        return failed(text, f"read why in the stack's events, then {_DEPLOY}")
    return ok(text)


def check_version(asked: Examination) -> Finding:
    """Check that the command decides as the deployed controller does."""
    ours, theirs = version(), asked.settings.version
    if not theirs or theirs == ours:
        return ok(f"the stack and this command are of version {ours}")
    remedy = f"install the command of {theirs}, or deploy the stack with this one"
    return warning(f"the stack is of version {theirs}, and this command of {ours}", remedy)


def check_drift(asked: Examination) -> Finding:
    """Check that no resource of the stack was changed by hand."""
    differing = asked.health.drift()
    if not differing:
        return ok("every resource is as the template says")
    text = f"changed outside CloudFormation: {', '.join(differing)}"
    return warning(text, f"see Drifts in the console of CloudFormation; {_DEPLOY} to undo it")


def check_sweep(asked: Examination) -> Finding:
    """Check that the sweep and the alarm clock wake the controller."""
    group = asked.settings.schedule_group
    sweeps = asked.stack().of_type(_SCHEDULE).values()
    if not sweeps:
        return failed("the stack has no sweep", _DEPLOY)
    disabled = [each for each in sweeps if not asked.health.is_schedule_enabled(each, group)]
    if disabled:
        remedy = f"enable it in EventBridge Scheduler, or {_DEPLOY}"
        return failed(f"the sweep {', '.join(disabled)} is disabled", remedy)
    minutes = asked.session().deployed.sweep // timedelta(minutes=1)
    return ok(f"enabled, every {minutes} minutes")


def check_rules(asked: Examination) -> Finding:
    """Check that changes of parameters and the page wake the controller."""
    watches = asked.stack().parameters.get("WatchOtherTools") == "yes"
    rules = {
        logical: physical
        for logical, physical in asked.stack().of_type(_RULE).items()
        if watches or "OtherToolUpdate" not in logical
    }
    found = {
        logical: asked.health.rule_problem(physical, asked.controller_arn)
        for logical, physical in rules.items()
    }
    problems = [f"{logical} {problem}" for logical, problem in found.items() if problem]
    if problems or not rules:
        remedy = f"{_DEPLOY}; until then only the sweep acts"
        return failed(", ".join(problems) or "there are no rules", remedy)
    return ok(f"{len(rules)} rules of EventBridge wake the controller")


def check_trail(asked: Examination) -> Finding:
    """Check the trail that WatchOtherTools depends on; nothing else needs one."""
    if asked.stack().parameters.get("WatchOtherTools") != "yes":
        return ok("no trail is needed, because WatchOtherTools is no")
    trails = asked.health.logging_trails()
    if trails:
        return ok(f"{trails[0]} records what other tools change")
    remedy = "create a trail of management events, or deploy with WatchOtherTools=no"
    return failed("no trail of CloudTrail records management events in us-east-1", remedy)


def check_dead_letters(asked: Examination) -> Finding:
    """Check that every event has reached the controller."""
    number = asked.health.dead_letters(asked.stack().outputs.get("DeadLetterQueue", ""))
    if not number:
        return ok("no dead letters")
    remedy = "read them: docs/operations-reference.md#dead-letters"
    return warning(
        f"about {counted(number, 'event')} did not reach the controller, or failed", remedy
    )


def check_alarms(asked: Examination) -> Finding:
    """Check that no alarm rings, and that alarms reach someone."""
    alarms = asked.stack().of_type(_ALARM)
    ringing = asked.health.ringing(alarms.values())
    names = {physical: logical for logical, physical in alarms.items()}
    if ringing:
        shown = ", ".join(names[each] for each in ringing)
        return failed(f"ringing: {shown}", "docs/operations-reference.md#alarms says what to do")
    if not asked.stack().parameters.get("AlarmTopicArn"):
        remedy = "deploy with AlarmTopicArn (docs/notifications.md)"
        return warning(f"{counted(len(alarms), 'alarm')} would reach no one", remedy)
    return ok(f"{len(alarms)} alarms are quiet")


def check_storage(asked: Examination) -> Finding:
    """Check that a version of the page can still be published."""
    found = asked.health.code_storage()
    percent = 100 * found.used // found.limit
    text = f"{percent} % of Lambda's storage for packages is used"
    if percent < _STORAGE_PERCENT:
        return ok(text)
    return warning(text, "delete versions of functions that are not used, or ask AWS for more")


def check_concurrency(asked: Examination) -> Finding:
    """Check that Lambda can run the controller while a crowd meets the page."""
    found = asked.health.concurrency(asked.controller_arn)
    if found.reserved == 0:
        remedy = "deploy with ReservedConcurrency, or remove it in the console of Lambda"
        return failed("the reserved concurrency of the controller is 0: it never runs", remedy)
    if found.reserved is not None:
        return ok(f"{found.reserved} reserved for the controller")
    text = f"the account has {found.account}, and nothing is reserved for the controller"
    if asked.settings.standby:
        return ok(f"{text}; visitors of the page run no Lambda function")
    if found.account >= _USUAL_CONCURRENCY:
        return ok(text)
    remedy = "ask AWS for more, then deploy with ReservedConcurrency"
    return warning(f"{text}: visitors of the page can throttle it", remedy)
