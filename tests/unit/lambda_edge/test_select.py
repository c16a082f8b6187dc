"""The fallback if the page is refused or cannot be read, and the tokens of every version."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from maintenance.errors import (
    ConfigurationError,
    MaintenanceError,
    ObservationError,
    PageRefused,
)
from maintenance.lambda_edge.bypass import Token, published_tokens
from maintenance.lambda_edge.package import PageContent, build_package, bypass_of
from maintenance.lambda_edge.page_files import PageState
from maintenance.lambda_edge.select import VersionSelector
from maintenance.lambda_edge.stored_files import StoredFiles
from maintenance.lambda_edge.version import EdgeVersion
from maintenance.schedule.announcement import NO_ANNOUNCEMENT, Announcement

from tests.builders import EDGE, NOW
from tests.unit.lambda_edge.page_function import PageFunction, a_package
from tests.unit.lambda_edge.test_publish import a_publisher

ANA = Token("ana", "a" * 64, created=NOW, expires=NOW + timedelta(days=7))
BOB = Token("bob", "b" * 64, created=NOW, expires=NOW + timedelta(days=7))
PAGE = {"page.html": b"<title>Ours</title>"}


def a_selector(
    function: PageFunction,
    *tokens: Token,
    page: dict[str, bytes] | MaintenanceError | None = None,
    error: MaintenanceError | None = None,
) -> VersionSelector:
    """Return a selector for what is stored, or for the errors of reading it."""
    publisher = a_publisher(function)
    stored = _Stored(StoredFiles(page or {}, error or tokens))
    return VersionSelector(EDGE, stored, publisher, publisher.deadline)


@dataclass(frozen=True)
class _Stored:
    files: StoredFiles

    def read(self) -> StoredFiles:
        return self.files


def published(function: PageFunction, content: PageContent) -> str:
    """Publish this content, and return the ARN of its version."""
    package = build_package(a_package(), content)
    return function.has_published(package, content.description()).arn


def tokens_of(function: PageFunction, arn: str) -> bytes:
    """Return the file with the tokens in a version."""
    return bypass_of(function.packages[arn])


def test_the_last_good_page_serves_without_a_message_that_it_cannot_have() -> None:
    """Both errors are reported; visitors see the page that was published before."""
    function = PageFunction()
    content = PageContent({"page.html": b"<title>Ours</title>"})
    last_good = function.has_published(build_package(a_package(), content), content.description())
    function.refuses = True

    selector = a_selector(function, page={"page.html": b"no HTML"})
    selection = selector.select(Announcement("Back soon"), attached={last_good.arn})

    assert (last_good.arn, True) == (selection.arn, selection.is_fallback)
    assert ("page.html is no HTML",) * 2 == selection.errors


def test_a_version_says_from_when_on_it_closes_a_site() -> None:
    """By its description; one without a start closes it at once."""
    function = PageFunction()
    ahead = published(function, PageContent(announcement=Announcement("Soon", begins=NOW)))
    at_once = published(function, PageContent(announcement=Announcement("Now")))
    other = published(function, PageContent(announcement=Announcement("Later", begins=NOW)))

    assert {ahead: NOW} == a_selector(function).begins({ahead, at_once, EDGE.base_arn})
    assert {ahead: NOW, other: NOW} == a_selector(function).begins({ahead, other})


def test_each_selection_has_its_own_half_a_minute() -> None:
    """A process outlives its runs, and Lambda may be slow in two of them."""
    function = PageFunction(state="Pending")
    selector = a_selector(function, page={"page.html": b"no HTML"})
    times = []
    for _ in range(2):
        began = function.seconds
        selector.select(Announcement("Back soon"))
        times.append(function.seconds - began)

    assert [30, 30] == times


def test_tokens_alone_make_a_version() -> None:
    """A bare `on` without a page has the base otherwise."""
    function = PageFunction()

    selection = a_selector(function, ANA).select(NO_ANNOUNCEMENT)

    assert [selection.arn] == [each.arn for each in function.versions]
    assert published_tokens([ANA]) == tokens_of(function, selection.arn)
    assert EDGE.base_arn == a_selector(function).select(NO_ANNOUNCEMENT).arn


def test_a_revoked_token_ends_although_the_page_is_refused() -> None:
    """The last good page is attached with the tokens of today."""
    function = PageFunction()
    before = published(function, PageContent(PAGE, bypass=published_tokens([ANA, BOB])))
    refused = PageRefused("page/logo.svg cannot be part of a page")

    selection = a_selector(function, BOB, page=refused).select(NO_ANNOUNCEMENT, attached={before})

    assert ("page/logo.svg cannot be part of a page",) == selection.errors
    assert before != selection.arn
    assert published_tokens([BOB]) == tokens_of(function, selection.arn)


@pytest.mark.parametrize("kind", [ConfigurationError, ObservationError])
@pytest.mark.parametrize("page", [PAGE, PageRefused("refused"), ObservationError("no answer")])
def test_tokens_that_cannot_be_read_stay_as_they_are(
    kind: type[MaintenanceError], page: dict[str, bytes] | MaintenanceError
) -> None:
    """Testers keep their way in whatever the page is like, and the run fails."""
    function = PageFunction()
    before = published(function, PageContent(PAGE, bypass=published_tokens([ANA])))
    selector = a_selector(function, page=page, error=kind("the tokens are damaged"))

    selection = selector.select(NO_ANNOUNCEMENT, attached={before})

    errors = [str(page)] if isinstance(page, MaintenanceError) else []
    assert (before, (*errors, "the tokens are damaged")) == (selection.arn, selection.errors)


def test_tokens_beside_the_packaged_page_stay_too() -> None:
    """The attached version has no page of the owner that would be the last good one."""
    function = PageFunction()
    before = published(function, PageContent(bypass=published_tokens([ANA])))
    no_answer = ObservationError("no answer")
    selector = a_selector(function, page=no_answer, error=no_answer)

    assert before == selector.select(NO_ANNOUNCEMENT, attached={before}).arn


def test_a_site_that_closes_while_tokens_cannot_be_read_has_none() -> None:
    """Closing waits for nothing that is only nice to have."""
    function = PageFunction()
    published(function, PageContent(bypass=published_tokens([ANA])))
    selector = a_selector(function, error=ObservationError("the tokens cannot be read"))

    selection = selector.select(NO_ANNOUNCEMENT)

    assert (EDGE.base_arn, ("the tokens cannot be read",)) == (selection.arn, selection.errors)


def test_a_site_closed_with_the_base_has_no_tokens_to_keep() -> None:
    """The stack deployed it without any."""
    selector = a_selector(PageFunction(), error=ObservationError("the tokens cannot be read"))

    assert EDGE.base_arn == selector.select(NO_ANNOUNCEMENT, attached={EDGE.base_arn}).arn


class _SilentFunction(PageFunction):
    def list_versions(self) -> tuple[EdgeVersion, ...]:
        raise ObservationError("Lambda does not answer")


def test_what_is_attached_stays_while_neither_s3_nor_lambda_answers() -> None:
    """With its page and its tokens; both errors are reported, each once."""
    function = _SilentFunction()
    before = published(function, PageContent(PAGE, bypass=published_tokens([ANA])))
    no_answer = ObservationError("S3 does not answer")
    selector = a_selector(function, page=no_answer, error=no_answer)

    selection = selector.select(NO_ANNOUNCEMENT, attached={before})

    assert (True, 1) == (selection.is_fallback, selection.errors.count("S3 does not answer"))
    assert "Lambda does not answer" in str(selection.errors)


def test_a_page_is_checked_before_it_is_uploaded() -> None:
    """Nothing is published, and what is stored does not matter."""
    function = PageFunction()
    selector = a_selector(function, page=ObservationError("no answer"))
    selector.check(PAGE, Announcement("Back soon"))
    function.refuses = True

    with pytest.raises(PageRefused, match=r"page\.html is no HTML"):
        selector.check(PAGE, NO_ANNOUNCEMENT)

    assert [] == function.versions


def test_a_page_is_published_if_a_version_has_it_with_the_announcement() -> None:
    """The command waits for that after an upload."""
    function = PageFunction()
    published(function, PageContent(PAGE))
    selector = a_selector(function, page=PAGE)
    unreadable = a_selector(function, page=ObservationError("no answer"))

    assert PageState(is_published=True) == selector.page_state(NO_ANNOUNCEMENT)
    assert not selector.page_state(Announcement("Back soon")).is_published
    assert ("no answer",) == unreadable.page_state(NO_ANNOUNCEMENT).errors
