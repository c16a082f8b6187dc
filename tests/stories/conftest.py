"""The fixtures of the stories: one site, and the controller's environment and log."""

import http.server
import io
import json
import threading
from collections.abc import Callable, Iterator
from logging import StreamHandler
from typing import Any

import pytest
from maintenance.reporting.telemetry import logger

from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution
from tests.stories.site import Site, make_site

type Answers = list[dict[str, str]]


@pytest.fixture
def site(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give a site whose switch says off, and let this process call the sandbox as AWS."""
    for name, value in cloud.sandbox.environment().items():
        monkeypatch.setenv(name, value)
    # A story says itself when CloudFront has deployed a change: on a busy machine, seconds pass.
    cloud.sandbox.set(deploy_seconds=3600)
    return make_site(cloud)


@pytest.fixture
def looks_after(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give a function that sets the controller's settings: `looks_after("E1", TIME_ZONE="UTC")`."""

    def configure(distributions: str, **settings: str) -> None:
        for name, value in site.environment(distributions, **settings).items():
            monkeypatch.setenv(name, value)

    return configure


@pytest.fixture
def distribution_id(site: Site, looks_after: Callable[..., None]) -> str:
    """Give the site's only distribution, which the controller looks after."""
    made = a_distribution(site.cloud)
    looks_after(made)
    return made


@pytest.fixture
def news(site: Site) -> Callable[[], list[dict[str, Any]]]:
    """Give a function that returns the controller's events since its last call."""
    cloud = site.cloud
    url = cloud.sqs.create_queue(QueueName="all-news")["QueueUrl"]
    cloud.events.put_rule(
        Name="all-news", EventPattern=json.dumps({"source": ["site.maintenance"]})
    )
    arn = "arn:aws:sqs:us-east-1:000000000000:all-news"
    cloud.events.put_targets(Rule="all-news", Targets=[{"Id": "queue", "Arn": arn}])

    def receive() -> list[dict[str, Any]]:
        events = []
        while messages := cloud.sqs.receive_message(QueueUrl=url).get("Messages"):
            events += [json.loads(each["Body"]) for each in messages]
            cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
        return events

    return receive


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Give the controller's log."""
    text = io.StringIO()
    [handler] = logger.handlers
    assert isinstance(handler, StreamHandler)
    before = handler.setStream(text)
    yield text
    handler.setStream(before)


@pytest.fixture
def answers() -> Iterator[tuple[str, Answers]]:
    """Give a URL for responses to CloudFormation, and the responses put there."""
    put: Answers = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            put.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/answer", put
        server.shutdown()
