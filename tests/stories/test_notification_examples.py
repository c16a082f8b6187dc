"""
The templates of examples/notifications, with the controller's real events.

The sandbox deploys those for e-mail and chat; it has no CloudFormation for API destinations, so the
parts of that template are made one by one. It sends no e-mail, and knows no chat: what SNS gets is
what counts. AWSDenyAll, Slack and Statuspage are not tried.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from maintenance.aws.event_bus import EventBus
from maintenance.reporting.events import Event

from tests.cloud import Cloud, eventually
from tests.contract.template import ROOT, load_template
from tests.loopback import Server, a_server
from tests.sample_events import HOSTILE, events_with
from tests.stories.site import Site

EXAMPLES = ROOT / "examples" / "notifications"


def deploy(cloud: Cloud, template: Path, **parameters: str) -> str:
    """Deploy a template, and return the URL of a queue that its topic sends to."""
    cloud.cloudformation.create_stack(
        StackName=template.stem,
        TemplateBody=template.read_text(encoding="utf-8"),
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ],
        Capabilities=["CAPABILITY_IAM"],
    )
    cloud.cloudformation.get_waiter("stack_create_complete").wait(
        StackName=template.stem, WaiterConfig={"Delay": 1}
    )
    [stack] = cloud.cloudformation.describe_stacks(StackName=template.stem)["Stacks"]
    [topic] = [each["OutputValue"] for each in stack["Outputs"]]
    arn = f"arn:aws:sqs:us-east-1:000000000000:{template.stem}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    url = cloud.sqs.create_queue(QueueName=template.stem, Attributes={"Policy": policy})["QueueUrl"]
    cloud.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def received(cloud: Cloud, url: str) -> list[str]:
    """Return the messages of the topic so far."""
    messages = []
    while found := cloud.sqs.receive_message(QueueUrl=url).get("Messages"):
        messages += [json.loads(each["Body"])["Message"] for each in found]
        cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])
    return messages


def send(cloud: Cloud, events: list[Event]) -> None:
    """Send events as the controller does."""
    EventBus(lambda: cloud.events).send(events)


@pytest.mark.usefixtures("distribution_id")
def test_an_e_mail_has_the_title_and_the_text(site: Site) -> None:
    """In two lines, with the quotes that EventBridge requires."""
    url = deploy(site.cloud, EXAMPLES / "email.yaml", Address="you@example.com", Stack="site")

    site.becomes("on: back at four")

    [message] = received(site.cloud, url)
    title, text = (json.loads(line) for line in message.splitlines())
    assert "site: Closing now" == title
    assert "Message for visitors: 'back at four'. Requested by root." in text


@pytest.mark.parametrize("name", ["email.yaml", "chat.yaml"])
def test_only_rules_of_this_account_may_publish_to_the_topic(name: str) -> None:
    """EventBridge acts for every account."""
    resources = load_template(EXAMPLES / name)["Resources"]
    [statement] = resources["EventBridgeMayPublish"]["Properties"]["PolicyDocument"]["Statement"]

    assert {"Service": "events.amazonaws.com"} == statement["Principal"]
    own = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert own == statement["Condition"]


def test_events_of_another_stack_send_no_e_mail(site: Site) -> None:
    """One account may have several sites."""
    url = deploy(site.cloud, EXAMPLES / "email.yaml", Address="you@example.com", Stack="shop")

    send(site.cloud, events_with("hello"))

    assert [] == received(site.cloud, url)


@pytest.mark.parametrize("text", ["hello", HOSTILE, "x" * 9000])
def test_each_event_becomes_a_notification_of_a_chat(site: Site, text: str) -> None:
    """Whatever others wrote into it (doc: Amazon Q Developer in chat ..., custom-notifs)."""
    url = deploy(site.cloud, EXAMPLES / "chat.yaml", Stack="site")
    events = events_with(text)

    send(site.cloud, events)

    messages = received(site.cloud, url)
    assert max(map(len, messages)) <= 8192
    notifications = [json.loads(each) for each in messages]
    contents = [
        {
            "textType": "client-markdown",
            "title": f"site: {each.detail.title}",
            "description": each.detail.text,
        }
        for each in events
    ]
    assert [
        {"version": "1.0", "source": "custom", "content": each} for each in contents
    ] == notifications
    assert all(len(each["title"]) <= 250 and len(each["description"]) <= 8000 for each in contents)


@pytest.fixture
def status_page(site: Site) -> Iterator[Server]:
    """Give a status page with the destination and the rules of the example."""
    events = site.cloud.events
    with a_server() as server:
        parameters = {"ComponentUrl": server.url, "ApiKey": "k3y", "Stack": "site"}
        template = resolve(load_template(EXAMPLES / "status-page.yaml")["Resources"], parameters)
        connection = template["StatusPage"]["Properties"]
        connection_arn = events.create_connection(Name="StatusPage", **connection)["ConnectionArn"]
        destination = template["Component"]["Properties"] | {"ConnectionArn": connection_arn}
        made = events.create_api_destination(Name="Component", **destination)
        for name in ("Closing", "Open"):
            rule = template[name]["Properties"]
            events.put_rule(Name=name, EventPattern=json.dumps(rule["EventPattern"]))
            [target] = rule["Targets"]
            role = "arn:aws:iam::000000000000:role/caller"
            target |= {"Arn": made["ApiDestinationArn"], "RoleArn": role}
            events.put_targets(Rule=name, Targets=[target])
        yield server


def resolve(value: Any, parameters: dict[str, str]) -> Any:  # noqa: ANN401 - a part of a template
    """Return a part of a template with its parameters."""
    match value:
        case {"Ref": str(name)}:
            return parameters.get(name, name)
        case {"Fn::Sub": str(text)}:
            for name, given in parameters.items():
                text = text.replace(f"${{{name}}}", given)
            return text
        case dict():
            return {name: resolve(each, parameters) for name, each in value.items()}
        case list():
            return [resolve(each, parameters) for each in value]
        case _:
            return value


def test_a_status_page_is_under_maintenance_until_the_site_is_open_everywhere(
    site: Site, status_page: Server, distribution_id: str
) -> None:
    """By two calls, however often the mode is announced, with the key in the header."""
    assert distribution_id
    site.settles()
    site.becomes("on")
    eventually(lambda: status_page.received)
    site.settles()
    site.becomes("off")
    site.settles()

    calls = eventually(lambda: status_page.received[1:] and status_page.received)
    assert [
        ("PATCH", "OAuth k3y", {"component": {"status": "under_maintenance"}}),
        ("PATCH", "OAuth k3y", {"component": {"status": "operational"}}),
    ] == [(each.method, each.headers["authorization"], json.loads(each.body)) for each in calls]
