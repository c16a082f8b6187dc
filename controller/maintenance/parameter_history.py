"""
The history of the switch and of the windows that there are, as SSM Parameter Store keeps it.

It keeps the last hundred versions of a parameter, and none of one that was deleted (doc: SSM API
Reference, GetParameterHistory).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING

from maintenance.aws_faults import FAULTS
from maintenance.desired import Version
from maintenance.errors import ObservationError
from maintenance.history import Writing

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


def read_writings(client: SSMClient, *, switch_parameter: str) -> Iterator[Writing]:
    """Yield every writing of the switch and of each window; raise ObservationError."""
    windows_path = f"{switch_parameter}/windows"
    yield from _versions(client, switch_parameter, None)
    try:
        pages = client.get_paginator("get_parameters_by_path").paginate(
            Path=windows_path, Recursive=True
        )
        names = [each["Name"] for page in pages for each in page["Parameters"]]
    except FAULTS as error:
        message = f"the windows under {windows_path} cannot be read: {error}"
        raise ObservationError(message) from error
    for name in names:
        yield from _versions(client, name, name.removeprefix(f"{windows_path}/"))


def _versions(client: SSMClient, name: str, window: str | None) -> Iterator[Writing]:
    try:
        pages = client.get_paginator("get_parameter_history").paginate(Name=name)
        versions = [each for page in pages for each in page["Parameters"]]
    except client.exceptions.ParameterNotFound:
        return
    except FAULTS as error:
        raise ObservationError(f"the history of {name} cannot be read: {error}") from error
    for each in versions:
        yield Writing(
            parameter=name,
            window=window,
            number=each["Version"],
            version=Version(each["Value"], each["LastModifiedDate"].astimezone(UTC)),
            user=each["LastModifiedUser"],
        )
