"""Which of a stack's distributions another stack has as well."""

from maintenance.deployment.siblings import shared_distributions
from maintenance.model import VIEWER_REQUEST, Association, Kind

from tests.builders import a_behavior, a_distribution, a_function, edge_arn


def test_a_distribution_that_another_stack_names_is_shared() -> None:
    """By its id or by a pattern; what only the other stack has is its own."""
    known = [a_distribution("E1", "www.example.com"), a_distribution("E2", "shop.example.com")]
    siblings = {"shop": "shop.example.com, E9", "blog": "E2"}

    (found,) = shared_distributions(
        "E1, *.example.com", known[:1], stack="new", siblings={"a": "E1"}
    )
    both = [*shared_distributions("E1,E2", known, stack="new", siblings=siblings)]

    assert found.startswith("the stack a also has E1 (www.example.com): ")
    assert ["the stack blog also has E2 (", "the stack shop also has E2 ("] == [
        each.partition("shop.example.com")[0] for each in both
    ]


def test_a_distribution_that_another_stack_has_closed_is_shared() -> None:
    """Also if that stack cannot be listed; a function of ours, and any other, is no reason."""
    other = Association(VIEWER_REQUEST, Kind.LAMBDA_AT_EDGE, edge_arn(stack="shop"))
    ours = Association(VIEWER_REQUEST, Kind.LAMBDA_AT_EDGE, edge_arn(stack="site"))
    behaviors = (a_behavior(None, other), a_behavior("/a", ours), a_behavior("/b", a_function()))
    known = [a_distribution("E1", behaviors=behaviors)]

    (found,) = shared_distributions("E1", known, stack="site", siblings={"shop": "E1"})

    assert found.startswith("the stack shop has closed E1 (")
    assert not [*shared_distributions("E2", known, stack="site", siblings={"shop": "E1"})]
