"""Filling in defaults: a property, and what differs between distributions."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.cloudfront import configuration, defaults
from sandbox.cloudfront.responses import shuffle

_MEMBERS = {
    "Aliases": "<Quantity>1</Quantity><Items><CNAME>a.example.com</CNAME></Items>",
    "Unknown": "<Deep>a &amp; b</Deep>",
    "Comment": "a remark",
    "Staging": "true",
    "DefaultCacheBehavior": "<Unknown/><Compress>true</Compress><ForwardedValues/>",
    "CacheBehaviors": (
        "<Quantity>1</Quantity><Items><CacheBehavior><PathPattern>*</PathPattern></CacheBehavior>"
        "</Items>"
    ),
    "Origins": "<Quantity>1</Quantity><Items><Origin><CustomOriginConfig/></Origin></Items>",
    "CustomErrorResponses": "<Quantity>0</Quantity><Items/>",
    "ConnectionMode": "tenant-only",
}


def _filled(document: bytes) -> bytes:
    config = configuration.parse(document)
    defaults.fill(config)
    return configuration.write(config)


@given(st.permutations(sorted(_MEMBERS)), st.integers(0, len(_MEMBERS)))
def test_filling_twice_changes_nothing(names: list[str], count: int) -> None:
    """For any members in any order."""
    members = "".join(f"<{name}>{_MEMBERS[name]}</{name}>" for name in names[:count])
    once = _filled(f"<DistributionConfig>{members}</DistributionConfig>".encode())

    assert once == _filled(once)


def test_a_multi_tenant_distribution_gets_no_aliases() -> None:
    """It rejects some members of other distributions."""
    config = "<DistributionConfig><ConnectionMode>tenant-only</ConnectionMode></DistributionConfig>"

    filled = configuration.parse(_filled(config.encode()))

    assert filled.find("Aliases") is None
    assert filled.find("CacheBehaviors") is not None


def test_missing_members_go_to_their_position() -> None:
    """After their predecessors in the API's order."""
    config = (
        "<DistributionConfig><CallerReference>r</CallerReference><Comment/></DistributionConfig>"
    )

    filled = configuration.parse(_filled(config.encode()))

    assert ["CallerReference", "Aliases", "DefaultRootObject"] == [child.tag for child in filled][
        :3
    ]


@given(st.permutations(["viewer-request", "viewer-response", "origin-request"]), st.integers())
def test_a_set_of_associations_has_one_order_for_each_seed(events: list[str], seed: int) -> None:
    """In whichever order it was written."""

    def shuffled(names: list[str]) -> bytes:
        items = "".join(
            "<LambdaFunctionAssociation>"
            f"<EventType>{name}</EventType><LambdaFunctionARN>a</LambdaFunctionARN>"
            "</LambdaFunctionAssociation>"
            for name in names
        )
        lists = f"<LambdaFunctionAssociations><Items>{items}</Items></LambdaFunctionAssociations>"
        behavior = f"<DefaultCacheBehavior>{lists}</DefaultCacheBehavior>"
        config = configuration.parse(f"<C>{behavior}</C>".encode())
        shuffle(config, seed)
        return configuration.write(config)

    assert shuffled(sorted(events)) == shuffled(events)
