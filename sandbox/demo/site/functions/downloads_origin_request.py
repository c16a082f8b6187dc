"""Lambda@Edge at origin-request: `latest.txt` is the newest report."""  # noqa: INP001 - a package's one file

from typing import Any

NEWEST = "/downloads/report.txt"


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return the request, with the newest report's path in place of `latest.txt`."""
    request: dict[str, Any] = event["Records"][0]["cf"]["request"]
    if request["uri"] == "/downloads/latest.txt":
        request["uri"] = NEWEST
    request["headers"]["x-asked-by"] = [{"key": "X-Asked-By", "value": "origin-request"}]
    return request
