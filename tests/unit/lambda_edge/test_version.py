"""Which version is used, and which are deleted: the table in the docstring, row by row."""

from copy import replace
from datetime import timedelta

import pytest
from maintenance.lambda_edge.package import PageContent
from maintenance.lambda_edge.version import (
    Configuration,
    EdgeVersion,
    incompatibilities,
    newest_matching,
    newest_with_page,
    prunable,
)

from tests.builders import NOW, edge_arn

BASE = Configuration("python3.13", "viewer_request.handler", "role", 128, 5, ("x86_64",))


def a_version(number: int, *, days: float = 30, own_page: bool = False) -> EdgeVersion:
    """Return a version that was published this many days before NOW."""
    return EdgeVersion(
        arn=edge_arn(number, function="Page"),
        number=number,
        code_sha256="same",
        configuration=BASE,
        description=PageContent({"page.html": b""} if own_page else {}).description(),
        published=NOW - timedelta(days=days),
    )


def test_the_newest_of_equal_versions_is_used() -> None:
    """In whatever order they are listed; ten is newer than nine."""
    versions = [a_version(9), a_version(10), a_version(1)]

    assert a_version(10) == newest_matching(versions, code_sha256="same", configuration=BASE)


@pytest.mark.parametrize(
    "other",
    [
        {"code_sha256": "other"},
        {"configuration": replace(BASE, timeout=30)},
        {"configuration": replace(BASE, extras=("Environment",))},
    ],
    ids=str,
)
def test_a_version_that_differs_is_not_used(other: dict[str, object]) -> None:
    """In its code, or in a setting that matters at the edge."""
    version = replace(a_version(1), **other)  # type: ignore[arg-type]  # members by name

    assert newest_matching([version], code_sha256="same", configuration=BASE) is None


def test_the_last_good_page_is_the_newest_with_one() -> None:
    """By its description; there may be none."""
    versions = [a_version(3), a_version(10, own_page=True), a_version(9, own_page=True)]

    assert a_version(10, own_page=True) == newest_with_page(versions)
    assert newest_with_page([a_version(3)]) is None


@pytest.mark.parametrize(
    ("days", "kept", "is_deleted"),
    [(7.1, False, True), (7, False, False), (6.9, False, False), (30, True, False)],
)
def test_only_old_versions_that_are_not_kept_are_deleted(
    days: float, *, kept: bool, is_deleted: bool
) -> None:
    """Attached and selected versions and the last good page are kept by their ARN."""
    version = a_version(1, days=days)

    deleted = prunable([version], kept={version.arn} if kept else set(), now=NOW)

    assert is_deleted is (deleted == (version,))


def test_a_sweep_deletes_the_oldest_first_up_to_a_limit() -> None:
    """The next sweep deletes the others."""
    versions = [a_version(number) for number in range(30, 0, -1)]

    deleted = prunable(versions, kept=set(), now=NOW)

    assert list(range(1, 21)) == [each.number for each in deleted]


WAIT = (
    "and CloudFront accepts only Active versions: the next run checks again; if it stays so, "
    "deploy the stack again"
)
NO_EXTRAS = "has Environment, Layers, which Lambda@Edge does not accept: deploy the stack without"
X86_64 = "is built for arm64, x86_64, and Lambda@Edge runs only x86_64: deploy the stack for x86_64"


@pytest.mark.parametrize(
    ("version", "reasons"),
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
                    BASE, architectures=("arm64", "x86_64"), extras=("Environment", "Layers")
                ),
            ),
            (f"is Failed, {WAIT}", NO_EXTRAS, X86_64),
        ),
    ],
)
def test_a_version_is_incompatible_if_cloudfront_is_certain_to_refuse_it(
    version: EdgeVersion | None, reasons: tuple[str, ...]
) -> None:
    """A sentence for each reason names the version."""
    arn = edge_arn(7, function="Page")

    assert tuple(f"the edge version {arn} {each}" for each in reasons) == incompatibilities(
        arn, version
    )
