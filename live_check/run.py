"""One run: create the probe, ask, deploy the product, ask, and clean up in any case."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from live_check import questions
from live_check.account import Account
from live_check.clean_up import Left, clean_up
from live_check.probe import Probe, create_probe
from live_check.product import deploy_product
from live_check.question import Question, answer
from live_check.report import FINISH, Findings
from sandbox.demo.console import StepConsole

ANNOUNCEMENT = """\
In account {account_id} this creates two CloudFormation stacks, {name}-probe and {name}:
a probe site (a distribution without an alias, a bucket, two functions, one of them for Lambda@Edge,
a key value store, two queues, a rule, schedules and a few roles and parameters), and a stack of
this product that controls that distribution alone.
It changes no distribution that it has not created, and deletes all of it, also after Ctrl-C.
It takes one to two hours, most of them waiting for CloudFront, and costs less than a dollar.
At its end it updates its distribution until CloudFront throttles: for that minute it may throttle
others in this account too.
Functions that were at the edge can only be deleted hours later, and one question takes until then;
it says how."""


def check(
    account: Account, name: str, console: StepConsole, path: Path, *, now: datetime
) -> Findings:
    """Ask everything and clean up; write the report to `path`, also if something stops the run."""
    findings = Findings(account.account_id, account.endpoint_url, now)
    try:
        console.section("Asking")
        _ask_all(account, name, console, findings)
    except BaseException as error:
        findings.stopped = f"{error}" or type(error).__name__
        raise
    finally:
        # First before the clean-up, which may be interrupted.
        _write(findings, path)
        findings.left = delete_all(account, console, only=name)
        _write(findings, path)
    return findings


def delete_all(account: Account, console: StepConsole, *, only: str = "") -> tuple[Left, ...]:
    """Delete what all runs have created, or `only` this one, and return what is left."""
    console.section("Cleaning up")
    console.say(f"If this is interrupted: {FINISH.format(account_id=account.account_id)}")
    with console.step("delete the stacks; every edge has to disable the distribution first"):
        deleted: list[str] = []
        left = clean_up(account, deleted.append, only=only)
    console.say(f"deleted: {', '.join(deleted) or 'nothing'}", markup=False)
    for each in left:
        console.say(f"left: {each.what}: {each.reason}", markup=False)
    return left


def _ask_all(account: Account, name: str, console: StepConsole, findings: Findings) -> None:
    with console.step("the probe's stack"):
        probe = create_probe(account, name)
        probe.wait_until_deployed()
    console.say(f"distribution {probe.distribution_id}, {probe.domain_name}")
    _ask(probe, questions.OF_THE_PROBE, console, findings)
    with console.step("make build, sam deploy"):
        deploy_product(probe)
    _ask(probe, questions.OF_THE_PRODUCT, console, findings)


def _ask(probe: Probe, asked: Iterable[Question], console: StepConsole, findings: Findings) -> None:
    for question in asked:
        with console.step(f"{question.number}. {question.text}"):
            answered = answer(question, probe)
        findings.answers.append(answered)
        for sentence in answered.sentences or (f"Cannot be asked here: {answered.reason}",):
            console.say(f"   {sentence}", markup=False)


def _write(findings: Findings, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(findings.markdown(), "utf-8")
