"""The bypass link's command: what it writes to Parameter Store, into the package and on screen."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from maintenance.cli.bypass import (
    BypassError,
    anchored_weeks,
    anchors_document,
    create_secret,
    link_to,
    read_secret,
    week_of,
)
from maintenance_edge.bypass import WEEK_HOURS, Bypass, parse_anchors, sign

from tests.cli.deployed import ROOT
from tests.cloud import Cloud

NAME = "/site/maintenance/bypass-secret"
NOW = 1_795_651_200.0
SECRET = "8yU3cN0m6fJ4Qk1sVb7wZrXt2LpHdEgA5oIuYnKqTjM"  # noqa: S105 - a secret of the tests


def test_a_secret_is_written_encrypted_and_read_back(cloud: Cloud) -> None:
    """It is a SecureString of 32 random bytes."""
    create_secret(cloud.ssm, NAME, replace=False)

    assert re.fullmatch(r"[\w-]{43}", read_secret(cloud.ssm, NAME))


def test_a_secret_is_not_replaced_by_accident(cloud: Cloud) -> None:
    """Links that people already have would stop working."""
    create_secret(cloud.ssm, NAME, replace=False)

    with pytest.raises(
        BypassError, match=r"already.*--replace, then run site-maintenance bypass prepare and"
    ):
        create_secret(cloud.ssm, NAME, replace=False)


def test_a_secret_is_replaced_on_request(cloud: Cloud) -> None:
    """The new secret is another one."""
    create_secret(cloud.ssm, NAME, replace=False)
    before = read_secret(cloud.ssm, NAME)
    create_secret(cloud.ssm, NAME, replace=True)

    assert before != read_secret(cloud.ssm, NAME)


def test_a_missing_secret_is_reported(cloud: Cloud) -> None:
    """The error says how to make one."""
    with pytest.raises(BypassError, match="no secret in /site/maintenance/bypass-secret yet"):
        read_secret(cloud.ssm, NAME)


def test_a_secret_that_can_be_guessed_is_refused(cloud: Cloud) -> None:
    """Anyone with the package could find it with a word list."""
    cloud.ssm.put_parameter(Name=NAME, Value="open-sesame", Type="SecureString")

    with pytest.raises(BypassError, match="could be guessed"):
        read_secret(cloud.ssm, NAME)


def test_a_secret_in_clear_is_refused(cloud: Cloud) -> None:
    """Many people may read a String."""
    cloud.ssm.put_parameter(Name=NAME, Value=SECRET, Type="String")

    with pytest.raises(BypassError, match="is not a SecureString"):
        read_secret(cloud.ssm, NAME)


def test_an_aws_error_is_reported(cloud: Cloud) -> None:
    """Here access is denied, to read and to write."""
    for operation in ("ssm:GetParameter", "ssm:PutParameter"):
        cloud.sandbox.inject_fault("refuse", operation, code="AccessDeniedException")

    with pytest.raises(BypassError, match=r"Cannot read the secret .*AccessDenied"):
        read_secret(cloud.ssm, NAME)
    with pytest.raises(BypassError, match=r"Cannot write the secret .*AccessDenied"):
        create_secret(cloud.ssm, NAME, replace=False)


def test_the_document_verifies_the_cookies_of_its_weeks_only() -> None:
    """The secret is not in it."""
    document = anchors_document(SECRET, first_week=week_of(NOW), weeks=2)
    bypass = Bypass(anchors=parse_anchors(document), lifetime_hours=720)
    hours = [int(NOW // 3_600) + hour for hour in (1, 168, 336, 337)]

    assert ([True, True, True, False], False) == (
        [bypass.is_valid(sign(SECRET, hour), NOW) for hour in hours],
        SECRET in document,
    )


@pytest.mark.parametrize("lifetime_hours", [1, 12, 168, 169, 720])
def test_the_link_works_until_the_last_hour_that_was_promised(lifetime_hours: int) -> None:
    """A cookie set in that hour is valid until its own end, which is later."""
    weeks = anchored_weeks(2, lifetime_hours)
    document = anchors_document(SECRET, first_week=week_of(NOW), weeks=weeks)
    bypass = Bypass(anchors=parse_anchors(document), lifetime_hours=lifetime_hours)
    last = (week_of(NOW) + 2) * WEEK_HOURS * 3_600 - 1.0

    assert bypass.is_valid(sign(SECRET, bypass.expiry(last)), last)


def test_a_secret_and_a_week_always_give_the_same_document() -> None:
    """A repeated build gives the same package."""
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
    """The rest of the address stays."""
    assert link == link_to(url, SECRET)


@pytest.mark.parametrize("url", ["http://www.example.com/", "www.example.com", "https:///", ""])
def test_the_secret_is_not_sent_in_clear(url: str) -> None:
    """A browser would not accept the cookie either."""
    with pytest.raises(BypassError, match="is not an https address: give one such as"):
        link_to(url, SECRET)


def run(cloud: Cloud, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as make does."""
    environment = {
        **cloud.sandbox.environment(),
        "PATH": os.defpath,
        "PYTHONPATH": "controller:edge_handler",
        "PYTHONPYCACHEPREFIX": sys.pycache_prefix or "",
    }
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "maintenance", "bypass", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_create_prepare_and_print_lead_to_a_link(cloud: Cloud, tmp_path: Path) -> None:
    """The last prints the link and nothing else."""
    file = tmp_path / "bypass.json"

    created = run(cloud, "create")
    prepared = run(cloud, "prepare", "--weeks", "3", "--file", str(file))
    printed = run(cloud, "print", "https://www.example.com/")

    secret = cloud.ssm.get_parameter(Name=NAME, WithDecryption=True)["Parameter"]["Value"]
    link = f"https://www.example.com/?maintenance-bypass={secret}\n"
    assert (0, 0, link) == (created.returncode, prepared.returncode, printed.stdout)
    assert len(json.loads(file.read_text())["anchors"]) > 3


def test_an_error_is_one_sentence_and_exit_code_1(cloud: Cloud) -> None:
    """For scripts and for people."""
    ran = run(cloud, "print", "https://www.example.com/")

    sentence = f"There is no secret in {NAME} yet: create it first.\n"
    assert (1, "", sentence) == (ran.returncode, ran.stdout, ran.stderr)
