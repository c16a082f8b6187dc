"""
Delete what runs have made, found by its name: the run at hand knows it no better than a later one.

One thing that cannot be deleted stops nothing: it is named, and the rest goes on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from live_check.account import Account
from live_check.clean_up import compute, delivery, records
from live_check.clean_up.found import Found
from live_check.pace import OverdueError

type _Find = Callable[[Account], Iterator[Found]]

# The stack first, while the role of its controller and the site are there; then the distribution,
# which holds everything that is named by its configuration.
_KINDS: tuple[_Find, ...] = (
    compute.stacks,
    delivery.distributions,
    delivery.functions,
    delivery.key_value_stores,
    delivery.response_headers_policies,
    delivery.key_groups,
    delivery.public_keys,
    delivery.origin_access_controls,
    compute.edge_functions,
    compute.schedules,
    compute.rules,
    compute.queues,
    compute.roles,
    records.buckets,
    records.parameters,
    records.log_groups,
)


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is still there, and why; a replica goes by itself within hours."""

    what: str
    reason: str

    @property
    def is_replica(self) -> bool:
        """Tell whether it can only be deleted later."""
        # doc: CloudFront Developer Guide, lambda-edge-delete-replicas
        return "replicated function" in self.reason


def clean_up(
    account: Account, is_wanted: Callable[[str], bool], say: Callable[[str], None]
) -> tuple[Left, ...]:
    """Delete everything whose name is wanted, `say` what was deleted, and return what is left."""
    left: list[Left] = []
    for find in _KINDS:
        try:
            found = [each for each in find(account) if is_wanted(each.name)]
        except (BotoCoreError, ClientError) as error:
            left.append(Left(f"whatever there is of {find.__name__}", str(error)))
            continue
        for each in found:
            try:
                each.delete()
            except (BotoCoreError, ClientError, OverdueError) as error:
                left.append(Left(each.label, str(error)))
            else:
                say(each.label)
    return tuple(left)
