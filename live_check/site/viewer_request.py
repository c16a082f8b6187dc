"""Lambda@Edge at viewer-request: answers with the status, size and encoding that are asked for."""

import base64
from typing import Any
from urllib.parse import parse_qs

MARK = "x-live-check"


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer `?status=503&bytes=40000&encoding=base64`, each with a default, and never pass on."""
    request = event["Records"][0]["cf"]["request"]
    asked = {name: values[0] for name, values in parse_qs(request["querystring"]).items()}
    body = b"x" * int(asked.get("bytes", "1"))
    encoding = asked.get("encoding", "text")
    return {
        "status": asked.get("status", "200"),
        "headers": {
            "content-type": [{"value": "text/plain"}],
            "cache-control": [{"value": "no-store"}],
            MARK: [{"value": "function"}],
        },
        "bodyEncoding": encoding,
        "body": (base64.b64encode(body) if encoding == "base64" else body).decode(),
    }
