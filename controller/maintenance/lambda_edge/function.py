"""
Which functions are ours, which are a sibling stack's, and which are strangers. Pure.

CloudFormation names a function `<stack>-<logical id>-<random>`, so the name tells whose it is. Ours
are all versions of two functions: MaintenanceEdge, the base, and MaintenancePage, which only the
controller publishes.
"""

import re
from copy import replace

from msgspec import Struct

from maintenance.errors import ConfigurationError

_VERSION_ARN = re.compile(
    r"arn:aws:lambda:us-east-1:\d{12}:function:(?P<name>[A-Za-z0-9-_]{1,64}):[1-9]\d*"
)
_FUNCTION_ARN = re.compile(r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:(?P<name>[^:]+)")
_MARK = re.compile(r"(?P<stack>.+)-Maintenance(?:Edge|Page)-[A-Za-z0-9]+")


class EdgeFunction(Struct, frozen=True):
    """Our two edge functions: the numbered version to attach, and the names of both."""

    version_arn: str
    name: str
    page_name: str

    def is_ours(self, arn: str) -> bool:
        """Tell whether this is any version of one of our functions."""
        return _name(arn) in {self.name, self.page_name}

    def with_version(self, version_arn: str) -> "EdgeFunction":
        """Return the same functions with another version to attach."""
        return replace(self, version_arn=version_arn)

    @property
    def unpublished_arn(self) -> str:
        """What a plan calls a version of MaintenancePage that has no number yet."""
        account = self.version_arn.partition(":function:")[0]
        return f"{account}:function:{self.page_name}:unpublished"

    def sibling_stack(self, arn: str) -> str | None:
        """Return the name of the other maintenance stack that this function belongs to, if any."""
        if self.is_ours(arn):
            return None
        return _stack(_name(arn))

    @property
    def stack(self) -> str:
        """The name of the stack as our function's name carries it."""
        return _stack(self.name) or self.name


class Selection(Struct, frozen=True):
    """
    The version to attach, and what went wrong while it was chosen.

    One that stands in for what was wanted only goes where no version of ours is attached.
    """

    edge: EdgeFunction
    is_fallback: bool = False
    errors: tuple[str, ...] = ()


def parse_edge_function(version_arn: str, *, page_function: str) -> EdgeFunction:
    """
    Return our edge functions; raise ConfigurationError unless they are what they are said to be.

    The base is a numbered us-east-1 version (source: CloudFront Developer Guide,
    lambda-at-edge-function-restrictions); `page_function` is a name, of the same stack.
    """
    found = _VERSION_ARN.fullmatch(version_arn)
    if not found:
        message = (
            f"the edge version {version_arn!r} is not a numbered version of a Lambda function in "
            "us-east-1: give its ARN with the version number at the end, not an alias or $LATEST"
        )
        raise ConfigurationError(message)
    for name in (found["name"], page_function):
        if not _stack(name):
            message = (
                f"the edge function {name!r} does not have the name that CloudFormation gives "
                "it (<stack>-MaintenanceEdge-<random>, <stack>-MaintenancePage-<random>), by which "
                "other stacks know it: leave FunctionName out of the template"
            )
            raise ConfigurationError(message)
    return EdgeFunction(version_arn, found["name"], page_function)


def _name(arn: str) -> str:
    found = _FUNCTION_ARN.match(arn)
    return found["name"] if found else ""


def _stack(name: str) -> str | None:
    found = _MARK.fullmatch(name)
    return found["stack"] if found else None
