"""Propagation of published CloudFront Functions to the edge."""

from sandbox.cloudfront.function_propagation import FunctionPropagation, PublishedFunction

_OLD, _NEW = PublishedFunction("old", None), PublishedFunction("new", "arn:store")


class _Clock:
    """A clock that a test advances."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_first_publish_counts_at_once() -> None:
    """A distribution that then gets the function takes its own time."""
    functions = FunctionPropagation(_Clock())

    functions.accept("a", _OLD, (60, 120))

    assert [_OLD, _OLD] == [functions.live("a", 1), functions.live("a", 2)]
    assert functions.live("b", 1) is None


def test_each_edge_location_runs_later_code_at_its_own_moment() -> None:
    """With the store that the code was published with."""
    clock = _Clock()
    functions = FunctionPropagation(clock)
    functions.accept("a", _OLD, (0,))
    functions.accept("a", _NEW, (60, 120))

    clock.now += 60
    early = [functions.live("a", 1), functions.live("a", 2)]
    functions.advance(60)

    assert [_NEW, _OLD] == early
    assert _NEW == functions.live("a", 2)


def test_everything_on_its_way_can_arrive_at_once() -> None:
    """And a deleted function, or a reset, leaves nothing."""
    functions = FunctionPropagation(_Clock())
    for arn in ("a", "b"):
        functions.accept(arn, _OLD, (0,))
        functions.accept(arn, _NEW, (3600,))

    functions.finish()
    arrived = functions.live("a")
    functions.remove("a")
    removed = [functions.live("a"), functions.live("b")]
    functions.clear()

    assert (_NEW, [None, _NEW]) == (arrived, removed)
    assert functions.live("b") is None
