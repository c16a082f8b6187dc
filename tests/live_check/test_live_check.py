"""
The live check against the sandbox: what it asks, what it leaves, and what it never touches.

The tests run in order in one account: a run is long, and the next begins where it ended.
"""

import signal

import pytest

from live_check import questions
from tests.cloud import eventually
from tests.live_check.conftest import ACCOUNT_ID, Checked, inventory

# What the sandbox does not play: universal targets, the price list, the stores' data plane.
NOT_HERE = {8, 10, 11}
QUESTIONS = (*questions.WITHOUT_THE_EDGE, *questions.AT_THE_EDGE, *questions.WITH_THE_STACK)


def test_without_confirmation_it_says_what_it_would_do_and_calls_nothing(checked: Checked) -> None:
    """It asks only whose account this is, to be able to name it."""
    earlier = len(checked.cloud.sandbox.calls())

    code, output = checked.run()

    assert 2 == code
    assert f"make live-check CONFIRM={ACCOUNT_ID}" in output
    assert "costs less than a dollar" in output
    calls = [call["operation"] for call in checked.cloud.sandbox.calls()[earlier:]]
    assert ["sts:GetCallerIdentity"] == calls


def test_the_confirmation_of_another_account_is_none(checked: Checked) -> None:
    """Whoever is logged in elsewhere than they think deletes nothing."""
    earlier = len(checked.cloud.sandbox.calls())

    code, _ = checked.run("--confirm", "111111111111", "--clean")

    assert 2 == code
    calls = [call["operation"] for call in checked.cloud.sandbox.calls()[earlier:]]
    assert ["sts:GetCallerIdentity"] == calls


def test_a_failure_in_the_middle_cleans_up(checked: Checked) -> None:
    """Here CloudFront refuses the distribution, when all that it needs has been made."""
    checked.cloud.sandbox.inject_fault(
        "refuse", "cloudfront:CreateDistributionWithTags", code="AccessDenied", status=403
    )

    code, output = checked.run("--confirm", ACCOUNT_ID)

    assert 1 == code, output
    assert "It stopped before the end: An error occurred (AccessDenied)" in read(checked)
    assert checked.before == inventory(checked.cloud)


def test_an_interruption_cleans_up(checked: Checked) -> None:
    """Ctrl-C, while it waits for an answer of CloudFront."""
    checked.cloud.sandbox.inject_fault("hold", "cloudfront:DescribeKeyValueStore")

    with checked.start("--confirm", ACCOUNT_ID) as process:
        eventually(checked.cloud.sandbox.held)
        process.send_signal(signal.SIGINT)
        checked.cloud.sandbox.clear_faults()
        output, _ = process.communicate(timeout=60)

    assert 130 == process.returncode, output
    assert checked.before == inventory(checked.cloud)


@pytest.fixture(scope="module")
def whole_run(checked: Checked) -> tuple[int, str]:
    """Run it all, once."""
    return checked.run("--confirm", ACCOUNT_ID)


def test_a_run_ends_well(whole_run: tuple[int, str]) -> None:
    """Replicas that go by themselves are no failure."""
    code, output = whole_run

    assert 0 == code, output


@pytest.mark.usefixtures("whole_run")
def test_every_question_comes_to_an_answer_or_a_reason(checked: Checked) -> None:
    """Only what the sandbox does not play has none."""
    sections = sections_of(read(checked))

    assert {each.number for each in QUESTIONS} == sections.keys()
    without = {number for number, text in sections.items() if "Cannot be asked here: " in text}
    assert without == NOT_HERE


@pytest.mark.usefixtures("whole_run")
def test_the_report_of_a_sandbox_says_that_it_is_none_about_aws(checked: Checked) -> None:
    """Nobody takes it for evidence."""
    assert "this answers nothing about AWS" in read(checked)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (1, "400 InvalidFunctionAssociation"),
        (2, "As base64, the largest body that got through has 29"),
        (4, "With DELETE, which is not allowed: CloudFront answered 403, before the function."),
        (5, "the same value: 3 events for 3 writings"),
        (6, "The value that was written by hand was overwritten by 'first'."),
        (7, "After off the configuration has the identical bytes."),
        (9, "3 updates were taken"),
        (12, "It keeps the pattern"),
        (13, "It arrived after"),
    ],
)
@pytest.mark.usefixtures("whole_run")
def test_an_answer_is_what_the_sandbox_plays(checked: Checked, number: int, sentence: str) -> None:
    """The questions ask what they say: these are the answers that the sandbox was made for."""
    assert sentence in sections_of(read(checked))[number]


@pytest.mark.usefixtures("whole_run")
def test_only_the_run_s_own_distribution_was_ever_written(checked: Checked) -> None:
    """Its neighbour has the right comment and a function at viewer-request, and is left alone."""
    written = {
        call["resource"]
        for call in checked.cloud.sandbox.calls()
        if call["operation"] in {"cloudfront:UpdateDistribution", "cloudfront:DeleteDistribution"}
    }

    assert written
    assert not [resource for resource in written if checked.neighbour in resource]


@pytest.mark.usefixtures("whole_run")
def test_only_functions_that_were_at_the_edge_are_left(checked: Checked) -> None:
    """The report names them, and says when and how they go."""
    left = inventory(checked.cloud) - checked.before

    assert 2 == len(left)
    assert all(each.startswith("function maintenance-live-check-") for each in left)
    assert all(each.removeprefix("function ") in read(checked) for each in left)
    assert f"make live-check CLEAN=1 CONFIRM={ACCOUNT_ID}" in read(checked)


@pytest.mark.usefixtures("whole_run")
def test_cleaning_up_later_leaves_the_account_as_it_was_found(checked: Checked) -> None:
    """The replicas are gone by then; names that are almost a run's are somebody else's."""
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
