"""
Correct ministack's responses about distributions to CloudFront's. Pure.

    response             what is corrected
    -------------------  ------------------------------------------------------------------
    Distribution         Status; order of associations
    DistributionConfig   order of associations
    DistributionList     Status, ETag and order in each summary; `-` as the domain name of a
                         multi-tenant distribution; the page that was asked for

CloudFront returns the associations of a behavior in no promised order, so a client must not rely on
one. Here the order follows from a seed and the set of associations: another seed gives another
order, but the same set always comes back in the same one. A configuration that is written back is
therefore the same bytes. Behaviors keep their order.

Sources: CloudFront API reference, ListDistributions and DistributionSummary; AWS CLI, example of
list-distributions-by-connection-mode. The domain name that GetDistribution gives a multi-tenant
distribution is not known: ministack's stays.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from sandbox.cloudfront import configuration
from sandbox.cloudfront.configuration import behaviors, text
from sandbox.cloudfront.distribution_rules import is_for_tenants

DEFAULT_PAGE = 100
_PLACEHOLDER = "summaries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """The status and ETag of a distribution, by its id, and the seed of the order."""

    status: Callable[[str], str]
    etag: Callable[[str], str]
    seed: int


def correct_distribution(document: bytes, corrections: Corrections) -> bytes:
    """Return a Distribution or DistributionConfig document, corrected."""
    root = configuration.parse(document)
    config = root if root.tag == "DistributionConfig" else root.find("DistributionConfig")
    if config is not None:
        shuffle(config, corrections.seed)
    _set(root, "Status", corrections.status(text(root, "Id")))
    return configuration.write(root)


def correct_summaries(document: bytes, corrections: Corrections) -> dict[str, bytes]:
    """Return the corrected summaries of a DistributionList, by distribution id."""
    items = configuration.parse(document).find("Items")
    corrected = {}
    for summary in items if items is not None else ():
        _correct_summary(summary, corrections)
        corrected[text(summary, "Id")] = tostring(summary, encoding="unicode").encode()
    return corrected


def write_page(
    summaries: Mapping[str, bytes], *, marker: str, max_items: int, is_truncated: bool
) -> bytes:
    """Return a page of a DistributionList with these summaries, ordered by id."""
    listing = Element("DistributionList")
    SubElement(listing, "Marker").text = marker
    if is_truncated:
        SubElement(listing, "NextMarker").text = max(summaries)
    SubElement(listing, "MaxItems").text = str(max_items)
    SubElement(listing, "IsTruncated").text = str(is_truncated).lower()
    SubElement(listing, "Quantity").text = str(len(summaries))
    if not summaries:
        return configuration.write(listing)
    SubElement(listing, "Items").text = _PLACEHOLDER
    content = b"".join(summaries[each] for each in sorted(summaries))
    return configuration.write(listing).replace(_PLACEHOLDER.encode(), content)


def shuffle(config: Element, seed: int) -> None:
    """Order both association lists of every behavior of `config` by the seed, in place."""
    for behavior in behaviors(config):
        for kind in ("LambdaFunction", "Function"):
            for items in behavior.element.findall(f"{kind}Associations/Items"):
                _shuffle(items, seed)


def _correct_summary(summary: Element, corrections: Corrections) -> None:
    distribution_id = text(summary, "Id")
    _set(summary, "Status", corrections.status(distribution_id))
    shuffle(summary, corrections.seed)
    if is_for_tenants(summary):
        _set(summary, "DomainName", "-")
    if summary.find("ETag") is None:
        position = [child.tag for child in summary].index("Status")
        etag = Element("ETag")
        etag.text = corrections.etag(distribution_id)
        summary.insert(position, etag)


def _set(parent: Element, name: str, value: str) -> None:
    child = parent.find(name)
    if child is not None:
        child.text = value


def _shuffle(items: Element, seed: int) -> None:
    content = sorted(_identity(item) for item in items)

    def rank(item: Element) -> bytes:
        return hashlib.sha256(repr((seed, content, _identity(item))).encode()).digest()

    items[:] = sorted(items, key=rank)


def _identity(association: Element) -> tuple[str, str]:
    arn = text(association, "LambdaFunctionARN") or text(association, "FunctionARN")
    return text(association, "EventType"), arn
