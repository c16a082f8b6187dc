"""What a run has read before it decides."""

from msgspec import Struct

from maintenance.reconcile.desired_state import DesiredState
from maintenance.reconcile.ports import Listing, ReadPage


class Observation(Struct, frozen=True):
    """
    The desired state, and the distributions as they are listed.

    `read_page` returns the stored files, if reading them has begun already. `is_sweep` is whether
    nothing but the schedule of the sweeps has woken the run, `after_change` whether the switch or a
    window was changed just before it or during it.
    """

    desired: DesiredState
    listing: Listing
    read_page: ReadPage | None = None
    is_sweep: bool = False
    after_change: bool = False
