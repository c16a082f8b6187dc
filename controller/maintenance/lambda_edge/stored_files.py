"""What the state bucket holds for a version of the function: the owner's page, and the tokens."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, field

from maintenance.errors import MaintenanceError
from maintenance.lambda_edge.bypass import Token


class StoredFiles(Struct, frozen=True):
    """
    The page files by name, and the bypass tokens; in place of either the error of reading it.

    So a page that is refused keeps no revoked token alive, and damaged tokens keep no page away.
    """

    page: Mapping[str, bytes] | MaintenanceError = field(
        default_factory=lambda: MappingProxyType({})
    )
    tokens: tuple[Token, ...] | MaintenanceError = ()
