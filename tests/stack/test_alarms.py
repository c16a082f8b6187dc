"""Each alarm of the deployed stack goes off once for its cause, and stays quiet otherwise."""

import json
from collections import Counter
from dataclasses import dataclass

import pytest

from tests.stack.alarm_causes import CAUSES, sweep
from tests.stack.conftest import ALARM_TOPIC, DeployedStack
from tests.stack.deliveries import Step
from tests.stack.operations import reset

SWEEP_MINUTES = 15
_REGION_AND_ACCOUNT = "us-east-1:000000000000"


@dataclass(frozen=True)
class Watch:
    """The stack's alarms, and the queue that is subscribed to their topic."""

    stack: DeployedStack
    url: str

    def notifications(self) -> Counter[tuple[str, str]]:
        """Return how often each alarm has changed to which state since the last call."""
        sqs, received = self.stack.cloud.sqs, Counter[tuple[str, str]]()
        while messages := sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for each in messages:
                change = json.loads(json.loads(each["Body"])["Message"])
                received[self._logical_id(change["AlarmName"]), change["NewStateValue"]] += 1
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
        return received

    def states(self) -> dict[str, str]:
        """Return the state of each alarm, as the console shows it."""
        alarms = self.stack.cloud.cloudwatch.describe_alarms(AlarmNamePrefix=self.stack.stack)
        return {
            self._logical_id(each["AlarmName"]): each["StateValue"]
            for each in alarms["MetricAlarms"]
        }

    def sweep(self, times: int, by: Step = sweep) -> None:
        """Sweep that often, at the default interval."""
        for _ in range(times):
            by(self.stack)
            self.stack.cloud.sandbox.advance(SWEEP_MINUTES)

    def _logical_id(self, alarm: str) -> str:
        return next(name for name, (_, given) in self.stack.resources.items() if given == alarm)


@pytest.fixture(scope="module")
def watch(quiet: DeployedStack) -> Watch:
    """Give the shop's alarms, with a queue subscribed to their topic."""
    cloud = quiet.cloud
    policy = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": f"arn:aws:sqs:{_REGION_AND_ACCOUNT}:on-call",
    }
    url = cloud.sqs.create_queue(
        QueueName="on-call", Attributes={"Policy": json.dumps({"Statement": [policy]})}
    )["QueueUrl"]
    cloud.sns.subscribe(
        TopicArn=f"arn:aws:sns:{_REGION_AND_ACCOUNT}:{ALARM_TOPIC}",
        Protocol="sqs",
        Endpoint=policy["Resource"],
    )
    return Watch(quiet, url)


@pytest.fixture
def healthy(watch: Watch) -> Watch:
    """Give the alarms while the site is open and earlier errors are out of their periods."""
    reset(watch.stack)
    watch.stack.cloud.sandbox.advance(20)
    sweep(watch.stack)
    watch.stack.cloud.sandbox.advance(1)
    watch.notifications()
    return watch


@pytest.mark.parametrize("name", CAUSES)
def test_an_alarm_notifies_once_when_its_cause_begins_and_once_when_it_ends(
    healthy: Watch, name: str
) -> None:
    """However many sweeps find the cause; only the alarms that it sets off change their state."""
    watch, cause = healthy, CAUSES[name]
    before = watch.states()

    with cause.lasting(watch.stack):
        watch.sweep(3, cause.sweep)
        during, begun = watch.states(), watch.notifications()
    watch.sweep(cause.sweeps_until_ok)
    after, ended = watch.states(), watch.notifications()

    all_ok = dict.fromkeys(CAUSES, "OK")
    assert all_ok == before
    assert all_ok | dict.fromkeys(cause.alarms, "ALARM") == during
    assert {(each, "ALARM"): 1 for each in cause.alarms} == begun
    assert all_ok == after
    assert {(each, "OK"): 1 for each in cause.alarms} == ended


def test_no_alarm_goes_off_while_the_site_closes_and_opens(healthy: Watch) -> None:
    """Neither for a change that succeeds, nor in the minutes until it is deployed."""
    watch = healthy
    stack, sandbox = watch.stack, watch.stack.cloud.sandbox

    for value in ("on: We are upgrading", "off"):
        stack.put(stack.switch, value)
        sweep(stack)
        sandbox.advance(5)
        sandbox.finish_deployments()
        watch.sweep(1)

    assert {} == watch.notifications()
    assert dict.fromkeys(CAUSES, "OK") == watch.states()


def test_a_successful_status_request_does_not_end_the_alarm_of_failed_sweeps(
    healthy: Watch,
) -> None:
    """An operator who asks for the error must not receive an all-clear."""
    watch = healthy

    with CAUSES["FailedRuns"].lasting(watch.stack):
        sweep(watch.stack)
        watch.stack.cloud.sandbox.advance(6)
        watch.stack.invoke({"status": True})
        watch.stack.cloud.sandbox.advance(6)
        watch.sweep(1)

    assert {("FailedRuns", "ALARM"): 1} == watch.notifications()
