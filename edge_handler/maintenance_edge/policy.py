"""
Say what a page may do: its Content-Security-Policy. Pure.

It allows the page's own styles and scripts, by hash, and requests to its own site; nothing else.
"""

from __future__ import annotations

import binascii
import hashlib
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# A <style> or <script> element with any attributes and case, outside of comments. What is not
# closed lasts until the end of the page, as in a browser; looking for its end again from each
# further "<!--" would take seconds.
STYLE_OR_SCRIPT: Final = re.compile(
    r"""
    <!--(?:-?>|.*?(?:--!?>|\Z))
    | <(style|script)(?=[\s/>])(?:[^>"']|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z))*+(?:>|\Z)
      (.*?)(?:</\1(?=[\s/>])|\Z)
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)


def content_security_policy(page: str) -> str:
    """Return the policy that allows the styles and scripts in `page`, and requests to its site."""
    return (
        f"default-src 'none'; style-src {_hashes('style', page)}; "
        f"script-src {_hashes('script', page)}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hashes(element: str, page: str) -> str:
    contents = (text for name, text in STYLE_OR_SCRIPT.findall(page) if name.lower() == element)
    digests = (hashlib.sha256(text.encode()).digest() for text in contents)
    encoded = (binascii.b2a_base64(digest, newline=False).decode() for digest in digests)
    return " ".join(f"'sha256-{each}'" for each in encoded) or "'none'"
