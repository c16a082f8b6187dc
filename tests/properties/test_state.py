"""Laws of the state: what OPEN and CLOSED promise, with any engine and any configuration."""

from copy import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from maintenance.cloudfront.config import read_config
from maintenance.cloudfront.engine import attached_version
from maintenance.cloudfront.plan import Intent
from maintenance.model import Mode
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.state import Served, SiteState, SiteStates, site_state

from tests.builders import NOW, a_decision, a_distribution
from tests.properties.closing import INTENTS_TO_CLOSE, close, law, plan_for, reopen
from tests.properties.configurations import Drawn, configurations

MODES = st.sampled_from(list(Mode))
STATUSES = st.sampled_from(["Deployed", "InProgress"])


def seen(intent: Intent, *sites: tuple[bytes, str], error: str = "") -> SiteStates:
    """Return the state of a site whose distributions have these configurations and statuses."""
    errors = (error,) if error else ()
    outcomes = tuple(
        Outcome(f"E{number}", status, plan_for(intent, xml).steps, errors=errors)
        for number, (xml, status) in enumerate(sites)
    )
    targets = tuple(a_distribution(each.distribution_id) for each in outcomes)
    report = Report(a_decision(intent.mode), outcomes, targets=targets)
    return site_state(report, now=NOW + timedelta(minutes=1))


@law
@given(
    st.lists(st.tuples(configurations(), st.booleans(), STATUSES), min_size=1, max_size=3),
    INTENTS_TO_CLOSE,
    MODES,
    st.sampled_from(["", "access denied"]),
)
def test_closed_and_open_are_never_said_too_early(
    sites: list[tuple[Drawn, bool, str]], intent: Intent, mode: Mode, error: str
) -> None:
    """
    CLOSED: ours is at each behavior that maintenance closes, and deployed.

    OPEN: ours is nowhere, and every distribution is deployed.
    """
    given_sites = [
        (close(each.xml, intent)[0] if is_closed else each.xml, status)
        for each, is_closed, status in sites
    ]
    found = seen(replace(intent, mode=mode), *given_sites, error=error)
    for (xml, status), state in zip(given_sites, found.targets, strict=True):
        closes = [
            attached_version(each.behavior.associations, intent.engine) is not None
            for each in read_config(xml).behaviors
            if not intent.engine.unsupported(each.behavior)
            and not intent.is_excepted(each.behavior)
        ]
        if SiteState.CLOSED in (state.state, found.state) and closes:
            assert (True, "Deployed") == (all(closes), status)
        if state.state is SiteState.OPEN or found.state is SiteState.OPEN:
            assert (False, "Deployed") == (any(closes), status)


@law
@given(configurations(), INTENTS_TO_CLOSE)
def test_a_toggle_goes_through_every_state(drawn: Drawn, intent: Intent) -> None:
    """Open, closing, closed, opening, open; with what visitors get."""
    to_open = replace(intent, mode=Mode.LIVE)
    closed, record = close(drawn.xml, intent)
    opened = reopen(closed, record, intent).xml
    steps = [
        seen(to_open, (drawn.xml, "Deployed")),
        seen(intent, (closed, "InProgress")),
        seen(intent, (closed, "Deployed")),
        seen(to_open, (opened, "InProgress")),
        seen(to_open, (opened, "Deployed")),
    ]

    assert [*[*SiteState][:4], SiteState.OPEN] == [each.state for each in steps]
    assert [Served.SITE, Served.BOTH, Served.PAGE, Served.BOTH, Served.SITE] == [
        each.served for each in steps
    ]
