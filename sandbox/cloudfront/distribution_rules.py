"""
Check a DistributionConfig, apart from its functions, as CloudFront does. Pure.

    error                                             code                    source
    ------------------------------------------------  ----------------------  --------------------
    Quantity is not the number of Items               InconsistentQuantities  API reference
    Quantity is missing or not a number               MalformedXML            API reference
    a behavior's origin is not among the origins      NoSuchOrigin (404)      API reference
    more than 75 ordered cache behaviors              TooManyCacheBehaviors   CloudFront quotas
    update: another CallerReference                   IllegalUpdate           API_UpdateDistribution
    update: a member missing that create fills in     IllegalUpdate           required-fields page,
                                                                              boto/boto3#1083
    update: FieldLevelEncryptionId missing            InvalidArgument         boto/boto3#1558

The rules of functions are in `association_rules`.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from sandbox.api.errors import Refusal
from sandbox.cloudfront.configuration import Behavior, behaviors, text

MAX_CACHE_BEHAVIORS = 75

_REQUIRED_ON_UPDATE = (
    "CallerReference",
    "Aliases",
    "DefaultRootObject",
    "CacheBehaviors",
    "CustomErrorResponses",
)
_REQUIRED_OF_ORIGIN = ("CustomHeaders",)
_REQUIRED_OF_CUSTOM_ORIGIN = ("OriginReadTimeout", "OriginKeepaliveTimeout")
_REQUIRED_OF_BEHAVIOR = ("LambdaFunctionAssociations",)


def config_refusals(config: Element) -> Iterator[Refusal]:
    """Yield the refusals on create and on update, the worst first."""
    yield from _quantities(config)
    yield from _origins(config)
    ordered = config.findall("CacheBehaviors/Items/CacheBehavior")
    if len(ordered) > MAX_CACHE_BEHAVIORS:
        yield Refusal(
            "TooManyCacheBehaviors",
            "You cannot create more cache behaviors for the distribution.",
        )


def update_refusals(config: Element, current: Element) -> Iterator[Refusal]:
    """Yield the refusals of an update of a distribution whose configuration is `current`."""
    if text(config, "CallerReference") != text(current, "CallerReference"):
        yield Refusal(
            "IllegalUpdate",
            "The update contains modifications that are not allowed: CallerReference.",
        )
    yield from _missing(config, _required_on_update(config))
    for origin in config.findall("Origins/Items/Origin"):
        yield from _missing(origin, _REQUIRED_OF_ORIGIN)
        for custom in origin.findall("CustomOriginConfig"):
            yield from _missing(custom, _REQUIRED_OF_CUSTOM_ORIGIN)
    for behavior in behaviors(config):
        yield from _missing_from_behavior(behavior)


def is_for_tenants(config: Element) -> bool:
    """Return whether this is a multi-tenant distribution, which has fewer members."""
    return text(config, "ConnectionMode") == "tenant-only"


def _quantities(config: Element) -> Iterator[Refusal]:
    for parent in config.iter():
        quantity = parent.find("Quantity")
        items = parent.find("Items")
        if quantity is None and items is None:
            continue
        number = text(parent, "Quantity")
        if not number.isdecimal():
            yield Refusal("MalformedXML", f"{parent.tag} needs a Quantity that is a number.")
        elif int(number) != len(items if items is not None else ()):
            yield Refusal(
                "InconsistentQuantities",
                "The value of Quantity and the size of Items don't match.",
            )


def _origins(config: Element) -> Iterator[Refusal]:
    known = {text(origin, "Id") for origin in config.findall("Origins/Items/Origin")}
    known |= {text(group, "Id") for group in config.findall("OriginGroups/Items/OriginGroup")}
    if any(text(behavior.element, "TargetOriginId") not in known for behavior in behaviors(config)):
        yield Refusal(
            "NoSuchOrigin", "One or more of your origins or origin groups do not exist.", 404
        )


def _required_on_update(config: Element) -> tuple[str, ...]:
    if is_for_tenants(config):
        return tuple(name for name in _REQUIRED_ON_UPDATE if name != "Aliases")
    return _REQUIRED_ON_UPDATE


def _missing(parent: Element, names: tuple[str, ...]) -> Iterator[Refusal]:
    for name in names:
        if parent.find(name) is None:
            yield Refusal("IllegalUpdate", f"{name} is required for updates.")


def _missing_from_behavior(behavior: Behavior) -> Iterator[Refusal]:
    yield from _missing(behavior.element, _REQUIRED_OF_BEHAVIOR)
    if behavior.element.find("FieldLevelEncryptionId") is None:
        yield Refusal("InvalidArgument", "The parameter Field level encryption id is required.")
