"""The rules of a configuration, apart from its functions."""

from xml.etree.ElementTree import Element

import pytest

from sandbox.cloudfront import configuration, defaults
from sandbox.cloudfront.distribution_rules import config_refusals, update_refusals

_ORIGIN = "<Origin><Id>o</Id><CustomOriginConfig/></Origin>"
_SOUND = (
    "<DistributionConfig><CallerReference>r</CallerReference>"
    f"<Origins><Quantity>1</Quantity><Items>{_ORIGIN}</Items></Origins>"
    "<DefaultCacheBehavior><TargetOriginId>o</TargetOriginId></DefaultCacheBehavior>"
    "</DistributionConfig>"
)


def _config(document: str = _SOUND) -> Element:
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


def test_what_was_filled_in_is_accepted_back() -> None:
    """A configuration that was read can be put back."""
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
    """Anywhere in the configuration."""
    config = _config(_SOUND.replace("<Origins>", f"{written}<Origins>"))

    assert [code] == [refusal.code for refusal in config_refusals(config)]


def test_an_origin_group_is_an_origin() -> None:
    """A behavior may target one."""
    group = "<OriginGroup><Id>g</Id></OriginGroup>"
    groups = f"<OriginGroups><Quantity>1</Quantity><Items>{group}</Items></OriginGroups>"
    document = _SOUND.replace("<DefaultCacheBehavior>", f"{groups}<DefaultCacheBehavior>")
    config = _config(document.replace("<TargetOriginId>o", "<TargetOriginId>g"))

    assert [] == list(config_refusals(config))


@pytest.mark.parametrize(
    ("path", "said"),
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
def test_a_member_that_an_update_leaves_out_is_named(path: str, said: str) -> None:
    """In the words of the API."""
    config = _remove(_config(), path)

    assert [said] == [refusal.message for refusal in update_refusals(config, _config())]


def test_a_distribution_for_tenants_needs_no_aliases() -> None:
    """It may not even have them."""
    mode = "<ConnectionMode>tenant-only</ConnectionMode></DistributionConfig>"
    config = _config(_SOUND.replace("</DistributionConfig>", mode))

    assert [] == list(update_refusals(config, config))
