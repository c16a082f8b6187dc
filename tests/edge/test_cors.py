"""Scripts of configured origins can read the response, and others cannot."""

import pytest
from maintenance_edge.cors import allowed_origins, is_preflight, preflight_response

from tests.edge.builders import a_request, value_of

ORIGINS = allowed_origins(
    [
        "https://app.example.com",
        "https://*.shop.example",
        "http://localhost:3000",
        "capacitor://localhost",
        "http://[::1]:8100",
    ]
)


def headers_for(origin: str, *origins: str) -> dict[str, str]:
    """Return the CORS headers of a response to `origin`."""
    allowed = allowed_origins(origins) if origins else ORIGINS
    return allowed.headers(a_request(headers={"Origin": origin}))


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example.com",
        "https://eu.shop.example",
        "https://a.b-c.shop.example",
        "http://localhost:3000",
        "capacitor://localhost",
        "http://[::1]:8100",
    ],
)
def test_a_configured_origin_may_read_with_credentials(origin: str) -> None:
    """The header names it, since browsers refuse `*` with credentials."""
    assert {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "Retry-After, X-Maintenance",
    } == headers_for(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example.com.evil.example",
        "https://evil.example/https://app.example.com",
        "https://appxexample.com",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://shop.example",
        "https://.shop.example",
        "https://evil.example/.shop.example",
        "https://evilshop.example",
        "capacitor://localhost.evil.example",
        "ionic://localhost",
        "https://" + "a." * 200 + "shop.example",
        "null",
        "",
    ],
)
def test_other_origins_may_not_read(origin: str) -> None:
    """Not look-alikes, other schemes or ports, or the parent of a wildcard."""
    assert {} == headers_for(origin)


def test_every_origin_may_read_without_credentials() -> None:
    """Browsers refuse `*` with credentials."""
    assert {
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "Retry-After, X-Maintenance",
    } == headers_for("https://anyone.example", "*")


def test_a_named_origin_keeps_its_credentials_beside_the_wildcard() -> None:
    """The more specific entry counts."""
    headers = headers_for("https://app.example.com", "*", "https://app.example.com")

    assert "true" == headers["access-control-allow-credentials"]


def test_a_request_without_origin_gets_no_cors_headers() -> None:
    """It does not come from another origin."""
    assert {} == ORIGINS.headers(a_request())


@pytest.mark.parametrize(
    ("expected", "method", "headers"),
    [
        (True, "OPTIONS", {"Access-Control-Request-Method": "PUT"}),
        (False, "OPTIONS", {}),
        (False, "GET", {"Access-Control-Request-Method": "PUT"}),
    ],
)
def test_only_options_with_a_requested_method_is_a_preflight(
    expected: bool,  # noqa: FBT001 -- a column of the table
    method: str,
    headers: dict[str, str],
) -> None:
    """Other OPTIONS requests are ordinary (Fetch standard, CORS-preflight)."""
    assert expected == is_preflight(a_request(method=method, headers=headers))


def test_a_preflight_is_allowed_what_it_asks_for_once() -> None:
    """204 without a body, with methods and headers by name, and nothing for a browser to cache."""
    request = a_request(
        method="OPTIONS",
        headers={
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "content-type,x-csrf-token",
        },
    )
    response = preflight_response(request, {"access-control-allow-origin": "https://a.example"})
    names = ("allow-origin", "allow-methods", "allow-headers", "max-age")
    granted = tuple(value_of(response, f"access-control-{name}") for name in names)

    assert ("204", ("https://a.example", "PATCH", "content-type,x-csrf-token", "0"), False) == (
        response["status"],
        granted,
        "body" in response,
    )


def test_no_cache_stores_the_response_to_a_preflight() -> None:
    """It depends on the origin and on what the preflight asked for."""
    response = preflight_response(a_request(method="OPTIONS"), {})

    assert (
        "no-store",
        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    ) == (value_of(response, "cache-control"), value_of(response, "vary"))


@pytest.mark.parametrize("asked", ["x y", "a\r\nset-cookie: b=c", "a,,b", "é", "x" * 2_001])
def test_invalid_header_names_are_not_sent_back(asked: str) -> None:
    """A caller's text does not reach a response header unchecked."""
    request = a_request(
        method="OPTIONS",
        headers={"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": asked},
    )

    assert "" == value_of(preflight_response(request, {}), "access-control-allow-headers")
