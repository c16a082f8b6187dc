"""
Files that commands read beside their code: from the installed wheel, or from a checkout.

The wheel has them in `maintenance/resources`, laid out as in a checkout (pyproject.toml).
"""

import re
from pathlib import Path

_INSTALLED = Path(__file__).parents[1] / "resources"
_CHECKOUT = Path(__file__).parents[3]

ROOT = _INSTALLED if _INSTALLED.exists() else _CHECKOUT
TEMPLATE = ROOT / "template.yaml"
# Holds `defaults`, the page and its settings.
EDGE_HANDLER = ROOT / "edge_handler"

_VERSION = re.compile(r'^ +Version: \{Number: "([^"]+)"\}$', re.MULTILINE)


def version() -> str:
    """Return the version of this command, which is that of the template beside it."""
    (found,) = _VERSION.findall(TEMPLATE.read_text(encoding="utf-8"))
    return str(found)
