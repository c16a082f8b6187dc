"""AWS's own signer, awscrt, agrees with ours, and `cryptography` verifies our signatures."""

import io
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
from awscrt.auth import (  # type: ignore[import-untyped]  # it has no stubs
    AwsCredentialsProvider,
    AwsSignatureType,
    AwsSignedBodyHeaderType,
    AwsSigningAlgorithm,
    AwsSigningConfig,
    aws_sign_request,
)
from awscrt.http import (  # type: ignore[import-untyped]  # the same
    HttpHeaders,
    HttpRequest,
)
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from maintenance.aws.standby.sigv4a import Keys, Request, derive_key, sign_request, string_to_sign

_SERVICE = "cloudfront-keyvaluestore"
_STORE = quote("arn:aws:cloudfront::123456789012:key-value-store/5f1c", safe="")
_HOST = "https://123456789012.cloudfront-kvs.global.api.aws"


def _requests() -> Iterator[tuple[Request, Keys, datetime]]:
    """Yield requests like the adapter's, from a fixed seed."""
    drawn = random.Random(21)  # noqa: S311 - of a test
    for number in range(30):
        key = "".join(drawn.choices("abzAZ019-_.~/ %+:äß漢", k=drawn.randint(1, 20)))
        path = f"/key-value-stores/{_STORE}/keys"
        is_write = bool(drawn.getrandbits(1))
        token = quote(key, safe="")
        ends = ["", f"/{token}x", f"?NextToken={token}&MaxResults=50"]
        url = _HOST + path + ("" if is_write else drawn.choice(ends))
        headers = {"If-Match": f"E{number}", "Content-Type": "application/json"} if is_write else {}
        keys = Keys(f"AKID{number}", key, f"token/{number}==" if drawn.getrandbits(1) else None)
        now = datetime(2026, 11, 30, tzinfo=UTC) + timedelta(seconds=drawn.randint(0, 10**8))
        body = f'{{"Puts": [{{"Key": "{number}", "Value": "é"}}]}}'.encode() if is_write else b""
        yield Request("POST" if is_write else "GET", url, headers, body), keys, now


def _parts(authorization: str) -> list[str]:
    """Return a header's algorithm, credential, names of headers, and signature."""
    found = re.fullmatch(
        r"(\S+) Credential=(\S+), SignedHeaders=(\S+), Signature=(\S+)", authorization
    )
    return list(found.groups()) if found else []


def _by_awscrt(request: Request, keys: Keys, now: datetime) -> dict[str, str]:
    """Return the headers that awscrt adds."""
    url = urlsplit(request.url)
    sent = HttpRequest(
        request.method,
        url.path + (f"?{url.query}" if url.query else ""),
        HttpHeaders([("Host", url.netloc), *request.headers.items()]),
        io.BytesIO(request.body),
    )
    config = AwsSigningConfig(
        algorithm=AwsSigningAlgorithm.V4_ASYMMETRIC,
        signature_type=AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=AwsCredentialsProvider.new_static(
            keys.access_key, keys.secret_key, keys.token
        ),
        region="*",
        service=_SERVICE,
        date=now,
        signed_body_header_type=AwsSignedBodyHeaderType.NONE,
    )
    aws_sign_request(sent, config).result(10)
    return {
        name: value
        for name, value in sent.headers
        if name.startswith("X-Amz-") or name == "Authorization"
    }


def _verify(request: Request, keys: Keys, now: datetime, signature: str) -> None:
    """Raise InvalidSignature if the signature is not one of our string by our key."""
    text = string_to_sign(request, _SERVICE, keys, now).text
    key = ec.derive_private_key(derive_key(keys), ec.SECP256R1())
    key.public_key().verify(bytes.fromhex(signature), text.encode(), ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(("request_", "keys", "now"), [*_requests()])
def test_awscrt_signs_the_same(request_: Request, keys: Keys, now: datetime) -> None:
    """Its signature, which is a random one, is valid for our string and our key."""
    ours, theirs = sign_request(request_, _SERVICE, keys, now), _by_awscrt(request_, keys, now)
    *named, signature = _parts(ours.pop("Authorization"))
    *named_by_awscrt, signature_of_awscrt = _parts(theirs.pop("Authorization"))

    assert theirs == ours
    assert named_by_awscrt == named
    _verify(request_, keys, now, signature_of_awscrt)
    _verify(request_, keys, now, signature)
