"""Only the command that prints the bypass link reveals its token."""

import base64
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest
from maintenance.__main__ import main as maintenance
from maintenance.errors import MaintenanceError
from maintenance_edge.bypass import PARAMETER

from tests.cli.deployed import stack_of
from tests.sandbox.builders import a_distribution
from tests.stories.site import BUCKET, EDGE_NAME, PAGE_NAME, Site
from tests.timing import PATIENCE

type LooksAfter = Callable[..., None]

COMMANDS = (
    ["bypass", "list"], ["bypass", "list", "--json"], ["bypass", "create", "--name", "ana"],
    ["bypass", "revoke", "eve"],
    ["status"], ["status", "--json"], ["plan", "on"], ["windows"], ["history"],
    ["history", "--json"], ["off", "--yes", "--timeout", "1s"],
)  # fmt: skip


@dataclass
class Outputs:
    """All text that people can read afterwards, by the place where they find it."""

    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    log: io.StringIO
    by_place: dict[str, str] = field(default_factory=dict)

    def types(self, program: Callable[[], int], *words: str) -> str:
        """Run a command; return its standard output, and keep only its standard error."""
        self.monkeypatch.setattr("sys.argv", ["-", *words])
        self.add("output of runs", "".join(self.capsys.readouterr()))
        program()
        printed = self.capsys.readouterr()
        self.add(f"errors of {words[0]}", f"{words[0]}: {printed.err}")
        return printed.out

    def add(self, place: str, what: object) -> None:
        """Keep the text of a place."""
        text = what if isinstance(what, str) else json.dumps(what, default=str)
        self.by_place[place] = self.by_place.get(place, "") + text

    def places_with(self, marks: list[str]) -> list[str]:
        """Return the places whose text has one of the marks."""
        return [
            place for place, text in self.by_place.items() if any(each in text for each in marks)
        ]


@pytest.fixture
def outputs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> Outputs:
    """Give the collected texts, with the controller's log."""
    return Outputs(capsys, monkeypatch, log)


def ways_to_write(secret: str) -> list[str]:
    """Return the forms to search for: the secret itself, decoded, and encoded again."""
    raw = base64.urlsafe_b64decode(f"{secret}=")
    forms = [secret, base64.b64encode(secret.encode()).decode().rstrip("="), raw.hex()]
    return [*forms, base64.b64encode(raw).decode().rstrip("=")]


def ask(site: Site, distribution_id: str, query: str, method: str = "GET") -> httpx.Response:
    """Return the edge's response."""
    made = site.cloud.cloudfront.get_distribution(Id=distribution_id)["Distribution"]
    headers = {"Host": made["DomainName"]}
    return httpx.request(
        method, f"{site.cloud.sandbox.endpoint_url}/?{query}", headers=headers, timeout=PATIENCE
    )


def exercise_the_controller(site: Site, outputs: Outputs) -> None:
    """Make the controller succeed and fail in many ways, and keep its answers."""
    events: list[object] = [
        {"plan": True}, {"status": True}, {"sweep": True}, {"unknown": "?"}, {"maintenance": "?"},
    ]  # fmt: skip
    for event in events:
        try:
            outputs.add("reports", site.receives(event))
        except MaintenanceError as error:
            outputs.add("errors", repr(error))
    for value in ("onn", "on for 1h: Back soon"):
        try:
            outputs.add("reports", site.becomes(value))
        except MaintenanceError as error:
            outputs.add("errors", repr(error))
    site.puts("page.html", "{{unknown}}")
    with pytest.raises(MaintenanceError) as refused:
        site.notices_the_page()
    outputs.add("errors", str(refused.value))


def read_the_account(site: Site, outputs: Outputs) -> None:
    """Keep the contents of the parameters, the bucket, the functions and the schedules."""
    cloud = site.cloud
    for found in cloud.ssm.get_parameters_by_path(Path="/site", Recursive=True)["Parameters"]:
        outputs.add("parameters", found)
        outputs.add("history", cloud.ssm.get_parameter_history(Name=found["Name"])["Parameters"])
    outputs.add("descriptions", cloud.ssm.describe_parameters()["Parameters"])
    for each in cloud.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        outputs.add(
            "bucket", cloud.s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read().decode()
        )
    outputs.add("functions", cloud.functions.list_functions()["Functions"])
    for name in (EDGE_NAME, PAGE_NAME):
        outputs.add(
            "versions", cloud.functions.list_versions_by_function(FunctionName=name)["Versions"]
        )
        outputs.add("packages", site.package(name))
    for group in cloud.logs.describe_log_groups()["logGroups"]:
        outputs.add(
            "logs", cloud.logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        )
    outputs.add("alarm clock", site.alarm() or "")


def listen(site: Site) -> Callable[[], list[str]]:
    """Return a function that receives the controller's events from the bus."""
    cloud = site.cloud
    url = cloud.sqs.create_queue(QueueName="all")["QueueUrl"]
    cloud.events.put_rule(Name="all", EventPattern=json.dumps({"source": ["site.maintenance"]}))
    arn = "arn:aws:sqs:us-east-1:000000000000:all"
    cloud.events.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])
    received = cloud.sqs.receive_message

    return lambda: [
        each["Body"] for each in received(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ]


def test_only_the_command_that_prints_the_link_reveals_its_token(
    site: Site, looks_after: LooksAfter, outputs: Outputs
) -> None:
    """From `bypass create` to a visitor's cookie, with successful and failed runs between."""
    received_events, distribution_id = listen(site), a_distribution(site.cloud)
    looks_after(distribution_id)
    stack_of(site, distribution_id)
    link = outputs.types(maintenance, "bypass", "create", "--name", "ana")
    token = link.strip().partition(f"{PARAMETER}=")[2]

    site.notices_the_page()
    exercise_the_controller(site, outputs)
    site.cloud.sandbox.finish_deployments()
    opened = ask(site, distribution_id, f"{PARAMETER}={token}")
    cookie = opened.headers.pop("set-cookie")
    refused_visit = ask(site, distribution_id, f"x-{PARAMETER}={token}")
    for answer in (opened, refused_visit):
        outputs.add("answers", [answer.status_code, str(answer.headers), answer.text])
    for words in COMMANDS:
        outputs.add("the command line", outputs.types(maintenance, *words))
    read_the_account(site, outputs)
    outputs.add("events", received_events())
    outputs.add("the log", outputs.log.getvalue())

    assert (303, 503) == (opened.status_code, refused_visit.status_code)
    assert set() == {place for place, text in outputs.by_place.items() if not text}
    outputs.add("the link", link)
    outputs.add("the cookie", cookie)
    assert ["the link", "the cookie"] == outputs.places_with(ways_to_write(token))
