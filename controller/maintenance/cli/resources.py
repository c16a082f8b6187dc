"""
Files that commands read beside their code: from the installed wheel, or from a checkout.

The wheel has them in `maintenance/resources`, laid out as in a checkout but for the packages
(pyproject.toml and tools/packages.py put them there).
"""

import re
from pathlib import Path

from maintenance.errors import ConfigurationError

_INSTALLED = Path(__file__).parents[1] / "resources"
_CHECKOUT = Path(__file__).parents[3]

ROOT = _INSTALLED if _INSTALLED.exists() else _CHECKOUT
TEMPLATE = ROOT / "template.yaml"
# Holds `defaults`, the page and its settings.
EDGE_HANDLER = ROOT / "edge_handler"
STANDBY_PROGRAM = Path(__file__).parents[1] / "standby" / "function.js"
# What `make packages` makes: the Lambda packages and the plain template.
_PACKAGES = ROOT / "packages" if ROOT is _INSTALLED else ROOT / ".aws-sam" / "packages"

_VERSION = re.compile(r'^ +Version: \{Number: "([^"]+)"\}$', re.MULTILINE)


def version() -> str:
    """Return the version of this command, which is that of the template beside it."""
    (found,) = _VERSION.findall(TEMPLATE.read_text(encoding="utf-8"))
    return str(found)


def plain_template() -> str:
    """Return the template of the packages; raise ConfigurationError if there are none."""
    file = _PACKAGES / "template.json"
    if not file.exists():
        raise ConfigurationError(
            "this command was installed without the Lambda packages: install the wheel of a "
            "release, or run `make install` in a checkout"
        )
    return file.read_text(encoding="utf-8")


def package_content(key: str) -> bytes:
    """Return the package that the plain template names by this S3 key."""
    return (_PACKAGES / key.rpartition("/")[2]).read_bytes()
