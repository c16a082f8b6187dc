"""What the controller would do if the switch said something else, without writing it."""

from copy import replace
from datetime import UTC, datetime, timedelta

from maintenance.app import assemble
from maintenance.cloudfront.plan import Action
from maintenance.model import Mode
from maintenance.reconcile.desired_state import HypotheticalSwitch
from maintenance.reporting.report import Report
from maintenance.schedule.switch import parse_switch
from maintenance.settings import Settings

from tests.sandbox.builders import a_distribution
from tests.stories.site import Site

NOW = datetime.now(UTC)


def plan_if_switch_says(site: Site, distribution_id: str, value: str) -> Report:
    """Return the plan as it would be if the switch said this now."""
    settings = Settings.from_env(site.environment(distribution_id))
    app = assemble(settings, own_arn="arn", clock=lambda: NOW)
    switch = parse_switch(value, written=NOW, zone=settings.time_zone)
    parameters = HypotheticalSwitch(app.parameters, switch)
    desired_state = replace(app.controller.desired_state, parameters=parameters)
    return replace(app.controller, desired_state=desired_state).plan()


def test_a_hypothetical_on_is_planned_and_not_written(site: Site) -> None:
    """The plan joins the hypothetical switch with the distributions as they are."""
    distribution_id = a_distribution(site.cloud)

    report = plan_if_switch_says(site, distribution_id, "on for 1h")

    actions = [step.action for each in report.outcomes for step in each.steps]
    assert (Mode.MAINTENANCE, [Action.ATTACH]) == (report.decision.mode, actions)
    assert "off" == site.cloud.ssm.get_parameter(Name="/site/maintenance")["Parameter"]["Value"]


def test_earlier_values_of_the_switch_still_count(site: Site) -> None:
    """A window that an `off until` skips stays skipped after an `on for`."""
    skipped, later = NOW + timedelta(days=1), NOW + timedelta(days=3)
    for name, start in (("skipped", skipped), ("later", later)):
        site.schedules(name, f"at({start:%Y-%m-%dT%H:%M}) for 1h")
    site.says(f"off until {NOW + timedelta(days=2):%Y-%m-%dT%H:%M}")

    decision = plan_if_switch_says(site, a_distribution(site.cloud), "on for 1h").decision

    assert decision.next_occurrence is not None
    assert later.replace(second=0, microsecond=0) == decision.next_occurrence.begins
