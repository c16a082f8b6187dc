"""What a run has read before it decides."""

from msgspec import Struct

from maintenance.reconcile.desired_state import DesiredState
from maintenance.reconcile.ports import Listing, ReadPage


class Observation(Struct, frozen=True):
    """
    The desired state, and the distributions as they are listed.

    `read_page` returns the stored files, if reading them has begun already. `is_sweep` is whether
    the run is a sweep, and `may_trust_notes` whether it may go by what earlier runs have noted.
    `after_change` is whether the switch or a window was changed just before the run or during it.
    """

    desired: DesiredState
    listing: Listing
    read_page: ReadPage | None = None
    is_sweep: bool = False
    may_trust_notes: bool = False
    after_change: bool = False
