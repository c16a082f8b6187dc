"""Which version is the one, and which are deleted: the table in the docstring, row by row."""

from copy import replace
from datetime import timedelta

import pytest
from maintenance.lambda_edge.package import PageContent, has_own_page
from maintenance.lambda_edge.version import (
    Configuration,
    EdgeVersion,
    incompatibilities,
    matching,
    newest_with_page,
    prunable,
)

from tests.builders import NOW, edge_arn

FIT = Configuration("python3.13", "viewer_request.handler", "role", 128, 5, ("x86_64",))


def a_version(number: int, *, days: float = 30, own_page: bool = False) -> EdgeVersion:
    """Return a version that was published so many days before NOW."""
    return EdgeVersion(
        arn=edge_arn(number, function="Page"),
        number=number,
        code_sha256="same",
        configuration=FIT,
        description=PageContent({"page.html": b""} if own_page else {}).description(),
        published=NOW - timedelta(days=days),
    )


def test_the_newest_of_equal_versions_is_used() -> None:
    """Whatever order they are listed in; ten is newer than nine."""
    versions = [a_version(9), a_version(10), a_version(1)]

    assert a_version(10) == matching(versions, code_sha256="same", configuration=FIT)


@pytest.mark.parametrize(
    "other",
    [
        {"code_sha256": "other"},
        {"configuration": replace(FIT, timeout=30)},
        {"configuration": replace(FIT, extras=("Environment",))},
    ],
    ids=str,
)
def test_a_version_that_differs_is_not_used(other: dict[str, object]) -> None:
    """In its code, or in anything that matters at the edge."""
    version = replace(a_version(1), **other)  # type: ignore[arg-type]  # members by name

    assert matching([version], code_sha256="same", configuration=FIT) is None


def test_the_last_good_page_is_the_newest_with_one() -> None:
    """By its description; without one there is none."""
    versions = [a_version(3), a_version(10, own_page=True), a_version(9, own_page=True)]

    assert a_version(10, own_page=True) == newest_with_page(versions, has_own_page)
    assert newest_with_page([a_version(3)], has_own_page) is None


@pytest.mark.parametrize(
    ("days", "kept", "is_deleted"),
    [(7.1, False, True), (7, False, False), (6.9, False, False), (30, True, False)],
)
def test_only_what_is_old_and_not_kept_is_deleted(
    days: float, *, kept: bool, is_deleted: bool
) -> None:
    """What is held, wanted or the last good page is kept by its ARN."""
    version = a_version(1, days=days)

    deleted = prunable([version], kept={version.arn} if kept else set(), now=NOW)

    assert is_deleted is (deleted == (version,))


def test_a_sweep_deletes_the_oldest_first_and_not_too_many() -> None:
    """The next sweep goes on."""
    versions = [a_version(number) for number in range(30, 0, -1)]

    deleted = prunable(versions, kept=set(), now=NOW)

    assert list(range(1, 21)) == [each.number for each in deleted]


WAIT = (
    "and CloudFront takes it only when it is Active: the next try looks again; if it stays so, "
    "deploy the stack again"
)
NO_EXTRAS = "has Environment, Layers, which Lambda@Edge does not take: deploy the stack without"
X86_64 = "is built for arm64, x86_64, and Lambda@Edge runs x86_64 only: deploy the stack so"


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (a_version(7), ()),
        (replace(a_version(7), state="Active"), ()),
        (replace(a_version(7), state="Pending"), (f"is Pending, {WAIT}",)),
        (replace(a_version(7), state="Failed"), (f"is Failed, {WAIT}",)),
        (replace(a_version(7), state="Inactive"), ()),
        (None, ("does not exist: deploy the stack again",)),
        (
            replace(
                a_version(7),
                state="Failed",
                configuration=replace(
                    FIT, architectures=("arm64", "x86_64"), extras=("Environment", "Layers")
                ),
            ),
            (f"is Failed, {WAIT}", NO_EXTRAS, X86_64),
        ),
    ],
)
def test_a_version_is_unfit_for_what_cloudfront_is_certain_to_refuse(
    version: EdgeVersion | None, told: tuple[str, ...]
) -> None:
    """Each reason is a sentence of its own that names the version."""
    arn = edge_arn(7, function="Page")

    assert tuple(f"the edge version {arn} {each}" for each in told) == incompatibilities(
        arn, version
    )
