"""
Check a DistributionConfig, apart from its functions, as CloudFront does. Pure.

    error                                             code                    source
    ------------------------------------------------  ----------------------  --------------------
    Quantity is not the number of Items               InconsistentQuantities  API reference
    Quantity is missing or not a number               MalformedXML            API reference
    a behavior's origin is not among the origins      NoSuchOrigin (404)      API reference
    more than 75 ordered cache behaviors              TooManyCacheBehaviors   CloudFront quotas
    a path pattern with a character that is not       InvalidArgument, ours   DownloadDistValues-
      documented                                                              CacheBehavior page
    gRPC without POST                                 InvalidArgument         GrpcConfig,
                                                                              aws/aws-cdk#32535
    aliases of a staging distribution                 InvalidArgument, ours   RJPearson94/terraform-
                                                                              aws-open-next#75
    aliases of a multi-tenant distribution            InvalidArgument, ours   DistributionConfig
    an alias of another distribution                  CNAMEAlreadyExists      API reference
                                                      (409)
    create: an origin without a type, or of two       InvalidOrigin           aws/aws-sdk-php#1737
    update: an origin without a type, or of two       IllegalUpdate           cloudposse/terraform-
                                                                              aws-cloudfront-cdn#74
    update: another CallerReference                   IllegalUpdate           API_UpdateDistribution
    update: a member missing that create fills in     IllegalUpdate           required-fields page,
                                                                              boto/boto3#1083
    update: FieldLevelEncryptionId missing            InvalidArgument         boto/boto3#1558

An origin's type is its S3OriginConfig, CustomOriginConfig or VpcOriginConfig. "Ours" marks where
AWS's code is not known. The rules of functions are in `association_rules`.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from xml.etree.ElementTree import Element

from sandbox.api.errors import Refusal
from sandbox.cloudfront.configuration import Behavior, aliases, behaviors, text

MAX_CACHE_BEHAVIORS = 75

# Quoted from that page in serverless/serverless#9228, and ?, the wildcard.
_PATH_PATTERN = re.compile(r"""[A-Za-z0-9_\-.*?$/~"'@:+&]*""")
_ORIGIN_TYPES = ("S3OriginConfig", "CustomOriginConfig", "VpcOriginConfig")
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
    yield from _aliases(config)
    for behavior in behaviors(config):
        yield from _behavior(behavior.element)
    ordered = config.findall("CacheBehaviors/Items/CacheBehavior")
    if len(ordered) > MAX_CACHE_BEHAVIORS:
        yield Refusal(
            "TooManyCacheBehaviors",
            "You cannot create more cache behaviors for the distribution.",
        )


def create_refusals(config: Element) -> Iterator[Refusal]:
    """Yield the refusals on create alone."""
    if not all(map(_has_one_type, config.findall("Origins/Items/Origin"))):
        yield Refusal(
            "InvalidOrigin", "The specified origin server does not exist or is not valid."
        )


def alias_refusals(config: Element, others: Iterable[Collection[str]]) -> Iterator[Refusal]:
    """Yield the refusal of an alias that is among `others`, those of each other distribution."""
    own = aliases(config)
    if own and any(not own.isdisjoint(other) for other in others):
        yield Refusal(
            "CNAMEAlreadyExists",
            "One or more of the CNAMEs you provided are already associated with a different "
            "resource.",
            409,
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
        if not _has_one_type(origin):
            yield Refusal(
                "IllegalUpdate",
                "You must specify either a CustomOrigin or an S3Origin. You cannot specify both.",
            )
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


def _has_one_type(origin: Element) -> bool:
    return sum(origin.find(name) is not None for name in _ORIGIN_TYPES) == 1


def _aliases(config: Element) -> Iterator[Refusal]:
    if not aliases(config):
        return
    if text(config, "Staging") == "true":
        yield Refusal("InvalidArgument", "A staging distribution can't have aliases.")
    if is_for_tenants(config):
        yield Refusal("InvalidArgument", "A multi-tenant distribution can't have aliases.")


def _behavior(behavior: Element) -> Iterator[Refusal]:
    if not _PATH_PATTERN.fullmatch(text(behavior, "PathPattern")):
        yield Refusal(
            "InvalidArgument", "The parameter PathPattern contains characters that are not valid."
        )
    methods = {text(method, ".") for method in behavior.findall("AllowedMethods/Items/Method")}
    if text(behavior, "GrpcConfig/Enabled") == "true" and "POST" not in methods:
        yield Refusal("InvalidArgument", "The parameter gRPC only supports the POST method.")


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
