"""What the edge does to an answer of Lambda@Edge, and what comes before the function."""

import httpx

from live_check.question import CannotBeAskedError
from live_check.site.distribution import POLICY_HEADER, Site
from live_check.site.viewer_request import MARK

_OK = 200
# Between these the limit of 40 KB is looked for, to this precision; all in bytes.
_FITS, _FITS_NOT, _PRECISION = 20_000, 70_000, 64
# Nobody who runs this is there.
_ANTARCTICA = "AQ"


def size_limit(site: Site) -> tuple[str, ...]:
    """Find the largest body that gets through as text and as base64."""
    answer = site.get("/probe/", params={"bytes": 20_000})
    compressed = answer.headers.get("content-encoding", "none")
    return (
        *(
            f"As {encoding}, the largest body that got through has {_largest(site, encoding)} "
            "decoded bytes (beside about 100 bytes of headers)."
            for encoding in ("text", "base64")
        ),
        "Where base64 gets through with only three quarters of the bytes, its text is counted.",
        f"A generated page of 20,000 bytes came with Content-Encoding {compressed}.",
    )


def _largest(site: Site, encoding: str) -> int:
    """Return the largest number of bytes that got through, by bisection."""

    def gets_through(number: int) -> bool:
        answer = site.get("/probe/", params={"bytes": number, "encoding": encoding})
        return answer.status_code == _OK and len(answer.content) == number

    fits, fits_not = _FITS, _FITS_NOT
    if not gets_through(fits) or gets_through(fits_not):
        raise CannotBeAskedError(f"as {encoding}, the limit is not between {fits} and {fits_not}")
    while fits_not - fits > _PRECISION:
        middle = (fits + fits_not) // 2
        if gets_through(middle):
            fits = middle
        else:
            fits_not = middle
    return fits


def policies(site: Site) -> tuple[str, ...]:
    """Let the function answer 503 where a custom error page and a headers policy are set up."""
    answer = site.get("/probe/", params={"status": 503})
    own = answer.headers.get(MARK) == "function"
    page = "untouched" if own else "replaced by the custom error page"
    applied = answer.headers.get(POLICY_HEADER) == "applied"
    return (
        f"The generated 503 came {page}, with status {answer.status_code}.",
        f"The response headers policy was {'applied' if applied else 'not applied'} to it.",
    )


def order(site: Site) -> tuple[str, ...]:
    """Ask each way to be turned away before the function, and see who answered."""
    return (
        f"Over plain HTTP with redirect-to-https: {_who(site.get('/probe/', scheme='http'))}.",
        f"Without a signature where one is wanted: {_who(site.get('/signed/'))}.",
        f"With DELETE, which is not allowed: {_who(site.get('/probe/', method='DELETE'))}.",
        f"From a country that is not let in: {_from_outside(site)}.",
    )


def _from_outside(site: Site) -> str:
    outside = {"RestrictionType": "whitelist", **_one(_ANTARCTICA)}
    inside = {"RestrictionType": "none", "Quantity": 0}
    site.update(Restrictions={"GeoRestriction": outside})
    try:
        site.wait_until_deployed()
        return _who(site.get("/probe/"))
    finally:
        site.update(Restrictions={"GeoRestriction": inside})


def _one(country: str) -> dict[str, object]:
    return {"Quantity": 1, "Items": [country]}


def _who(answer: httpx.Response) -> str:
    if answer.headers.get(MARK) == "function":
        return f"the function answered ({answer.status_code})"
    return f"CloudFront answered {answer.status_code}, before the function"
