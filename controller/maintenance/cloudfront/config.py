"""
Read the behaviors out of a DistributionConfig, and put association lists back into it. Pure.

UpdateDistribution replaces the whole configuration, and an SDK drops XML elements newer than its
model. So the XML that GetDistributionConfig returned is never serialised again: only the bytes of
the two association lists are replaced, all others stay (ADR 0002).
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from maintenance.cloudfront.associations import LIST_NAMES, AssociationLists
from maintenance.cloudfront.xml import Element, scan, splice
from maintenance.errors import ObservationError
from maintenance.model import Behavior, Feature, Kind

type PathPattern = str | None


class ReadConfig(Struct, frozen=True):
    """A configuration as CloudFront sent it, and the ETag that an update of it must match."""

    xml: bytes
    etag: str


class ConfiguredBehavior(Struct, frozen=True):
    """A behavior of the configuration, with its association lists and its place in the XML."""

    behavior: Behavior
    lists: AssociationLists
    element: Element


class DistributionConfig(Struct, frozen=True):
    """
    A parsed configuration. `behaviors` are the default one, then the others in precedence.

    `caveats` say, after the distribution's name, why closing it may mean something else to its
    visitors than its owner expects.
    """

    xml: bytes
    behaviors: tuple[ConfiguredBehavior, ...]
    caveats: tuple[str, ...]

    def with_lists(self, changes: Mapping[PathPattern, AssociationLists]) -> bytes:
        """Return the XML with the lists of the named behaviors replaced, and nothing else."""
        replacements = [
            replacement
            for each in self.behaviors
            if each.behavior.path_pattern in changes
            for replacement in _replacements(each, changes[each.behavior.path_pattern])
        ]
        return splice(self.xml, replacements)


def read_config(xml: bytes) -> DistributionConfig:
    """Return the parsed configuration; raise ObservationError if it is no DistributionConfig."""
    root = scan(xml)
    default = root.child("DefaultCacheBehavior")
    if root.name != "DistributionConfig" or default is None:
        message = f"CloudFront answered with <{root.name}> instead of a DistributionConfig."
        raise ObservationError(message)
    items = root.child("CacheBehaviors", "Items")
    ordered = items.children if items else []
    return DistributionConfig(
        xml=xml,
        behaviors=tuple(_behavior(xml, each) for each in [default, *ordered]),
        caveats=tuple(_caveats(root)),
    )


def _caveats(root: Element) -> Iterator[str]:
    if root.text_of("Enabled") == "false":
        yield "is disabled: its visitors get no answer, in maintenance or not"
    if root.text_of("ConnectionMode") == "tenant-only":
        # Tenants share the functions of their distribution (model: cloudfront Customizations).
        yield "is shared by distribution tenants: closing it closes every one of them"
    if root.text_of("ContinuousDeploymentPolicyId"):
        yield (
            "has a continuous deployment policy: visitors of its staging distribution bypass "
            "maintenance"
        )
    pages = root.child("CustomErrorResponses", "Items")
    for each in pages.children if pages else ():
        # Without a path the entry only says how long an error is cached.
        if each.text_of("ErrorCode") == "503" and (path := each.text_of("ResponsePagePath")):
            yield (
                f"has the custom error response {path} for 503: CloudFront may show visitors that "
                "instead of the maintenance page, so remove it, or check at the first maintenance"
            )


def _behavior(xml: bytes, element: Element) -> ConfiguredBehavior:
    lists = AssociationLists(
        lambda_xml=_list_xml(xml, element, Kind.LAMBDA_AT_EDGE),
        function_xml=_list_xml(xml, element, Kind.CLOUDFRONT_FUNCTION),
    )
    flags = {
        Feature.GRPC: element.text_of("GrpcConfig", "Enabled"),
        Feature.SMOOTH_STREAMING: element.text_of("SmoothStreaming"),
    }
    behavior = Behavior(
        path_pattern=element.text_of("PathPattern") or None,
        associations=lists.associations(),
        features=frozenset(each for each, flag in flags.items() if flag == "true"),
    )
    return ConfiguredBehavior(behavior, lists, element)


def _list_xml(xml: bytes, element: Element, kind: Kind) -> bytes | None:
    found = element.child(LIST_NAMES[kind])
    return xml[found.start : found.end] if found else None


def _replacements(
    configured: ConfiguredBehavior, new: AssociationLists
) -> Iterable[tuple[int, int, bytes]]:
    element = configured.element
    for kind in Kind:
        found = element.child(LIST_NAMES[kind])
        # A list that the configuration lacks goes to the end of its behavior.
        start, end = (found.start, found.end) if found else (element.inner_end, element.inner_end)
        yield start, end, new.xml_of(kind) or b""
