"""
Cache responses: which, under which key, and for how long. A subset of CloudFront's caching.

Modelled: responses to GET with status 200, 203, 300, 301 and 308 are cached, and serve HEAD too.
Key and lifetime follow a managed cache policy, or the behavior's own ForwardedValues and TTLs:

    the response has                         seconds (within MinTTL..MaxTTL)
    ---------------------------------------  -------------------------------
    no-store, no-cache or private            MinTTL
    s-maxage, else max-age                   that
    no such directive, but Expires and Date  Expires - Date
    nothing of these                         DefaultTTL

(doc: CloudFront Developer Guide, Expiration). Not modelled: revalidation, stale responses, error
caching, ranges, OPTIONS, invalidations, request collapsing. Vary is ignored.
"""

from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime

from sandbox.edge.messages import Headers, Request, Response, cookies, header, parameters

EVERYTHING = frozenset({"*"})
NOTHING: frozenset[str] = frozenset()
CACHED_STATUSES = frozenset({200, 203, 300, 301, 308})
_DAY = 86_400
_YEAR = 31_536_000

type CacheKey = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caching:
    """
    How a behavior caches: lifetimes in seconds, and what the key has besides the path.

    A set of names has `*` for all. With `compresses`, the key also has Accept-Encoding, reduced to
    br and gzip.
    """

    min_ttl: float = 0
    default_ttl: float = _DAY
    max_ttl: float = _YEAR
    query_strings: frozenset[str] = NOTHING
    cookies: frozenset[str] = NOTHING
    headers: frozenset[str] = NOTHING
    compresses: bool = False


_ORIGIN_DECIDES = Caching(
    default_ttl=0,
    cookies=EVERYTHING,
    headers=frozenset({
        "host", "origin", "x-http-method", "x-http-method-override", "x-method-override",
    }),
    compresses=True,
)  # fmt: skip

# doc: CloudFront Developer Guide, using-managed-cache-policies
MANAGED_POLICIES = {
    "658327ea-f89d-4fab-a63d-7e88639e58f6": Caching(min_ttl=1, compresses=True),
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": Caching(min_ttl=1),
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": Caching(default_ttl=0, max_ttl=0),
    "83da9c7e-98b4-4e11-a168-04f0df8e2c65": _ORIGIN_DECIDES,
    "4cc15a8a-d715-48a4-82b8-cc0b614638fe": replace(_ORIGIN_DECIDES, query_strings=EVERYTHING),
}


def is_selected(names: frozenset[str], name: str) -> bool:
    """Return whether `name` is among `names`, or these are all names."""
    return names == EVERYTHING or name in names


def cache_key(caching: Caching, owner: tuple[str, str], request: Request) -> CacheKey:
    """Return the key of a request; `owner` is the distribution and the origin."""
    return (
        *owner,
        request.uri,
        tuple(
            pair
            for pair in parameters(request.querystring)
            if is_selected(caching.query_strings, pair[0])
        ),
        tuple(
            sorted(
                pair for pair in cookies(request.headers) if is_selected(caching.cookies, pair[0])
            )
        ),
        tuple(header(request.headers, name) for name in sorted(caching.headers)),
        accepted_encodings(caching, request.headers),
    )


def accepted_encodings(caching: Caching, headers: Headers) -> str | None:
    """Return the Accept-Encoding of the request to the origin, or None."""
    offered = header(headers, "accept-encoding") or ""
    if is_selected(caching.headers, "accept-encoding"):
        return offered or None
    known = {part.partition(";")[0].strip() for part in offered.lower().split(",")}
    reduced = [name for name in ("br", "gzip") if caching.compresses and name in known]
    return ",".join(reduced) or None


def lifetime(caching: Caching, response: Response) -> float:
    """Return for how many seconds `response` may be cached; 0 for not at all."""
    if response.status not in CACHED_STATUSES or caching.headers == EVERYTHING:
        return 0
    directives = _directives(response.headers)
    if directives.keys() & {"no-store", "no-cache", "private"}:
        return caching.min_ttl
    seconds = caching.default_ttl
    age = directives.get("s-maxage", directives.get("max-age", ""))
    if age.isdigit():
        seconds = float(age)
    elif (until_expiry := _seconds_until_expiry(response.headers)) is not None:
        seconds = until_expiry
    return min(max(seconds, caching.min_ttl), caching.max_ttl)


def _directives(headers: Headers) -> dict[str, str]:
    parts = (header(headers, "cache-control") or "").lower().split(",")
    pairs = [part.strip().partition("=") for part in parts]
    return {name: value.strip('"') for name, _, value in pairs if name}


def _seconds_until_expiry(headers: Headers) -> float | None:
    expires, date = header(headers, "expires"), header(headers, "date")
    if not expires or not date:
        return None
    try:
        return (parsedate_to_datetime(expires) - parsedate_to_datetime(date)).total_seconds()
    except ValueError:
        return 0  # an unreadable date, "0" above all, means already expired (RFC 9111, 5.3)


@dataclass(frozen=True, slots=True)
class _Entry:
    response: Response
    since: float
    until: float


class Cache:
    """Cached responses by key; instants are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._entries: dict[CacheKey, _Entry] = {}

    def find(self, key: CacheKey, now: float) -> Response | None:
        """Return the fresh response under `key`, with its Age, or None."""
        entry = self._entries.get(key)
        if entry is None or now >= entry.until:
            return None
        age = ("Age", str(int(now - entry.since)))
        return replace(entry.response, headers=(*entry.response.headers, age))

    def store(self, key: CacheKey, response: Response, *, seconds: float, now: float) -> None:
        """Cache `response` for that long, in place of an earlier one."""
        self._entries[key] = _Entry(response, now, now + seconds)
