"""The rules for a configuration, apart from its functions."""

from xml.etree.ElementTree import Element

import pytest

from sandbox.cloudfront import configuration, defaults
from sandbox.cloudfront.distribution_rules import config_refusals, update_refusals

_ORIGIN = "<Origin><Id>o</Id><CustomOriginConfig/></Origin>"
_VALID = (
    "<DistributionConfig><CallerReference>r</CallerReference>"
    f"<Origins><Quantity>1</Quantity><Items>{_ORIGIN}</Items></Origins>"
    "<DefaultCacheBehavior><TargetOriginId>o</TargetOriginId></DefaultCacheBehavior>"
    "</DistributionConfig>"
)


def _config(document: str = _VALID) -> Element:
    config = configuration.parse(document.encode())
    defaults.fill(config)
    return config


def _remove(config: Element, path: str) -> Element:
    parent, _, name = path.rpartition("/")
    found = config.find(parent) if parent else config
    assert found is not None
    child = found.find(name)
    assert child is not None
    found.remove(child)
    return config


def test_a_filled_configuration_is_accepted() -> None:
    """A configuration that was read can be written back."""
    assert [] == [*config_refusals(_config()), *update_refusals(_config(), _config())]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("<Aliases><Quantity>2</Quantity></Aliases>", "InconsistentQuantities"),
        ("<Aliases><Quantity>two</Quantity></Aliases>", "MalformedXML"),
        ("<Aliases><Items><CNAME>a</CNAME></Items></Aliases>", "MalformedXML"),
        (
            "<Logging><Deep><Quantity>0</Quantity><Items><A/></Items></Deep></Logging>",
            "InconsistentQuantities",
        ),
    ],
)
def test_a_quantity_is_the_number_of_items(written: str, code: str) -> None:
    """At any depth of the configuration."""
    config = _config(_VALID.replace("<Origins>", f"{written}<Origins>"))

    assert [code] == [refusal.code for refusal in config_refusals(config)]


def test_a_behavior_may_target_an_origin_group() -> None:
    """As well as an origin."""
    group = "<OriginGroup><Id>g</Id></OriginGroup>"
    groups = f"<OriginGroups><Quantity>1</Quantity><Items>{group}</Items></OriginGroups>"
    document = _VALID.replace("<DefaultCacheBehavior>", f"{groups}<DefaultCacheBehavior>")
    config = _config(document.replace("<TargetOriginId>o", "<TargetOriginId>g"))

    assert [] == list(config_refusals(config))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("Aliases", "Aliases is required for updates."),
        ("CacheBehaviors", "CacheBehaviors is required for updates."),
        ("Origins/Items/Origin/CustomHeaders", "CustomHeaders is required for updates."),
        (
            "Origins/Items/Origin/CustomOriginConfig/OriginReadTimeout",
            "OriginReadTimeout is required for updates.",
        ),
        (
            "DefaultCacheBehavior/LambdaFunctionAssociations",
            "LambdaFunctionAssociations is required for updates.",
        ),
        (
            "DefaultCacheBehavior/FieldLevelEncryptionId",
            "The parameter Field level encryption id is required.",
        ),
    ],
)
def test_a_member_that_an_update_lacks_is_named(path: str, message: str) -> None:
    """In the API's words."""
    config = _remove(_config(), path)

    assert [message] == [refusal.message for refusal in update_refusals(config, _config())]


def test_a_multi_tenant_distribution_needs_no_aliases() -> None:
    """It must not have any."""
    mode = "<ConnectionMode>tenant-only</ConnectionMode></DistributionConfig>"
    config = _config(_VALID.replace("</DistributionConfig>", mode))

    assert [] == list(update_refusals(config, config))
