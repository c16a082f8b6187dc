"""The exit codes of every command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes; docs/operations-reference.md says when each is used."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    MAINTENANCE = 3
    NOT_YET = 4
    INTERRUPTED = 130
