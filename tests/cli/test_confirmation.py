"""What `on`, `off` and `extend` show before they ask. The answer is no, so nothing is written."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.process import Sandbox
from tests.cli.asking import INTERRUPT, asked
from tests.cli.deployed import Deployed, deploy
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_behavior, a_distribution, a_function, functions
from tests.stories.site import BUCKET

DAY = datetime.now(UTC) + timedelta(days=3)
END = "2036-12-06T02:00+01:00"


@pytest.fixture(scope="module")
def deployed(sandbox: Sandbox) -> Iterator[Deployed]:
    """Give a site of two distributions, one of which is refused, with a window in three days."""
    sandbox.reset()
    cloud = Cloud(sandbox)
    existing = functions(viewer_request=a_function(cloud, "rewrite"))
    behavior = a_behavior(FunctionAssociations=existing)
    ids = (a_distribution(cloud), a_distribution(cloud, "second", DefaultCacheBehavior=behavior))
    settings = {"TIME_ZONE": "Africa/Algiers", "EXISTING_FUNCTIONS": "refuse"}
    deployed = deploy(cloud, ",".join(ids), **settings)
    deployed.site.schedules("upgrade", f"at({DAY:%Y-%m-%d}T10:00) for 2h: Upgrade")
    sandbox.finish_deployments()
    yield deployed
    sandbox.reset()


def question(deployed: Deployed, said: str, *typed: str) -> str:
    """Return what is shown before the answer while the switch says this."""
    deployed.site.says(said)
    code, shown = asked(deployed, *typed, TZ="America/New_York")
    assert (1, said) == (code, deployed.switch())
    assert shown.endswith("Nothing was written.")
    return shown


def test_on_says_who_gets_what_and_until_when(deployed: Deployed) -> None:
    """With the account and the stack, on the clocks of the site and of the operator."""
    shown = question(deployed, "off", "on", "until", "2036-12-06 02:00", "--message", "Upgrade")

    assert "Close the site site d" in shown
    assert "stack site in account 000000000000" in shown
    assert "visitors get the maintenance page (503) instead of the site" in shown
    assert "until Sat 6 Dec 2036 02:00 CET (Fri 20:00 EST here), in " in shown
    assert "message Upgrade " in shown
    assert f"Write 'on until {END}: Upgrade' to /site/maintenance? [y/n] (n):" in shown


def test_on_warns_that_the_page_does_not_show_the_message(deployed: Deployed) -> None:
    """Read from the bucket; an unreadable page warns of nothing here, and is the plan's error."""
    s3 = deployed.site.cloud.s3
    warning = "not shown by page.html, without {{message}}"
    s3.put_object(Bucket=BUCKET, Key="page/page.html", Body=b"<title>Back soon</title>")
    try:
        shown = question(deployed, "off", "on", "--message", "Upgrade")
        s3.put_object(Bucket=BUCKET, Key="page/a.txt", Body=b"")
        refused = question(deployed, "off", "on", "--message", "Upgrade")
    finally:
        for name in ("page.html", "a.txt"):
            s3.delete_object(Bucket=BUCKET, Key=f"page/{name}")

    assert (True, False) == (warning in shown, warning in refused)


def test_a_refused_distribution_is_not_counted_as_closed(deployed: Deployed) -> None:
    """It is named, with what to do about it."""
    shown = question(deployed, "off", "on")

    assert "This would close 1 behavior of 1 distribution. 1 distribution stays as it is" in shown
    assert "error Detach that function, or deploy with ExistingFunctions=displace" in shown
    assert "until someone ends it" in shown


def test_extend_names_both_ends_and_what_becomes_of_the_message(deployed: Deployed) -> None:
    """The message is kept."""
    shown = question(deployed, f"on until {END}: Upgrade", "extend", "30m")

    assert "Extend the maintenance by 30m" in shown
    assert "until Sat 6 Dec 2036 02:30 CET (Fri 20:30 EST here), in " in shown
    assert "instead of Sat 6 Dec 2036 02:00 CET (Fri 20:00 EST here), in " in shown
    assert "asked by root message Upgrade (kept)" in shown


def test_an_earlier_end_is_called_shortening(deployed: Deployed) -> None:
    """Also if there was no end."""
    shortened = question(deployed, f"on until {END}", "extend", "until", "2036-12-06 01:00")
    given_an_end = question(deployed, "on", "extend", "until", "2036-12-06 01:00")

    assert "Shorten the maintenance by 1h" in shortened
    assert "Shorten the maintenance site" in given_an_end
    assert "instead of no end" in given_an_end


def test_on_over_a_maintenance_says_that_the_message_is_lost(deployed: Deployed) -> None:
    """And what would keep it."""
    lost = question(deployed, f"on until {END}: Upgrade", "on", "for", "30m")
    replaced = question(deployed, f"on until {END}: Upgrade", "on", "for 30m: Soon")

    assert "Shorten the maintenance by " in lost
    assert "message none: visitors read the standard text" in lost
    assert "lost Upgrade (--message writes one, extend keeps it)" in lost
    assert "message Soon replaces Upgrade" in replaced


def test_off_says_what_it_ends_and_what_comes_next(deployed: Deployed) -> None:
    """The window that begins later still runs."""
    shown = question(deployed, f"on until {END}: Upgrade", "off")

    assert "Open the site" in shown
    assert "visitors get the site again" in shown
    assert "was until Sat 6 Dec 2036 02:00 CET" in shown
    assert f"next window upgrade begins {DAY:%a} {DAY.day} {DAY:%b} 10:00 CET" in shown


def test_off_until_names_the_windows_that_it_skips(deployed: Deployed) -> None:
    """And a plain off those that it brings back."""
    until = f"off until {DAY:%Y-%m-%d}T11:00"
    skipped = question(deployed, "off", "off", "until", f"{DAY:%Y-%m-%d} 11:00")
    brought_back = question(deployed, until, "off")

    span = f"window upgrade, {DAY:%a} {DAY.day} {DAY:%b} 10:00-12:00 CET"
    assert "Keep the site open site d" in skipped
    assert f"skips {span}" in skipped
    assert f"brings back {span}" in brought_back


def test_what_the_controller_would_refuse_is_said_first(deployed: Deployed) -> None:
    """It closes no more distributions than the owner allows."""
    deployed.configure(MAX_DISTRIBUTIONS="1")
    shown = question(deployed, "off", "on")
    deployed.configure(MAX_DISTRIBUTIONS="25")

    assert "The controller would refuse this: Distributions matches 2 distributions" in shown


def test_what_cannot_be_found_out_does_not_keep_an_operator_from_writing(
    deployed: Deployed,
) -> None:
    """The question comes even so: a site must open whatever AWS answers."""
    refusal = {"code": "AccessDenied", "status": 403, "message": "not allowed"}
    deployed.site.cloud.sandbox.inject_fault("refuse", "cloudfront:ListDistributions", **refusal)
    shown = question(deployed, "off", "off")

    assert "Cannot determine what this would change: " in shown


def test_a_time_that_comes_during_the_question_is_not_written(deployed: Deployed) -> None:
    """The controller would refuse the value, and ring the alarm."""
    deployed.site.says("off")
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=6)

    code, shown = asked(
        deployed,
        *("on", "until", f"{soon:%Y-%m-%d %H:%M:%SZ}"),
        answer="y",
        at_question=lambda: eventually(lambda: datetime.now(UTC) >= soon),
    )

    assert (2, "off") == (code, deployed.switch())
    assert "this is not later than" in shown


def test_an_interrupted_question_writes_nothing(deployed: Deployed) -> None:
    """And says so."""
    deployed.site.says("off")

    code, shown = asked(deployed, "on", answer=INTERRUPT)

    assert (130, "off") == (code, deployed.switch())
    assert shown.endswith("Interrupted: nothing was written.")
