"""
The list of a fleet's stacks, and the waves in which an order reaches them. Pure.

The list is a JSON array with an object for each stack:

    name        what reports call it
    controller  the ARN of its controller function
    site        the name of its switch: a controller of another site refuses the order
    profile     the profile of the operator's AWS settings for its account, without a hub
    role        the role that a hub assumes, if it is not the usual one in the controller's account
"""

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from maintenance.errors import ConfigurationError

_CONTROLLER = re.compile(r"arn:(aws[a-z-]*):lambda:us-east-1:([0-9]{12}):function:[A-Za-z0-9_-]+")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_EXAMPLE = (
    '[{"name": "shop", "site": "/site/maintenance", "controller": '
    '"arn:aws:lambda:us-east-1:111122223333:function:site-maintenance-Controller-A1B2", '
    '"profile": "shop"}]'
)


class FleetStack(Struct, frozen=True, forbid_unknown_fields=True):
    """A stack of the list; see above."""

    name: str
    controller: str
    site: str
    profile: str | None = None
    role: str | None = None

    @property
    def account(self) -> str:
        """The number of its account."""
        return self.controller.split(":")[4]

    def role_arn(self, name: str) -> str:
        """Return the role that a hub assumes; `name` is that of the usual one."""
        partition = self.controller.split(":")[1]
        return self.role or f"arn:{partition}:iam::{self.account}:role/{name}"


class Wave(Struct, frozen=True):
    """Stacks that are ordered so many at once, and the share of them in percent that may fail."""

    stacks: tuple[FleetStack, ...]
    tolerated: int
    at_once: int


class Pace(Struct, frozen=True):
    """How many stacks are the pilot, how many are ordered at once, and what share may fail."""

    pilot: int = 0
    at_once: int = 50
    tolerated: int = 0


def parse_stacks(text: bytes, file: str) -> tuple[FleetStack, ...]:
    """Return the stacks of a list; raise ConfigurationError that names the file and the error."""
    try:
        stacks = msgspec.json.decode(
            text.removeprefix(_BYTE_ORDER_MARK), type=tuple[FleetStack, ...]
        )
    except msgspec.MsgspecError as error:
        raise ConfigurationError(
            f"{file} is no list of stacks: {error}. It has to look like {_EXAMPLE}"
        ) from error
    if not stacks:
        raise ConfigurationError(f"{file} lists no stack: add one like {_EXAMPLE}")
    seen: set[str] = set()
    named: dict[tuple[str, str], str] = {}
    for each in stacks:
        if problem := _problem(each):
            raise ConfigurationError(f"{file}: {problem}")
        if each.name in seen:
            raise ConfigurationError(f"{file} has two stacks of the name {each.name!r}: rename one")
        seen.add(each.name)
        # With another site the controller itself refuses the order.
        other = named.setdefault((each.controller, each.site), each.name)
        if other != each.name:
            raise ConfigurationError(
                f"{file} has the controller {each.controller} twice, as {other!r} and as "
                f"{each.name!r}: correct the one that should be another site's"
            )
    return stacks


def _problem(stack: FleetStack) -> str:
    """Return what is wrong with a stack of a list, '' if nothing is."""
    if not _CONTROLLER.fullmatch(stack.controller):
        return (
            f"the controller of {stack.name!r} is {stack.controller!r}, not the ARN of a function "
            "in us-east-1 without a version"
        )
    if not (stack.name.strip() and stack.name.isprintable()):
        return f"the name of {stack.controller} is {stack.name!r}, not a name of one line"
    if not stack.site.startswith("/"):
        return (
            f"the site of {stack.name!r} is {stack.site!r}, not the name of a switch like "
            "/site/maintenance"
        )
    if stack.role is not None and not _ROLE.fullmatch(stack.role):
        return f"the role of {stack.name!r} is {stack.role!r}, not the ARN of a role"
    return ""


def without_profile(stacks: Sequence[FleetStack]) -> list[str]:
    """Return the names of the stacks that only a hub reaches."""
    return [each.name for each in stacks if not each.profile]


def waves(stacks: tuple[FleetStack, ...], pace: Pace, *, is_closing: bool) -> tuple[Wave, ...]:
    """
    Return the waves of an order.

    Closing begins with the pilot, of which none may fail. Anything else reaches all in one wave,
    whatever fails.
    """
    if not is_closing:
        return (Wave(stacks, 100, len(stacks)),)
    pilot, rest = stacks[: pace.pilot], stacks[pace.pilot :]
    made = (Wave(pilot, 0, len(pilot)), Wave(rest, pace.tolerated, pace.at_once))
    return tuple(each for each in made if each.stacks)
