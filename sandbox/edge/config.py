"""
Read a DistributionConfig document for the edge: origins, behaviors, their functions. Pure.

The first ordered behavior whose pattern matches the path serves it, else the default behavior. A
pattern knows `*` (any characters) and `?` (one), is case-sensitive, and may omit its leading slash
(doc: CloudFront API Reference, CacheBehavior, PathPattern). The first member of an origin group
stands for the group.
"""

import functools
import re
from dataclasses import dataclass
from enum import StrEnum
from xml.etree.ElementTree import Element, fromstring

from sandbox.edge.cache import EVERYTHING, MANAGED_POLICIES, NOTHING, Caching
from sandbox.edge.messages import EdgeError, Headers


class EventType(StrEnum):
    """When an edge function runs; CloudFront's own strings."""

    VIEWER_REQUEST = "viewer-request"
    ORIGIN_REQUEST = "origin-request"
    ORIGIN_RESPONSE = "origin-response"
    VIEWER_RESPONSE = "viewer-response"


@dataclass(frozen=True, slots=True)
class Association:
    """A function for an event type: of Lambda@Edge, or else a CloudFront Function."""

    event_type: str
    arn: str
    is_lambda: bool
    include_body: bool = False


@dataclass(frozen=True, slots=True)
class Behavior:
    """
    One cache behavior; `path_pattern` is None for the default one.

    `caching` is None if the sandbox does not know the cache policy `cache_policy_id`.
    """

    path_pattern: str | None
    origin_id: str
    allowed_methods: frozenset[str]
    associations: tuple[Association, ...]
    caching: Caching | None
    cache_policy_id: str
    has_origin_request_policy: bool

    def association(self, event_type: EventType) -> Association | None:
        """Return the function for `event_type`, or None."""
        return next((a for a in self.associations if a.event_type == event_type), None)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where content comes from; `http_port` is None unless it is a custom origin."""

    origin_id: str
    domain_name: str
    path: str
    http_port: int | None
    protocol_policy: str
    custom_headers: Headers


@dataclass(frozen=True, slots=True)
class EdgeConfig:
    """What the edge needs of a distribution's configuration."""

    enabled: bool
    default_root_object: str
    origins: tuple[Origin, ...]
    ordered_behaviors: tuple[Behavior, ...]
    default_behavior: Behavior

    def origin(self, origin_id: str) -> Origin:
        """Return the origin of that id."""
        found = next((o for o in self.origins if o.origin_id == origin_id), None)
        if found is None:
            raise EdgeError(502, f"The distribution has no origin {origin_id!r}.")
        return found


def select_behavior(config: EdgeConfig, path: str) -> Behavior:
    """Return the behavior that serves `path`."""
    matching = (b for b in config.ordered_behaviors if matches(b.path_pattern or "", path))
    return next(matching, config.default_behavior)


def matches(pattern: str, path: str) -> bool:
    """Return whether a path pattern matches `path`."""
    wildcards = {"*": ".*", "?": "."}
    expression = "".join(wildcards.get(c, re.escape(c)) for c in pattern.removeprefix("/"))
    return re.fullmatch(expression, path.removeprefix("/"), re.DOTALL) is not None


@functools.lru_cache(maxsize=64)
def parse_distribution_config(document: bytes) -> EdgeConfig:
    """Return the configuration in `document`; elements that the edge does not model are ignored."""
    root = fromstring(document)  # noqa: S314 - the sandbox's own control plane wrote it
    groups = {
        _text(group, "Id"): _text(group, "Members/Items/OriginGroupMember/OriginId")
        for group in _find_all(root, "OriginGroups/Items/OriginGroup")
    }
    default = _find(root, "DefaultCacheBehavior")
    if default is None:
        raise EdgeError(502, "The distribution's configuration has no DefaultCacheBehavior.")
    return EdgeConfig(
        enabled=_text(root, "Enabled") == "true",
        default_root_object=_text(root, "DefaultRootObject"),
        origins=tuple(_origin(element) for element in _find_all(root, "Origins/Items/Origin")),
        ordered_behaviors=tuple(
            _behavior(element, groups)
            for element in _find_all(root, "CacheBehaviors/Items/CacheBehavior")
        ),
        default_behavior=_behavior(default, groups),
    )


def _origin(element: Element) -> Origin:
    port = _text(element, "CustomOriginConfig/HTTPPort")
    return Origin(
        origin_id=_text(element, "Id"),
        domain_name=_text(element, "DomainName"),
        path=_text(element, "OriginPath"),
        http_port=int(port) if port else None,
        protocol_policy=_text(element, "CustomOriginConfig/OriginProtocolPolicy"),
        custom_headers=tuple(
            (_text(header, "HeaderName"), _text(header, "HeaderValue"))
            for header in _find_all(element, "CustomHeaders/Items/OriginCustomHeader")
        ),
    )


def _behavior(element: Element, groups: dict[str, str]) -> Behavior:
    target = _text(element, "TargetOriginId")
    return Behavior(
        path_pattern=_text(element, "PathPattern") or None,
        origin_id=groups.get(target, target),
        allowed_methods=_names(element, "AllowedMethods/Items/Method")
        or frozenset({"GET", "HEAD"}),
        associations=_associations(element),
        caching=_caching(element),
        cache_policy_id=_text(element, "CachePolicyId"),
        has_origin_request_policy=bool(_text(element, "OriginRequestPolicyId")),
    )


def _associations(element: Element) -> tuple[Association, ...]:
    lambdas = _find_all(element, "LambdaFunctionAssociations/Items/LambdaFunctionAssociation")
    functions = _find_all(element, "FunctionAssociations/Items/FunctionAssociation")
    return (
        *(
            Association(
                _text(found, "EventType"),
                _text(found, "LambdaFunctionARN"),
                is_lambda=True,
                include_body=_text(found, "IncludeBody") == "true",
            )
            for found in lambdas
        ),
        *(
            Association(_text(found, "EventType"), _text(found, "FunctionARN"), is_lambda=False)
            for found in functions
        ),
    )


def _caching(element: Element) -> Caching | None:
    policy = _text(element, "CachePolicyId")
    if policy:
        return MANAGED_POLICIES.get(policy)
    return Caching(
        min_ttl=float(_text(element, "MinTTL") or 0),
        default_ttl=float(_text(element, "DefaultTTL") or Caching().default_ttl),
        max_ttl=float(_text(element, "MaxTTL") or Caching().max_ttl),
        query_strings=_forwarded_query_strings(element),
        cookies=_forwarded_cookies(element),
        headers=frozenset(n.lower() for n in _names(element, "ForwardedValues/Headers/Items/Name")),
    )


def _forwarded_query_strings(element: Element) -> frozenset[str]:
    if _text(element, "ForwardedValues/QueryString") != "true":
        return NOTHING
    return _names(element, "ForwardedValues/QueryStringCacheKeys/Items/Name") or EVERYTHING


def _forwarded_cookies(element: Element) -> frozenset[str]:
    if _text(element, "ForwardedValues/Cookies/Forward") == "all":
        return EVERYTHING
    return _names(element, "ForwardedValues/Cookies/WhitelistedNames/Items/Name")


def _names(element: Element, path: str) -> frozenset[str]:
    return frozenset(found.text or "" for found in _find_all(element, path))


def _path(path: str) -> str:
    # {*} matches any namespace and none: CloudFront's documents have one, tests may omit it.
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def _find(element: Element, path: str) -> Element | None:
    return element.find(_path(path))


def _find_all(element: Element, path: str) -> list[Element]:
    return element.findall(_path(path))


def _text(element: Element, path: str) -> str:
    return (element.findtext(_path(path)) or "").strip()
