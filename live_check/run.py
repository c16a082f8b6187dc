"""One run: make the site, ask, deploy the stack, ask, and clean up whatever has come between."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from live_check import questions
from live_check.account import Account, is_of_any_run
from live_check.clean_up import Left, clean_up
from live_check.question import Question, answer
from live_check.report import FINISH, Findings
from live_check.site.distribution import Site, make_site
from live_check.stack import deploy_stack
from sandbox.demo.console import StepConsole

ANNOUNCEMENT = """\
In account {account_id} this makes, all called {name}...:
a distribution without an alias, a bucket, two functions (one for Lambda@Edge), a key value store,
a key group, a response headers policy, a few roles and parameters, a queue, a rule, a schedule,
and a stack of this product that looks after that distribution alone.
It changes no distribution that it has not made, and deletes all it has made, also after Ctrl-C.
It takes one to two hours, most of them waiting for CloudFront, and costs less than a dollar.
At its end it updates its distribution until CloudFront throttles: for that minute it may throttle
others in this account too.
Functions that were at the edge can only be deleted hours later; it says how."""


def check(
    account: Account, name: str, console: StepConsole, path: Path, *, now: datetime
) -> Findings:
    """Ask everything and clean up; the report is in `path`, also when something stops the run."""
    findings = Findings(account.account_id, account.endpoint_url, now)
    try:
        console.section("Asking")
        _ask_all(account, name, console, findings)
    except BaseException as error:
        findings.stopped = f"{error}" or type(error).__name__
        raise
    finally:
        # Once before, lest an interrupted clean-up takes the answers with it.
        _write(findings, path)
        findings.left = delete_all(account, console, lambda found: _is_of(name, found))
        _write(findings, path)
    return findings


def delete_all(
    account: Account, console: StepConsole, is_wanted: Callable[[str], bool] = is_of_any_run
) -> tuple[Left, ...]:
    """Delete what runs have made, say so, and return what is left."""
    console.section("Cleaning up")
    console.say(f"If this is interrupted: {FINISH.format(account_id=account.account_id)}")
    with console.step("deleting; the distribution has to be disabled everywhere first"):
        deleted: list[str] = []
        left = clean_up(account, is_wanted, deleted.append)
    console.say(f"deleted: {', '.join(deleted) or 'nothing'}", markup=False)
    for each in left:
        console.say(f"left: {each.what}: {each.reason}", markup=False)
    return left


def _ask_all(account: Account, name: str, console: StepConsole, findings: Findings) -> None:
    with console.step("the throw-away site"):
        site = make_site(account, name)
    console.say(f"distribution {site.distribution_id}, {site.domain_name}")
    _ask(site, questions.WITHOUT_THE_EDGE, console, findings)
    with console.step("the site is Deployed"):
        site.wait_until_deployed()
    _ask(site, questions.AT_THE_EDGE, console, findings)
    with console.step("make build, sam deploy"):
        deploy_stack(site)
    _ask(site, questions.WITH_THE_STACK, console, findings)


def _ask(site: Site, asked: Iterable[Question], console: StepConsole, findings: Findings) -> None:
    for question in asked:
        with console.step(f"{question.number}. {question.text}"):
            answered = answer(question, site)
        findings.answers.append(answered)
        for sentence in answered.sentences or (f"Cannot be asked here: {answered.reason}",):
            console.say(f"   {sentence}", markup=False)


def _is_of(name: str, found: str) -> bool:
    return is_of_any_run(found) and found.lstrip("/").startswith(name)


def _write(findings: Findings, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(findings.markdown(), "utf-8")
