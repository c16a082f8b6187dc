"""
The stack of the maintenance controller, and its windows, in an app of yours.

`packaged.json` is the template that `site-maintenance package` writes.
"""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from aws_cdk import cloudformation_include as cfn_include

SWITCH = "/site/maintenance"
WINDOWS = {
    "sunday": "cron(0 2 ? * SUN *) for 2h: Weekly work, back at four.",
    "release": "at(2027-01-15T22:00) for 90m",
}


class Maintenance(cdk.Stack):
    """The packaged template, with its parameters, and a parameter for each window."""

    def __init__(self, app: cdk.App, name: str, *, distributions: str, time_zone: str) -> None:
        # CloudFront takes Lambda@Edge functions from this Region only.
        super().__init__(app, name, env=cdk.Environment(region="us-east-1"))
        cfn_include.CfnInclude(
            self,
            "Packaged",
            template_file=str(Path(__file__).with_name("packaged.json")),
            parameters={
                "Distributions": distributions,
                "SwitchParameter": SWITCH,
                "TimeZone": time_zone,
            },
        )
        for window, value in WINDOWS.items():
            ssm.StringParameter(
                self,
                f"Window-{window}",
                parameter_name=f"{SWITCH}/windows/{window}",
                string_value=value,
            )


app = cdk.App()
Maintenance(app, "site-maintenance", distributions="www.example.com", time_zone="Europe/Ljubljana")
app.synth()
