"""The shared values."""

from copy import replace

from tests.builders import a_distribution


def test_a_distribution_is_known_by_its_aliases_or_its_domain_name() -> None:
    """CloudFront lists one that tenants share without both."""
    bare = a_distribution("E1")
    shared = replace(bare, domain_name="-")
    shop = a_distribution("E1", "www.example.com", "shop.example.com")

    assert ["e1.cloudfront.net", "shared by tenants", "www.example.com, shop.example.com"] == [
        each.name for each in (bare, shared, shop)
    ]
