"""
What the edge keeps, under which key, and for how long. A subset of CloudFront's caching.

Modelled: GET answers of status 200, 203, 300, 301 and 308 are kept, HEAD is served from them; key
and lifetime follow a managed cache policy, or the behavior's own ForwardedValues and TTLs:

    Cache-Control of the answer      seconds (all within MinTTL..MaxTTL)
    ------------------------------   -----------------------------------
    no-store, no-cache or private    MinTTL
    s-maxage, else max-age           that
    none, but Expires and Date       Expires - Date
    none                             DefaultTTL

(doc: CloudFront Developer Guide, Expiration). Not modelled: revalidation, stale answers, error
caching, ranges, OPTIONS, invalidations, request collapsing. Vary is not looked at.
"""

from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime

from sandbox.edge.messages import Headers, Request, Response, cookies, header, parameters

EVERYTHING = frozenset({"*"})
NOTHING: frozenset[str] = frozenset()
KEPT_STATUSES = frozenset({200, 203, 300, 301, 308})
_DAY = 86_400
_YEAR = 31_536_000

type CacheKey = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caching:
    """
    How a behavior caches: lifetimes in seconds, and what is in the key beside the path.

    A set of names holds `*` for all. With `compresses`, Accept-Encoding, reduced to br and gzip, is
    in the key too.
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


def chosen(names: frozenset[str], name: str) -> bool:
    """Say whether `name` is among `names`, or all are."""
    return names == EVERYTHING or name in names


def cache_key(caching: Caching, place: tuple[str, str], request: Request) -> CacheKey:
    """Return what requests share that one answer serves; `place` is distribution and origin."""
    return (
        *place,
        request.uri,
        tuple(
            pair
            for pair in parameters(request.querystring)
            if chosen(caching.query_strings, pair[0])
        ),
        tuple(
            sorted(pair for pair in cookies(request.headers) if chosen(caching.cookies, pair[0]))
        ),
        tuple(header(request.headers, name) for name in sorted(caching.headers)),
        accepted_encodings(caching, request.headers),
    )


def accepted_encodings(caching: Caching, headers: Headers) -> str | None:
    """Return the Accept-Encoding that the origin is asked with, or None for none."""
    offered = header(headers, "accept-encoding") or ""
    if chosen(caching.headers, "accept-encoding"):
        return offered or None
    known = {part.partition(";")[0].strip() for part in offered.lower().split(",")}
    reduced = [name for name in ("br", "gzip") if caching.compresses and name in known]
    return ",".join(reduced) or None


def lifetime(caching: Caching, response: Response) -> float:
    """Return for how many seconds `response` may be served from the cache; 0 for not at all."""
    if response.status not in KEPT_STATUSES or caching.headers == EVERYTHING:
        return 0
    directives = _directives(response.headers)
    if directives.keys() & {"no-store", "no-cache", "private"}:
        return caching.min_ttl
    wanted = caching.default_ttl
    age = directives.get("s-maxage", directives.get("max-age", ""))
    if age.isdigit():
        wanted = float(age)
    elif (stretch := _until_expiry(response.headers)) is not None:
        wanted = stretch
    return min(max(wanted, caching.min_ttl), caching.max_ttl)


def _directives(headers: Headers) -> dict[str, str]:
    parts = (header(headers, "cache-control") or "").lower().split(",")
    pairs = [part.strip().partition("=") for part in parts]
    return {name: value.strip('"') for name, _, value in pairs if name}


def _until_expiry(headers: Headers) -> float | None:
    expires, date = header(headers, "expires"), header(headers, "date")
    if not expires or not date:
        return None
    try:
        return (parsedate_to_datetime(expires) - parsedate_to_datetime(date)).total_seconds()
    except ValueError:
        return 0  # an unreadable date, "0" above all, means already expired (RFC 9111, 5.3)


@dataclass(frozen=True, slots=True)
class _Kept:
    response: Response
    since: float
    until: float


class Cache:
    """Answers by key; instants are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._kept: dict[CacheKey, _Kept] = {}

    def find(self, key: CacheKey, now: float) -> Response | None:
        """Return the fresh answer kept under `key`, with its Age, or None."""
        kept = self._kept.get(key)
        if kept is None or now >= kept.until:
            return None
        age = ("Age", str(int(now - kept.since)))
        return replace(kept.response, headers=(*kept.response.headers, age))

    def keep(self, key: CacheKey, response: Response, *, seconds: float, now: float) -> None:
        """Keep `response` for that long, in place of what was there."""
        self._kept[key] = _Kept(response, now, now + seconds)
