"""
botocore's events carry a configuration past its model, and leave throttled updates to us.

botocore documents no promise about them, so these tests show if a new release changes them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from maintenance.aws.cloudfront import CloudFront
from maintenance.cloudfront.config import ReadConfig, read_config
from maintenance.cloudfront.restore import attach
from maintenance.errors import ApplyError, ObservationError, Throttled

from tests.builders import DISTRIBUTION_ID, EDGE, a_behavior, a_function, config_xml
from tests.cloud import Cloud
from tests.loopback import Answer, Received, a_server
from tests.sandbox.builders import a_distribution, a_version

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

CONFIG = config_xml(
    a_behavior(None, a_function()),
    a_behavior("/a&b/*"),
    extra=b"<!-- c -->\n<New a='1'><Deep><![CDATA[<x>]]></Deep></New>",
)
FOUND = Answer(200, {"ETag": "E1"}, CONFIG)
NOT_FOUND = Answer(
    404,
    {"Content-Type": "text/xml"},
    b"<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchDistribution</Code>"
    b"<Message>There is none.</Message></Error></ErrorResponse>",
)
THROTTLED = Answer(
    400,
    {"Content-Type": "text/xml"},
    b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>"
    b"<Message>Rate exceeded</Message></Error></ErrorResponse>",
)
UNAVAILABLE = Answer(503, {"Content-Type": "text/xml"}, b"")
UPDATED = Answer(200, {"ETag": "E2", "Content-Type": "text/xml"}, b"<Distribution/>")


def _client(url: str, *, attempts: int = 1) -> "CloudFrontClient":
    return boto3.client(
        "cloudfront",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",  # noqa: S106 - not a real one
        config=Config(retries={"mode": "standard", "total_max_attempts": attempts}),
    )


def _update(client: "CloudFrontClient") -> None:
    """Update with the SDK alone, with a configuration that passes its validation."""
    client.update_distribution(
        Id=DISTRIBUTION_ID,
        IfMatch="E1",
        DistributionConfig={
            "CallerReference": "",
            "Comment": "",
            "Enabled": False,
            "Origins": {"Quantity": 1, "Items": [{"Id": "", "DomainName": ""}]},
            "DefaultCacheBehavior": {"TargetOriginId": "", "ViewerProtocolPolicy": "allow-all"},
        },
    )


def _received(act: Callable[["CloudFrontClient"], object], answer: Answer = UPDATED) -> Received:
    with a_server(answer) as server:
        act(_client(server.url))
        [received] = server.received
        return received


def test_a_configuration_is_read_as_the_bytes_that_cloudfront_sent() -> None:
    """Including what the SDK does not know."""
    with a_server(FOUND) as server:
        read = CloudFront(_client(server.url)).read_config(DISTRIBUTION_ID)

    assert ReadConfig(CONFIG, "E1") == read


def test_the_body_of_an_error_is_never_a_configuration() -> None:
    """Though the event fires for errors too."""
    with a_server(NOT_FOUND) as server:
        client = _client(server.url)
        CloudFront(client)
        with pytest.raises(ClientError) as caught:
            client.get_distribution_config(Id=DISTRIBUTION_ID)

    assert "DistributionConfigXml" not in caught.value.response


def test_the_sdk_parses_neither_a_configuration_nor_the_answer_to_an_update() -> None:
    """With 75 behaviors that is most of the work, for nothing; the ETag is a header."""
    with a_server(FOUND, UPDATED) as server:
        client = _client(server.url)
        adapter = CloudFront(client)
        read = client.get_distribution_config(Id=DISTRIBUTION_ID)
        answers: list[dict[str, object]] = []
        client.meta.events.register(
            "after-call.cloudfront.UpdateDistribution", lambda parsed, **_: answers.append(parsed)
        )
        adapter.update_config(DISTRIBUTION_ID, xml=CONFIG, etag="E1")

    (updated,) = answers
    assert "E1" == read["ETag"]
    assert {} == dict(read["DistributionConfig"])
    assert {} == updated["Distribution"]


def test_a_failed_read_is_an_observation_error() -> None:
    """With CloudFront's message and the remedy."""
    with a_server(NOT_FOUND) as server, pytest.raises(ObservationError) as caught:
        CloudFront(_client(server.url)).read_config(DISTRIBUTION_ID)

    assert "There is none. - correct the stack parameter Distributions" in str(caught.value)


def test_an_update_sends_exactly_our_bytes_on_the_condition_of_the_etag() -> None:
    """To the distribution's address, and nothing of the stub that the SDK was given."""
    received = _received(
        lambda client: CloudFront(client).update_config(DISTRIBUTION_ID, xml=CONFIG, etag="E1")
    )

    assert ("PUT", f"/2020-05-31/distribution/{DISTRIBUTION_ID}/config", "E1", CONFIG) == (
        received.method,
        received.path,
        received.headers["if-match"],
        received.body,
    )


def test_the_signature_covers_our_bytes() -> None:
    """They must be put in before the request is signed, or CloudFront would refuse it."""
    with a_server(UPDATED) as server:
        CloudFront(_client(server.url)).update_config(DISTRIBUTION_ID, xml=CONFIG, etag="E1")
        [received] = server.received
    authorization = received.headers["authorization"]
    signed = authorization.split("SignedHeaders=")[1].split(",")[0].split(";")
    headers = {name: received.headers[name] for name in signed}
    request = AWSRequest("PUT", server.url + received.path, headers=headers, data=CONFIG)
    request.context["timestamp"] = received.headers["x-amz-date"]

    auth = SigV4Auth(Credentials("key", "secret"), "cloudfront", "us-east-1")
    text = auth.string_to_sign(request, auth.canonical_request(request))
    assert authorization.endswith(f"Signature={auth.signature(text, request)}")


@pytest.mark.parametrize(
    "call",
    [
        lambda adapter: adapter.update_config(DISTRIBUTION_ID, xml=CONFIG, etag="E1"),
        lambda adapter: adapter.read_config(DISTRIBUTION_ID),
    ],
    ids=["update", "read"],
)
def test_the_sdk_does_not_retry_a_throttled_call(call: Callable[[CloudFront], object]) -> None:
    """Every worker would retry by itself; `throttling` lets one try for all."""
    with a_server(THROTTLED, UPDATED) as server:
        adapter = CloudFront(_client(server.url, attempts=3))
        with pytest.raises(Throttled, match="Rate exceeded"):
            call(adapter)

    assert 1 == len(server.received)


def test_the_sdk_retries_what_met_an_outage() -> None:
    """Updates and reads alike."""
    with a_server(UNAVAILABLE, UPDATED, UNAVAILABLE, FOUND) as server:
        adapter = CloudFront(_client(server.url, attempts=3))
        adapter.update_config(DISTRIBUTION_ID, xml=CONFIG, etag="E1")
        read = adapter.read_config(DISTRIBUTION_ID)

    assert ReadConfig(CONFIG, "E1") == read
    assert 4 == len(server.received)


def test_an_update_without_our_bytes_never_reaches_the_network() -> None:
    """The stub would replace the whole configuration."""
    with a_server(UPDATED) as server:
        client = _client(server.url)
        CloudFront(client)
        with pytest.raises(ApplyError, match="without its configuration was stopped"):
            _update(client)

    assert [] == server.received


def test_a_client_without_the_adapter_works_as_usual() -> None:
    """The handlers are registered on one client only."""
    assert _received(_update).body.startswith(b"<DistributionConfig")


def test_what_the_sdk_does_not_know_survives_reading_and_updating(cloud: Cloud) -> None:
    """At the top and inside a behavior, through a service that stores what it is sent."""
    distribution_id = a_distribution(cloud)
    # A client of its own: the adapter registers handlers on its events.
    adapter = CloudFront(Cloud(cloud.sandbox).cloudfront)
    first = adapter.read_config(distribution_id)
    unknown = b"<ViewerWeather><Forecast>a &lt; b</Forecast></ViewerWeather>"
    end = b"</DefaultCacheBehavior>"
    with_unknown = first.xml.replace(end, unknown + end + unknown)
    adapter.update_config(distribution_id, xml=with_unknown, etag=first.etag)

    read = adapter.read_config(distribution_id)
    config = read_config(read.xml)
    attached = attach(config.behaviors[0].lists, EDGE, a_version(cloud))
    xml = config.with_lists({None: attached})
    adapter.update_config(distribution_id, xml=xml, etag=read.etag)

    assert with_unknown == read.xml
    during = adapter.read_config(distribution_id)
    assert 2 == during.xml.count(unknown)
    adapter.update_config(distribution_id, xml=read.xml, etag=during.etag)
    assert with_unknown == adapter.read_config(distribution_id).xml
