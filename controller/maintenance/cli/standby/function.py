"""The standby function of the stack that a command is about, and what is composed with it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from maintenance.app import TIMER
from maintenance.aws.clients import CLIENT
from maintenance.aws.standby_function import StandbyFunctionCode
from maintenance.aws.standby_program import StandbyProgram
from maintenance.errors import ConfigurationError
from maintenance.standby.function import StandbyFunction
from maintenance.standby.publishing import is_of_program

if TYPE_CHECKING:
    from maintenance.cli.context import Context
    from maintenance.cli.session import Session


def standby_function(session: Session) -> StandbyFunction:
    """Return the function of the stack; raise ConfigurationError if it has none."""
    arn = session.deployed.standby_function
    if not arn:
        raise ConfigurationError(
            f"the stack {session.watch.stack} has no standby function: deploy it with "
            "Engine=standby first (docs/standby-attach.md)"
        )
    return StandbyFunction(arn, session.app.settings.stack_name)


def composed_program(session: Session, context: Context) -> StandbyProgram:
    """Return where the composed program lies."""
    client = context.aws().client("s3", config=CLIENT)
    return StandbyProgram(lambda: client, bucket=session.app.settings.state_bucket)


def published_code(function: StandbyFunction, context: Context) -> StandbyFunctionCode:
    """Return what reads the published code."""
    client = context.aws().client("cloudfront", config=CLIENT)
    return StandbyFunctionCode(
        lambda: client, name=function.name, sleep=TIMER.sleep, jitter=random.random
    )


def refuse_without_theirs(session: Session, context: Context, function: StandbyFunction) -> None:
    """Raise ConfigurationError unless the published function is composed with another one."""
    program = composed_program(session, context).read()
    if program is None:
        raise ConfigurationError(
            "nothing is composed with the standby function: run site-maintenance standby compose "
            "FILE --put first, or the function in whose place it comes would no longer run"
        )
    if not is_of_program(published_code(function, context).read_live().code, program):
        raise ConfigurationError(
            "the composed function is not published yet: run site-maintenance sweep, and try "
            "again in some minutes"
        )
