"""
Which functions are ours, which are a sibling stack's, and which are strangers. Pure.

CloudFormation names a function `<stack>-<logical id>-<random>`, so the name tells whose it is.
"""

import re
from dataclasses import dataclass

from maintenance.errors import ConfigurationError

_VERSION_ARN = re.compile(
    r"arn:aws:lambda:us-east-1:\d{12}:function:(?P<name>[A-Za-z0-9-_]{1,64}):[1-9]\d*"
)
_FUNCTION_ARN = re.compile(r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:(?P<name>[^:]+)")
_MARK = re.compile(r"(?P<stack>.+)-Maintenance(?:Edge|Page)-[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class EdgeFunction:
    """Our edge function: the numbered version to attach, and the name all its versions have."""

    version_arn: str
    name: str

    def is_ours(self, arn: str) -> bool:
        """Tell whether this is any version of our function."""
        return _name(arn) == self.name

    def sibling_stack(self, arn: str) -> str | None:
        """Return the name of the other maintenance stack that this function belongs to, if any."""
        if self.is_ours(arn):
            return None
        return _stack(_name(arn))

    @property
    def stack(self) -> str:
        """The name of the stack as our function's name carries it."""
        return _stack(self.name) or self.name


def parse_edge_function(version_arn: str) -> EdgeFunction:
    """
    Return our edge function; raise ConfigurationError unless it is a numbered us-east-1 version.

    Source: CloudFront Developer Guide, lambda-at-edge-function-restrictions.
    """
    found = _VERSION_ARN.fullmatch(version_arn)
    if not found:
        message = (
            f"the edge version {version_arn!r} is not a numbered version of a Lambda function in "
            "us-east-1: give its ARN with the version number at the end, not an alias or $LATEST"
        )
        raise ConfigurationError(message)
    if not _stack(found["name"]):
        message = (
            f"the edge function {found['name']!r} does not have the name that CloudFormation gives "
            "it (<stack>-MaintenanceEdge-<random>), by which other stacks know it: leave "
            "FunctionName out of the template"
        )
        raise ConfigurationError(message)
    return EdgeFunction(version_arn, found["name"])


def _name(arn: str) -> str:
    found = _FUNCTION_ARN.match(arn)
    return found["name"] if found else ""


def _stack(name: str) -> str | None:
    found = _MARK.fullmatch(name)
    return found["stack"] if found else None
