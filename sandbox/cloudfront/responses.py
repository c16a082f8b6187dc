"""
Rewrite ministack's answers about distributions into CloudFront's. Pure.

    answer                     what is put right
    -------------------------  --------------------------------------------------------------
    Distribution               Status; order of associations
    DistributionConfig         order of associations
    DistributionList           Status, ETag and order in each summary; the page that was asked for

Source: CloudFront API reference, ListDistributions and DistributionSummary.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from sandbox.cloudfront import configuration
from sandbox.cloudfront.configuration import behaviors, text

DEFAULT_PAGE = 100
_PLACE = "summaries"


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
        shuffle(config, truth.seed)
    _set(root, "Status", truth.status(configuration.text(root, "Id")))
    return configuration.write(root)


def summaries(document: bytes, truth: Truth) -> dict[str, bytes]:
    """Return each summary of a DistributionList put right, by its distribution's id."""
    items = configuration.parse(document).find("Items")
    found = {}
    for summary in items if items is not None else ():
        _put_right(summary, truth)
        found[_id(summary)] = tostring(summary, encoding="unicode").encode()
    return found


def page(shown: Mapping[str, bytes], *, marker: str, max_items: int, is_truncated: bool) -> bytes:
    """Return a page of a DistributionList with these summaries, in the order of their ids."""
    listing = Element("DistributionList")
    SubElement(listing, "Marker").text = marker
    if is_truncated:
        SubElement(listing, "NextMarker").text = max(shown)
    SubElement(listing, "MaxItems").text = str(max_items)
    SubElement(listing, "IsTruncated").text = str(is_truncated).lower()
    SubElement(listing, "Quantity").text = str(len(shown))
    if not shown:
        return configuration.write(listing)
    SubElement(listing, "Items").text = _PLACE
    content = b"".join(shown[each] for each in sorted(shown))
    return configuration.write(listing).replace(_PLACE.encode(), content)


def _put_right(summary: Element, truth: Truth) -> None:
    _set(summary, "Status", truth.status(_id(summary)))
    shuffle(summary, truth.seed)
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


def shuffle(config: Element, seed: int) -> None:
    """Order both association lists of every behavior of `config`, in place."""
    for behavior in behaviors(config):
        for kind in ("LambdaFunction", "Function"):
            for items in behavior.element.findall(f"{kind}Associations/Items"):
                _shuffle(items, seed)


def _shuffle(items: Element, seed: int) -> None:
    content = sorted(_identity(item) for item in items)

    def rank(item: Element) -> bytes:
        return hashlib.sha256(repr((seed, content, _identity(item))).encode()).digest()

    items[:] = sorted(items, key=rank)


def _identity(association: Element) -> tuple[str, str]:
    arn = text(association, "LambdaFunctionARN") or text(association, "FunctionARN")
    return text(association, "EventType"), arn
