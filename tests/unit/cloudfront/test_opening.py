"""What becomes of one behavior that should be open: each row of the table in `opening`."""

from copy import replace

import pytest
from maintenance.cloudfront.displaced import BehaviorRecord, State
from maintenance.cloudfront.opening import Opening, plan_opening
from maintenance.cloudfront.plan import Intent, plan_behavior
from maintenance.model import VIEWER_RESPONSE, Association, Mode

from tests.builders import EDGE, OURS, a_behavior, a_function, a_lambda, edge_arn, lists

SIGN, REWRITE = a_lambda(), a_function()
HEADERS = a_function(VIEWER_RESPONSE, "headers")
NEW = a_lambda(VIEWER_RESPONSE, "new")


def _open(
    now: tuple[Association, ...],
    displaced: tuple[Association, ...] | None,
    state: State = State.DISPLACED,
) -> Opening:
    entry = None if displaced is None else BehaviorRecord(lists(*displaced), "E0", state)
    step = plan_behavior(a_behavior("/x", *now), Intent(Mode.LIVE, EDGE))
    return plan_opening(step, lists(*now), entry, EDGE)


def _after(opening: Opening) -> tuple[Association, ...] | None:
    return opening.found.lists.associations() if opening.found else None


@pytest.mark.parametrize(
    ("now", "displaced", "after"),
    [
        pytest.param((OURS,), (SIGN,), (SIGN,), id="closed, it fits"),
        pytest.param((OURS,), (), (), id="closed, there was nothing"),
        pytest.param((OURS, NEW), (HEADERS,), (NEW,), id="closed, it was replaced"),
        pytest.param((), (SIGN,), (SIGN,), id="open, it fits"),
        pytest.param((SIGN,), (SIGN,), (SIGN,), id="open, it is back"),
        pytest.param((REWRITE,), (SIGN,), (REWRITE,), id="open, it was replaced"),
    ],
)
def test_what_is_displaced_is_restored_and_settled(
    now: tuple[Association, ...],
    displaced: tuple[Association, ...],
    after: tuple[Association, ...],
) -> None:
    """Whether a run or another party has taken ours out."""
    opening = _open(now, displaced)

    assert (after, "", True, False) == (
        _after(opening),
        opening.error,
        opening.settles,
        opening.stays_closed,
    )


def test_a_closed_behavior_without_an_entry_stays_closed() -> None:
    """What belongs there is unknown."""
    opening = _open((OURS,), None)

    assert (None, True, False) == (opening.found, opening.stays_closed, opening.settles)
    assert "does not say what was there before" in opening.error


def test_a_former_function_without_an_entry_names_where_the_record_may_be() -> None:
    """The bucket of the installation that attached it outlives its stack."""
    former = replace(OURS, arn=edge_arn(random="F6E5D4C3B2A1"))

    opening = _open((former,), None)

    assert opening.stays_closed
    assert opening.error.endswith(
        "the controller keeps what you do. It is a former function of this stack: the state bucket "
        "of that installation, if it was kept, has the record, which you can copy"
    )


@pytest.mark.parametrize("displaced", [None, (SIGN,)])
def test_an_open_behavior_that_owes_nothing_is_left_alone(
    displaced: tuple[Association, ...] | None,
) -> None:
    """Without an entry, or with a settled one: what others do wins."""
    opening = _open((), displaced, State.SETTLED)

    assert Opening("/x", was_closed=False) == opening


def test_ours_without_a_maintenance_is_detached_if_the_last_one_displaced_nothing() -> None:
    """An old configuration was written back, and nothing is lost by undoing that."""
    resize = a_lambda("origin-request", "resize")

    opening = _open((OURS, resize), (resize,), State.SETTLED)

    assert ((resize,), "", False) == (_after(opening), opening.error, opening.settles)


def test_ours_without_a_maintenance_stays_if_the_last_one_displaced_a_function() -> None:
    """It may have been replaced since, and what replaced it was overwritten."""
    opening = _open((OURS,), (SIGN,), State.SETTLED)

    assert ("/x", None, True) == (opening.path_pattern, opening.found, opening.stays_closed)
    assert (
        "stays closed: it has the maintenance function again, although that maintenance is over; "
        "another tool may have written an old configuration. The record of displaced functions "
        f"names {SIGN}, which may be outdated. Attach what belongs there now in place of the "
        "maintenance function, or detach it; the controller keeps what you do"
    ) == opening.error


def test_a_function_that_cannot_go_back_to_viewer_request_keeps_the_behavior_closed() -> None:
    """It may protect the site; the kinds never mix at the viewer events."""
    opening = _open((OURS, NEW), (REWRITE,))

    assert (None, True, False) == (opening.found, opening.stays_closed, opening.settles)
    assert (
        f"stays closed: {REWRITE} must be restored, and CloudFront does not accept it beside "
        f"{NEW}. Detach the latter, or attach another function at viewer-request in place of the "
        "maintenance function; the controller keeps what you do"
    ) == opening.error


@pytest.mark.parametrize(
    ("now", "displaced", "after", "unfit"),
    [
        pytest.param((OURS,), (SIGN, HEADERS), (SIGN,), HEADERS, id="closed, viewer-response"),
        pytest.param((SIGN,), (REWRITE, HEADERS), (SIGN,), HEADERS, id="open, viewer-response"),
        pytest.param((NEW,), (REWRITE,), (NEW,), REWRITE, id="open, viewer-request"),
    ],
)
def test_a_function_that_an_open_behavior_lacks_is_an_error_until_somebody_decides(
    now: tuple[Association, ...],
    displaced: tuple[Association, ...],
    after: tuple[Association, ...],
    unfit: Association,
) -> None:
    """A function at viewer-response protects nothing, so it does not keep a behavior closed."""
    opening = _open(now, displaced)

    assert (after, False, False) == (_after(opening), opening.stays_closed, opening.settles)
    beside = next(each for each in after if each.kind is not unfit.kind)
    assert (
        f"is open without {unfit}, which the maintenance function had displaced: CloudFront does "
        f"not accept it beside {beside}. Attach what belongs there; if nothing does, delete the "
        "distribution's record of displaced functions"
    ) == opening.error


def test_keeping_a_behavior_closed_restores_nothing_there() -> None:
    """Another behavior of the distribution has an error."""
    opening = _open((OURS,), (SIGN,)).kept_closed()

    assert Opening("/x", was_closed=True) == opening
