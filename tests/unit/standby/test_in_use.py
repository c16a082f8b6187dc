"""A standby function that cache behaviors have cannot be deleted."""

from datetime import UTC, datetime

from maintenance.model import Association, Behavior, Distribution, Kind
from maintenance.standby.in_use import refuse_attached

OURS = "arn:aws:cloudfront::123456789012:function/site-maintenance-1"
THEIRS = "arn:aws:cloudfront::123456789012:function/rewrite"


def a_distribution(number: int, *arns: str) -> Distribution:
    """Return a distribution of one behavior for each function, at viewer-request."""
    kind = Kind.CLOUDFRONT_FUNCTION
    behaviors = tuple(
        Behavior(f"/{at}", (Association("viewer-request", kind, arn),))
        for at, arn in enumerate(arns)
    )
    then = datetime(2026, 12, 1, tzinfo=UTC)
    alias = f"www{number}.example.com"
    return Distribution(f"E{number}", "d1", (alias,), "Deployed", False, behaviors, then)  # noqa: FBT003 - staging


def test_a_function_that_no_behavior_has_can_be_deleted() -> None:
    """Functions of the site's own do not matter."""
    assert "" == refuse_attached(OURS, [a_distribution(1), a_distribution(2, THEIRS)], stack="shop")


def test_the_distributions_that_have_it_are_named_with_what_to_do() -> None:
    """Once each, in any of their behaviors; the owner's own template may be what attaches it."""
    listing = [a_distribution(1, THEIRS, OURS, OURS), a_distribution(2), a_distribution(3, OURS)]

    assert (
        "detach first: the standby function is still attached to E1 (www1.example.com), E3 "
        "(www3.example.com); run `site-maintenance standby detach --stack shop`, or take it out of "
        "the template that attaches it"
    ) == refuse_attached(OURS, listing, stack="shop")


def test_of_many_distributions_five_are_named() -> None:
    """CloudFormation cuts long reasons."""
    listing = [a_distribution(number, OURS) for number in range(1, 8)]

    refusal = refuse_attached(OURS, listing, stack="shop")

    assert "E5 (www5.example.com) and 2 more; run" in refusal
    assert "E6" not in refusal
