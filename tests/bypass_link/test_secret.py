"""The command's parts: what is written to Parameter Store, into the package and into the link."""

import json
import re

import pytest
from maintenance_edge.bypass import WEEK_HOURS, Bypass, parse_anchors, sign

from bypass_link.secret import (
    BypassLinkError,
    anchored_weeks,
    anchors_document,
    create_secret,
    link_to,
    read_secret,
    week_of,
)
from tests.cloud import Cloud

NAME = "/site/maintenance/bypass-secret"
NOW = 1_795_651_200.0
SECRET = "8yU3cN0m6fJ4Qk1sVb7wZrXt2LpHdEgA5oIuYnKqTjM"  # noqa: S105 -- of the tests alone


def test_a_secret_is_written_encrypted_and_read_back(cloud: Cloud) -> None:
    """A SecureString of 32 random bytes."""
    create_secret(cloud.ssm, NAME, replace=False)

    assert re.fullmatch(r"[\w-]{43}", read_secret(cloud.ssm, NAME))


def test_a_secret_is_not_replaced_by_accident(cloud: Cloud) -> None:
    """Links that were handed out would end without a word."""
    create_secret(cloud.ssm, NAME, replace=False)

    with pytest.raises(
        BypassLinkError, match=r"already.*make secret REPLACE=1, then make bypass and"
    ):
        create_secret(cloud.ssm, NAME, replace=False)


def test_a_secret_is_replaced_where_asked_for(cloud: Cloud) -> None:
    """The new one has nothing of the old."""
    create_secret(cloud.ssm, NAME, replace=False)
    before = read_secret(cloud.ssm, NAME)
    create_secret(cloud.ssm, NAME, replace=True)

    assert before != read_secret(cloud.ssm, NAME)


def test_a_missing_secret_is_said(cloud: Cloud) -> None:
    """With the way to make one."""
    with pytest.raises(BypassLinkError, match="no secret in /site/maintenance/bypass-secret yet"):
        read_secret(cloud.ssm, NAME)


def test_a_secret_that_can_be_guessed_is_refused(cloud: Cloud) -> None:
    """The package would give it away to whoever tries a word list."""
    cloud.ssm.put_parameter(Name=NAME, Value="open-sesame", Type="SecureString")

    with pytest.raises(BypassLinkError, match="could be guessed"):
        read_secret(cloud.ssm, NAME)


def test_a_secret_in_clear_is_refused(cloud: Cloud) -> None:
    """Many may read a String."""
    cloud.ssm.put_parameter(Name=NAME, Value=SECRET, Type="String")

    with pytest.raises(BypassLinkError, match="is no SecureString"):
        read_secret(cloud.ssm, NAME)


def test_what_cannot_be_reached_is_said(cloud: Cloud) -> None:
    """Access denied, here, in both directions."""
    for operation in ("ssm:GetParameter", "ssm:PutParameter"):
        cloud.sandbox.inject_fault("refuse", operation, code="AccessDeniedException")

    with pytest.raises(BypassLinkError, match=r"could not be read: .*AccessDenied"):
        read_secret(cloud.ssm, NAME)
    with pytest.raises(BypassLinkError, match=r"could not be written .*AccessDenied"):
        create_secret(cloud.ssm, NAME, replace=False)


def test_the_document_verifies_cookies_of_its_weeks() -> None:
    """And of no other week; it holds nothing of the secret."""
    document = anchors_document(SECRET, first_week=week_of(NOW), weeks=2)
    bypass = Bypass(anchors=parse_anchors(document), lifetime_hours=720)
    hours = [int(NOW // 3_600) + hour for hour in (1, 168, 336, 337)]

    assert ([True, True, True, False], False) == (
        [bypass.is_valid(sign(SECRET, hour), NOW) for hour in hours],
        SECRET in document,
    )


@pytest.mark.parametrize("lifetime_hours", [1, 12, 168, 169, 720])
def test_the_link_works_until_the_last_hour_that_was_promised(lifetime_hours: int) -> None:
    """A cookie set in that hour ends later, and is verified until then."""
    weeks = anchored_weeks(2, lifetime_hours)
    document = anchors_document(SECRET, first_week=week_of(NOW), weeks=weeks)
    bypass = Bypass(anchors=parse_anchors(document), lifetime_hours=lifetime_hours)
    last = (week_of(NOW) + 2) * WEEK_HOURS * 3_600 - 1.0

    assert bypass.is_valid(sign(SECRET, bypass.expiry(last)), last)


def test_the_document_of_one_secret_and_week_is_always_the_same() -> None:
    """A build that is repeated gives the same package."""
    first, second = (anchors_document(SECRET, first_week=2_969, weeks=104) for _ in range(2))

    assert (first, 104) == (second, len(json.loads(first)["anchors"]))


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (f"https://www.example.com/?maintenance-bypass={SECRET}", "https://www.example.com"),
        (f"https://a.example/b?c=d&maintenance-bypass={SECRET}", "https://a.example/b?c=d#e"),
    ],
)
def test_the_link_is_the_address_with_the_secret(link: str, url: str) -> None:
    """Whatever else is in the address stays."""
    assert link == link_to(url, SECRET)


@pytest.mark.parametrize("url", ["http://www.example.com/", "www.example.com", "https:///", ""])
def test_the_secret_is_not_sent_in_clear(url: str) -> None:
    """The browser would not take the cookie either."""
    with pytest.raises(BypassLinkError, match="is no https address: give one such as"):
        link_to(url, SECRET)
