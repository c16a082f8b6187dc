"""Which of a stack's distributions another stack of this template has as well. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from maintenance.cloudfront.targets import resolve_targets
from maintenance.lambda_edge.function import stack_of
from maintenance.model import Distribution


def shared_distributions(
    value: str, known: Sequence[Distribution], *, stack: str, siblings: Mapping[str, str]
) -> Iterator[str]:
    """
    Yield a sentence for each distribution of `value` that another stack closes, or names.

    `value` is the parameter Distributions of `stack`, and `siblings` has that of each other stack.
    """
    named = {name: _ids(each, known) for name, each in siblings.items()}
    chosen = _ids(value, known)
    for each in known:
        if each.distribution_id not in chosen:
            continue
        closed_by = _closing_stacks(each) - {stack}
        named_by = {name for name, ids in named.items() if each.distribution_id in ids}
        for other in sorted(closed_by | named_by):
            what = "has closed" if other in closed_by else "also has"
            yield (
                f"the stack {other} {what} {each.distribution_id} ({each.name}): a behavior that "
                "one of them has closed is refused to the other, and only the stack that closed "
                "it opens it; give each distribution to one stack"
            )


def _ids(value: str, known: Sequence[Distribution]) -> frozenset[str]:
    entries = [each.strip() for each in value.split(",")]
    return resolve_targets(entries, known).distribution_ids


def _closing_stacks(distribution: Distribution) -> set[str]:
    arns = [each.arn for behavior in distribution.behaviors for each in behavior.associations]
    return {found for arn in arns if (found := stack_of(arn))}
