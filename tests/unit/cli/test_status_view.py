"""The screen of status: the state first, then what was asked for, then what is wrong."""

from collections.abc import Mapping
from copy import replace
from datetime import timedelta

import pytest
from maintenance.cli.show.status_view import render_status
from maintenance.cli.show.view import LastRun, ReportView, Stack, StatusView
from maintenance.cloudfront.plan import Action, Step
from maintenance.model import Mode
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.state import SiteState, site_state
from maintenance.reporting.status import LastError
from maintenance.schedule.arming import Arming
from maintenance.schedule.decision import Decision
from maintenance.schedule.request import Request, Requester

from tests.builders import a_distribution
from tests.unit.cli.screens import AWAY, CLOCK, NOW, lines, text

OPEN = Decision(Mode.LIVE, "Live.")
CLOSED = Decision(Mode.MAINTENANCE, "Maintenance.", until=NOW + timedelta(hours=2))
UNCHANGED = Decision(Mode.UNCHANGED, "Unchanged.")
FREE = Step(None, Action.ATTACH, "viewer-request is free")
OURS = Step(None, Action.KEEP, "it is in maintenance", is_closed=True)
DETACH = Step(None, Action.DETACH, "ours is attached", is_closed=True)
DONE = Step(None, Action.KEEP, "it is live")
_UNREAD = "unknown: not all of the switch and the windows could be read"
RAN = LastRun(NOW - timedelta(minutes=4))
STACK = Stack("shop", "123456789012")
GONE = (
    "E0: the update failed. It stays in maintenance, because these functions must be restored and "
    "one may no longer exist: CloudFront Function shop-api at viewer-request"
)


def a_status(
    decision: Decision, *outcomes: Outcome, last_run: LastRun = RAN, due: timedelta = timedelta(0)
) -> StatusView:
    """Return the status of targets E0, E1 and so on, asked for so long ago."""
    named = tuple(replace(each, distribution_id=f"E{n}") for n, each in enumerate(outcomes))
    targets = tuple(
        replace(a_distribution(each.distribution_id), last_modified=NOW) for each in named
    )
    report = Report(decision, named, targets=targets, due=NOW - due)
    names: Mapping[str, str] = {each.distribution_id: "x.cloudfront.net" for each in named}
    return StatusView(ReportView(report, names), site_state(report, now=NOW), STACK, last_run)


def deployed(*steps: Step, errors: tuple[str, ...] = ()) -> Outcome:
    """Return an outcome with these steps, deployed."""
    return Outcome("", "Deployed", steps, errors=errors)


def in_progress(*steps: Step) -> Outcome:
    """Return an outcome with these steps while CloudFront deploys."""
    return Outcome("", "InProgress", steps)


ARMING = Arming(NOW - timedelta(minutes=3), NOW + timedelta(minutes=12))
ARMED = Step(None, Action.KEEP, "it is armed", is_closed=True, is_armed=True)


def with_arming(status: StatusView, arming: Arming) -> StatusView:
    """Return the status of a site that has a window to come."""
    report = replace(status.view.report, arming=arming)
    return replace(status, view=replace(status.view, report=report))


@pytest.mark.parametrize(
    ("expected", "outcomes"),
    [
        ("Armed: every edge closes it at Tue 1 Dec 12:12 UTC, in 12m.", (deployed(ARMED),)),
        (
            (
                "Armed: every edge closes 1 of 2 distributions at Tue 1 Dec 12:12 UTC, in 12m; "
                "the controller closes the rest."
            ),
            (deployed(ARMED), deployed(DONE)),
        ),
    ],
)
def test_an_armed_site_is_open_and_says_when_it_closes(
    expected: str, outcomes: tuple[Outcome, ...]
) -> None:
    """By the clock of each edge."""
    shown = text(render_status(with_arming(a_status(OPEN, *outcomes), ARMING), CLOCK))

    assert shown.startswith(f"OPEN Visitors get the site. {expected}")
    assert "1 armed" in shown
    closing = with_arming(a_status(CLOSED, *outcomes), ARMING)
    assert "Armed" not in text(render_status(closing, CLOCK))


def test_the_status_says_when_a_site_will_be_armed() -> None:
    """Until it is."""
    later = Arming(NOW + timedelta(minutes=45), NOW + timedelta(hours=1))
    shown, armed = (
        text(render_status(with_arming(a_status(OPEN, deployed(DONE)), each), CLOCK))
        for each in (later, ARMING)
    )

    assert "next arms Tue 1 Dec 12:45 UTC, in 45m" in shown
    assert "arms" not in armed


@pytest.mark.parametrize(
    ("expected", "status"),
    [
        ("OPEN Visitors get the site.", a_status(OPEN, deployed(DONE))),
        (
            "CLOSING Some visitors get the site, others the maintenance page.",
            a_status(CLOSED, in_progress(OURS)),
        ),
        ("CLOSED Visitors get the maintenance page.", a_status(CLOSED, deployed(OURS))),
        (
            "OPENING Some visitors get the site, others the maintenance page.",
            a_status(OPEN, in_progress(DONE)),
        ),
        (
            "STUCK Visitors get the maintenance page. They should get the site.",
            a_status(OPEN, deployed(DETACH, errors=(GONE,))),
        ),
        (
            "STUCK Visitors get the site. They should get the maintenance page.",
            a_status(CLOSED, deployed(FREE, errors=("no",))),
        ),
        ("CLOSED Visitors get the maintenance page.", a_status(OPEN, deployed(DETACH))),
        ("OPEN Visitors get the site.", a_status(CLOSED, deployed(FREE))),
        (
            "STUCK Some visitors get the site, others the maintenance page. asked",
            a_status(UNCHANGED, deployed(DONE, OURS)),
        ),
        ("CLOSED Visitors get the maintenance page.", a_status(UNCHANGED, deployed(OURS))),
        (
            "STUCK Some visitors get the site, others the maintenance page. They should get",
            a_status(OPEN, deployed(DONE), deployed(DETACH, errors=(GONE,))),
        ),
    ],
)
def test_the_headline_says_what_visitors_get_whatever_was_asked_for(
    expected: str, status: StatusView
) -> None:
    """A refusal and half a site are the largest word, not the wish."""
    assert text(render_status(status, CLOCK)).startswith(expected)


@pytest.mark.parametrize("decision", [OPEN, CLOSED, UNCHANGED])
def test_the_headline_names_another_stack_that_closes_the_site(decision: Decision) -> None:
    """It said OPEN, and that visitors get the site."""
    theirs = Step(None, Action.KEEP, "it is live", sibling="other")
    shown = text(render_status(a_status(decision, deployed(theirs)), CLOCK))

    assert shown.startswith(
        "CLOSED Visitors get the maintenance page. The stack other closes E0. asked for"
    )


@pytest.mark.parametrize(("decision", "is_warned"), [(OPEN, True), (CLOSED, False)])
def test_a_distribution_of_two_stacks_has_a_remedy(decision: Decision, *, is_warned: bool) -> None:
    """To close it is refused, which is an error with the same remedy."""
    theirs = Step(None, Action.KEEP, "it is live", sibling="other")
    shown = text(render_status(a_status(decision, deployed(theirs)), CLOCK))

    remedy = (
        "warning Name each distribution in only one of the two stacks. The stack other closes E0, "
        "which this stack names too. see docs/configuration.md#parameters"
    )
    assert is_warned is (remedy in shown)


def test_the_headline_counts_distributions_where_they_differ() -> None:
    """The most frequent state first."""
    status = a_status(CLOSED, deployed(OURS), in_progress(OURS), deployed(OURS))

    shown = text(render_status(status, CLOCK))
    assert shown.startswith("CLOSING Some")
    assert "page. Of 3 distributions: 2 closed, 1 closing. asked for closed" in shown


@pytest.mark.parametrize(
    ("expected", "decision"),
    [
        ("asked for open, Tue 1 Dec 12:00 UTC, now why Live.", OPEN),
        (
            "asked for closed, Tue 1 Dec 12:00 UTC, now until Tue 1 Dec 14:00 UTC, in 2h why",
            CLOSED,
        ),
        ("until someone ends it why", replace(CLOSED, until=None)),
        ("asked for nothing: the site stays as it is why Unchanged.", UNCHANGED),
        (
            "message Back at two site e0.cloudfront.net stack",
            replace(CLOSED, message="Back at two"),
        ),
        ("stack shop in account 123456789012", OPEN),
        ("next no windows planned", OPEN),
        ("next opens Tue 1 Dec 14:00 UTC, in 2h", CLOSED),
    ],
)
def test_then_it_says_what_was_asked_for_and_what_comes_next(
    expected: str, decision: Decision
) -> None:
    """With the stack and the account: the state of another site would mislead."""
    assert expected in text(render_status(a_status(decision, deployed(DONE)), CLOCK))


def test_what_was_asked_for_may_be_unknown() -> None:
    """What visitors get is said even so."""
    status = a_status(UNCHANGED, deployed(OURS))
    view = replace(status.view, is_decided=False)
    shown = text(render_status(replace(status, view=view), CLOCK))

    assert shown.startswith("CLOSED Visitors get the maintenance page. asked for unknown, see the")
    assert _UNREAD in shown
    assert "no windows planned" not in shown


@pytest.mark.parametrize("decision", [OPEN, CLOSED])
def test_windows_that_could_not_be_read_are_not_said_to_be_missing(decision: Decision) -> None:
    """It said that no windows are planned, above an error that they cannot be read."""
    status = a_status(decision, deployed(DONE))
    report = replace(status.view.report, is_uncertain=True)
    shown = text(render_status(replace(status, view=replace(status.view, report=report)), CLOCK))

    assert _UNREAD in shown
    assert "no windows planned" not in shown


def test_it_says_who_asked() -> None:
    """A name; --json has the ARN."""
    status = a_status(CLOSED, deployed(OURS))
    requester = Requester(Request(NOW), "ana", "arn:aws:iam::123456789012:user/ana")
    report = replace(status.view.report, requester=requester)
    shown = text(render_status(replace(status, view=replace(status.view, report=report)), CLOCK))

    assert "asked for closed by ana, Tue 1 Dec 12:00 UTC, now" in shown


def test_instants_are_on_the_sites_clock_and_on_the_operators() -> None:
    """Where they differ; an operator in New York reads the end of a site in London."""
    shown = text(render_status(a_status(CLOSED, deployed(OURS)), AWAY))

    assert "until Tue 1 Dec 14:00 UTC (09:00 EST here), in 2h" in shown


def test_an_error_has_its_remedy_first_and_the_section_of_the_docs() -> None:
    """Once, and whole, however long it is."""
    shown = text(render_status(a_status(OPEN, deployed(DETACH, errors=(GONE * 9,))), CLOCK))

    assert (
        "error Create the function again, or attach another in its place; then run "
        f"`site-maintenance sweep`. {' '.join((GONE * 9).split())} see "
        "docs/operations-reference.md#a-displaced-function-is-gone distribution"
    ) in shown


def test_an_error_that_is_over_is_one_line() -> None:
    """However long it is; in a pipe or a file, and with --json, all of it."""
    error = LastError("access\ndenied " * 30, NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    status = replace(a_status(OPEN, deployed(DONE)), past_error=error)

    screen = render_status(status, CLOCK)
    [line] = [each for each in lines(screen, in_terminal=True) if "denied" in each]
    assert line.startswith("  last error   over since Tue 1 Dec 11:00 UTC: access denied access")
    assert (80, "…") == (len(line), line[-1])
    assert f"last error over since Tue 1 Dec 11:00 UTC: {'access denied ' * 30}".strip() in text(
        screen
    )
    earlier = replace(status, past_error=replace(error, until=None))
    assert "last error earlier: access" in text(render_status(earlier, CLOCK))


def test_the_controller_ran() -> None:
    """So what waits is on its way."""
    shown = text(render_status(a_status(CLOSED, deployed(OURS)), CLOCK))

    assert "controller ran Tue 1 Dec 11:56 UTC, 4m ago" in shown


@pytest.mark.parametrize(
    ("expected", "seconds"),
    [("just now", 0), ("just now", 61), ("just now", 119), ("2m ago", 120), ("2m ago", 149)],
)
def test_a_run_is_known_to_the_minute(expected: str, seconds: int) -> None:
    """Its minute began up to a minute before it: `1m ago` was said seconds after a run."""
    last_run = LastRun(NOW - timedelta(seconds=seconds))
    waiting = a_status(CLOSED, deployed(FREE), last_run=last_run)

    for status in (a_status(OPEN, deployed(DONE), last_run=last_run), waiting):
        assert (
            f"UTC, {expected}" in text(render_status(status, CLOCK)).partition("controller ran")[2]
        )
    if seconds:
        assert f"UTC, {expected}. It takes seconds." in text(render_status(waiting, CLOCK))


@pytest.mark.parametrize(
    ("expected", "last_run"),
    [
        (
            "No run of the controller has ended since Tue 1 Dec 11:29 UTC, 31m ago; one",
            LastRun(CLOCK.now - timedelta(minutes=31)),
        ),
        ("No run of the controller has ended for a day; one should every 15m.", LastRun(None)),
    ],
)
def test_a_controller_that_does_not_run_is_an_error(expected: str, last_run: LastRun) -> None:
    """Also on an open site: the next window would not begin."""
    shown = text(render_status(a_status(OPEN, deployed(DONE), last_run=last_run), CLOCK))

    assert "error Make it run with `site-maintenance sweep`; if that fails, deploy" in shown
    assert expected in shown


@pytest.mark.parametrize(
    ("expected", "last_run"),
    [
        (False, LastRun(NOW - timedelta(minutes=30))),
        (True, LastRun(NOW - timedelta(minutes=31))),
        (False, LastRun(NOW - timedelta(minutes=31), sweep=timedelta(hours=1))),
        (False, LastRun(None, deployed=NOW - timedelta(minutes=2))),
        (True, LastRun(None, deployed=NOW - timedelta(minutes=31))),
        (False, LastRun(None, error="denied")),
    ],
)
def test_a_controller_is_late_after_two_sweeps(expected: bool, last_run: LastRun) -> None:  # noqa: FBT001 - a column
    """A new stack has not swept yet, and what cannot be read is no accusation."""
    assert expected is last_run.is_late(NOW)


def test_a_change_that_waits_names_the_last_run() -> None:
    """And what to do if it takes longer than seconds."""
    status = a_status(CLOSED, deployed(FREE), due=timedelta(minutes=2))
    shown = text(render_status(status, CLOCK))

    assert "edges E0 open 1 open waiting for the controller" in shown
    assert (
        "notice If it takes a minute, run `site-maintenance sweep`. The controller has not acted "
        "on this yet: it ran last Tue 1 Dec 11:56 UTC, 4m ago. It takes seconds."
    ) in shown


def test_an_unknown_last_run_is_said_and_no_error() -> None:
    """The operator may lack the right to read metrics."""
    status = a_status(OPEN, deployed(DONE), last_run=LastRun(None, "access denied"))
    shown = text(render_status(status, CLOCK))

    assert "controller whether it runs is unknown: access denied" in shown
    assert "error" not in shown


def test_a_lasting_error_says_since_when() -> None:
    """The problem itself is above."""
    error = LastError("access denied", NOW - timedelta(hours=2))
    status = replace(a_status(OPEN, deployed(DONE)), last_error=error)

    assert "failing since Tue 1 Dec 10:00 UTC, 2h ago" in text(render_status(status, CLOCK))


def test_the_table_says_how_far_each_distribution_is() -> None:
    """With the state that its visitors meet."""
    status = a_status(CLOSED, deployed(OURS, replace(DONE, path_pattern="/x")), in_progress(OURS))
    shown = text(render_status(status, CLOCK))

    assert "E0 closing 1 closed, 1 open Deployed x.cloudfront.net" in shown
    assert "E1 closing 1 closed InProgress x.cloudfront.net" in shown


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Nor wider than a person reads."""
    long = replace(CLOSED, message="word " * 60)
    shown = lines(render_status(a_status(long, deployed(FREE, errors=(GONE,))), AWAY), width=width)

    assert all(len(each) <= width for each in shown)


def test_without_a_distribution_nothing_can_close() -> None:
    """The error says why; there is no empty table."""
    shown = text(render_status(a_status(CLOSED), CLOCK))

    assert shown.startswith("STUCK Visitors get the site. They should get the maintenance page.")
    assert "edges" not in shown
    assert SiteState.STUCK is a_status(CLOSED).states.state


def test_warnings_about_distributions_stand_together_with_their_remedy() -> None:
    """So that behaviors which a maintenance would leave open are known before it."""
    lacking = "a maintenance leaves /api/* open, because the standby function is not attached there"
    outcomes = [
        Outcome("", "Deployed", (DONE,), warnings=(f"E{number}: {lacking}", *more))
        for number, more in enumerate([(), ("E1 is odd",)])
    ]

    shown = text(render_status(a_status(OPEN, *outcomes), CLOCK))

    assert 1 == shown.count("Run `site-maintenance standby attach`")
    assert f"E0: {lacking} E1: {lacking} see docs/standby-attach.md" in shown
    assert "warning E1 is odd" in shown
