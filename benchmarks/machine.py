"""Which machine the numbers are from, and under which versions."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("boto3", "aws-lambda-powertools", "aws-sam-cli", "awslambdaric")


def describe() -> str:
    """Return processor, number of them, how busy they were, and the versions that matter."""
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    processor = found[1].strip() if found else platform.machine()
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{os.cpu_count()} x {processor} (load {os.getloadavg()[0]:.1f} when it began), "
        f"Python {platform.python_version()}, {packages}"
    )
