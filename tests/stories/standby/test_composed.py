"""A function of the owner's own, composed with the standby function: one place, both answers."""

from datetime import UTC, datetime, timedelta

import pytest
from maintenance.aws.standby.program import PROGRAM_KEY, StandbyProgram
from maintenance.cli.resources import STANDBY_PROGRAM
from maintenance.cli.standby.program import compose
from maintenance.errors import RunFailed

from tests.contract.template import ROOT
from tests.stories.site import BUCKET
from tests.stories.standby.site import StandbySite

REDIRECT = ROOT / "tests" / "standby" / "functions" / "redirect.js"


def _compose(standby: StandbySite, *except_paths: str) -> StandbyProgram:
    ours, theirs = (each.read_text(encoding="utf-8") for each in (STANDBY_PROGRAM, REDIRECT))
    program = StandbyProgram(lambda: standby.site.cloud.s3, bucket=BUCKET)
    program.write(compose(ours, theirs, except_paths=except_paths))
    return program


def _sweeps_later(standby: StandbySite) -> None:
    """Sweep when the last publish is long enough ago."""
    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=10))


def test_both_answer_in_one_place(standby: StandbySite, distribution_id: str) -> None:
    """Theirs while the site is open; ours while it is closed, and theirs what ours lets through."""
    standby.site.puts("settings.json", '{"allowed_paths": ["/old/open"]}')
    _compose(standby, "/old/own/*")
    _sweeps_later(standby)
    opened = standby.visit(distribution_id, path="/old/shoes")
    excepted = standby.visit(distribution_id, path="/old/own/shoes")

    standby.site.becomes("on")

    closed = standby.visit(distribution_id, path="/old/shoes")
    allowed = standby.visit(distribution_id, path="/old/open")
    assert (301, "https://shop.example/shoes") == (opened.status_code, opened.headers["location"])
    assert 301 != excepted.status_code
    assert (503, "on") == (closed.status_code, closed.headers["x-maintenance"])
    assert (301, "https://shop.example/open") == (allowed.status_code, allowed.headers["location"])


def test_a_program_that_cannot_be_used_is_not_published(
    standby: StandbySite, distribution_id: str
) -> None:
    """Nor ours in its place: theirs may be authentication. The site closes even so."""
    _compose(standby)
    _sweeps_later(standby)
    live = standby.live_code()
    standby.site.cloud.s3.put_object(Bucket=BUCKET, Key=PROGRAM_KEY, Body=b"function handler() {}")

    with pytest.raises(RunFailed, match="has __BAKED__ 0 times and not once"):
        standby.site.becomes("on")

    assert 503 == standby.visit(distribution_id, path="/old/shoes").status_code
    assert live == standby.live_code()


def test_ours_alone_is_published_again(standby: StandbySite, distribution_id: str) -> None:
    """Once the composed program is removed."""
    program = _compose(standby)
    _sweeps_later(standby)
    program.delete()

    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=20))

    assert 301 != standby.visit(distribution_id, path="/old/shoes").status_code
    assert "shop.example" not in standby.live_code()
