"""What is cached, for how long, and which requests share it."""

import pytest

from sandbox.edge.cache import EVERYTHING, MANAGED_POLICIES, Cache, Caching, cache_key, lifetime
from sandbox.edge.messages import Response, header
from tests.sandbox.edge_builders import CACHING_DISABLED, a_request

OWNER = ("E2EXAMPLE", "shop")
LIMITS = Caching(min_ttl=10, default_ttl=100, max_ttl=1000)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((), 100),
        ((("Cache-Control", "public"),), 100),
        ((("Cache-Control", "max-age=50"),), 50),
        ((("Cache-Control", "max-age=50, s-maxage=60"),), 60),
        ((("cache-control", 'Public, MAX-AGE="70"'),), 70),
        ((("Cache-Control", "max-age=5"),), 10),
        ((("Cache-Control", "max-age=5000"),), 1000),
        ((("Cache-Control", "max-age=soon"),), 100),
        ((("Cache-Control", "no-store"),), 10),
        ((("Cache-Control", "private, max-age=50"),), 10),
        (
            (
                ("Date", "Mon, 23 Nov 2026 10:00:00 GMT"),
                ("Expires", "Mon, 23 Nov 2026 10:01:20 GMT"),
            ),
            80,
        ),
        ((("Date", "Mon, 23 Nov 2026 10:00:00 GMT"), ("Expires", "0")), 10),
    ],
)
def test_the_lifetime_follows_the_response_within_limits(
    headers: tuple[tuple[str, str], ...], expected: float
) -> None:
    """The module's table, row by row."""
    assert expected == lifetime(LIMITS, Response(200, headers))


@pytest.mark.parametrize("status", [206, 302, 304, 403, 404, 500, 503])
def test_other_statuses_are_not_cached(status: int) -> None:
    """Errors and partial content are fetched again."""
    assert 0 == lifetime(LIMITS, Response(status, (("Cache-Control", "max-age=50"),)))


def test_the_policy_caching_disabled_caches_nothing() -> None:
    """Not even what the origin allows to cache."""
    response = Response(200, (("Cache-Control", "max-age=50"),))

    assert 0 == lifetime(MANAGED_POLICIES[CACHING_DISABLED], response)


def test_a_behavior_that_forwards_all_headers_caches_nothing() -> None:
    """As in CloudFront with the header list `*`."""
    assert 0 == lifetime(Caching(headers=EVERYTHING), Response(200))


@pytest.mark.parametrize(
    "other",
    [
        a_request(uri="/page", querystring="b=2"),
        a_request(("Cookie", "session=1"), uri="/page"),
        a_request(("Accept-Language", "sl"), uri="/page"),
        a_request(uri="/page", method="HEAD"),
    ],
)
def test_requests_that_differ_outside_the_key_share_a_response(other: object) -> None:
    """Without settings, only the path is in the key."""
    key = cache_key(Caching(), OWNER, a_request(uri="/page"))

    assert key == cache_key(Caching(), OWNER, other)  # type: ignore[arg-type]  # all are requests


@pytest.mark.parametrize(
    ("caching", "one", "other"),
    [
        (Caching(), a_request(uri="/a"), a_request(uri="/A")),
        (
            Caching(query_strings=frozenset({"a"})),
            a_request(querystring="a=1"),
            a_request(querystring="a=2"),
        ),
        (Caching(query_strings=EVERYTHING), a_request(querystring="a=1"), a_request()),
        (
            Caching(cookies=frozenset({"c"})),
            a_request(("Cookie", "c=1; d=1")),
            a_request(("Cookie", "c=2; d=1")),
        ),
        (Caching(headers=frozenset({"origin"})), a_request(("Origin", "https://a")), a_request()),
        (Caching(compresses=True), a_request(("Accept-Encoding", "gzip, deflate")), a_request()),
    ],
)
def test_requests_that_differ_in_the_key_share_nothing(
    caching: Caching, one: object, other: object
) -> None:
    """Path, selected parameters, cookies, headers and the accepted encoding."""
    keys = [cache_key(caching, OWNER, request) for request in (one, other)]  # type: ignore[arg-type]  # all are requests

    assert keys[0] != keys[1]


def test_parameters_outside_the_key_do_not_matter() -> None:
    """Only the selected parameters count."""
    caching = Caching(query_strings=frozenset({"a"}))

    first = cache_key(caching, OWNER, a_request(querystring="a=1&utm=x"))

    assert first == cache_key(caching, OWNER, a_request(querystring="utm=y&a=1"))


def test_encodings_that_the_origin_is_not_asked_for_do_not_matter() -> None:
    """Accept-Encoding is reduced to br and gzip, in that order."""
    caching = Caching(compresses=True)

    first = cache_key(caching, OWNER, a_request(("Accept-Encoding", "gzip, br;q=0.9")))

    assert first == cache_key(caching, OWNER, a_request(("Accept-Encoding", "br, zstd, gzip")))


def test_a_response_is_found_until_its_lifetime_is_over() -> None:
    """The end is exclusive."""
    cache = Cache()
    cache.store(("key",), Response(200, body=b"cached"), seconds=60, now=1000)

    assert cache.find(("key",), 1059.9) is not None
    assert cache.find(("key",), 1060) is None


def test_a_cached_response_has_its_age() -> None:
    """In whole seconds."""
    cache = Cache()
    cache.store(("key",), Response(200, body=b"cached"), seconds=60, now=1000)

    found = cache.find(("key",), 1012.7)

    assert found is not None
    assert "12" == header(found.headers, "age")


def test_another_key_finds_nothing() -> None:
    """A response is cached under its key only."""
    cache = Cache()
    cache.store(("key",), Response(200), seconds=60, now=0)

    assert cache.find(("other",), 0) is None
