"""
Put associations into an order that a client must not rely on. Pure.

CloudFront gives back the associations of a behavior in no promised order. The order here follows
from the seed and the set itself: the same set always comes back in the same order, so a
configuration put back is the same bytes, and another seed shuffles anew.
Behaviors keep their order.
"""

import hashlib
from xml.etree.ElementTree import Element

from sandbox.configuration import behaviors, text


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
