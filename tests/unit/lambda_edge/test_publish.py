"""Publishing page content while other writers change the function, and what Lambda makes of it."""

import pytest
from maintenance.deadline import Deadline
from maintenance.errors import ApplyError, StaleObservation
from maintenance.lambda_edge.package import PageContent
from maintenance.lambda_edge.publish import VersionPublisher

from tests.builders import EDGE
from tests.unit.lambda_edge.page_function import PageFunction

CONTENT = PageContent({"page.html": b"<title>Ours</title>"})


def a_publisher(function: PageFunction) -> VersionPublisher:
    """Return a publisher for this function."""
    deadline = Deadline(function.timer.elapsed, 30)
    return VersionPublisher(EDGE.base_arn, function, function, deadline, function.timer.sleep)


def test_publishing_starts_again_after_another_writer() -> None:
    """Up to the fifth try, with longer pauses."""
    function = PageFunction(other_writers=4)
    publisher = a_publisher(function)

    version = publisher.publish(CONTENT)

    assert [version.arn] == [each.arn for each in function.versions]
    assert publisher.spec(CONTENT).code_sha256 == version.code_sha256
    assert 0.25 + 0.5 + 1.0 + 2.0 == function.seconds


def test_the_notices_of_a_check_come_with_the_version_that_it_let_through() -> None:
    """Once: the next run finds the version."""
    publisher = a_publisher(PageFunction())
    notices = [publisher.publish(CONTENT).notices for _ in range(2)]

    assert [("the accent is hard to read",), ()] == notices


def test_publishing_gives_up_after_the_fifth_try() -> None:
    """Nothing is published that was not checked."""
    function = PageFunction(other_writers=5)

    with pytest.raises(StaleObservation, match="another writer has changed MaintenancePage"):
        a_publisher(function).publish(CONTENT)

    assert [] == function.versions


def test_a_version_that_stays_pending_is_not_waited_for_after_the_deadline() -> None:
    """The site is closed with a fallback instead."""
    function = PageFunction(state="Pending")

    with pytest.raises(ApplyError, match="did not become Active in time"):
        a_publisher(function).publish(CONTENT)

    assert 30 == function.seconds


def test_a_version_that_lambda_cannot_run_is_an_error_with_its_remedy() -> None:
    """It would be found again by every later run."""
    with pytest.raises(ApplyError, match="is Failed, not Active: delete that version"):
        a_publisher(PageFunction(state="Failed")).publish(CONTENT)
