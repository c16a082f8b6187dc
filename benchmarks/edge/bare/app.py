# ruff: noqa: INP001 -- a Lambda package
"""The floor: the least that a Python function can do at viewer-request."""

RESPONSE = {"status": "503", "statusDescription": "Service Unavailable", "body": "closed"}


def handler(_event: object, _context: object) -> dict[str, str]:
    """Return a constant."""
    return RESPONSE
