"""What a change set would do."""

import pytest
from maintenance.deployment.changes import Change, added_kinds, changed_parameters, others

ROLE = Change("Add", "Role", "AWS::IAM::Role")
QUEUE = Change("Add", "Queue", "AWS::SQS::Queue")
ALARM = Change("Modify", "Alarm", "AWS::CloudWatch::Alarm", "False")


def test_additions_are_counted_by_type() -> None:
    """A first deployment has some thirty."""
    second = Change("Add", "Other", "AWS::SQS::Queue")

    assert (("AWS::IAM::Role", 1), ("AWS::SQS::Queue", 2)) == added_kinds(
        [QUEUE, ROLE, ALARM, second]
    )


def test_every_other_change_is_shown() -> None:
    """With its name."""
    assert (ALARM,) == others([QUEUE, ALARM])


@pytest.mark.parametrize(
    ("replacement", "expected"),
    [("True", True), ("Conditional", False), ("False", False), ("", False)],
)
def test_a_replacement_is_recognised(replacement: str, expected: bool) -> None:  # noqa: FBT001 - a table
    """It deletes the old resource."""
    assert expected == Change("Modify", "Bucket", "AWS::S3::Bucket", replacement).is_replacement


def test_only_parameters_with_another_value_are_changed() -> None:
    """One that is new in the template has no old value, and one that is left out keeps its own."""
    before = {"LeadTimeMinutes": "0", "TimeZone": "UTC", "ExceptPaths": ""}
    values = {"LeadTimeMinutes": "10", "TimeZone": "UTC", "New": "1"}

    assert (("LeadTimeMinutes", "0", "10"),) == changed_parameters(before, values)
