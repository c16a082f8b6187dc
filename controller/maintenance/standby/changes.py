"""
Changes of keys in the store, and the requests that make them. Pure.

A request changes at most 50 keys, all of them or not one (doc: CloudFront Developer Guide,
cloudfront-limits). The other limit, 3 MB a request, is out of reach: values have 1 KB at most.
"""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

KEYS_PER_REQUEST = 50


class KeyChanges(Struct, frozen=True):
    """The values to put, by key, and the keys to delete; one that does not exist is no error."""

    puts: Mapping[str, str] = {}
    deletes: Collection[str] = ()

    def __bool__(self) -> bool:
        """Return whether there is anything to change."""
        return bool(self.puts or self.deletes)


def requests_of(changes: Iterable[KeyChanges]) -> Iterator[KeyChanges]:
    """Yield changes that a request takes each, in this order; puts come before deletes."""
    for each in changes:
        puts: Iterable[tuple[str, str | None]] = each.puts.items()
        deletes = ((key, None) for key in each.deletes)
        for batch in itertools.batched(itertools.chain(puts, deletes), KEYS_PER_REQUEST):
            yield KeyChanges(
                {key: value for key, value in batch if value is not None},
                tuple(key for key, value in batch if value is None),
            )
