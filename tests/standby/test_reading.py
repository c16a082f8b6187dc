"""
What the function does if the store fails, lags behind, or has something wrong in it.

    what is wrong                                   then
    --------------------------------------------    ------------------------------------------------
    `state` is missing, no JSON, without periods    the state published with the code
    or older than that; or the store is missing,
    rejects or throws
    `state` has something else in a period          a plain 503
    `settings` is missing                           the paths published with the code stay open; no
                                                    tokens, no networks; the page is served
    `settings` is wrong                             a plain 503
    a part of an answer is missing                  the default rendering's, else text
    a part of an answer is wrong                    a plain 503

Never open because something is wrong.
"""

import json
import random
from collections.abc import Mapping

import pytest
from maintenance.standby.program import bake
from maintenance.standby.state import Period, State, encode_state

from tests.edge.builders import BROWSER, HOUR, NOW, TOKEN
from tests.standby.comparison import Visit, function_answer, function_event
from tests.standby.runtimes import ENGINES, PROGRAM, Outcome, Run
from tests.standby.sites import GENERATION, Site

PAGE = (("accept", BROWSER), ("accept-encoding", "gzip"), ("accept-language", "de"))
CLOSED = Period(int(NOW - HOUR), int(NOW + 60), "0a1b2c3d", "From the code")
PLAIN = (
    503,
    {
        "cache-control": "no-store",
        "content-type": "text/plain; charset=utf-8",
        "retry-after": "300",
        "x-content-type-options": "nosniff",
        "x-maintenance": "on",
    },
    "This site is down for maintenance. Please try again in a few minutes.\n",
)
FROM_CODE = (503, {**PLAIN[1], "retry-after": "60"}, "From the code\n")


def _closed_code(site: Site) -> bytes:
    """Return code whose own state closes the site for another minute."""
    state = State(GENERATION - 1, site.rendering.languages, "0a1b2c3d", (CLOSED,))
    return bake(PROGRAM.read_text(encoding="utf-8"), state, ["/robots.txt"])


def _ask(
    engine: str, code: bytes, store: Mapping[str, str], visit: Visit, failure: str = ""
) -> Outcome:
    return ENGINES[engine](code, [Run(function_event(visit), NOW, visit.query, store, failure)])[0]


STATES = {
    "missing": None,
    "empty": "",
    "no JSON": "{",
    "null": "null",
    "a number": "7",
    "without periods": json.dumps({"g": GENERATION}),
    "periods that are no list": json.dumps({"g": GENERATION, "p": {"length": 0}}),
    "older": json.dumps({"g": GENERATION - 2, "l": ["en"], "d": "", "p": []}),
    "without generation": json.dumps({"l": ["en"], "d": "", "p": []}),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("engine", ENGINES)
def test_the_state_in_the_code_stands_in(
    engine: str, state: str, all_sites: dict[str, Site]
) -> None:
    """Closed with the message in the code; the renderings of that state are not in this store."""
    site = all_sites["small"]
    value = STATES[state]
    store = {**site.store, **({} if value is None else {"state": value})}
    if value is None:
        del store["state"]

    outcome = _ask(engine, _closed_code(site), store, Visit(headers=PAGE))

    assert FROM_CODE == function_answer(outcome.result)


@pytest.mark.parametrize("failure", ["rejects", "throws", "no store"])
@pytest.mark.parametrize("engine", ENGINES)
def test_without_a_store_the_code_alone_answers(
    engine: str, failure: str, all_sites: dict[str, Site]
) -> None:
    """The visitor is closed out with a text, and allowed paths pass."""
    site = all_sites["small"]
    code = _closed_code(site)

    page = _ask(engine, code, site.store, Visit(headers=PAGE), failure).result
    path = _ask(engine, code, site.store, Visit(uri="/robots.txt"), failure).result
    head = _ask(engine, code, site.store, Visit(method="HEAD"), failure).result

    assert FROM_CODE == function_answer(page)
    assert "/robots.txt" == path["uri"]
    assert (503, "") == (head["statusCode"], head.get("body", ""))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_code_that_says_open_lets_pass_without_a_store(
    engine: str, all_sites: dict[str, Site]
) -> None:
    """The last state that was published was that."""
    site = all_sites["small"]

    result = _ask(engine, site.code, site.store, Visit(), "rejects").result

    assert "/" == result["uri"]


@pytest.mark.parametrize("generation", [GENERATION - 1, GENERATION])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_state_that_is_as_new_or_newer_counts(
    engine: str, generation: int, all_sites: dict[str, Site]
) -> None:
    """Also if it says open: the code is older, and follows."""
    site = all_sites["small"]
    opened = State(generation, site.rendering.languages, site.rendered.rendering, ())
    store = {**site.store, "state": encode_state(opened)}

    assert "/" == _ask(engine, _closed_code(site), store, Visit()).result["uri"]


BROKEN_PERIODS = {
    "null": [None],
    "a number": [3],
    "text": ["x"],
    "empty": [{}],
    "no end": [{"f": 1}],
    "no beginning": [{"u": 0}],
    "texts": [{"f": "soon", "u": "late"}],
    "negative": [{"f": -1, "u": 0}],
    "one of two": [{"f": 9e12, "u": 0, "r": ""}, {"f": {}, "u": 0}],
    "a list": [[]],
}


@pytest.mark.parametrize("periods", BROKEN_PERIODS)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_broken_period_gives_a_plain_503(
    engine: str, periods: str, all_sites: dict[str, Site]
) -> None:
    """Even where the code says open: somebody meant to close."""
    site = all_sites["small"]
    state = {"g": GENERATION, "l": ["en"], "d": "", "p": BROKEN_PERIODS[periods]}
    store = {**site.store, "state": json.dumps(state)}

    assert PLAIN == function_answer(_ask(engine, site.code, store, Visit()).result)


@pytest.mark.parametrize("engine", ENGINES)
def test_languages_that_are_missing_give_a_plain_503(
    engine: str, all_sites: dict[str, Site]
) -> None:
    """In a state that closes."""
    site = all_sites["small"]
    state = {"g": GENERATION, "p": [{"f": 1, "u": 0, "r": ""}]}
    store = {**site.store, "state": json.dumps(state)}

    assert PLAIN == function_answer(_ask(engine, site.code, store, Visit()).result)


@pytest.mark.parametrize("engine", ENGINES)
def test_without_settings_the_page_is_served_and_only_published_paths_are_open(
    engine: str, all_sites: dict[str, Site]
) -> None:
    """They are written once, so they are missing only in an edge that has not heard of them."""
    site = all_sites["large"]
    store = {name: value for name, value in site.store.items() if name != "settings"}
    code = bake(PROGRAM.read_text(encoding="utf-8"), State(0, ("en",), "", ()), ["/robots.txt"])

    page = _ask(engine, code, store, Visit(headers=PAGE)).result
    open_path = _ask(engine, code, store, Visit(uri="/robots.txt")).result
    other_path = _ask(engine, code, store, Visit(uri="/open/x.js")).result
    network = _ask(engine, code, store, Visit(ip="192.0.2.1")).result

    assert "base64" == page["body"]["encoding"]
    assert "3600" == page["headers"]["retry-after"]["value"]
    assert "/robots.txt" == open_path["uri"]
    assert [503, 503] == [other_path["statusCode"], network["statusCode"]]


BROKEN_SETTINGS = {
    "no JSON": "{",
    "empty": "",
    "null": "null",
    "nothing": "{}",
    "paths as text": '{"a":"/","r":300,"x":3600}',
    "without retry": '{"a":[]}',
    "retry as text": '{"a":[],"r":"soon","x":"late"}',
    "paths as numbers": '{"a":[1],"r":300,"x":3600}',
    "an expression that is none": '{"a":[],"o":"(","r":300,"x":3600}',
    "networks as a number": '{"a":[],"8":7,"r":300,"x":3600}',
}


@pytest.mark.parametrize("settings", BROKEN_SETTINGS)
@pytest.mark.parametrize("engine", ENGINES)
def test_broken_settings_give_a_plain_503(
    engine: str, settings: str, all_sites: dict[str, Site]
) -> None:
    """Who would have passed does not."""
    site = all_sites["small"]
    store = {**site.store, "settings": BROKEN_SETTINGS[settings]}
    visit = Visit(uri="/", headers=(*PAGE, ("origin", "https://a.example")))

    assert PLAIN == function_answer(_ask(engine, site.code, store, visit).result)


@pytest.mark.parametrize("part", ["0", "1", "last"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_missing_part_is_made_up_for_by_the_default_rendering(
    engine: str, part: str, with_default: Site
) -> None:
    """The page without message: the edge has it since the site was last changed."""
    store = dict(with_default.store)
    default = json.loads(store["state"])["d"]
    page = f"{with_default.rendered.rendering}.de.h."
    parts = sorted(name for name in store if name.startswith(page))
    del store[parts[-1] if part == "last" else f"{page}{part}"]

    result = _ask(engine, with_default.code, store, Visit(headers=PAGE)).result

    assert f"{default}.de.h.0" in store
    answer = function_answer(result)
    assert isinstance(answer, tuple)
    assert "Upgrade" not in answer[2]
    assert "</html>" in answer[2]


@pytest.mark.parametrize("engine", ENGINES)
def test_without_the_default_rendering_the_message_stands_in(
    engine: str, with_default: Site
) -> None:
    """As text, whatever was preferred."""
    store = {k: with_default.store[k] for k in ("state", "settings")}

    answer = function_answer(_ask(engine, with_default.code, store, Visit(headers=PAGE)).result)

    assert (503, {**PLAIN[1], "retry-after": "300"}, "Upgrade\n") == answer


@pytest.mark.parametrize("value", ["1\n{\nbody", "1\n", "1", "1\nnull\nbody"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_broken_answer_gives_a_plain_503(
    engine: str, value: str, all_sites: dict[str, Site]
) -> None:
    """Not half an answer."""
    site = all_sites["small"]
    store = {**site.store, f"{site.rendered.rendering}.de.h.0": value}

    assert PLAIN == function_answer(_ask(engine, site.code, store, Visit(headers=PAGE)).result)


@pytest.mark.parametrize("value", ["", "soon", "{}", "-1", str(int(NOW))])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_broken_expiry_lets_no_request_pass(
    engine: str, value: str, all_sites: dict[str, Site]
) -> None:
    """Nor one that is now."""
    site = all_sites["small"]
    store = {name: value if name.startswith("t.") else each for name, each in site.store.items()}
    headers = (("cookie", f"__Host-maintenance-bypass={TOKEN}"),)

    assert 503 == _ask(engine, site.code, store, Visit(headers=headers)).result["statusCode"]


@pytest.mark.parametrize("value", [None, "", "zz", "c0000200", "c0000200c00002f"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_part_of_the_networks_that_is_missing_or_short_lets_no_request_pass(
    engine: str, value: str | None, all_sites: dict[str, Site]
) -> None:
    """Closed is the safe side."""
    site = all_sites["large"]
    store = {name: each for name, each in site.store.items() if not name.startswith("n8.")}
    if value is not None:
        store |= {f"n8.{part}": value for part in range(9)}

    assert 503 == _ask(engine, site.code, store, Visit(ip="192.0.2.254")).result["statusCode"]


@pytest.mark.parametrize("engine", ENGINES)
def test_whichever_keys_have_arrived_an_answer_is_whole(engine: str, with_default: Site) -> None:
    """The page, the page without message, or the text with it; never parts of two."""
    draw = random.Random(7)  # noqa: S311 - repeatable, not secret
    visit = Visit(headers=PAGE)
    stores = [
        {
            name: value
            for name, value in with_default.store.items()
            if name == "state" or draw.random() > share
        }
        for share in (0.02, 0.05, 0.1, 0.3)
        for _ in range(100)
    ]

    runs = [Run(function_event(visit), NOW, "", each) for each in stores]
    answers = [function_answer(each.result) for each in ENGINES[engine](with_default.code, runs)]

    bodies = {answer[2] for answer in answers if isinstance(answer, tuple)}
    expected = [
        _ask(engine, with_default.code, store, visit).result
        for store in (
            with_default.store,
            _without(with_default, with_default.rendered.rendering),
            {"state": with_default.store["state"]},
        )
    ]
    assert {function_answer(each)[2] for each in expected} == bodies  # type: ignore[index]
    assert 3 == len(bodies)


def _without(site: Site, rendering: str) -> dict[str, str]:
    return {name: each for name, each in site.store.items() if not name.startswith(rendering)}


READS = {
    "open": (Visit(), NOW + 2 * HOUR, 1),
    "allowed path": (Visit(uri="/robots.txt"), NOW, 2),
    "problem": (Visit(), NOW, 4),
    "text": (Visit(headers=(("accept", "text/plain"),)), NOW, 4),
    "preflight": (
        Visit(
            method="OPTIONS",
            headers=(
                ("origin", "https://app.example.com"),
                ("access-control-request-method", "PUT"),
            ),
        ),
        NOW,
        3,
    ),
    "link": (Visit(query=f"maintenance-bypass={TOKEN}"), NOW, 3),
    "cookie": (Visit(headers=(("cookie", f"__Host-maintenance-bypass={TOKEN}"),)), NOW, 4),
}


@pytest.mark.parametrize("case", READS)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_request_reads_few_keys(engine: str, case: str, all_sites: dict[str, Site]) -> None:
    """With 200 networks, tokens and eight languages: reads cost time and, when open, money."""
    visit, now, expected = READS[case]
    site = all_sites["large"]

    outcome = ENGINES[engine](site.code, [Run(function_event(visit), now, visit.query, site.store)])

    assert expected == len(outcome[0].reads)
