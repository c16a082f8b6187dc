"""Which cache behavior serves a path, and what the edge reads from a configuration."""

import pytest

from sandbox.edge.cache import EVERYTHING, MANAGED_POLICIES
from sandbox.edge.config import (
    Association,
    EventType,
    matches,
    parse_distribution_config,
    select_behavior,
)
from sandbox.edge.messages import EdgeError
from tests.sandbox.edge_builders import (
    CACHING_OPTIMIZED,
    a_document,
    a_function,
    a_lambda,
    an_association,
    behavior_members,
)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*", "/"),
        ("/api/*", "/api/"),
        ("/api/*", "/api/v1/orders"),
        ("api/*", "/api/orders"),
        ("*.jpg", "/deep/down/cat.jpg"),
        ("/a?c", "/abc"),
        ("/a?c", "/a/c"),
        ("/a+(b).*", "/a+(b).txt"),
        ("/a%20b", "/a%20b"),
    ],
)
def test_a_pattern_matches_a_path(pattern: str, path: str) -> None:
    """`*` and `?` stand for any characters; the first slash is optional."""
    assert matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/api/*", "/api"),
        ("/api/*", "/API/orders"),
        ("/api/*", "/v1/api/orders"),
        ("*.jpg", "/cat.jpg.txt"),
        ("/a?c", "/ac"),
        ("/a.c", "/abc"),
    ],
)
def test_a_pattern_does_not_match_another_path(pattern: str, path: str) -> None:
    """Case matters, the whole path counts, and other characters stand for themselves."""
    assert not matches(pattern, path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/api/v1/x", "/api/v1/*"), ("/api/x", "/api/*"), ("/apix", "*x"), ("/other", None)],
)
def test_the_first_matching_behavior_serves(path: str, expected: str | None) -> None:
    """The order is the precedence; the default behavior comes last."""
    members = behavior_members()
    document = a_document(("/api/v1/*", members), ("/api/*", members), ("*x", members))

    selected = select_behavior(parse_distribution_config(document), path)

    assert expected == selected.path_pattern


def test_functions_of_both_kinds_are_read() -> None:
    """With their kind and event type."""
    document = a_document(
        default=behavior_members(
            an_association("origin-request", a_lambda(), include_body=True),
            an_association("viewer-response", a_function()),
        )
    )

    behavior = parse_distribution_config(document).default_behavior

    assert (
        Association("origin-request", a_lambda(), is_lambda=True, include_body=True),
        Association("viewer-response", a_function(), is_lambda=False),
    ) == behavior.associations


def test_a_behavior_without_lists_has_no_function() -> None:
    """Missing lists mean no associations."""
    behavior = parse_distribution_config(a_document()).default_behavior

    assert behavior.association(EventType.VIEWER_REQUEST) is None


def test_a_document_without_namespace_is_read() -> None:
    """The edge ignores the namespace."""
    document = a_document().replace(
        b' xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"', b""
    )

    assert "shop" == parse_distribution_config(document).default_behavior.origin_id


def test_a_managed_cache_policy_is_known() -> None:
    """By its id."""
    behavior = parse_distribution_config(a_document()).default_behavior

    assert MANAGED_POLICIES[CACHING_OPTIMIZED] == behavior.caching


def test_an_unknown_cache_policy_gives_no_caching() -> None:
    """Its id is kept for the error message."""
    members = behavior_members(caching="<CachePolicyId>mine</CachePolicyId>")

    behavior = parse_distribution_config(a_document(default=members)).default_behavior

    assert (None, "mine") == (behavior.caching, behavior.cache_policy_id)


def test_forwarded_values_become_the_key() -> None:
    """The legacy settings name the query strings, cookies and headers of the key."""
    members = behavior_members(
        caching="<MinTTL>5</MinTTL><DefaultTTL>10</DefaultTTL><MaxTTL>20</MaxTTL><ForwardedValues>"
        "<QueryString>true</QueryString><QueryStringCacheKeys><Items><Name>page</Name></Items>"
        "</QueryStringCacheKeys><Cookies><Forward>all</Forward></Cookies>"
        "<Headers><Items><Name>Accept-Language</Name></Items></Headers></ForwardedValues>"
    )

    caching = parse_distribution_config(a_document(default=members)).default_behavior.caching

    assert caching is not None
    assert (5, 10, 20) == (caching.min_ttl, caching.default_ttl, caching.max_ttl)
    assert frozenset({"page"}) == caching.query_strings
    assert EVERYTHING == caching.cookies
    assert frozenset({"accept-language"}) == caching.headers


def test_an_origin_group_is_its_first_member() -> None:
    """Failover is not modelled."""
    members = behavior_members().replace("shop", "group")
    group = (
        "<OriginGroups><Items><OriginGroup><Id>group</Id><Members><Items>"
        "<OriginGroupMember><OriginId>shop</OriginId></OriginGroupMember>"
        "<OriginGroupMember><OriginId>other</OriginId></OriginGroupMember>"
        "</Items></Members></OriginGroup></Items></OriginGroups>"
    )

    config = parse_distribution_config(a_document(default=members, more=group))

    assert "shop" == config.default_behavior.origin_id


def test_an_unknown_origin_is_named() -> None:
    """In the error message."""
    config = parse_distribution_config(a_document())

    with pytest.raises(EdgeError, match="no origin 'elsewhere'"):
        config.origin("elsewhere")


def test_a_document_without_a_default_behavior_is_refused() -> None:
    """Every DistributionConfig has one."""
    with pytest.raises(EdgeError, match="has no DefaultCacheBehavior"):
        parse_distribution_config(b"<DistributionConfig/>")
