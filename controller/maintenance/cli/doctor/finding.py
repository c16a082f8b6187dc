"""What a check of `doctor` finds. Pure."""

from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """How a check ends."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "could not ask"


class Finding(Struct, frozen=True):
    """The verdict of a check, what was found, and what to do."""

    verdict: Verdict
    text: str
    remedy: str = ""


def ok(text: str) -> Finding:
    """Return that all is well."""
    return Finding(Verdict.OK, text)


def warning(text: str, remedy: str) -> Finding:
    """Return something to know before the next maintenance."""
    return Finding(Verdict.WARNING, text, remedy)


def failed(text: str, remedy: str) -> Finding:
    """Return something that keeps the site from closing or opening as it should."""
    return Finding(Verdict.FAILED, text, remedy)


def unknown(text: str, remedy: str = "") -> Finding:
    """Return that a question has no answer."""
    return Finding(Verdict.UNKNOWN, text, remedy)
