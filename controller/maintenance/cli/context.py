"""What a command may use: the operator's terminal and, once it asks for them, AWS and the stack."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from maintenance.cli.terminal import Terminal

if TYPE_CHECKING:
    import boto3  # noqa: TID251 - only its type

    from maintenance.cli.session import Session


class Context(Struct, frozen=True):
    """
    One run of the command line.

    `aws` returns the operator's AWS session, or that of another profile of theirs. `connect` reads
    the settings of the stack and returns its controller; it raises MaintenanceError if there is no
    such stack or it cannot be read. Commands without AWS call neither, and never wait for it.
    """

    terminal: Terminal
    aws: Callable[..., boto3.Session]
    connect: Callable[[], Session]
