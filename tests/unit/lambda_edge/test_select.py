"""The fallback if the page is refused or cannot be read, and the tokens of every version."""

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
from maintenance.lambda_edge.select import VersionSelector
from maintenance.schedule.announcement import NO_ANNOUNCEMENT, Announcement

from tests.builders import EDGE, NOW
from tests.unit.lambda_edge.page_function import PageFunction, a_package
from tests.unit.lambda_edge.test_publish import a_publisher

ANA = Token("ana", "a" * 64, created=NOW, expires=NOW + timedelta(days=7))
BOB = Token("bob", "b" * 64, created=NOW, expires=NOW + timedelta(days=7))
PAGE = {"page.html": b"<title>Ours</title>"}


class _Stored:
    """The page and the tokens in the state bucket, or the errors of reading them."""

    def __init__(
        self,
        *tokens: Token,
        page: dict[str, bytes] | MaintenanceError | None = None,
        error: MaintenanceError | None = None,
    ) -> None:
        self.tokens = tokens
        self.page = page or {}
        self.error = error
        self.tokens_read = 0

    def selector(self, function: PageFunction) -> VersionSelector:
        """Return a selector of the versions of this function."""
        publisher = a_publisher(function)
        return VersionSelector(EDGE, _Page(self), _Tokens(self), publisher, publisher.deadline)


class _Page:
    def __init__(self, stored: _Stored) -> None:
        self._stored = stored

    def read(self) -> dict[str, bytes]:
        if isinstance(self._stored.page, MaintenanceError):
            raise self._stored.page
        return self._stored.page


class _Tokens:
    def __init__(self, stored: _Stored) -> None:
        self._stored = stored

    def read(self) -> _Stored:
        self._stored.tokens_read += 1
        if self._stored.error:
            raise self._stored.error
        return self._stored


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

    selector = _Stored(page={"page.html": b"no HTML"}).selector(function)
    selection = selector.select(Announcement("Back soon"), attached={last_good.arn})

    assert (last_good.arn, True) == (selection.arn, selection.is_fallback)
    assert ("page.html is no HTML",) * 2 == selection.errors


def test_each_selection_has_its_own_half_a_minute() -> None:
    """A process outlives its runs, and Lambda may be slow in two of them."""
    function = PageFunction(state="Pending")
    selector = _Stored(page={"page.html": b"no HTML"}).selector(function)
    times = []
    for _ in range(2):
        began = function.seconds
        selector.select(Announcement("Back soon"))
        times.append(function.seconds - began)

    assert [30, 30] == times


def test_tokens_alone_make_a_version() -> None:
    """A bare `on` without a page has the base otherwise."""
    function = PageFunction()

    selection = _Stored(ANA).selector(function).select(NO_ANNOUNCEMENT)

    assert [selection.arn] == [each.arn for each in function.versions]
    assert published_tokens([ANA]) == tokens_of(function, selection.arn)
    assert EDGE.base_arn == _Stored().selector(function).select(NO_ANNOUNCEMENT).arn


def test_a_revoked_token_ends_although_the_page_is_refused() -> None:
    """The last good page is attached with the tokens of today."""
    function = PageFunction()
    before = published(function, PageContent(PAGE, bypass=published_tokens([ANA, BOB])))
    refused = PageRefused("page/logo.svg cannot be part of a page")

    selection = (
        _Stored(BOB, page=refused).selector(function).select(NO_ANNOUNCEMENT, attached={before})
    )

    assert ("page/logo.svg cannot be part of a page",) == selection.errors
    assert before != selection.arn
    assert published_tokens([BOB]) == tokens_of(function, selection.arn)


@pytest.mark.parametrize(
    "stored",
    [
        _Stored(page=PAGE, error=ConfigurationError("the tokens are invalid")),
        _Stored(page=PAGE, error=ObservationError("the tokens cannot be read")),
    ],
)
def test_tokens_that_cannot_be_read_stay_as_they_are(stored: _Stored) -> None:
    """Testers keep their way in, and the run fails."""
    function = PageFunction()
    before = published(function, PageContent(PAGE, bypass=published_tokens([ANA])))

    selection = stored.selector(function).select(NO_ANNOUNCEMENT, attached={before})

    assert (before, (str(stored.error),)) == (selection.arn, selection.errors)


def test_while_s3_does_not_answer_it_is_asked_once() -> None:
    """A second wait would take the time in which the last good page is published."""
    function = PageFunction()
    before = published(function, PageContent(bypass=published_tokens([ANA])))
    stored = _Stored(page=ObservationError("the page cannot be read"))

    selection = stored.selector(function).select(NO_ANNOUNCEMENT, attached={before})

    assert (before, ("the page cannot be read",), 0) == (
        selection.arn,
        selection.errors,
        stored.tokens_read,
    )


def test_a_site_that_closes_while_tokens_cannot_be_read_has_none() -> None:
    """Closing waits for nothing that is only nice to have."""
    function = PageFunction()
    published(function, PageContent(bypass=published_tokens([ANA])))
    stored = _Stored(error=ObservationError("the tokens cannot be read"))

    selection = stored.selector(function).select(NO_ANNOUNCEMENT)

    assert (EDGE.base_arn, ("the tokens cannot be read",)) == (selection.arn, selection.errors)
