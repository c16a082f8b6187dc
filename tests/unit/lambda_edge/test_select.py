"""The fallback if both the new page and the last good page are refused."""

from maintenance.lambda_edge.package import PageContent, build_package
from maintenance.lambda_edge.select import VersionSelector
from maintenance.schedule.announcement import Announcement

from tests.builders import EDGE
from tests.unit.lambda_edge.page_function import PageFunction, a_package
from tests.unit.lambda_edge.test_publish import a_publisher


class _NewPage:
    def read(self) -> dict[str, bytes]:
        return {"page.html": b"no HTML"}


def test_the_last_good_page_serves_without_a_message_that_it_cannot_have() -> None:
    """Both errors are reported; visitors see the page that was published before."""
    function = PageFunction()
    content = PageContent({"page.html": b"<title>Ours</title>"})
    last_good = function.has_published(build_package(a_package(), content), content.description())
    function.refuses = True

    publisher = a_publisher(function)
    selection = VersionSelector(EDGE, _NewPage(), publisher, publisher.deadline).select(
        Announcement("Back soon"), attached={last_good.arn}
    )

    assert (last_good.arn, True) == (selection.arn, selection.is_fallback)
    assert ("page.html is no HTML",) * 2 == selection.errors


def test_each_selection_has_its_own_half_a_minute() -> None:
    """A process outlives its runs, and Lambda may be slow in two of them."""
    function = PageFunction(state="Pending")
    publisher = a_publisher(function)
    selector = VersionSelector(EDGE, _NewPage(), publisher, publisher.deadline)
    times = []
    for _ in range(2):
        began = function.seconds
        selector.select(Announcement("Back soon"))
        times.append(function.seconds - began)

    assert [30, 30] == times
