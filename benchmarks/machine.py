"""The machine that measures, and the memory of a process, as Linux reports them."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("boto3", "aws-lambda-powertools", "awslambdaric")


def describe() -> str:
    """Return the processors, how busy they are, and the versions that matter."""
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    processor = found[1].strip() if found else platform.machine()
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{os.cpu_count()} x {processor} (load {os.getloadavg()[0]:.1f} when it began), "
        f"Python {platform.python_version()}, {packages}"
    )


def peak_kilobytes(pid: int) -> int:
    """Return the largest resident memory of a process so far; 0 if it has ended."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) if found else 0
