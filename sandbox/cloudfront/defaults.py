"""
Fill in what CloudFront fills in when a DistributionConfig leaves it out. Pure.

A read gives back every list, the empty ones as Quantity 0 without Items, and every setting with its
default; so a configuration that was read can be put back whole. Filling twice changes nothing.
Missing members go to their place in the API's order; what is there, known or not, stays in its own.

Source: CloudFront API reference, the members' documented defaults. OriginSslProtocols, which has no
documented default in the API, gets TLSv1, TLSv1.1 and TLSv1.2.
"""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from sandbox.cloudfront.configuration import behaviors, parse
from sandbox.cloudfront.distribution_rules import is_for_tenants

type _Members = Mapping[str, str | None]  # in the API's order; None: no default, only its place

_NONE = "<Quantity>0</Quantity>"
_NOBODY = f"<Enabled>false</Enabled>{_NONE}"
_METHODS = "<Quantity>2</Quantity><Items><Method>HEAD</Method><Method>GET</Method></Items>"

_CONFIG: _Members = {
    "CallerReference": None,
    "Aliases": _NONE,
    "DefaultRootObject": "",
    "Origins": None,
    "OriginGroups": _NONE,
    "DefaultCacheBehavior": None,
    "CacheBehaviors": _NONE,
    "CustomErrorResponses": _NONE,
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
        f"<GeoRestriction><RestrictionType>none</RestrictionType>{_NONE}</GeoRestriction>"
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
    "CustomHeaders": _NONE,
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
    "TrustedSigners": _NOBODY,
    "TrustedKeyGroups": _NOBODY,
    "ViewerProtocolPolicy": None,
    "AllowedMethods": f"{_METHODS}<CachedMethods>{_METHODS}</CachedMethods>",
    "SmoothStreaming": "false",
    "Compress": "false",
    "LambdaFunctionAssociations": _NONE,
    "FunctionAssociations": _NONE,
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
    "Headers": _NONE,
    "QueryStringCacheKeys": _NONE,
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
    """Fill `config` in place."""
    _drop_empty_items(config)
    not_restored = _NOT_FOR_TENANTS if is_for_tenants(config) else frozenset()
    _fill(config, _CONFIG, not_restored)
    for origin in config.findall("Origins/Items/Origin"):
        _fill(origin, _ORIGIN)
        for custom in origin.findall("CustomOriginConfig"):
            _fill(custom, _CUSTOM_ORIGIN)
    for behavior in behaviors(config):
        _fill_behavior(behavior.element, not_restored)
        for association in behavior.associations("LambdaFunction"):
            _fill(association, _EDGE_ASSOCIATION)


def _fill_behavior(behavior: Element, not_restored: frozenset[str]) -> None:
    _fill(behavior, _BEHAVIOR, not_restored)
    for methods in behavior.findall("AllowedMethods"):
        _fill(methods, _ALLOWED_METHODS)
    for values in behavior.findall("ForwardedValues"):
        _fill(behavior, _LEGACY_BEHAVIOR, not_restored)
        _fill(values, _FORWARDED_VALUES)


def _fill(parent: Element, members: _Members, not_restored: frozenset[str] = frozenset()) -> None:
    place = 0
    for name, default in members.items():
        there = parent.find(name)
        if there is not None:
            place = list(parent).index(there) + 1
        elif default is not None and name not in not_restored:
            parent.insert(place, parse(f"<{name}>{default}</{name}>".encode()))
            place += 1


def _drop_empty_items(config: Element) -> None:
    for parent in list(config.iter()):
        items = parent.find("Items")
        if items is not None and len(items) == 0:
            parent.remove(items)
