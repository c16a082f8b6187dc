"""What was read of the world, each with what a conditional write of it needs."""

from msgspec import Struct

from maintenance.note import Note
from maintenance.switch import Switch
from maintenance.windows import Window


class ReadSwitch(Struct, frozen=True):
    """
    What the switch says, None where nobody can tell.

    `fault` is the sentence about a switch that is missing or unreadable; `switch` then is the last
    readable version, if there is one.
    """

    switch: Switch | None
    fault: str | None = None


class ReadWindows(Struct, frozen=True):
    """
    The windows, with a sentence for each that is unreadable.

    The last readable version stands in for such a one; where there is none, it is no window.
    `unknown` has a sentence for each unreadable one whose history could not be read.
    """

    windows: tuple[Window, ...] = ()
    faults: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class ReadConfig(Struct, frozen=True):
    """A configuration as CloudFront sent it, and the ETag that an update of it must match."""

    xml: bytes
    etag: str


class ReadNote(Struct, frozen=True):
    """A note as it was read; `etag` is None where there is none yet."""

    note: Note
    etag: str | None
