"""Which names a window may have. Pure."""

import re

from maintenance.errors import UnreadableValue
from maintenance.schedule.skip import SKIP_SUFFIX

# SSM: letters, digits and these; at most 15 levels and 1011 characters with the ARN before it (doc:
# Systems Manager User Guide, sysman-paramstore-su-create).
_LEVEL = re.compile(r"[A-Za-z0-9_.-]+")
_LEVELS = 15
_NAME = 900


def check_name(name: str, switch: str) -> None:
    """Raise UnreadableValue if the controller would not read a window of this name."""
    levels = name.split("/")
    if not all(_LEVEL.fullmatch(each) for each in levels):
        raise UnreadableValue(
            f"{name!r} cannot be the name of a window: use letters, digits, '.', '-' and '_', and "
            "'/' between them"
        )
    if name.endswith(SKIP_SUFFIX):
        raise UnreadableValue(
            f"{name!r} cannot be the name of a window, because that parameter would be the skip of "
            f"{name.removesuffix(SKIP_SUFFIX)!r}: choose another last word"
        )
    parameter = f"{switch}/windows/{name}{SKIP_SUFFIX}"
    if parameter.count("/") > _LEVELS or len(parameter) > _NAME:
        raise UnreadableValue(
            f"{name!r} is too long for Parameter Store, which takes {_LEVELS} levels and "
            f"{_NAME} characters with {switch}/windows/ before it"
        )
