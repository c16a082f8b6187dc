"""The owner's page, its settings and the bypass tokens, in the store."""

import json
from collections.abc import Mapping

import pytest
from maintenance.errors import RunFailed

from tests.edge.builders import TOKEN
from tests.stories.site import EDGE_HANDLER, SWITCH
from tests.stories.standby.site import StandbySite

_LINK = f"/?maintenance-bypass={TOKEN}"
_PAGE = "<!doctype html><title>{{title}}</title><h1>Our shop</h1><p>{{message}}</p>"


def _names(keys: Mapping[str, str]) -> set[str]:
    return {key.partition(".")[0] for key in keys if ".h." in key}


@pytest.mark.promise
def test_an_uploaded_page_is_what_visitors_get(standby: StandbySite, distribution_id: str) -> None:
    """It lies ready before the site is closed."""
    standby.site.puts("page.html", _PAGE)
    standby.site.notices_the_page()
    ready = standby.state().default

    standby.site.becomes("on")

    assert ready == standby.state().periods[0].rendering
    assert "Our shop" in standby.visit(distribution_id, "text/html").text


def test_a_page_that_changes_while_closed_is_replaced(
    standby: StandbySite, distribution_id: str
) -> None:
    """With the message and the end of the maintenance."""
    standby.site.becomes("on: Upgrade")
    standby.site.puts("page.html", _PAGE)
    standby.site.notices_the_page()

    text = standby.visit(distribution_id, "text/html").text
    assert "Our shop" in text
    assert "Upgrade" in text


@pytest.mark.promise
def test_a_refused_page_closes_with_the_last_good_one(
    standby: StandbySite, distribution_id: str
) -> None:
    """And the run fails, naming the file."""
    standby.site.puts("page.html", _PAGE)
    standby.site.notices_the_page()
    standby.site.puts("page.html", "<script src='https://elsewhere.example/a.js'></script>")
    with pytest.raises(RunFailed, match=r"page/page\.html"):
        standby.site.notices_the_page()

    with pytest.raises(RunFailed, match=r"page/page\.html"):
        standby.site.becomes("on: Upgrade")

    assert "Our shop" in standby.visit(distribution_id, "text/html").text


def test_a_refused_first_page_closes_with_the_packaged_one_and_the_message(
    standby: StandbySite, distribution_id: str
) -> None:
    """The page in the store is the packaged one, which can be rendered with any message."""
    standby.site.puts("page.html", "<script src='https://elsewhere.example/a.js'></script>")
    with pytest.raises(RunFailed, match=r"page/page\.html"):
        standby.site.notices_the_page()

    with pytest.raises(RunFailed, match=r"page/page\.html"):
        standby.site.becomes("on: Upgrade")

    assert "Upgrade" in standby.visit(distribution_id, "text/html").text


def test_a_page_that_is_refused_while_closed_leaves_the_message(
    standby: StandbySite, distribution_id: str
) -> None:
    """The last good page was rendered with it, and stays."""
    standby.site.puts("page.html", _PAGE)
    standby.site.notices_the_page()
    standby.site.becomes("on: Upgrade")
    standby.site.puts("page.html", "<script src='https://elsewhere.example/a.js'></script>")

    with pytest.raises(RunFailed, match=r"page/page\.html"):
        standby.site.notices_the_page()

    text = standby.visit(distribution_id, "text/html").text
    assert "Our shop" in text
    assert "Upgrade" in text


def test_a_page_of_too_many_parts_is_refused(standby: StandbySite, distribution_id: str) -> None:
    """The error says how large it is; the page before it stays."""
    before = standby.state().default
    noise = "".join(
        f"<p>{number * 7919 % 10007} {number * 104729 % 10009}</p>" for number in range(3_000)
    )
    standby.site.puts("page.html", _PAGE + noise[:35_000])
    with pytest.raises(RunFailed, match="the standby engine serves"):
        standby.site.notices_the_page()

    with pytest.raises(RunFailed, match="the standby engine serves"):
        standby.site.becomes("on")

    assert before == standby.state().periods[0].rendering
    assert 503 == standby.visit(distribution_id, "text/html").status_code


def test_languages_that_leave_no_room_for_a_period_are_refused(
    standby: StandbySite, distribution_id: str
) -> None:
    """Before the site is closed; the page before them closes it."""
    before = standby.state()
    languages = ["en", *(f"en-{number:04}" for number in range(96))]
    defaults = json.loads((EDGE_HANDLER / "defaults" / "texts.json").read_text("utf-8"))
    texts = dict.fromkeys(languages, defaults["en"])
    standby.site.puts("settings.json", json.dumps({"texts": texts}))
    with pytest.raises(RunFailed, match="no room for 97 languages"):
        standby.site.notices_the_page()

    with pytest.raises(RunFailed, match="no room for 97 languages"):
        standby.site.becomes("on")

    assert before.languages == standby.state().languages
    assert 503 == standby.visit(distribution_id).status_code


def test_settings_of_more_than_a_kilobyte_are_refused(
    standby: StandbySite, distribution_id: str
) -> None:
    """The error names the longest; the settings before them stay."""
    before = standby.keys()["settings"]
    paths = ", ".join(f'"/an/open/path/number/{number}/*"' for number in range(60))
    standby.site.puts("settings.json", f'{{"allowed_paths": [{paths}]}}')

    with pytest.raises(RunFailed, match="shorten 'allowed_paths'"):
        standby.site.notices_the_page()

    assert before == standby.keys()["settings"]
    assert distribution_id


def test_settings_reach_the_store_and_the_code(standby: StandbySite, distribution_id: str) -> None:
    """A path that stays open passes also where only the published state counts."""
    standby.site.becomes("on")
    standby.site.puts("settings.json", '{"allowed_paths": ["/health"]}')
    standby.site.notices_the_page()

    assert 503 != standby.visit(distribution_id, path="/health").status_code
    assert 503 == standby.visit(distribution_id).status_code


def test_a_bypass_link_works_until_it_is_revoked(
    standby: StandbySite, distribution_id: str
) -> None:
    """One key of the store; the page is not rendered again."""
    standby.site.becomes("on")
    before = standby.visit(distribution_id, path=_LINK).status_code

    standby.site.admits({"ana": TOKEN})
    standby.site.notices_the_page()
    admitted = standby.visit(distribution_id, path=_LINK).status_code
    standby.site.admits({})
    standby.site.notices_the_page()
    revoked = standby.visit(distribution_id, path=_LINK).status_code

    assert (503, 303, 503) == (before, admitted, revoked)


def test_a_revoked_token_goes_even_if_the_page_is_refused(
    standby: StandbySite, distribution_id: str
) -> None:
    """They are two files, and the error of one keeps nothing of the other."""
    standby.site.admits({"ana": TOKEN})
    standby.site.notices_the_page()
    standby.site.puts("page.html", "<script src='https://elsewhere.example/a.js'></script>")
    standby.site.admits({})

    with pytest.raises(RunFailed, match=r"page/page\.html"):
        standby.site.notices_the_page()

    keys = standby.keys()
    assert not [key for key in keys if key.startswith("t.")]
    assert distribution_id


def test_a_revoked_token_goes_though_the_switch_is_deleted(
    standby: StandbySite, distribution_id: str
) -> None:
    """The site stays closed as it is, with its page, but not for who should no longer get in."""
    standby.site.admits({"ana": TOKEN})
    standby.site.notices_the_page()
    standby.site.becomes("on: Upgrade")
    standby.site.cloud.ssm.delete_parameter(Name=SWITCH)
    standby.site.admits({})

    with pytest.raises(RunFailed, match="does not exist"):
        standby.site.notices_the_page()

    assert 503 == standby.visit(distribution_id, path=_LINK).status_code
    assert "Upgrade" in standby.visit(distribution_id, "text/html").text


def test_a_revoked_token_goes_though_windows_cannot_be_read(
    standby: StandbySite, distribution_id: str
) -> None:
    """What else the store has is not known to be wrong."""
    standby.site.admits({"ana": TOKEN})
    standby.site.notices_the_page()
    standby.site.becomes("on: Upgrade")
    standby.site.cloud.sandbox.inject_fault("refuse", "ssm:GetParametersByPath", times=99)
    standby.site.admits({})

    with pytest.raises(RunFailed, match="windows"):
        standby.site.notices_the_page()

    assert 503 == standby.visit(distribution_id, path=_LINK).status_code
    assert "Upgrade" in standby.visit(distribution_id, "text/html").text


def test_tokens_that_cannot_be_read_stay(standby: StandbySite, distribution_id: str) -> None:
    """And an error says why."""
    standby.site.admits({"ana": TOKEN})
    standby.site.notices_the_page()
    standby.site.cloud.s3.put_object(Bucket="site-state", Key="page-bypass.json", Body=b"?")

    with pytest.raises(RunFailed, match=r"page-bypass\.json"):
        standby.site.becomes("on")

    assert 303 == standby.visit(distribution_id, path=_LINK).status_code


def test_a_message_that_cannot_be_shown_leaves_the_default_page(
    standby: StandbySite, distribution_id: str
) -> None:
    """Here the page with this message would be too large."""
    standby.site.puts("problem.json", '{"text": "{{message}}"}')
    standby.site.notices_the_page()
    before = standby.state().default
    standby.site.cloud.sandbox.finish_deployments()

    standby.site.becomes("on: Upgrade")

    assert before != standby.state().periods[0].rendering
    assert {before, standby.state().periods[0].rendering} <= _names(standby.keys())
    assert "Upgrade" in standby.visit(distribution_id, "application/json").text
