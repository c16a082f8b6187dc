"""The deployed stack: by the real SAM CLI, into a sandbox that enforces IAM."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from demo.sam import deploy, sam
from sandbox.process import start_sandbox
from tests.cloud import Cloud
from tests.sandbox.builders import a_behavior, a_distribution, a_function, functions, signed

STACK = "site-maintenance"


@dataclass(frozen=True)
class Deployed:
    """A stack, and the distribution that it looks after."""

    cloud: Cloud
    distribution_id: str

    def output(self, name: str) -> str:
        """Return an output of the stack."""
        stack = self.cloud.cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        return next(each["OutputValue"] for each in stack["Outputs"] if each["OutputKey"] == name)

    def config(self) -> bytes:
        """Return the configuration's XML as CloudFront sends it."""
        path = f"GET /2020-05-31/distribution/{self.distribution_id}/config"
        return signed(self.cloud, path).body

    def is_closed(self) -> bool:
        """Tell whether the maintenance function is attached."""
        return self.output("EdgeVersionArn").encode() in self.config()

    def visit(self) -> httpx.Response:
        """Return what a browser gets for the page /, through the edge."""
        distribution = self.cloud.cloudfront.get_distribution(Id=self.distribution_id)
        host = distribution["Distribution"]["DomainName"]
        headers = {"Host": host, "Accept": "text/html"}
        return httpx.get(self.cloud.sandbox.endpoint_url, headers=headers, timeout=60)

    def put(self, name: str, value: str) -> None:
        """Write a parameter, as an operator does."""
        self.cloud.ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    """Give a stack deployed for a distribution whose viewer-request slot is occupied."""
    with start_sandbox() as sandbox:
        cloud = Cloud(sandbox)
        occupied = functions(viewer_request=a_function(cloud, "rewrite"))
        behavior = a_behavior(FunctionAssociations=occupied)
        distribution_id = a_distribution(cloud, "site", DefaultCacheBehavior=behavior)
        sam(sandbox, "build")
        deploy(sandbox, STACK, Distributions=distribution_id)
        yield Deployed(cloud, distribution_id)
