"""What the commands under `standby` answer with --json."""

from msgspec import Struct

from maintenance.reporting.report import OutcomeDocument


class AttachedDistribution(OutcomeDocument, frozen=True, kw_only=True):
    """One distribution, with its aliases: what was done with each of its behaviors."""

    name: str


class AttachmentDocument(Struct, frozen=True):
    """
    The answer to `standby attach` and `standby detach`.

    `complete` is whether each behavior has the standby function that should have it, or is without
    it.
    """

    function: str
    complete: bool
    distributions: list[AttachedDistribution]


class CompositionDocument(Struct, frozen=True):
    """
    The answer to `standby compose`.

    `bytes_left` is how much may still be added to the `program`, `stored` whether the controller
    publishes it from now on.
    """

    program: str
    bytes_left: int
    stored: bool
