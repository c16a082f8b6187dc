"""The secret of the bypass link is told by the command that prints it, and by nothing else."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from maintenance.__main__ import main as maintenance
from maintenance.cli.bypass import main as bypass
from maintenance.errors import MaintenanceError
from maintenance_edge.bypass import PARAMETER

from tests.cli.deployed import stack_of
from tests.sandbox.builders import a_distribution
from tests.stories.site import BUCKET, EDGE_NAME, PAGE_NAME, Site

type LooksAfter = Callable[..., None]

SECRET = "/site/maintenance/bypass-secret"  # noqa: S105 - the name of its parameter
COMMANDS = (
    ["status"], ["status", "--json"], ["plan", "--if", "on"], ["windows"], ["history"],
    ["history", "--json"], ["off", "--yes", "--timeout", "1s"],
)  # fmt: skip


@dataclass
class Schedule:
    """Everything that anybody could read afterwards, by where they would."""

    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    log: io.StringIO
    by_place: dict[str, str] = field(default_factory=dict)

    def types(self, program: Callable[[], int], *words: str) -> str:
        """Type a command; return what it printed on standard output, which is not kept."""
        self.monkeypatch.setattr("sys.argv", ["-", *words])
        self.add("output of runs", "".join(self.capsys.readouterr()))
        program()
        printed = self.capsys.readouterr()
        self.add(f"errors of {words[0]}", f"{words[0]}: {printed.err}")
        return printed.out

    def add(self, to_instant: str, what: object) -> None:
        """Keep what was said at a place."""
        text = what if isinstance(what, str) else json.dumps(what, default=str)
        self.by_place[to_instant] = self.by_place.get(to_instant, "") + text

    def places_with(self, marks: list[str]) -> list[str]:
        """Return the places that tell one of the marks."""
        return [
            to_instant
            for to_instant, text in self.by_place.items()
            if any(each in text for each in marks)
        ]


@pytest.fixture
def said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> Schedule:
    """Give what keeps it all, the controller's log among it."""
    return Schedule(capsys, monkeypatch, log)


def ways_to_write(secret: str) -> list[str]:
    """Return the secret as it would be found: itself, turned around, or encoded once more."""
    raw = base64.urlsafe_b64decode(f"{secret}=")
    forms = [secret, base64.b64encode(secret.encode()).decode().rstrip("="), raw.hex()]
    return [*forms, base64.b64encode(raw).decode().rstrip("=")]


def ask(site: Site, distribution_id: str, query: str, method: str = "GET") -> httpx.Response:
    """Return what the edge answers."""
    made = site.cloud.cloudfront.get_distribution(Id=distribution_id)["Distribution"]
    headers = {"Host": made["DomainName"]}
    return httpx.request(method, f"{site.cloud.sandbox.endpoint_url}/?{query}", headers=headers)


def run_into_everything(site: Site, said: Schedule) -> None:
    """Let the controller do and refuse what it can, and keep what it answers."""
    told: list[object] = [
        {"plan": True}, {"status": True}, {"sweep": True}, {"nobody": "?"}, {"maintenance": "?"},
    ]  # fmt: skip
    for event in told:
        try:
            said.add("reports", site.receives(event))
        except MaintenanceError as error:
            said.add("errors", repr(error))
    for value in ("onn", "on for 1h: Back soon"):
        try:
            said.add("reports", site.becomes(value))
        except MaintenanceError as error:
            said.add("errors", repr(error))
    site.puts("page.html", "{{nobody}}")
    with pytest.raises(MaintenanceError) as refused:
        site.notices_the_page()
    said.add("errors", str(refused.value))


def read_the_account(site: Site, said: Schedule) -> None:
    """Keep what the parameters, the bucket, the functions and the schedules say."""
    cloud = site.cloud
    for found in cloud.ssm.get_parameters_by_path(Path="/site", Recursive=True)["Parameters"]:
        if found["Name"] != SECRET:
            said.add("parameters", found)
            said.add("history", cloud.ssm.get_parameter_history(Name=found["Name"])["Parameters"])
    said.add("descriptions", cloud.ssm.describe_parameters()["Parameters"])
    for each in cloud.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        said.add(
            "bucket", cloud.s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read().decode()
        )
    said.add("functions", cloud.functions.list_functions()["Functions"])
    for name in (EDGE_NAME, PAGE_NAME):
        said.add(
            "versions", cloud.functions.list_versions_by_function(FunctionName=name)["Versions"]
        )
        said.add("packages", package(site, name))
    for group in cloud.logs.describe_log_groups()["logGroups"]:
        said.add("logs", cloud.logs.filter_log_events(logGroupName=group["logGroupName"])["events"])
    said.add("alarm clock", site.alarm() or "")


def package(site: Site, name: str) -> str:
    """Return the text of all files of a function's package."""
    code = site.cloud.functions.get_function(FunctionName=name)["Code"]["Location"]
    with zipfile.ZipFile(io.BytesIO(httpx.get(code).content)) as archive:
        return "".join(archive.read(each).decode("latin-1") for each in archive.namelist())


def listen(site: Site) -> Callable[[], list[str]]:
    """Return what gives the events that the controller has put on the bus."""
    cloud = site.cloud
    url = cloud.sqs.create_queue(QueueName="all")["QueueUrl"]
    cloud.events.put_rule(Name="all", EventPattern=json.dumps({"source": ["site.maintenance"]}))
    arn = "arn:aws:sqs:us-east-1:000000000000:all"
    cloud.events.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])
    received = cloud.sqs.receive_message

    return lambda: [
        each["Body"] for each in received(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ]


def test_only_the_command_that_prints_the_link_tells_its_secret(
    site: Site, looks_after: LooksAfter, said: Schedule, tmp_path: Path
) -> None:
    """Its life from `make secret` to a visitor's cookie, with runs and faults between."""
    heard, distribution_id = listen(site), a_distribution(site.cloud)
    anchors = tmp_path / "bypass.json"
    for words in (["create"], ["create"], ["prepare", "--weeks", "3", "--file", str(anchors)]):
        said.add("the other commands", said.types(bypass, *words))
    link = said.types(bypass, "print", "https://www.example.com/")
    secret = link.strip().partition(f"{PARAMETER}=")[2]
    base = site.publishes_another_version(**{"bypass.json": anchors.read_text()})
    looks_after(distribution_id, EDGE_VERSION_ARN=base)

    run_into_everything(site, said)
    site.cloud.sandbox.finish_deployments()
    opened = ask(site, distribution_id, f"{PARAMETER}={secret}")
    cookie = opened.headers.pop("set-cookie")
    turned_away = ask(site, distribution_id, f"x-{PARAMETER}={secret}")
    for answer in (opened, turned_away):
        said.add("answers", [answer.status_code, str(answer.headers), answer.text])
    stack_of(site, distribution_id, EDGE_VERSION_ARN=base)
    for words in COMMANDS:
        said.add("the command line", said.types(maintenance, *words))
    read_the_account(site, said)
    said.add("events", heard())
    said.add("the log", said.log.getvalue())

    assert (303, 503) == (opened.status_code, turned_away.status_code)
    assert set() == {to_instant for to_instant, text in said.by_place.items() if not text}
    said.add("the link", link)
    said.add("the cookie", cookie)
    signature = cookie.partition("; ")[0].partition(".")[2]
    assert ["the link"] == said.places_with(ways_to_write(secret))
    assert ["the cookie"] == said.places_with(ways_to_write(signature))
