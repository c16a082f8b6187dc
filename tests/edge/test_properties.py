"""For every request CloudFront accepts the response, and the function raises nothing."""

import json
from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from maintenance_edge.bypass import COOKIE, PARAMETER
from maintenance_edge.event import Request

from sandbox.edge.lambda_responses import check_generated_response
from tests.edge.builders import NOW, TEXTS, TOKEN, a_responder
from tests.hypothesis_profiles import untraced

pytestmark = untraced

SETTINGS: dict[str, object] = {
    "texts": TEXTS,
    "until": "2026-11-26T01:00:00Z",
    "allowed_paths": ["/open/*"],
    "allowed_networks": ["198.51.100.0/24"],
    "cors_origins": ["https://app.example.com", "https://*.shop.example"],
}
RESPONDER = a_responder(**SETTINGS)
# The site closes at NOW.
ARMED = a_responder(**SETTINGS, **{"from": "2026-11-26T00:00:00Z"})

# Header bytes reach a function as text, one character a byte.
HEADER_BYTES = st.binary(max_size=200).map(lambda raw: raw.decode("latin-1"))
LIKELY_VALUES = st.sampled_from(
    [
        "text/html", "application/json;q=0.1, */*", "de", "https://app.example.com", "PUT",
        "https://" + "a" * 300 + ".shop.example", "x-a, x-b", "x" * 20_000,
        f"{COOKIE}={TOKEN}",
        f"{COOKIE}=" + "9" * 20_000,
    ]
)  # fmt: skip
NAMES = st.sampled_from(
    [
        "accept", "accept-language", "origin", "cookie", "host", "x-odd",
        "access-control-request-method", "access-control-request-headers",
    ]
)  # fmt: skip
FIELDS = st.lists(
    st.fixed_dictionaries(
        {}, optional={"key": st.text(), "value": HEADER_BYTES | st.text() | LIKELY_VALUES}
    ),
    max_size=3,
)
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"]
URIS = ["/", "/open/x", "/open/", "/open/api/x", "//evil.example", "/%", "/\ud800"]
QUERIES = st.text() | st.sampled_from([f"{PARAMETER}={TOKEN}", f"a&{PARAMETER}=x&{PARAMETER}="])
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "clientIp": st.text() | st.ip_addresses().map(str),
        "method": st.sampled_from(METHODS) | st.text(),
        "uri": st.text()
        | st.sampled_from(
            ["/", "/open/x", "/open/", "/open/api/x", "//evil.example", "/%", "/\ud800"]
        ),
        "querystring": QUERIES,
        "headers": st.dictionaries(NAMES, FIELDS),
    },
).map(lambda members: cast("Request", members))


@given(REQUESTS, st.floats(0, 4e9))
def test_every_request_passes_unchanged_or_gets_a_response_that_cloudfront_accepts(
    request: Request, now: float
) -> None:
    """Whatever it lacks or holds, at any time; checked as the sandbox does, through JSON."""
    before = json.dumps(request)
    response = RESPONDER.respond(request, now)
    errors: tuple[str, ...] = ()
    if response is not request:
        errors = check_generated_response("viewer-request", json.loads(json.dumps(response)))

    assert ((), before) == (errors, json.dumps(request))


@given(REQUESTS, st.floats(0, 4e9))
def test_the_start_of_a_window_changes_only_the_answers_before_it(
    request: Request, now: float
) -> None:
    """Before it everything passes untouched, from then on it is as if there were none."""
    expected = request if now < NOW else RESPONDER.respond(request, now)

    assert expected == ARMED.respond(request, now)


@given(REQUESTS)
def test_only_requests_that_a_setting_allows_pass(request: Request) -> None:
    """By path, network or cookie."""
    passed = RESPONDER.respond(request, NOW) is request
    cookies = [field.get("value", "") for field in request.get("headers", {}).get("cookie", [])]
    named = (
        request.get("uri", "").startswith("/open/")
        or request.get("clientIp", "").rpartition(":")[2].startswith("198.51.100.")
        or any(TOKEN in cookie for cookie in cookies)
    )

    assert named or not passed


RESPONDER_OF_OPEN = a_responder(allowed_paths=["/open/*"])
REWRITING = a_responder(
    allowed_paths=["/open/*"], rewrite="directory-index", rewrite_except_paths=["/open/api/*"]
)


@given(REQUESTS)
def test_rewriting_changes_nothing_but_the_path_of_what_passes(request: Request) -> None:
    """It lets no further request pass, and never touches one that does not read."""
    before = json.dumps(request)
    passed, rewritten = RESPONDER_OF_OPEN.respond(request, NOW), REWRITING.respond(request, NOW)

    assert before == json.dumps(request)
    if passed is not request:
        assert passed == rewritten
    else:
        reads = request.get("method") in {"GET", "HEAD"}
        path = str(rewritten.get("uri", "/"))
        assert {**request, "uri": path} == {**rewritten, "uri": path}
        assert path == request.get("uri", "/") or (reads and path.endswith("index.html"))
