"""What the edge does to a response of Lambda@Edge, and what it checks before the function."""

import httpx

from live_check.probe import Probe
from live_check.question import CannotBeAskedError

# The headers that the function and the response headers policy of probe.yaml set.
_FUNCTION_HEADER = "x-live-check"
_POLICY_HEADER = "x-live-check-policy"
_OK = 200
# The limit of 40 KB is sought between these, to this precision; all in bytes.
_ACCEPTED, _REJECTED, _PRECISION = 20_000, 70_000, 64
# A country that this is not run from.
_ANTARCTICA = "AQ"


def size_limit(probe: Probe) -> tuple[str, ...]:
    """Find the largest body that the edge accepts as text and as base64."""
    answer = probe.get("/probe/", params={"bytes": 20_000})
    compressed = answer.headers.get("content-encoding", "none")
    return (
        *(
            f"As {encoding}, the largest accepted body has {_largest(probe, encoding)} "
            "decoded bytes (beside about 100 bytes of headers)."
            for encoding in ("text", "base64")
        ),
        "If base64 is accepted with only three quarters of the bytes, its text is counted.",
        f"A generated page of 20,000 bytes came with Content-Encoding {compressed}.",
    )


def _largest(probe: Probe, encoding: str) -> int:
    """Return the largest accepted number of bytes, by bisection."""

    def is_accepted(number: int) -> bool:
        answer = probe.get("/probe/", params={"bytes": number, "encoding": encoding})
        return answer.status_code == _OK and len(answer.content) == number

    accepted, rejected = _ACCEPTED, _REJECTED
    if not is_accepted(accepted) or is_accepted(rejected):
        raise CannotBeAskedError(
            f"as {encoding}, the limit is not between {accepted} and {rejected}"
        )
    while rejected - accepted > _PRECISION:
        middle = (accepted + rejected) // 2
        if is_accepted(middle):
            accepted = middle
        else:
            rejected = middle
    return accepted


def policies(probe: Probe) -> tuple[str, ...]:
    """Let the function answer 503 where a custom error page and a headers policy are set up."""
    answer = probe.get("/probe/", params={"status": 503})
    page = "untouched" if _is_of_function(answer) else "replaced by the custom error page"
    applied = answer.headers.get(_POLICY_HEADER) == "applied"
    return (
        f"The generated 503 arrived {page}, with status {answer.status_code}.",
        f"The response headers policy was {'applied' if applied else 'not applied'} to it.",
    )


def order(probe: Probe) -> tuple[str, ...]:
    """Send requests that CloudFront may refuse before the function, and see who answers."""
    return (
        f"Over plain HTTP with redirect-to-https: {_who(probe.get('/probe/', scheme='http'))}.",
        f"Without a signature where one is required: {_who(probe.get('/signed/'))}.",
        f"With DELETE, which is not allowed: {_who(probe.get('/probe/', method='DELETE'))}.",
        f"From a country that is not allowed: {_from_outside(probe)}.",
    )


def _from_outside(probe: Probe) -> str:
    outside = {"RestrictionType": "whitelist", "Quantity": 1, "Items": [_ANTARCTICA]}
    anywhere = {"RestrictionType": "none", "Quantity": 0}
    probe.update(Restrictions={"GeoRestriction": outside})
    try:
        probe.wait_until_deployed()
        return _who(probe.get("/probe/"))
    finally:
        probe.update(Restrictions={"GeoRestriction": anywhere})


def _who(answer: httpx.Response) -> str:
    if _is_of_function(answer):
        return f"the function answered ({answer.status_code})"
    return f"CloudFront answered {answer.status_code}, before the function"


def _is_of_function(answer: httpx.Response) -> bool:
    return bool(answer.headers.get(_FUNCTION_HEADER) == "function")
