"""A request has at most 50 keys, and requests keep the order of the changes."""

import pytest
from maintenance.standby.changes import KEYS_PER_REQUEST, KeyChanges, requests_of


@pytest.mark.parametrize(
    ("puts", "deletes", "expected"),
    [
        (0, 0, []),
        (50, 0, [(50, 0)]),
        (50, 1, [(50, 0), (0, 1)]),
        (51, 0, [(50, 0), (1, 0)]),
        (1, 49, [(1, 49)]),
        (2, 49, [(2, 48), (0, 1)]),
    ],
)
def test_a_request_takes_fifty_keys(
    puts: int, deletes: int, expected: list[tuple[int, int]]
) -> None:
    """Puts come first, so that what replaces something is there before that goes."""
    changes = KeyChanges(
        {f"p{each}": "1" for each in range(puts)}, [f"d{n}" for n in range(deletes)]
    )

    requests = [*requests_of([changes])]

    assert expected == [(len(each.puts), len(each.deletes)) for each in requests]
    assert all(len(each.puts) + len(each.deletes) <= KEYS_PER_REQUEST for each in requests)


def test_changes_do_not_share_a_request() -> None:
    """The key `state` stands alone."""
    changes = [KeyChanges({"page": "1"}), KeyChanges(), KeyChanges({"state": "2"}, ("old",))]

    requests = [*requests_of(changes)]

    assert [KeyChanges({"page": "1"}), KeyChanges({"state": "2"}, ("old",))] == requests


def test_changes_without_keys_are_false() -> None:
    """They need no request."""
    assert [False, True, True] == [
        bool(each) for each in (KeyChanges(), KeyChanges({"a": ""}), KeyChanges(deletes=("a",)))
    ]
