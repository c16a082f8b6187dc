"""
Configurations before, while and after maintenance: what was lost, what else was changed.

Nothing was lost where every byte is as it was. While a site is closed only the two association
lists of its behaviors may differ, and each behavior holds the maintenance function.
"""

import re
from collections.abc import Iterable, Mapping

from tests.stories.site import Site

# What maintenance may change, by the namespace-less names that CloudFront writes.
_LISTS = re.compile(
    rb"<(LambdaFunctionAssociations|FunctionAssociations)(?:/>|>.*?</\1>)", re.DOTALL
)
_BEHAVIOR = re.compile(rb"<(DefaultCacheBehavior|CacheBehavior)>.*?</\1>", re.DOTALL)

type Configurations = Mapping[str, bytes]


def read(site: Site, distribution_ids: Iterable[str]) -> Configurations:
    """Return the configuration of each distribution as CloudFront sends it."""
    return {each: site.config(each) for each in distribution_ids}


def lost(before: Configurations, after: Configurations) -> list[str]:
    """Return the distributions whose configuration is another than before."""
    return [name for name, xml in before.items() if after.get(name) != xml]


def changed_elsewhere(before: Configurations, closed: Configurations) -> list[str]:
    """Return the distributions that differ in more than the lists of associations."""
    return [name for name, xml in before.items() if _bare(closed[name]) != _bare(xml)]


def left_open(closed: Configurations, marks: Iterable[str]) -> list[str]:
    """Return the distributions with a behavior that holds no function with one of these names."""
    ours = re.compile(b"|".join(re.escape(each.encode()) for each in marks))
    return [
        name
        for name, xml in closed.items()
        if not all(ours.search(each.group()) for each in _BEHAVIOR.finditer(xml))
    ]


def _bare(xml: bytes) -> bytes:
    return _LISTS.sub(b"", xml)
