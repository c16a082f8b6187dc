"""
Rewrite ministack's answers about distributions into CloudFront's. Pure.

    answer                     what is put right
    -------------------------  --------------------------------------------------------------
    Distribution               Status; order of associations
    DistributionConfig         order of associations
    DistributionList           the page that was asked for; Status, ETag and order in each summary

Source: CloudFront API reference, ListDistributions and DistributionSummary.
"""

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from sandbox import association_order, configuration

DEFAULT_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What ministack does not know of a distribution, by its id, and the seed of the shuffle."""

    status: Callable[[str], str]
    etag: Callable[[str], str]
    seed: int


def distribution(document: bytes, truth: Truth) -> bytes:
    """Return a Distribution or DistributionConfig document put right."""
    root = configuration.parse(document)
    config = root if root.tag == "DistributionConfig" else root.find("DistributionConfig")
    if config is not None:
        association_order.shuffle(config, truth.seed)
    _set(root, "Status", truth.status(configuration.text(root, "Id")))
    return configuration.write(root)


def page(document: bytes, truth: Truth, *, marker: str, max_items: int) -> bytes:
    """
    Return the page of a DistributionList that begins after the distribution `marker`.

    A marker that names no distribution begins at the first id greater than it, as ids that are
    deleted between two pages must not end a listing.
    """
    root = configuration.parse(document)
    items = root.find("Items")
    summaries = sorted(items if items is not None else (), key=_id)
    rest = [summary for summary in summaries if not marker or _id(summary) > marker]
    shown, is_truncated = rest[:max_items], len(rest) > max_items
    for summary in shown:
        _put_right(summary, truth)
    listing = Element("DistributionList")
    SubElement(listing, "Marker").text = marker
    if is_truncated:
        SubElement(listing, "NextMarker").text = _id(shown[-1])
    SubElement(listing, "MaxItems").text = str(max_items)
    SubElement(listing, "IsTruncated").text = str(is_truncated).lower()
    SubElement(listing, "Quantity").text = str(len(shown))
    if shown:
        SubElement(listing, "Items").extend(shown)
    return configuration.write(listing)


def _put_right(summary: Element, truth: Truth) -> None:
    _set(summary, "Status", truth.status(_id(summary)))
    association_order.shuffle(summary, truth.seed)
    if summary.find("ETag") is None:
        place = [child.tag for child in summary].index("Status")
        etag = Element("ETag")
        etag.text = truth.etag(_id(summary))
        summary.insert(place, etag)


def _id(summary: Element) -> str:
    return configuration.text(summary, "Id")


def _set(parent: Element, name: str, value: str) -> None:
    child = parent.find(name)
    if child is not None:
        child.text = value
