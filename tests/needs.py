"""Skip a test whose programs are missing; tests/conftest.py fails it if CI is set."""

from collections.abc import Mapping

import pytest


def need(machine: Mapping[str, bool], command: str, *names: str) -> None:
    """
    Skip unless the machine has everything of `names`, or everything at all if none is given.

    `machine` says of each program whether it is there. The reason names all that are missing, also
    those that other tests need, and `command`, which installs them on Debian.
    """
    missing = [name for name, is_there in machine.items() if not is_there]
    if set(missing) & set(names or machine):
        pytest.skip(f"missing: {', '.join(missing)}. On Debian: {command}")
