"""Wait for a stack whose creation fails."""

import json

import pytest

from live_check.account import open_account
from live_check.stacks import StackFailedError, wait_for_stack
from tests.cloud import Cloud


def test_the_error_of_a_failed_stack_names_the_resource_and_its_reason(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the report would only say that the stack was not created."""
    for name, value in cloud.sandbox.environment().items():
        monkeypatch.setenv(name, value)
    account = open_account(cloud.sandbox.endpoint_url)
    config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    function = {
        "Type": "AWS::CloudFront::Function",
        "Properties": {"Name": "taken", "FunctionCode": ";", "FunctionConfig": config},
    }
    cloud.cloudformation.create_stack(
        StackName="failing",
        TemplateBody=json.dumps(
            {"Resources": {"First": function, "Second": {**function, "DependsOn": "First"}}}
        ),
        OnFailure="DO_NOTHING",
    )

    with pytest.raises(
        StackFailedError, match=r"CREATE of stack failing: Second: .*taken already exists"
    ):
        wait_for_stack(account, "failing", "CREATE")
