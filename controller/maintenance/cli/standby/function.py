"""What is composed with the standby function of a stack, and whether that is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from maintenance.aws.clients import CLIENT
from maintenance.aws.errors import error_code, translate_errors
from maintenance.aws.standby.program import StandbyProgram
from maintenance.cli.standby.program import is_composed_with
from maintenance.errors import ConfigurationError, ObservationError
from maintenance.standby.publishing import is_of_program

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

    from maintenance.cli.context import Context
    from maintenance.cli.session import Session

# doc: CloudFront API Reference, CreateFunction, Name
_NAME = re.compile("[A-Za-z0-9_-]{1,64}")


def composed_program(session: Session, context: Context) -> StandbyProgram:
    """Return where the composed program of a stack with a standby function lies."""
    client = context.aws().client("s3", config=CLIENT)
    return StandbyProgram(lambda: client, bucket=session.app.settings.state_bucket)


def refuse_without_theirs(session: Session, context: Context, theirs: str) -> None:
    """
    Raise ConfigurationError unless the published function runs the code of the function `theirs`.

    Otherwise visitors would lose that: an authentication, for example.
    """
    program = composed_program(session, context).read()
    if program is None:
        raise ConfigurationError(
            "nothing is composed with the standby function: run site-maintenance standby compose "
            "FILE --put first, or the function in whose place it comes would no longer run"
        )
    if not is_composed_with(program, _live_code(context, theirs)):
        raise ConfigurationError(
            f"the composed function does not have the code that {theirs} has now, which would no "
            f"longer run: get it with aws cloudfront get-function --name {theirs} --stage LIVE "
            f"{theirs}.js, and compose it with site-maintenance standby compose {theirs}.js --put"
        )
    if not is_of_program(session.standby_engine.store.code.read_live().code, program):
        raise ConfigurationError(
            "the composed function is not published yet: run site-maintenance sweep, and try "
            "again in some minutes"
        )


def refuse_unpublished(context: Context, name: str) -> None:
    """Raise ConfigurationError unless the account has a published CloudFront Function `name`."""
    with _published(name, f"cannot read whether there is a CloudFront Function {name}"):
        _cloudfront(context).describe_function(Name=name, Stage="LIVE")


def _live_code(context: Context, name: str) -> str:
    with _published(name, f"the code of {name} cannot be read"):
        code = _cloudfront(context).get_function(Name=name, Stage="LIVE")["FunctionCode"].read()
    return code.decode(errors="replace")


@contextmanager
def _published(name: str, message: str) -> Iterator[None]:
    """Raise ConfigurationError for a name that no function has, and ObservationError for others."""
    unknown = ConfigurationError(
        f"this account has no published CloudFront Function {name}: give the name of one that aws "
        "cloudfront list-functions --stage LIVE shows"
    )
    # An ARN is no name; AWS would refuse its characters in words of its own.
    if not _NAME.fullmatch(name):
        raise unknown
    with translate_errors(ObservationError, message):
        try:
            yield
        except ClientError as error:
            if error_code(error) != "NoSuchFunctionExists":
                raise
            raise unknown from error


def _cloudfront(context: Context) -> CloudFrontClient:
    return context.aws().client("cloudfront", config=CLIENT)
