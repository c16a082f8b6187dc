"""Each alarm of the deployed stack rings for its fault, once, and is silent when all is well."""

import json
from collections import Counter
from dataclasses import dataclass

import pytest

from tests.stack.alarm_stories import STORIES, look
from tests.stack.conftest import ALARM_TOPIC, Deployed
from tests.stack.permission_stories import begin

SWEEP_MINUTES = 15
_PLACE = "us-east-1:000000000000"


@dataclass(frozen=True)
class Watch:
    """Who is told of the stack's alarms, by a queue that listens to their topic."""

    stack: Deployed
    url: str

    def told(self) -> Counter[tuple[str, str]]:
        """Return how often each alarm has gone into which state since the last time."""
        sqs, told = self.stack.cloud.sqs, Counter[tuple[str, str]]()
        while messages := sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for each in messages:
                news = json.loads(json.loads(each["Body"])["Message"])
                told[self._logical(news["AlarmName"]), news["NewStateValue"]] += 1
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
        return told

    def states(self) -> dict[str, str]:
        """Return the state of each alarm, as the console shows it."""
        alarms = self.stack.cloud.cloudwatch.describe_alarms(AlarmNamePrefix=self.stack.stack)
        return {
            self._logical(each["AlarmName"]): each["StateValue"] for each in alarms["MetricAlarms"]
        }

    def sweeps(self, times: int) -> None:
        """Let the sweep come that often, each as long after the one before as by default."""
        for _ in range(times):
            look(self.stack)
            self.stack.cloud.sandbox.advance(SWEEP_MINUTES)

    def _logical(self, alarm: str) -> str:
        return next(name for name, (_, given) in self.stack.resources.items() if given == alarm)


@pytest.fixture(scope="module")
def watch(quiet: Deployed) -> Watch:
    """Give the one who has subscribed to the alarms' topic."""
    cloud = quiet.cloud
    policy = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": f"arn:aws:sqs:{_PLACE}:on-call",
    }
    url = cloud.sqs.create_queue(
        QueueName="on-call", Attributes={"Policy": json.dumps({"Statement": [policy]})}
    )["QueueUrl"]
    cloud.sns.subscribe(
        TopicArn=f"arn:aws:sns:{_PLACE}:{ALARM_TOPIC}", Protocol="sqs", Endpoint=policy["Resource"]
    )
    return Watch(quiet, url)


@pytest.fixture
def all_is_well(watch: Watch) -> Watch:
    """Give it when the site is open, and nobody remembers a fault."""
    begin(watch.stack)
    watch.stack.cloud.sandbox.advance(20)
    look(watch.stack)
    watch.stack.cloud.sandbox.advance(1)
    watch.told()
    return watch


@pytest.mark.parametrize("name", STORIES)
def test_an_alarm_rings_once_for_its_fault_and_says_when_it_is_over(
    all_is_well: Watch, name: str
) -> None:
    """However many sweeps find the fault; no other alarm rings but what the fault brings along."""
    watch, story = all_is_well, STORIES[name]
    before = watch.states()

    with story.error(watch.stack):
        watch.sweeps(3)
        during, rung = watch.states(), watch.told()
    watch.sweeps(1)
    after, ended = watch.states(), watch.told()

    well = dict.fromkeys(STORIES, "OK")
    assert well == before
    assert well | dict.fromkeys(story.rings, "ALARM") == during
    assert {(each, "ALARM"): 1 for each in story.rings} == rung
    assert well == after
    assert {(each, "OK"): 1 for each in story.rings} == ended


def test_no_alarm_rings_while_the_site_is_closed_and_opened(all_is_well: Watch) -> None:
    """A change that goes well is nobody's concern, nor are the minutes until it is deployed."""
    watch = all_is_well
    stack, sandbox = watch.stack, watch.stack.cloud.sandbox

    for said in ("on: We are upgrading", "off"):
        stack.put(stack.switch, said)
        look(stack)
        sandbox.advance(5)
        sandbox.finish_deployments()
        watch.sweeps(1)

    assert {} == watch.told()
    assert dict.fromkeys(STORIES, "OK") == watch.states()


def test_a_question_that_is_answered_does_not_end_the_alarm(all_is_well: Watch) -> None:
    """Whoever looks at what the controller says is wrong must not be told that it is over."""
    watch = all_is_well

    with STORIES["FailedRuns"].error(watch.stack):
        look(watch.stack)
        watch.stack.cloud.sandbox.advance(6)
        watch.stack.receives({"status": True})
        watch.stack.cloud.sandbox.advance(6)
        watch.sweeps(1)

    assert {("FailedRuns", "ALARM"): 1} == watch.told()
