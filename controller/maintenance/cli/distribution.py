"""The distribution that an operator has typed. Pure."""

from collections.abc import Sequence
from difflib import get_close_matches

from maintenance.cli.own_command import own_command
from maintenance.errors import ConfigurationError
from maintenance.model import Distribution


def find_distribution(typed: str, listing: Sequence[Distribution], stack: str) -> Distribution:
    """Return the distribution of that id or alias; raise ConfigurationError."""
    for each in listing:
        if typed in (each.distribution_id, *each.aliases, each.domain_name):
            return each
    known = [name for each in listing for name in (each.distribution_id, *each.aliases)]
    close = get_close_matches(typed, known, n=1)
    lists = f"; {own_command('status', stack)} lists them"
    hint = f": did you mean {close[0]!r}?" if close else lists
    raise ConfigurationError(f"this account has no distribution {typed}{hint}")


def named(distribution: Distribution) -> str:
    """Return its id, and what people know it by."""
    return f"{distribution.distribution_id} ({distribution.name})"
