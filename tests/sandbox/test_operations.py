"""The AWS operation of an HTTP request."""

import pytest

from sandbox.api.operations import Operation, Request, identify


def _signed(service: str, **headers: str) -> dict[str, str]:
    credential = f"AKIDEXAMPLE/20261123/us-east-1/{service}/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"
    return {"authorization": authorization} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }


@pytest.mark.parametrize(
    ("call", "query", "service", "headers", "expected"),
    [
        ("GET /2020-05-31/distribution", {}, "cloudfront", {}, "ListDistributions"),
        ("POST /2020-05-31/distribution", {}, "cloudfront", {}, "CreateDistribution"),
        (
            "POST /2020-05-31/distribution",
            {"WithTags": [""]},
            "cloudfront",
            {},
            "CreateDistributionWithTags",
        ),
        ("PUT /2020-05-31/distribution/E1/config", {}, "cloudfront", {}, "UpdateDistribution"),
        ("PUT /bucket/a/key", {}, "s3", {}, "PutObject"),
        ("PUT /bucket/key", {}, "s3", {"x_amz_copy_source": "/b/k"}, "CopyObject"),
        ("PUT /bucket/key", {"partNumber": ["1"], "uploadId": ["u"]}, "s3", {}, "UploadPart"),
        ("GET /bucket", {"list-type": ["2"]}, "s3", {}, "ListObjectsV2"),
        ("GET /bucket/key", {}, "s3", {}, "GetObject"),
        ("POST /2015-03-31/functions/f/invocations", {}, "lambda", {}, "Invoke"),
        ("POST /2015-03-31/functions/f/versions", {}, "lambda", {}, "PublishVersion"),
        ("POST /schedules/alarm", {}, "scheduler", {}, "CreateSchedule"),
    ],
)
def test_a_rest_call_is_identified_by_its_path(
    call: str, query: dict[str, list[str]], service: str, headers: dict[str, str], expected: str
) -> None:
    """And if a path has several operations, by the members that they require."""
    method, _, path = call.partition(" ")
    request = Request(method, path, query, _signed(service, **headers), b"")

    assert Operation(f"{service}:{expected}", path, "AKIDEXAMPLE") == identify(request)


def test_a_json_call_is_identified_by_its_target() -> None:
    """The resource is the name, not the value that it writes."""
    headers = _signed("ssm", x_amz_target="AmazonSSM.PutParameter")
    request = Request("POST", "/", {}, headers, b'{"Name": "/a", "Value": "on"}')

    assert Operation("ssm:PutParameter", "/a", "AKIDEXAMPLE") == identify(request)


def test_a_query_call_is_identified_by_its_form() -> None:
    """IAM and CloudFormation have such calls."""
    headers = _signed("iam", content_type="application/x-www-form-urlencoded; charset=utf-8")
    request = Request("POST", "/", {}, headers, b"Action=GetRole&RoleName=edge&Version=2010-05-08")

    assert Operation("iam:GetRole", "edge", "AKIDEXAMPLE") == identify(request)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("GET {}", "DescribeKeyValueStore"),
        ("GET {}/keys", "ListKeys"),
        ("POST {}/keys", "UpdateKeys"),
        ("GET {}/keys/state", "GetKey"),
    ],
)
def test_a_call_of_a_stores_data_is_identified_by_its_path(call: str, expected: str) -> None:
    """The ARN in it has a slash, and its signature is for all Regions."""
    store = "/key-value-stores/arn:aws:cloudfront::000000000000:key-value-store/state"
    method, _, path = call.format(store).partition(" ")
    authorization = (
        "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20261123/cloudfront-keyvaluestore/"
        "aws4_request, SignedHeaders=host, Signature=0"
    )
    headers = {"authorization": authorization, "if-match": "E"}
    request = Request(method, path, {}, headers, b"")

    operation = Operation(f"cloudfront-keyvaluestore:{expected}", path, "AKIDEXAMPLE")

    assert operation == identify(request)


def test_a_presigned_call_is_identified_by_its_query() -> None:
    """Its credential is in the URL."""
    credential = {"X-Amz-Credential": ["AKIDEXAMPLE/20261123/us-east-1/s3/aws4_request"]}
    request = Request("PUT", "/bucket/key", credential, {}, b"")

    assert Operation("s3:PutObject", "/bucket/key", "AKIDEXAMPLE") == identify(request)


@pytest.mark.parametrize("body", [b"", b"not json", b"[]"])
def test_any_other_request_is_unknown(body: bytes) -> None:
    """It is forwarded, not refused."""
    assert "unknown" == identify(Request("GET", "/favicon.ico", {}, {}, body)).name
