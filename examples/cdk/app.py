"""
The stack of the maintenance controller, and its windows, in an app of yours.

`packaged.json` is the template that `site-maintenance package` writes.
"""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_ssm as ssm
from aws_cdk import cloudformation_include as cfn_include

# With "standby" the distribution has the function that closes the site, as `Site` does.
ENGINE = "attach"
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
        template = cfn_include.CfnInclude(
            self,
            "Packaged",
            template_file=str(Path(__file__).with_name("packaged.json")),
            parameters={
                "Distributions": distributions,
                "Engine": ENGINE,
                "SwitchParameter": SWITCH,
                "TimeZone": time_zone,
            },
        )
        self.standby_function = template.get_resource("StandbyFunction")
        for window, value in WINDOWS.items():
            ssm.StringParameter(
                self,
                f"Window-{window}",
                parameter_name=f"{SWITCH}/windows/{window}",
                string_value=value,
            )


class Site(cdk.Stack):
    """A distribution of yours: each behavior that maintenance should close has the function."""

    def __init__(self, app: cdk.App, name: str, *, function_arn: str) -> None:
        super().__init__(app, name, env=cdk.Environment(region="us-east-1"))
        function = cloudfront.Function.from_function_attributes(
            self,
            "Standby",
            # CDK wants a name, and uses the ARN.
            function_name="standby",
            function_arn=function_arn,
        )
        behavior = cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin("origin.example.com"),
            function_associations=[
                cloudfront.FunctionAssociation(
                    function=function, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
                )
            ],
        )
        cloudfront.Distribution(
            self,
            "Distribution",
            default_behavior=behavior,
            additional_behaviors={"/assets/*": behavior},
        )


app = cdk.App()
maintenance = Maintenance(
    app, "site-maintenance", distributions="www.example.com", time_zone="Europe/Ljubljana"
)
if ENGINE == "standby":
    Site(app, "site", function_arn=maintenance.standby_function.attr_function_arn)
app.synth()
