"""What CloudFront's runtime lets a function do, by TestFunction and at the nearest edge."""

import json
import time
from collections.abc import Mapping
from typing import Any

from live_check.probe import Probe

_READS = (1, 2, 5, 10, 20, 50, 100)
# The bodies that are tried, in bytes; with base64 in decoded ones.
_SIZES = tuple(9_000 * 2**step for step in range(8))
_OK = 200
_HEADER = "x-live-check"
_POLICY_HEADER = "x-live-check-policy"
# On njs such a closure sees the value that the variable had before the await.
_CLOSURE = """
async function handler(event) {
    let value = 'before';
    const read = () => value;
    await Promise.resolve();
    value = 'after';
    event.request.uri = '/' + read();
    return event.request;
}
"""


def reads(probe: Probe) -> tuple[str, ...]:
    """Test the function with more and more reads of its store."""
    used: list[str] = []
    for number in _READS:
        result = _test(probe, reads=number)
        if result.get("FunctionErrorMessage"):
            return (*used, f"With {number} reads: {result['FunctionErrorMessage']}")
        used.append(f"With {number} reads the compute utilization was {_utilization(result)}.")
    return (*used, "More were not tried.")


def size_limit(probe: Probe) -> tuple[str, ...]:
    """Ask for larger and larger bodies, as text and as base64."""
    return tuple(_largest(probe, encoding) for encoding in ("text", "base64"))


def _largest(probe: Probe, encoding: str) -> str:
    accepted = 0
    for size in _SIZES:
        length = size if encoding == "text" else size // 3
        answer = probe.get("/store/", params={encoding: length})
        if answer.status_code != _OK or len(answer.content) != size:
            refused = answer.headers.get("x-cache", "no X-Cache")
            return (
                f"As {encoding}, a body of {accepted:,} bytes was accepted, and one of {size:,} "
                f"was answered {answer.status_code} ({refused})."
            )
        accepted = size
    return f"As {encoding}, {accepted:,} bytes were accepted; more were not tried."


def policies(probe: Probe) -> tuple[str, ...]:
    """Let the function answer 503 and HEAD, where an error page and a headers policy are set up."""
    answer = probe.get("/store/", params={"status": 503})
    page = "untouched" if answer.headers.get(_HEADER) else "replaced by the custom error page"
    applied = "applied" if answer.headers.get(_POLICY_HEADER) == "applied" else "not applied"
    whole, head = (
        probe.get("/store/", method=method, params={"gzip": 1}) for method in ("GET", "HEAD")
    )
    return (
        f"The generated 503 arrived {page}, with status {answer.status_code}.",
        f"The response headers policy was {applied} to it.",
        f"A compressed body arrived as {whole.text!r}, with Content-Encoding {_encoding(whole)}.",
        f"HEAD of it had {len(head.content)} bytes, with Content-Encoding {_encoding(head)}.",
    )


def closures(probe: Probe) -> tuple[str, ...]:
    """Test a closure that shares a variable with its async function; nothing is published."""
    before = _code(probe)
    _update(probe, _CLOSURE.encode())
    try:
        result = _test(probe, stage="DEVELOPMENT")
    finally:
        _update(probe, before)
    if result.get("FunctionErrorMessage"):
        return (f"The test failed: {result['FunctionErrorMessage']}",)
    output = json.loads(result["FunctionOutput"])
    seen = str(output.get("request", output).get("uri"))
    return (f"The closure saw the variable as it was {seen.strip('/')} the await.",)


def publishing(probe: Probe) -> tuple[str, ...]:
    """Publish other code, and ask the nearest edge until it runs that."""
    timing, statuses = probe.account.timing, set()
    before = _code(probe)
    cloudfront = probe.account.clients.cloudfront
    began = time.monotonic()
    etag = _update(probe, before.replace(b"'function'", b"'published'"))
    cloudfront.publish_function(Name=_name(probe), IfMatch=etag)
    published = time.monotonic()

    def is_seen() -> bool | None:
        statuses.add(
            cloudfront.get_distribution(Id=probe.distribution_id)["Distribution"]["Status"]
        )
        return True if probe.get("/store/").headers.get(_HEADER) == "published" else None

    timing.wait_for(is_seen, "the edge runs the published code", timing.deployment)
    seconds = time.monotonic() - published
    return (
        f"The calls took {published - began:.1f} s.",
        f"The nearest edge ran the new code {seconds:.0f} s later; other edges may be later.",
        f"Until then the distribution was {' and '.join(sorted(statuses))}.",
    )


def viewer_event(uri: str, query: Mapping[str, int], **headers: str) -> dict[str, Any]:
    """Return the event of a request, as CloudFront Functions get it."""
    return {
        "version": "1.0",
        "context": {"eventType": "viewer-request"},
        "viewer": {"ip": "203.0.113.7"},
        "request": {
            "method": "GET",
            "uri": uri,
            "querystring": {key: {"value": str(value)} for key, value in query.items()},
            "headers": {key: {"value": value} for key, value in headers.items()},
            "cookies": {},
        },
    }


def run_test(probe: Probe, name: str, event: object, stage: str = "LIVE") -> dict[str, Any]:
    """Return what TestFunction says of a stage of this function."""
    cloudfront: Any = probe.account.clients.cloudfront
    described = cloudfront.describe_function(Name=name, Stage=stage)
    tested = cloudfront.test_function(
        Name=name,
        IfMatch=described["ETag"],
        Stage=stage,
        EventObject=json.dumps(event).encode(),
    )
    return dict(tested["TestResult"])


def _test(probe: Probe, *, stage: str = "LIVE", **query: int) -> dict[str, Any]:
    return run_test(probe, _name(probe), viewer_event("/store/", query), stage)


def _update(probe: Probe, code: bytes) -> str:
    """Replace the code of stage DEVELOPMENT; return its ETag."""
    cloudfront, name = probe.account.clients.cloudfront, _name(probe)
    described = cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")
    updated = cloudfront.update_function(
        Name=name,
        IfMatch=described["ETag"],
        FunctionConfig=described["FunctionSummary"]["FunctionConfig"],
        FunctionCode=code,
    )
    return updated["ETag"]


def _code(probe: Probe) -> bytes:
    found = probe.account.clients.cloudfront.get_function(Name=_name(probe), Stage="LIVE")
    return found["FunctionCode"].read()


def _name(probe: Probe) -> str:
    return probe.function_arn.rpartition("/")[2]


def _utilization(result: dict[str, Any]) -> str:
    return f"{result['ComputeUtilization']} of 100"


def _encoding(answer: Any) -> str:  # noqa: ANN401 - httpx's own
    return str(answer.headers.get("content-encoding", "none"))
