"""The probe site, a stack of its own (probe.yaml), and the only way to change its distribution."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from live_check.account import PROBE, Account
from live_check.stacks import read_outputs, wait_for_stack

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef

PAGES = {"index.html": b"<h1>The site is open</h1>", "sorry.html": b"<h1>Custom error page</h1>"}
# Where the product must leave the probe's own functions alone.
EXCEPT_PATHS = ("/probe/*", "/signed/*", "/store/*")
_TEMPLATE = Path(__file__).with_name("probe.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The probe site of a run: the outputs of its stack."""

    account: Account
    run: str
    bucket: str
    distribution_id: str
    domain_name: str
    edge_version_arn: str
    function_arn: str
    store_arn: str
    queue_url: str
    queue_arn: str
    idle_queue_url: str
    schedule_group: str
    schedule_role_arn: str

    @property
    def distribution_arn(self) -> str:
        """Return the ARN of the distribution."""
        return f"arn:aws:cloudfront::{self.account.account_id}:distribution/{self.distribution_id}"

    def get(self, path: str, *, scheme: str = "https", **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Return what a visitor gets, without following redirects."""
        url, headers = f"{scheme}://{self.domain_name}", {}
        if self.account.endpoint_url:
            url, headers = self.account.endpoint_url, {"Host": self.domain_name}
        method = options.pop("method", "GET")
        return httpx.request(method, f"{url}{path}", headers=headers, timeout=30, **options)

    def wait_until_deployed(self) -> None:
        """Wait until every edge location has the last update."""
        timing = self.account.timing
        timing.wait_for(
            lambda: True if self._status() == "Deployed" else None,
            f"the distribution {self.distribution_id} is Deployed",
            timing.deployment,
        )

    def config_xml(self) -> bytes:
        """Return the configuration byte for byte as CloudFront sends it."""
        bodies: list[bytes] = []

        def keep_body(response_dict: Mapping[str, Any], **_: object) -> None:
            bodies.append(response_dict["body"])

        cloudfront = self.account.clients.cloudfront
        event = "before-parse.cloudfront.GetDistributionConfig"
        cloudfront.meta.events.register(event, keep_body)
        try:
            cloudfront.get_distribution_config(Id=self.distribution_id)
        finally:
            cloudfront.meta.events.unregister(event, keep_body)
        return bodies[-1]

    def update(self, **members: Any) -> None:  # noqa: ANN401 - boto3's own shapes
        """Replace these members of the current configuration."""
        cloudfront = self.account.clients.cloudfront
        current = cloudfront.get_distribution_config(Id=self.distribution_id)
        config: Any = {**current["DistributionConfig"], **members}
        cloudfront.update_distribution(
            Id=self.distribution_id, IfMatch=current["ETag"], DistributionConfig=config
        )

    def default_behavior(self) -> dict[str, Any]:
        """Return the current default cache behavior."""
        cloudfront = self.account.clients.cloudfront
        current = cloudfront.get_distribution_config(Id=self.distribution_id)
        return dict(current["DistributionConfig"]["DefaultCacheBehavior"])

    def update_parameter_description(self, description: str) -> None:
        """Update the stack so that only the description of its parameter changes."""
        parameters: list[ParameterTypeDef] = [
            {"ParameterKey": "Run", "UsePreviousValue": True},
            {"ParameterKey": "SandboxHost", "UsePreviousValue": True},
            {"ParameterKey": "SandboxPort", "UsePreviousValue": True},
            {"ParameterKey": "ParameterDescription", "ParameterValue": description},
        ]
        stack = f"{self.run}{PROBE}"
        self.account.clients.cloudformation.update_stack(
            StackName=stack,
            UsePreviousTemplate=True,
            Parameters=parameters,
            Capabilities=["CAPABILITY_IAM"],
        )
        wait_for_stack(self.account, stack, "UPDATE")

    def _status(self) -> str:
        found = self.account.clients.cloudfront.get_distribution(Id=self.distribution_id)
        return found["Distribution"]["Status"]


def create_probe(account: Account, run: str) -> Probe:
    """Create the stack of the probe site, and upload its pages."""
    stack = f"{run}{PROBE}"
    parameters = {"Run": run, **_sandbox_parameters(account)}
    account.clients.cloudformation.create_stack(
        StackName=stack,
        TemplateBody=_TEMPLATE.read_text("utf-8"),
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        Capabilities=["CAPABILITY_IAM"],
        # The clean-up deletes it, after its events have given the reason.
        OnFailure="DO_NOTHING",
    )
    wait_for_stack(account, stack, "CREATE")
    outputs = read_outputs(account, stack)
    account.own.add(outputs["DistributionId"])
    for key, page in PAGES.items():
        account.clients.s3.put_object(
            Bucket=outputs["Bucket"], Key=key, Body=page, ContentType="text/html"
        )
    return Probe(
        account=account,
        run=run,
        bucket=outputs["Bucket"],
        distribution_id=outputs["DistributionId"],
        domain_name=outputs["DomainName"],
        edge_version_arn=outputs["EdgeVersionArn"],
        function_arn=outputs["FunctionArn"],
        store_arn=outputs["StoreArn"],
        queue_url=outputs["QueueUrl"],
        queue_arn=outputs["QueueArn"],
        idle_queue_url=outputs["IdleQueueUrl"],
        schedule_group=outputs["ScheduleGroup"],
        schedule_role_arn=outputs["ScheduleRoleArn"],
    )


def _sandbox_parameters(account: Account) -> dict[str, str]:
    if not account.endpoint_url:
        return {}
    address = urlsplit(account.endpoint_url)
    return {"SandboxHost": address.hostname or "", "SandboxPort": str(address.port)}


def items(*members: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's own shapes
    """Return a list in the form of CloudFront's API."""
    return {"Quantity": len(members), "Items": list(members)} if members else {"Quantity": 0}
