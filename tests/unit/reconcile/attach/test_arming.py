"""What is attached ahead of a window: the table of `arming`, and what is unknown."""

from collections.abc import Mapping
from copy import replace
from datetime import datetime, timedelta

import pytest
from maintenance.cloudfront.engine import Selection
from maintenance.model import Mode
from maintenance.reconcile.attach.arming import find_armed, select_ahead, unarmed_notices
from maintenance.reconcile.desired_state import DesiredState
from maintenance.schedule.announcement import Announcement
from maintenance.schedule.arming import Arming

from tests.builders import NOW, a_decision
from tests.unit.reconcile.version_selector import VersionSelector

BEGINS = NOW + timedelta(minutes=10)
ARMING = Arming(NOW - timedelta(minutes=5), BEGINS)
UPCOMING = replace(a_decision(Mode.MAINTENANCE), begins=BEGINS)


def desired(mode: Mode = Mode.LIVE, arming: Arming | None = ARMING) -> DesiredState:
    """Return the desired state of a site whose window is near."""
    return DesiredState(NOW, a_decision(mode), UPCOMING, (), None, arming=arming)


def _selector(
    selection: Selection = Selection("new"),  # noqa: B008 - it is frozen
    *,
    is_unreadable: bool = False,
) -> VersionSelector:
    """Return what selects this, and knows when `armed`, `late` and `past` begin."""
    starts = {"armed": BEGINS, "late": BEGINS + timedelta(hours=1), "past": NOW}
    return VersionSelector(lambda _: selection, starts, is_unreadable)


@pytest.mark.parametrize("mode", Mode)
def test_an_attached_version_is_armed_if_it_begins_later(mode: Mode) -> None:
    """One without a start, or whose start has come, closes the site."""
    armed, errors = find_armed(_selector(), desired(mode), {"armed", "past", "other"})

    assert ({"armed": BEGINS}, ()) == (armed, errors)


@pytest.mark.parametrize(
    ("mode", "arming", "attached"),
    [
        (Mode.LIVE, ARMING, set[str]()),
        (Mode.LIVE, None, {"armed"}),
        (Mode.LIVE, replace(ARMING, at=NOW + timedelta(seconds=1)), {"armed"}),
        (Mode.MAINTENANCE, None, {"armed"}),
        (Mode.UNCHANGED, None, set[str]()),
    ],
)
def test_no_version_is_looked_up_where_that_changes_nothing(
    mode: Mode, arming: Arming | None, attached: set[str]
) -> None:
    """Opening and closing wait for no further call."""
    selector = _selector()

    assert (({}, ()), []) == (
        find_armed(selector, desired(mode, arming), attached),
        selector.asked,
    )


def test_a_site_without_a_switch_is_looked_at_although_no_window_is_near() -> None:
    """What is armed there would close it, and no run would take it off."""
    armed, _ = find_armed(_selector(), desired(Mode.UNCHANGED, None), {"late"})

    assert {"late"} == armed.keys()


@pytest.mark.parametrize(
    ("is_unreadable", "expected"),
    [(False, ({"armed": BEGINS}, ())), (True, ({}, ("Lambda does not answer",)))],
)
def test_what_is_armed_is_looked_up_for_a_fallback(
    expected: tuple[Mapping[str, datetime], tuple[str, ...]], *, is_unreadable: bool
) -> None:
    """Though no window is near; a page that may well be closed keeps the site if that fails."""
    selector = _selector(is_unreadable=is_unreadable)
    weekly = desired(Mode.MAINTENANCE, Arming(NOW + timedelta(days=7), NOW + timedelta(days=8)))

    assert expected == find_armed(selector, weekly, {"armed", "past"}, is_fallback=True)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(Mode.LIVE, {}), (Mode.MAINTENANCE, {"armed": BEGINS}), (Mode.UNCHANGED, {})],
)
def test_what_is_unknown_leaves_no_site_as_it_should_not_be(
    mode: Mode, expected: Mapping[str, datetime]
) -> None:
    """A live site is opened, one that must close gets another version; the run fails."""
    found = find_armed(_selector(is_unreadable=True), desired(mode), {"armed"})

    assert (expected, ("Lambda does not answer",)) == found


FALLBACK = Selection("base", is_fallback=True, errors=("refused",))


@pytest.mark.parametrize(
    ("selection", "armed", "expected"),
    [
        (Selection("new"), {}, Selection("new")),
        (Selection("new"), {"armed": BEGINS}, Selection("new")),
        (FALLBACK, {}, replace(FALLBACK, arn="")),
        (FALLBACK, {"armed": BEGINS}, replace(FALLBACK, arn="armed")),
        (FALLBACK, {"late": BEGINS + timedelta(hours=1)}, replace(FALLBACK, arn="")),
    ],
)
def test_no_fallback_is_attached_ahead(
    selection: Selection, armed: Mapping[str, datetime], expected: Selection
) -> None:
    """It would close the site at once; what is armed for this start stays."""
    selector = _selector(selection)

    assert expected == select_ahead(selector, desired(), armed, publish=True)
    assert [(Announcement(begins=BEGINS), True, set(armed), None)] == selector.asked


def test_nothing_new_is_attached_ahead_while_windows_cannot_all_be_read() -> None:
    """But what is armed for this start stays."""
    selector, uncertain = _selector(), replace(desired(), is_uncertain=True)
    selections = [
        select_ahead(selector, uncertain, armed, publish=True).arn
        for armed in ({}, {"armed": BEGINS})
    ]

    assert (["", "armed"], []) == (selections, selector.asked)


def test_a_notice_names_a_few_of_many_distributions() -> None:
    """A fleet has hundreds."""
    assert () == unarmed_notices(())
    (few,), (many,) = unarmed_notices(("E1", "E2")), unarmed_notices(tuple("ABCDEFG"))

    assert "would displace functions: E1, E2. CloudFront" in few
    assert "would displace functions: A, B, C, D, E and 2 more. CloudFront" in many
