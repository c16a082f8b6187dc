"""The rules for a configuration, apart from its functions."""

from xml.etree.ElementTree import Element

import pytest

from sandbox.cloudfront import configuration, defaults
from sandbox.cloudfront.distribution_rules import (
    alias_refusals,
    config_refusals,
    create_refusals,
    update_refusals,
)

_ORIGIN = "<Origin><Id>o</Id><CustomOriginConfig/></Origin>"
_VALID = (
    "<DistributionConfig><CallerReference>r</CallerReference>"
    f"<Origins><Quantity>1</Quantity><Items>{_ORIGIN}</Items></Origins>"
    "<DefaultCacheBehavior><TargetOriginId>o</TargetOriginId></DefaultCacheBehavior>"
    "</DistributionConfig>"
)


_GRPC = "The parameter gRPC only supports the POST method."
_ALIASES = "<Aliases><Quantity>1</Quantity><Items><CNAME>www.Example.com</CNAME></Items></Aliases>"


def _with(*members: str) -> Element:
    return _config(_VALID.replace("<Origins>", f"{''.join(members)}<Origins>"))


def _with_behavior(*members: str) -> Element:
    behavior = (
        f"<CacheBehavior><TargetOriginId>o</TargetOriginId>{''.join(members)}</CacheBehavior>"
    )
    return _with(
        f"<CacheBehaviors><Quantity>1</Quantity><Items>{behavior}</Items></CacheBehaviors>"
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
    config = _config()

    assert [] == [*config_refusals(config), *create_refusals(config)]
    assert [] == list(update_refusals(config, _config()))


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


@pytest.mark.parametrize(
    ("member", "message"),
    [
        ("<Staging>true</Staging>", "A staging distribution can't have aliases."),
        (
            "<ConnectionMode>tenant-only</ConnectionMode>",
            "A multi-tenant distribution can't have aliases.",
        ),
    ],
)
def test_a_distribution_without_a_host_of_its_own_has_no_aliases(member: str, message: str) -> None:
    """The primary distribution has those of a staging one, and tenants have their own."""
    assert [] == list(config_refusals(_with(member)))
    assert [("InvalidArgument", message)] == [
        (refusal.code, refusal.message) for refusal in config_refusals(_with(member, _ALIASES))
    ]


def test_an_alias_belongs_to_one_distribution() -> None:
    """In upper and lower case; a wildcard is another alias."""
    same = configuration.aliases(_with(_ALIASES.replace("www.Example", "WWW.example")))
    wildcard = configuration.aliases(_with(_ALIASES.replace("www.Example", "*.example")))

    assert [] == list(alias_refusals(_with(_ALIASES), [configuration.aliases(_config()), wildcard]))
    [refusal] = alias_refusals(_with(_ALIASES), [wildcard, same])
    assert ("CNAMEAlreadyExists", 409) == (refusal.code, refusal.status)


@pytest.mark.parametrize("types", ["", "<S3OriginConfig/><CustomOriginConfig/>"])
def test_an_origin_has_one_type(types: str) -> None:
    """Creating and updating refuse another number in their own words."""
    config = _config(_VALID.replace("<CustomOriginConfig/>", types))

    assert ["InvalidOrigin"] == [refusal.code for refusal in create_refusals(config)]
    assert "IllegalUpdate" == next(update_refusals(config, _config())).code


@pytest.mark.parametrize("pattern", ["/api/{id}/*", "/a b", "/[a-z]", "/é"])
def test_a_path_pattern_has_the_documented_characters(pattern: str) -> None:
    """Braces are not among them."""
    valid = "/aZ09_-.*?$/~&quot;'@:+&amp;"
    config = _with_behavior(f"<PathPattern>{pattern}</PathPattern>")

    assert [] == list(config_refusals(_with_behavior(f"<PathPattern>{valid}</PathPattern>")))
    assert ["InvalidArgument"] == [refusal.code for refusal in config_refusals(config)]


@pytest.mark.parametrize(("method", "messages"), [("POST", []), ("PUT", [_GRPC])])
def test_grpc_needs_post(method: str, messages: list[str]) -> None:
    """A behavior without a list of methods allows GET and HEAD."""
    items = f"<Quantity>1</Quantity><Items><Method>{method}</Method></Items>"
    config = _with_behavior(
        f"<AllowedMethods>{items}</AllowedMethods>",
        "<GrpcConfig><Enabled>true</Enabled></GrpcConfig>",
    )

    assert messages == [refusal.message for refusal in config_refusals(config)]
    without = _with_behavior("<GrpcConfig><Enabled>true</Enabled></GrpcConfig>")
    assert [_GRPC] == [refusal.message for refusal in config_refusals(without)]
