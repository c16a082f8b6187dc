"""
The function answers each request as the edge handler does, on njs and on V8.

What it does differently, each with its test here (docs/adr/0047 has the reasons):

    difference                                       reason
    ----------------------------------------------   -----------------------------------------------
    the page is sent compressed, and Vary names      a value has 1 KB, and CloudFront does not
    Accept-Encoding                                  compress what a function answers
    who does not accept gzip gets the text           the store has the page compressed only
    a site that is open is not rewritten             `settings` is not read while a site is open
    a path with half of a surrogate pair in the      JavaScript cannot encode it, and answers a
    address of a bypass link gets a plain 503        plain 503; no client sends one
    V8 only: `?` in a path pattern is no character   a length counts UTF-16 units there, and code
    beyond the Basic Multilingual Plane              points in njs
    a redirect has the parameters of the query in    the event has them as an object only, where
    another order, on edges without rawQueryString   that function is missing
    an end is a whole second                         the edge compares whole seconds
"""

import pytest

from tests.edge.builders import BROWSER, HOUR, NOW, TOKEN
from tests.hypothesis_profiles import FACTOR
from tests.standby.comparison import (
    Visit,
    differences,
    function_answer,
    function_event,
    lambda_answer,
    lambda_request,
)
from tests.standby.runtimes import ENGINES, Outcome, Run
from tests.standby.sites import END, Site
from tests.standby.visits import random_visits, table

TABLE = (*table(),)
NAMES = ("small", "large", "own", "program")
PAGE = (("accept", BROWSER), ("accept-encoding", "gzip"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("engine", ENGINES)
def test_each_request_of_the_table_gets_the_same_answer(
    engine: str, name: str, all_sites: dict[str, Site]
) -> None:
    """All headers and, byte for byte, the body."""
    assert [] == differences(ENGINES[engine], all_sites[name], TABLE)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("engine", ENGINES)
def test_random_requests_get_the_same_answer(
    engine: str, name: str, all_sites: dict[str, Site]
) -> None:
    """Put together from the parts of the table, and from addresses, paths and weights at random."""
    visits = [*random_visits(1_000 * FACTOR, seed=NAMES.index(name))]

    assert [] == differences(ENGINES[engine], all_sites[name], visits)


def _ask(engine: str, site: Site, visit: Visit, *, now: float = NOW, raw: bool = True) -> Outcome:
    run = Run(function_event(visit), now, visit.query if raw else None, site.store)
    return ENGINES[engine](site.code, [run])[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_maintenance_begins_and_ends_to_the_millisecond(
    engine: str, all_sites: dict[str, Site]
) -> None:
    """By the clock of the edge; before and after, a request passes as it is."""
    site = all_sites["large"]
    visit = Visit(uri="/docs", headers=PAGE)
    instants = [NOW - HOUR - 0.001, NOW - HOUR, END - 0.001, END]

    results = [_ask(engine, site, visit, now=each).result for each in instants]

    assert [None, 503, 503, None] == [each.get("statusCode") for each in results]
    assert ["/docs", "/docs"] == [results[0]["uri"], results[3]["uri"]]
    assert ["3600", "1"] == [each["headers"]["retry-after"]["value"] for each in results[1:3]]


@pytest.mark.parametrize("engine", ENGINES)
def test_at_every_time_until_the_end_the_answer_is_the_same(
    engine: str, all_sites: dict[str, Site]
) -> None:
    """Retry-After counts down and is capped."""
    site = all_sites["large"]
    instants = [NOW - 1_000.25, NOW + 1_799.999, NOW + 1_800.001, NOW + 5_399.5]
    runs = [Run(function_event(Visit()), each, "", site.store) for each in instants]

    answers = [function_answer(each.result) for each in ENGINES[engine](site.code, runs)]

    assert [
        lambda_answer(site.responder.respond(lambda_request(Visit()), each)) for each in instants
    ] == answers


@pytest.mark.parametrize("engine", ENGINES)
def test_after_an_announced_end_the_answers_are_those_of_a_site_that_is_late(
    engine: str, late: Site
) -> None:
    """A plain `on`, for which the site's settings say an end."""
    runs = [
        Run(function_event(Visit(headers=PAGE)), each, "", late.store) for each in (END - 1, END)
    ]

    answers = [function_answer(each.result) for each in ENGINES[engine](late.code, runs)]

    request = lambda_request(Visit(headers=PAGE))
    assert [
        lambda_answer(late.responder.respond(request, each)) for each in (END - 1, END)
    ] == answers
    assert answers[0] != answers[1]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity, gzip;q=0, *", "*;q=0"])
def test_who_does_not_accept_gzip_gets_the_text(
    engine: str, accepted: str, all_sites: dict[str, Site]
) -> None:
    """In the same language and with the same headers."""
    site = all_sites["small"]
    headers = (("accept", BROWSER), ("accept-language", "de"), ("accept-encoding", accepted))

    answer = function_answer(_ask(engine, site, Visit(headers=headers)).result)

    text = Visit(headers=(("accept", "text/plain"), ("accept-language", "de")))
    assert lambda_answer(site.responder.respond(lambda_request(text), NOW)) == answer


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("accepted", ["gzip", "GZIP;q=0.001", "*", "br, *;q=0.1", "x, gzip"])
def test_who_accepts_gzip_gets_the_page_compressed(
    engine: str, accepted: str, all_sites: dict[str, Site]
) -> None:
    """And caches between hear that it depends on that."""
    headers = (("accept", BROWSER), ("accept-encoding", accepted))

    result = _ask(engine, all_sites["small"], Visit(headers=headers)).result

    assert ["gzip", "Accept, Accept-Language, Accept-Encoding"] == [
        result["headers"][name]["value"] for name in ("content-encoding", "vary")
    ]
    assert "base64" == result["body"]["encoding"]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_open_site_is_not_rewritten(engine: str, all_sites: dict[str, Site]) -> None:
    """Its own functions do that, which nothing displaces; one read is all that a request costs."""
    outcome = _ask(engine, all_sites["large"], Visit(uri="/docs/"), now=END)

    assert ("/docs/", ("state",)) == (outcome.result["uri"], outcome.reads)


@pytest.mark.parametrize("engine", ENGINES)
def test_half_of_a_surrogate_pair_in_a_link_gets_a_plain_503(
    engine: str, all_sites: dict[str, Site]
) -> None:
    """And nothing passes."""
    link = Visit(uri="/\ud800", query=f"maintenance-bypass={TOKEN}")

    result = _ask(engine, all_sites["small"], link).result

    # njs has no such text: it reads a replacement character, which is encoded.
    assert {"njs": 303, "V8": 503}[engine] == result["statusCode"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_question_mark_stands_for_an_emoji_on_njs_only(
    engine: str, all_sites: dict[str, Site]
) -> None:
    """CloudFront sends paths encoded, so neither is met."""
    outcome = _ask(engine, all_sites["large"], Visit(uri="/v\U0001f680/health"))

    assert {"njs": None, "V8": 503}[engine] == outcome.result.get("statusCode")


@pytest.mark.parametrize("engine", ENGINES)
def test_without_raw_query_string_the_parameters_are_grouped(
    engine: str, all_sites: dict[str, Site]
) -> None:
    """The bypass works all the same."""
    link = Visit(query=f"a=1&b=&maintenance-bypass={TOKEN}&a=2&c")

    result = _ask(engine, all_sites["small"], link, raw=False).result

    assert "/?a=1&a=2&b&c" == result["headers"]["location"]["value"]
