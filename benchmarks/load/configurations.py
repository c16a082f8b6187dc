"""
Compare configurations from before, during and after maintenance.

Nothing is lost if every byte is as before. During maintenance only the two association lists of the
behaviors may differ, and each behavior holds the maintenance function.
"""

import re
from collections.abc import Iterable, Mapping

from tests.stories.site import Site

# The lists that maintenance may change, by the names without namespace that CloudFront writes.
_LISTS = re.compile(
    rb"<(LambdaFunctionAssociations|FunctionAssociations)(?:/>|>.*?</\1>)", re.DOTALL
)
_BEHAVIOR = re.compile(rb"<(DefaultCacheBehavior|CacheBehavior)>.*?</\1>", re.DOTALL)

type Configurations = Mapping[str, bytes]


def read(site: Site, distribution_ids: Iterable[str]) -> Configurations:
    """Return the configuration of each distribution as CloudFront sends it."""
    return {each: site.config(each) for each in distribution_ids}


def lost(before: Configurations, after: Configurations) -> list[str]:
    """Return the distributions whose configuration is not as before."""
    return [name for name, xml in before.items() if after.get(name) != xml]


def changed_elsewhere(before: Configurations, closed: Configurations) -> list[str]:
    """Return the distributions that differ in more than the association lists."""
    return [
        name for name, xml in before.items() if _without_lists(closed[name]) != _without_lists(xml)
    ]


def left_open(closed: Configurations, functions: Iterable[str]) -> list[str]:
    """Return the distributions with a behavior that holds no function of these names."""
    ours = re.compile(b"|".join(re.escape(each.encode()) for each in functions))
    return [
        name
        for name, xml in closed.items()
        if not all(ours.search(each.group()) for each in _BEHAVIOR.finditer(xml))
    ]


def _without_lists(xml: bytes) -> bytes:
    return _LISTS.sub(b"", xml)
