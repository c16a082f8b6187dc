"""Propagation of key-value stores to the edge."""

from sandbox.cloudfront.store_propagation import StorePropagation


class _Clock:
    """A clock that a test advances."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_write_is_read_after_its_time() -> None:
    """Until then the edge reads what was there before."""
    clock = _Clock()
    stores = StorePropagation(clock)
    stores.accept("a", {"state": "old"}, (0,))
    stores.accept("a", {"state": "new"}, (30,))

    assert {"state": "old"} == stores.values("a")
    clock.now += 30
    assert {"state": "new"} == stores.values("a")


def test_writes_arrive_in_their_order() -> None:
    """Even if a later one would be quicker; other stores do not wait."""
    clock = _Clock()
    stores = StorePropagation(clock)
    stores.accept("a", {"state": "slow"}, (10,))
    stores.accept("a", {"state": "quick"}, (0,))
    stores.accept("b", {"state": "other"}, (0,))

    assert [{}, {"state": "other"}] == [stores.values("a"), stores.values("b")]
    clock.now += 10
    assert {"state": "quick"} == stores.values("a")


def test_keys_that_change_may_be_missing_before() -> None:
    """As someone saw; keys that stay, and new ones, have no such gap."""
    clock = _Clock()
    stores = StorePropagation(clock)
    stores.accept("a", {"state": "old", "page": "same"}, (0,))
    stores.accept("a", {"state": "new", "page": "same", "t": "1"}, (30,), missing_seconds=5)

    seen = []
    for seconds in (24, 1, 5):
        clock.now += seconds
        seen.append(dict(stores.values("a")))

    before, after = {"state": "old", "page": "same"}, {"state": "new", "page": "same", "t": "1"}
    assert [before, {"page": "same"}, after] == seen


def test_each_edge_location_reads_a_write_at_its_own_moment() -> None:
    """So two visitors may get different answers for a while."""
    clock = _Clock()
    stores = StorePropagation(clock)
    stores.accept("a", {"state": "new"}, (10, 30), missing_seconds=20)

    seen = []
    for seconds in (9, 1, 20):
        clock.now += seconds
        seen.append([stores.values("a", location).get("state") for location in (1, 2)])

    assert [[None, None], ["new", None], ["new", "new"]] == seen


def test_a_deleted_store_has_no_copies() -> None:
    """A new one under its name starts empty."""
    stores = StorePropagation(_Clock())
    stores.accept("a", {"state": "old"}, (0,))

    stores.remove("a")

    assert {} == stores.values("a")


def test_what_is_on_its_way_comes_nearer_with_the_clock() -> None:
    """As the controls advance it."""
    stores = StorePropagation(_Clock())
    stores.accept("a", {"state": "new"}, (60,))

    stores.advance(59)
    before = dict(stores.values("a"))
    stores.advance(1)

    assert [{}, {"state": "new"}] == [before, stores.values("a")]


def test_a_copy_does_not_change_with_the_store() -> None:
    """The edge has its own."""
    stored = {"state": "written"}
    stores = StorePropagation(_Clock())
    stores.accept("a", stored, (0,))

    stored["state"] = "changed"

    assert {"state": "written"} == stores.values("a")


def test_everything_on_its_way_can_arrive_at_once() -> None:
    """And a reset leaves nothing."""
    stores = StorePropagation(_Clock())
    stores.accept("a", {"state": "new"}, (3600,))

    stores.finish()
    arrived = stores.values("a")
    stores.clear()

    assert [{"state": "new"}, {}] == [arrived, stores.values("a")]
