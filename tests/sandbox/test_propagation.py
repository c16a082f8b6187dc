"""Propagation of configurations to the edge, in the order in which they were accepted."""

from sandbox.cloudfront.propagation import Propagation
from sandbox.edge.interface import Deployed


class _Clock:
    """A clock that a test advances."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def _change(comment: str, *aliases: str, distribution_id: str = "E1") -> Deployed:
    names = "".join(f"<CNAME>{alias}</CNAME>" for alias in aliases)
    document = f"<DistributionConfig><Aliases><Items>{names}</Items></Aliases>{comment}"
    config = f"{document}</DistributionConfig>".encode()
    return Deployed(distribution_id, f"{distribution_id.lower()}.cloudfront.net", config)


def test_nothing_is_served_before_the_first_deployment() -> None:
    """A new distribution is served once it is deployed."""
    clock = _Clock()
    propagation = Propagation(clock)
    propagation.accept(_change("first"), (2,))

    assert propagation.deployed("e1.cloudfront.net") is None
    clock.now += 2
    assert _change("first") == propagation.deployed("e1.cloudfront.net")


def test_changes_are_served_in_the_order_they_were_accepted() -> None:
    """Even if a later one would be quicker."""
    clock = _Clock()
    propagation = Propagation(clock)
    propagation.accept(_change("slow"), (10,))
    propagation.accept(_change("quick"), (0,))

    assert propagation.deployed("e1.cloudfront.net") is None
    assert "InProgress" == propagation.status("E1")
    clock.now += 10
    assert _change("quick") == propagation.deployed("e1.cloudfront.net")
    assert "Deployed" == propagation.status("E1")


def test_an_alias_wins_over_a_wildcard() -> None:
    """The most specific name wins (CloudFront Developer Guide, alternate domain names)."""
    propagation = Propagation(_Clock())
    wild = _change("wild", "*.example.com")
    exact = _change("exact", "WWW.example.com", distribution_id="E2")
    propagation.accept(wild, (0,))
    propagation.accept(exact, (0,))

    assert exact == propagation.deployed("www.example.com")
    assert wild == propagation.deployed("shop.example.com")
    assert propagation.deployed("example.com") is None


def test_served_and_pending_configurations_both_count() -> None:
    """The functions of both are in use."""
    propagation = Propagation(_Clock())
    propagation.accept(_change("old"), (0,))
    propagation.accept(_change("new"), (10,))

    configurations = {_change("old").config_xml, _change("new").config_xml}
    assert configurations == set(propagation.configurations())


def test_a_deleted_distribution_is_not_served() -> None:
    """Neither by name nor by alias."""
    propagation = Propagation(_Clock())
    propagation.accept(_change("first", "www.example.com"), (0,))
    propagation.remove("E1")

    assert propagation.deployed("www.example.com") is None


def test_each_edge_location_serves_a_change_at_its_own_moment() -> None:
    """The status is Deployed when the last one does; one that was added later waits for that."""
    clock = _Clock()
    propagation = Propagation(clock)
    propagation.accept(_change("first"), (10, 30))
    host = "e1.cloudfront.net"

    clock.now += 10
    early = [propagation.deployed(host, 1), propagation.deployed(host, 2)]
    status = propagation.status("E1")
    clock.now += 20

    assert ([_change("first"), None], "InProgress") == (early, status)
    assert [_change("first")] * 2 == [propagation.deployed(host, n) for n in (2, 3)]
    assert "Deployed" == propagation.status("E1")
