"""How much memory a process has, and has had, as Linux tells it."""

import re
from pathlib import Path


def peak_kilobytes(pid: int) -> int:
    """Return the most memory that the process has had."""
    return _kilobytes(pid, "VmHWM")


def resident_kilobytes(pid: int) -> int:
    """Return the memory that the process has now."""
    return _kilobytes(pid, "VmRSS")


def _kilobytes(pid: int, name: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    # A process that has just ended has no memory any more.
    return int(found[1]) if found else 0
