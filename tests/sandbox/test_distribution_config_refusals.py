"""Contract: CloudFront refuses aliases, origins and path patterns that it does not allow."""

from typing import Any

import pytest

from tests.cloud import Cloud
from tests.sandbox.builders import (
    a_behavior,
    a_config,
    a_distribution,
    change_default,
    ordered,
    refused,
    update,
)

_ARGUMENT = ("InvalidArgument", 400)


def _aliases(*names: str) -> dict[str, Any]:
    return {"Aliases": {"Quantity": len(names), "Items": list(names)}}


_ORIGIN = a_config()["Origins"]["Items"][0]
_TYPELESS = {name: _ORIGIN[name] for name in ("Id", "DomainName")}
_CONFIGS = {
    "a staging distribution with aliases": ({**_aliases("a.example"), "Staging": True}, _ARGUMENT),
    "a multi-tenant distribution with aliases": (
        {**_aliases("a.example"), "ConnectionMode": "tenant-only"},
        _ARGUMENT,
    ),
    "an alias of another distribution": (_aliases("TAKEN.example"), ("CNAMEAlreadyExists", 409)),
    "braces in a path pattern": (
        {"CacheBehaviors": ordered(a_behavior(PathPattern="/api/{id}"))},
        _ARGUMENT,
    ),
    "an origin without a type": ({"Origins": ordered(_TYPELESS)}, ("InvalidOrigin", 400)),
}


@pytest.mark.parametrize("error", _CONFIGS)
def test_an_invalid_distribution_is_not_created(cloud: Cloud, error: str) -> None:
    """Each error in a distribution gets CloudFront's code and status."""
    members, expected = _CONFIGS[error]
    a_distribution(cloud, **_aliases("taken.example"))

    assert expected == refused(lambda: a_distribution(cloud, "other", **members))


def test_an_origin_cannot_lose_its_type(cloud: Cloud) -> None:
    """UpdateDistribution has a code of its own for it."""
    distribution_id = a_distribution(cloud)
    typeless = {**_TYPELESS, "CustomHeaders": {"Quantity": 0}}

    assert ("IllegalUpdate", 400) == refused(
        lambda: update(cloud, distribution_id, Origins=ordered(typeless))
    )


def test_a_distribution_keeps_its_aliases_in_an_update(cloud: Cloud) -> None:
    """An alias is not taken by the distribution itself; one of another is refused."""
    distribution_id = a_distribution(cloud, **_aliases("one.example"))
    a_distribution(cloud, "other", **_aliases("two.example"))

    change_default(cloud, distribution_id, Compress=True)

    assert ("CNAMEAlreadyExists", 409) == refused(
        lambda: update(cloud, distribution_id, **_aliases("two.example"))
    )
