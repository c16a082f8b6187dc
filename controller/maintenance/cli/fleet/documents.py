"""What the commands under `fleet` answer with --json."""

from msgspec import Struct

from maintenance.reporting.status import Instant


class FleetStackDocument(Struct, frozen=True):
    """A stack of a fleet: what became of the order there, and why it failed."""

    name: str
    result: str
    detail: str


class FleetDocument(Struct, frozen=True):
    """
    The answer to `fleet`: the order as it was given at `at`, and what became of it.

    `failed` counts the stacks where it was not carried out or the site is stuck. `error` is why the
    hub stopped.
    """

    fleet: str
    order: str
    at: Instant
    stacks: list[FleetStackDocument]
    failed: int
    error: str
