"""What is composed with the standby function of a stack, and whether that is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maintenance.aws.clients import CLIENT
from maintenance.aws.standby_program import StandbyProgram
from maintenance.errors import ConfigurationError
from maintenance.standby.publishing import is_of_program

if TYPE_CHECKING:
    from maintenance.cli.context import Context
    from maintenance.cli.session import Session


def composed_program(session: Session, context: Context) -> StandbyProgram:
    """Return where the composed program of a stack with a standby function lies."""
    client = context.aws().client("s3", config=CLIENT)
    return StandbyProgram(lambda: client, bucket=session.app.settings.state_bucket)


def refuse_without_theirs(session: Session, composed: StandbyProgram) -> None:
    """Raise ConfigurationError unless the published function is composed with another one."""
    program = composed.read()
    if program is None:
        raise ConfigurationError(
            "nothing is composed with the standby function: run site-maintenance standby compose "
            "FILE --put first, or the function in whose place it comes would no longer run"
        )
    if not is_of_program(session.standby_engine.store.code.read_live().code, program):
        raise ConfigurationError(
            "the composed function is not published yet: run site-maintenance sweep, and try "
            "again in some minutes"
        )
