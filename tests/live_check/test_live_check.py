"""
The live check against the sandbox: what it asks, what it leaves, and what it never touches.

The tests run in order in one account: a run is long, and the next begins where it ended.
"""

import re
import signal

import pytest

from live_check import questions
from tests.cloud import eventually
from tests.live_check.conftest import ACCOUNT_ID, Checked, inventory
from tests.timing import PATIENCE

# The sandbox plays no universal targets, no price list, and no data plane of the stores.
NOT_HERE = {8, 10, 11, 17}
QUESTIONS = (*questions.OF_THE_PROBE, *questions.OF_THE_PRODUCT)


def test_without_confirmation_it_says_what_it_would_do_and_creates_nothing(
    checked: Checked,
) -> None:
    """It only asks for the id of the account, to name it."""
    earlier = len(checked.cloud.sandbox.calls())

    code, output = checked.run()

    assert 2 == code
    assert f"make live-check CONFIRM={ACCOUNT_ID}" in output
    assert "costs less than a dollar" in output
    calls = [call["operation"] for call in checked.cloud.sandbox.calls()[earlier:]]
    assert ["sts:GetCallerIdentity"] == calls


def test_the_id_of_another_account_does_not_confirm(checked: Checked) -> None:
    """A person who is logged in to the wrong account deletes nothing there."""
    earlier = len(checked.cloud.sandbox.calls())

    code, _ = checked.run("--confirm", "111111111111", "--clean")

    assert 2 == code
    calls = [call["operation"] for call in checked.cloud.sandbox.calls()[earlier:]]
    assert ["sts:GetCallerIdentity"] == calls


def test_a_failure_in_the_middle_cleans_up(checked: Checked) -> None:
    """Here S3 refuses a page when the stack has been created."""
    checked.cloud.sandbox.inject_fault("refuse", "s3:PutObject", code="AccessDenied", status=403)

    code, output = checked.run("--confirm", ACCOUNT_ID)

    assert 1 == code, output
    assert "It stopped before the end: An error occurred (AccessDenied)" in read(checked)
    assert checked.before == inventory(checked.cloud)


def test_an_interruption_cleans_up(checked: Checked) -> None:
    """Ctrl-C, while it waits for the probe's stack."""
    checked.cloud.sandbox.inject_fault("hold", "cloudformation:DescribeStacks")

    with checked.start("--confirm", ACCOUNT_ID) as process:
        eventually(checked.cloud.sandbox.held)
        process.send_signal(signal.SIGINT)
        checked.cloud.sandbox.clear_faults()
        output, _ = process.communicate(timeout=PATIENCE)

    assert 130 == process.returncode, output
    assert checked.before == inventory(checked.cloud)


@pytest.fixture(scope="module")
def whole_run(checked: Checked) -> tuple[int, str]:
    """Run it all, once; as on AWS, replicas outlive the run."""
    checked.cloud.sandbox.set(replica_seconds=3600)
    return checked.run("--confirm", ACCOUNT_ID)


def test_a_whole_run_succeeds(whole_run: tuple[int, str]) -> None:
    """Replicas that CloudFront still has to delete are no failure."""
    code, output = whole_run

    assert 0 == code, output


def test_the_clean_up_reads_the_metrics_of_the_idle_queue(whole_run: tuple[int, str]) -> None:
    """Before it deletes the queue."""
    _, output = whole_run

    assert re.search(r"IdleQueue\S* \(ApproximateNumberOfMessagesVisible was still counted", output)


@pytest.mark.usefixtures("whole_run")
def test_every_question_gets_an_answer_or_a_reason(checked: Checked) -> None:
    """Only what the sandbox does not play has no answer."""
    sections = sections_of(read(checked))

    assert {each.number for each in QUESTIONS} == sections.keys()
    without = {number for number, text in sections.items() if "Cannot be asked here: " in text}
    assert without == NOT_HERE


@pytest.mark.usefixtures("whole_run")
def test_the_report_of_a_sandbox_says_that_it_proves_nothing_about_aws(checked: Checked) -> None:
    """So it is not mistaken for evidence."""
    assert "this answers nothing about AWS" in read(checked)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (1, "400 InvalidFunctionAssociation"),
        (2, "As base64, the largest accepted body has 29"),
        (4, "With DELETE, which is not allowed: CloudFront answered 403, before the function."),
        (5, "the same value: 3 events for 3 writes"),
        (6, "The value that was written by hand was overwritten by 'first'."),
        (7, "After off the configuration has the identical bytes."),
        (9, "3 updates were accepted"),
        (12, "It keeps the pattern"),
        (13, "It arrived after"),
        (14, "one was made every"),
        (15, "The others answered: ResourceNotFoundException."),
        (16, "on the clean-up says how long"),
        (18, "With 10 reads the compute utilization was 36 of 100."),
        (19, "As base64, 1,152,000 bytes were accepted"),
        (20, "A compressed body arrived as 'hello', with Content-Encoding gzip."),
        (21, "The closure saw the variable as it was after the await."),
        (22, "Until then the distribution was Deployed."),
        (23, "Closed, it was 36 of 100 for the page."),
        (23, "The configuration was untouched."),
    ],
)
@pytest.mark.usefixtures("whole_run")
def test_an_answer_is_what_the_sandbox_plays(checked: Checked, number: int, sentence: str) -> None:
    """The questions ask what they say: the answers are those that the sandbox was made to give."""
    assert sentence in sections_of(read(checked))[number]


@pytest.mark.usefixtures("whole_run")
def test_the_run_changes_only_its_own_distribution(checked: Checked) -> None:
    """The other one has a run's comment and a function at viewer-request, and is left alone."""
    written = {
        call["resource"]
        for call in checked.cloud.sandbox.calls()
        if call["operation"] in {"cloudfront:UpdateDistribution", "cloudfront:DeleteDistribution"}
    }

    assert written
    assert not [resource for resource in written if checked.other in resource]


@pytest.mark.usefixtures("whole_run")
def test_only_functions_that_were_at_the_edge_are_left(checked: Checked) -> None:
    """The report names them, and says when and how they can be deleted."""
    left = inventory(checked.cloud) - checked.before

    assert 2 == len(left)
    assert all(each.startswith("function maintenance-live-check-") for each in left)
    assert all(each.removeprefix("function ") in read(checked) for each in left)
    assert f"make live-check CLEAN=1 CONFIRM={ACCOUNT_ID}" in read(checked)


@pytest.mark.usefixtures("whole_run")
def test_cleaning_up_later_leaves_the_account_as_it_was(checked: Checked) -> None:
    """The replicas are gone by then; resources with almost a run's name stay."""
    checked.cloud.sandbox.set(replica_seconds=0)

    code, output = checked.run("--confirm", ACCOUNT_ID, "--clean")

    assert 0 == code, output
    assert checked.before == inventory(checked.cloud)


def sections_of(report: str) -> dict[int, str]:
    """Return the sections of a report by the numbers of their questions."""
    sections = [each.partition(". ") for each in report.split("\n## ")]
    return {int(number): text for number, _, text in sections if number.isdigit()}


def read(checked: Checked) -> str:
    """Return the report."""
    return checked.report.read_text("utf-8")
