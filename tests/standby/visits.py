"""A table of requests that differ in each thing that the answer depends on, for each site."""

import random
from collections.abc import Iterator

from tests.edge.builders import BROWSER, TOKEN
from tests.standby.comparison import Visit
from tests.standby.sites import EXPIRED

GZIP = ("accept-encoding", "gzip, deflate, br")

ACCEPTS = (
    "", "*/*", "*", BROWSER, "text/html", "application/xhtml+xml", "text/*", "text/plain",
    "application/json", "application/hal+json;q=0.9, text/html;q=0.8", "application/*;q=0.1",
    "text/html;q=0", "text/html;q=0, */*", "text/html;level=1;q=0.4, */*;q=0.5", "image/png",
    "text/html;q=.5, text/plain;q=0.50", "text/html;q=1.000,application/json;q=1.0", "TEXT/HTML",
    "text/html;q=2, text/plain;q=0.1", "text/html; q=0.3;q=0.9, */*;q=0.4", ",,;q=1,", "q=1",
    "text/plain;q=0.5, text/plain;q=0.9, text/html;q=0.7", "application/problem+json;q=0",
    "a/b," * 249 + "text/html,text/plain", "constructor, __proto__;q=0.5", "\ttext/html\t;\tq=1",
)  # fmt: skip
LANGUAGES = (
    "", "de", "de-AT,de;q=0.9", "fr-CH, fr;q=0.9, en;q=0.8", "*", "de;q=0", "*;q=0.9, de;q=0.8",
    "ja;q=0.3, de;q=0.3, en;q=0.2", "zh-Hant-TW, sl;q=0.1", "DE", "de-", "-de", "x,de;q=0.001",
    "en;q=0, *", "ar-EG-u-nu-latn", "xx, yy;q=0.9, it;q=0.001", "de;q=1.1, en;q=0.1", "*-ch, es",
    "pt-BR, en;q=0.5", "pt-PT,pt;q=0.9", "zh-Hant-TW, pt-br;q=0.9", "zh-TW;q=0.9, pt-BR-x-a;q=0.8",
    "constructor", "de;q=abc, fr;q=0.2", "tlh;q=0.9,de;q=0.5,*;q=0.7",
)  # fmt: skip
PATHS = (
    "/", "/robots.txt", "/robots.txt/", "/Robots.txt", "/open/", "/open", "/open/a/b.js", "/open/x",
    "/open/../closed", "/open/./a", "/open//a", "/open/%2e%2e/a", "/open/%2E/a", "/open/a%2fb",
    "/open/a;b", "/open/a\\b", "/open/%00", "/open/%zz", "/open/%", "/open/%c3%a9", "/open/%c3",
    "/open/%c0%ae", "/open/%e2%82%ac", "/open/%e0%80%80", "/open/%ed%a0%80", "/open/%f0%9f%9a%80",
    "/open/%f5%80%80%80", "/open/%80", "/open/%u002e", "/open/%252e", "/open/..", "/open/...",
    "/open/%c2%80", "/open/%c1%80", "/open/%df%bf", "/open/%e0%a0%80", "/open/%e1%80%80",
    "/open/%ec%bf%bf", "/open/%ed%9f%bf", "/open/%ee%80%80", "/open/%f0%90%80%80",
    "/open/%f0%8f%80%80", "/open/%f1%80%80%80", "/open/%f3%80%80%80", "/open/%f4%8f%bf%bf",
    "/open/%f4%90%80%80", "/open/%01", "/open/%7F", "/open/%1f%2D",
    "/v1/health", "/v10/health", "/v/health", "/favicon.ico", "/deep/x.ico", "/x.icon", "/ab",
    "/abbcxd", "/axbxcxdx", "/acbd", "/abcd", "/a" + "b" * 300 + "c.d", "/a" + "bc" * 500,
    "/caf\u00e9/x", "/cafe/x", "/open/api/x", "/open/a/", "/open/a.b/", "/docs", "/docs/", "/d.x",
    "/.well-known/acme-challenge/t", "/open/?x", "/open/a?b", "/open/%2525", "/open/b.c/d",
)  # fmt: skip
ADDRESSES = (
    "192.0.2.0", "192.0.2.255", "192.0.3.0", "192.0.1.255", "198.51.100.7", "198.51.100.8",
    "203.0.113.63", "203.0.113.64", "203.0.113.127", "203.0.113.128", "10.0.0.0", "10.0.127.255",
    "10.0.128.0", "10.1.0.0", "10.124.5.5", "10.198.1.1", "10.198.200.1", "9.255.255.255",
    "255.255.255.255", "0.0.0.1", "2001:db8::", "2001:db8::1", "2001:DB8:ffff::", "2001:db7:ffff::",
    "2001:db9::", "2001:db9:0:1::5", "2001:db9:0:1:ffff:ffff:ffff:ffff", "2001:db9:0:2::",
    "2a00:1::1", "2a00:2::1", "2a00:1f::", "2a00:21:0:0:0:0:0:1", "2a00:4f:ffff::9", "2a00:50::",
    "::ffff:192.0.2.9", "::FFFF:c000:0209", "0:0:0:0:0:ffff:192.0.2.9", "::ffff:192.0.3.1",
    "::192.0.2.9", "::ffff:0:192.0.2.9", "2001:db8::192.0.2.9", "2001:db8:1:2:3:4:5:6",
    "2001:0db8:0000::0001", "2001:db8::1%eth0", "2001:db8::1%", "2001:db8::1%a%b", "::", "::1",
    "1::2::3", "2001:db8", "2001:db8:", ":2001:db8::", "2001:db8:::1", "2001:db8::00001",
    "2001:db8:1:2:3:4:5", "2001:db8:1:2:3:4:5:6:7", "2001:db8::1:2:3:4:5:6", "2001:db8::g",
    "2001:db8:1:2:3:4:5::", "2001:db8:1:2:3:4:5:6::", "192.0.2", "192.0.2.1.1", "192.0.2.01",
    "192.0.2.+1", "192.0.2.1e0", "192.0.2. 1", "192.0.2.", "", ".", "....", "192.0.2.256",
    "-1.2.3.4", "192.0.2.9.", "2001:db8::1.2.3", "2001:db8::1.2.3.400", "2001:db8::1.2.3.4.5",
    "2001:db8::.1.2.3", "localhost", "2001:db8::1.2.3.4:5", "::ffff:192.0.2.009",
    "2001:db8::/32", "fe80::1%1",
    "2001:db8:0:0:0:0:0:0:", "1.2.3.4:5", "::ffff:10.2.3.4", "2001:db8::-1", "2001:db8:: 1",
)  # fmt: skip
ORIGINS = (
    "https://app.example.com", "https://App.example.com", "http://app.example.com",
    "https://appxexample.com", "https://a.example.org", "https://a.b-c.example.org",
    "https://example.org", "https://.example.org", "https://a.example.org.evil.net",
    "capacitor://localhost", "null", "https://other.example", "https://app.example.com:8443",
    "https://app.example.com, https://b.example", "https://" + "a" * 272,
    "https://" + "a" * 273, "https://" + "a" * 260 + ".example.org",
)  # fmt: skip
REQUESTED = (
    ("POST", "content-type, x-key"), ("PUT", ""), ("", "x"), ("GET", "a," * 1001), ("a b", "c d"),
    ("GET", "a" * 2_000), ("GET", "a" * 2_001), ("DELETE", "a , b,c"),
    ("GET", "x-\u00e9"), ("A,B", ","),
)  # fmt: skip
QUERIES = (
    "", "a=1&b=&a=2", f"maintenance-bypass={TOKEN}", f"a=1&maintenance-bypass={TOKEN}&b=2&c",
    f"maintenance-bypass={EXPIRED}", "maintenance-bypass=", "maintenance-bypass",
    f"maintenance-bypass={TOKEN}x", f'"<&maintenance-bypass={TOKEN}',
    f"xmaintenance-bypass={TOKEN}",
    f"maintenance-bypass={TOKEN[:-1]}",
    f"maintenance-bypass={'B' * 43}", f"q=%20+%C3%A9'()*&maintenance-bypass={TOKEN}",
    f"maintenance-bypass={EXPIRED}&maintenance-bypass={TOKEN}",
    f"maintenance-bypass={TOKEN}&maintenance-bypass={EXPIRED}&x=/?<>'#|\u00e9",
    f"a&&b=&maintenance-bypass={TOKEN}", f"maintenance-bypass={'+' * 43}",
)  # fmt: skip
LINK_PATHS = (
    "/", "//evil.example/x", "/\\evil.example", "/a b", "/caf\u00e9", "/%41%zz", "/a?b", "///",
    "/x;y=1,2'()*!", "/\U0001f680/~a_b-c.d", "/open/",
)  # fmt: skip
COOKIES = (
    f"__Host-maintenance-bypass={TOKEN}", f"__Host-maintenance-bypass={EXPIRED}",
    f"a=1; __Host-maintenance-bypass={TOKEN}; b=2", "__Host-maintenance-bypass=", "a=b; c",
    f"__host-maintenance-bypass={TOKEN}", f"__Host-maintenance-bypass={'C' * 43}",
    f"x__Host-maintenance-bypass={TOKEN}", f"__Host-maintenance-bypass={TOKEN}=",
    f"__Host-maintenance-bypass={EXPIRED}; __Host-maintenance-bypass={TOKEN}",
    f"__Host-maintenance-bypass={TOKEN}; __Host-maintenance-bypass={EXPIRED}",
)  # fmt: skip


def table() -> Iterator[Visit]:
    """Yield the requests; each line varies one thing, and some several."""
    yield from (Visit(headers=_headers(accept=each)) for each in ACCEPTS)
    yield from (Visit(headers=_headers(accept_language=each)) for each in LANGUAGES)
    yield from (
        Visit(headers=_headers(accept=accept, accept_language=each))
        for each in LANGUAGES
        for accept in ("*/*", "text/plain")
    )
    yield from (Visit(uri=each) for each in PATHS)
    yield from (Visit(uri=each, method="POST") for each in PATHS[:12])
    yield from (Visit(ip=each) for each in ADDRESSES)
    yield from (Visit(headers=_headers(origin=each)) for each in ORIGINS)
    for origin in ORIGINS:
        for method, names in REQUESTED:
            fields = {
                "access-control-request-method": method,
                "access-control-request-headers": names,
                "origin": origin,
            }
            yield Visit(method="OPTIONS", headers=tuple((k, v) for k, v in fields.items() if v))
    for query in QUERIES:
        yield from (Visit(query=query, method=method) for method in ("GET", "HEAD", "POST"))
    yield from (Visit(uri=uri, query=QUERIES[2]) for uri in LINK_PATHS)
    yield from (Visit(uri=uri, query=QUERIES[3]) for uri in LINK_PATHS)
    yield from (Visit(headers=(("cookie", each),)) for each in COOKIES)
    yield from (Visit(uri="/open/a/", headers=(("cookie", each),)) for each in COOKIES[:2])
    yield Visit(headers=(("cookie", "a=b"), ("cookie", COOKIES[0])))
    yield Visit(headers=(("accept", "text/html;q=0.1"), ("accept", "text/plain"), GZIP))
    for method in ("HEAD", "POST", "OPTIONS", "DELETE"):
        yield from (Visit(method=method, headers=_headers(accept=each)) for each in ACCEPTS[:6])


def random_visits(number: int, seed: int) -> Iterator[Visit]:
    """Yield requests whose parts are drawn from those of the table."""
    draw = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for _ in range(number):
        headers = {
            "accept": _weights(draw, ACCEPTS),
            "accept-language": _weights(draw, LANGUAGES),
            "origin": draw.choice((*ORIGINS, "", "", "")),
            "cookie": draw.choice((*COOKIES, *("",) * 20)),
            "access-control-request-method": draw.choice(("", "", "GET", "a b")),
        }
        yield Visit(
            uri=draw.choice((*PATHS, *LINK_PATHS, _encoded(draw), _path(draw))),
            method=draw.choice(("GET", "GET", "HEAD", "POST", "OPTIONS")),
            query=draw.choice((*QUERIES, *("",) * 30)),
            ip=draw.choice((*ADDRESSES, _ipv4(draw), _ipv4(draw), _ipv6(draw))),
            headers=(*((k, v) for k, v in headers.items() if v), GZIP),
        )


def _headers(**given: str) -> tuple[tuple[str, str], ...]:
    fields = {"accept": BROWSER, **{k.replace("_", "-"): v for k, v in given.items()}}
    return (*((name, value) for name, value in fields.items() if value), GZIP)


def _weights(draw: random.Random, parts: tuple[str, ...]) -> str:
    ranges = [draw.choice(parts).split(";")[0] for _ in range(draw.randint(0, 4))]
    return ", ".join(f"{each};q={draw.choice((0, 0.1, 0.5, 0.55, 1))}" for each in ranges if each)


def _path(draw: random.Random) -> str:
    return "/" + "".join(draw.choice("ab/c.d?*%2eopen\u00e9;~") for _ in range(draw.randint(0, 12)))


def _encoded(draw: random.Random) -> str:
    """Return a path that is open if the random bytes in it are UTF-8."""
    lead = draw.choice((*range(0x20, 0x80, 7), 0xC1, 0xC3, 0xDF, *range(0xE0, 0xF6)))
    others = (draw.choice((0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0)) for _ in range(4))
    data = bytes((lead, *others))[: draw.randint(1, 5)]
    return "/open/" + "".join(f"%{byte:02{draw.choice('xX')}}" for byte in data)


def _ipv4(draw: random.Random) -> str:
    first = draw.choice(("10.", "192.0.2.", "203.0.113.", "198.51.100.", "192.0."))
    return first + ".".join(str(draw.randint(0, 260)) for _ in range(4 - first.count(".")))


def _ipv6(draw: random.Random) -> str:
    groups = [f"{draw.randint(0, 65535):{draw.choice(('x', '04x', 'X'))}}" for _ in range(6)]
    text = ":".join((draw.choice(("2001:db8", "2a00:1", "2001:db9", "2a00:4d", "0:0")), *groups))
    return text if draw.random() < 0.5 else "::".join((text[:9].rstrip(":"), groups[-1]))
