"""Types of arguments: text in, a value out, or argparse's error in one sentence."""

import argparse
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from maintenance.errors import UnreadableValue
from maintenance.schedule.times import parse_duration, parse_zone


def duration(text: str) -> timedelta:
    """Return the duration that `90m` or `2h` says."""
    try:
        return parse_duration(text)
    except UnreadableValue as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error


def zone(text: str) -> ZoneInfo:
    """Return the time zone of that IANA name."""
    try:
        return parse_zone(text)
    except UnreadableValue as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error


def whole_number(*, most: int) -> Callable[[str], int]:
    """Return a type for whole numbers from 1 to `most`."""

    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {most}")
        return int(text)

    return number
