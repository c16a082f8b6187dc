"""
Fill in the defaults that CloudFront adds to a DistributionConfig. Pure.

A configuration that is read has every list, the empty ones as Quantity 0 without Items, and every
setting with its default, so that it can be written back as it is. Filling twice changes nothing.
Missing members go to their position in the API's order; existing ones, known or not, stay put.

Source: CloudFront API reference, the members' documented defaults. OriginSslProtocols, which has no
documented default in the API, gets TLSv1, TLSv1.1 and TLSv1.2.
"""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from sandbox.cloudfront.configuration import behaviors, parse
from sandbox.cloudfront.distribution_rules import is_for_tenants

type _Members = Mapping[str, str | None]  # in the API's order; None has no default, only a position

_EMPTY = "<Quantity>0</Quantity>"
_DISABLED = f"<Enabled>false</Enabled>{_EMPTY}"
_METHODS = "<Quantity>2</Quantity><Items><Method>HEAD</Method><Method>GET</Method></Items>"

_CONFIG: _Members = {
    "CallerReference": None,
    "Aliases": _EMPTY,
    "DefaultRootObject": "",
    "Origins": None,
    "OriginGroups": _EMPTY,
    "DefaultCacheBehavior": None,
    "CacheBehaviors": _EMPTY,
    "CustomErrorResponses": _EMPTY,
    "Comment": "",
    "Logging": (
        "<Enabled>false</Enabled><IncludeCookies>false</IncludeCookies>"
        "<Bucket></Bucket><Prefix></Prefix>"
    ),
    "PriceClass": "PriceClass_All",
    "Enabled": None,
    "ViewerCertificate": (
        "<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate>"
        "<SSLSupportMethod>vip</SSLSupportMethod>"
        "<MinimumProtocolVersion>TLSv1</MinimumProtocolVersion>"
        "<CertificateSource>cloudfront</CertificateSource>"
    ),
    "Restrictions": (
        f"<GeoRestriction><RestrictionType>none</RestrictionType>{_EMPTY}</GeoRestriction>"
    ),
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": "false",
    "ContinuousDeploymentPolicyId": "",
    "Staging": "false",
}
# A multi-tenant distribution rejects these (model: cloudfront DistributionConfig, CacheBehavior).
_NOT_FOR_TENANTS = frozenset(
    {
        "Aliases",
        "PriceClass",
        "IsIPV6Enabled",
        "ContinuousDeploymentPolicyId",
        "Staging",
        "SmoothStreaming",
        "TrustedSigners",
        "MinTTL",
        "DefaultTTL",
        "MaxTTL",
    }
)
_ORIGIN: _Members = {
    "Id": None,
    "DomainName": None,
    "OriginPath": "",
    "CustomHeaders": _EMPTY,
    "S3OriginConfig": None,
    "CustomOriginConfig": None,
    "VpcOriginConfig": None,
    "ConnectionAttempts": "3",
    "ConnectionTimeout": "10",
    "OriginShield": "<Enabled>false</Enabled>",
    "OriginAccessControlId": "",
}
_CUSTOM_ORIGIN: _Members = {
    "HTTPPort": "80",
    "HTTPSPort": "443",
    "OriginProtocolPolicy": "match-viewer",
    "OriginSslProtocols": (
        "<Quantity>3</Quantity><Items><SslProtocol>TLSv1</SslProtocol>"
        "<SslProtocol>TLSv1.1</SslProtocol><SslProtocol>TLSv1.2</SslProtocol></Items>"
    ),
    "OriginReadTimeout": "30",
    "OriginKeepaliveTimeout": "5",
}
_BEHAVIOR: _Members = {
    "PathPattern": None,
    "TargetOriginId": None,
    "TrustedSigners": _DISABLED,
    "TrustedKeyGroups": _DISABLED,
    "ViewerProtocolPolicy": None,
    "AllowedMethods": f"{_METHODS}<CachedMethods>{_METHODS}</CachedMethods>",
    "SmoothStreaming": "false",
    "Compress": "false",
    "LambdaFunctionAssociations": _EMPTY,
    "FunctionAssociations": _EMPTY,
    "FieldLevelEncryptionId": "",
    "RealtimeLogConfigArn": None,
    "CachePolicyId": None,
    "OriginRequestPolicyId": None,
    "ResponseHeadersPolicyId": None,
    "GrpcConfig": "<Enabled>false</Enabled>",
}
_LEGACY_BEHAVIOR: _Members = {
    "ForwardedValues": None,
    "MinTTL": "0",
    "DefaultTTL": "86400",
    "MaxTTL": "31536000",
}
_FORWARDED_VALUES: _Members = {
    "QueryString": None,
    "Cookies": None,
    "Headers": _EMPTY,
    "QueryStringCacheKeys": _EMPTY,
}
_ALLOWED_METHODS: _Members = {
    "Quantity": None,
    "Items": None,
    "CachedMethods": _METHODS,
}
_EDGE_ASSOCIATION: _Members = {
    "LambdaFunctionARN": None,
    "EventType": None,
    "IncludeBody": "false",
}


def fill(config: Element) -> None:
    """Add the missing members to `config`, in place."""
    _drop_empty_items(config)
    excluded = _NOT_FOR_TENANTS if is_for_tenants(config) else frozenset()
    _fill(config, _CONFIG, excluded)
    for origin in config.findall("Origins/Items/Origin"):
        _fill(origin, _ORIGIN)
        for custom in origin.findall("CustomOriginConfig"):
            _fill(custom, _CUSTOM_ORIGIN)
    for behavior in behaviors(config):
        _fill_behavior(behavior.element, excluded)
        for association in behavior.associations("LambdaFunction"):
            _fill(association, _EDGE_ASSOCIATION)


def _fill_behavior(behavior: Element, excluded: frozenset[str]) -> None:
    _fill(behavior, _BEHAVIOR, excluded)
    for methods in behavior.findall("AllowedMethods"):
        _fill(methods, _ALLOWED_METHODS)
    for values in behavior.findall("ForwardedValues"):
        _fill(behavior, _LEGACY_BEHAVIOR, excluded)
        _fill(values, _FORWARDED_VALUES)


def _fill(parent: Element, members: _Members, excluded: frozenset[str] = frozenset()) -> None:
    position = 0
    for name, default in members.items():
        existing = parent.find(name)
        if existing is not None:
            position = list(parent).index(existing) + 1
        elif default is not None and name not in excluded:
            parent.insert(position, parse(f"<{name}>{default}</{name}>".encode()))
            position += 1


def _drop_empty_items(config: Element) -> None:
    for parent in list(config.iter()):
        items = parent.find("Items")
        if items is not None and len(items) == 0:
            parent.remove(items)
