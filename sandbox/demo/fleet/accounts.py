"""
The accounts of the demo: a hub, two shops with the product, and one that has forgotten the role.

Everything is deployed as an operator does it: the product and the hub by the SAM CLI, and the role
in each shop's account by CloudFormation.
"""

import contextlib
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx

from sandbox.demo.console import StepConsole, StepFailed
from sandbox.demo.environment import STACK, SWITCH
from sandbox.demo.sam import ROOT, build, deploy, sam
from sandbox.demo.site.distribution import plain_config
from sandbox.demo.site.origin import start_origin
from sandbox.process import Sandbox, start_sandbox

HUB_STACK = "site-maintenance-fleet"
_SPOKE_STACK = "site-maintenance-fleet-role"
_ORGANIZATION = "o-sandbox0001"
_ROLE_SECONDS = 60
_SHOPS = {"shop-de": "111111111111", "shop-fr": "222222222222"}
_FORGOTTEN = {"shop-it": "333333333333"}


@dataclass(frozen=True)
class AwsAccount:
    """An account of the sandbox: an access key of twelve digits is its root."""

    sandbox: Sandbox
    number: str

    def environment(self) -> dict[str, str]:
        """Return the variables with which a process acts in this account."""
        return {**self.sandbox.environment(), "AWS_ACCESS_KEY_ID": self.number}

    def client(self, service: Any) -> Any:  # noqa: ANN401 - boto3's types depend on the name
        """Return a client of this account."""
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.sandbox.endpoint_url,
            aws_access_key_id=self.number,
            aws_secret_access_key="test",  # noqa: S106 - root of the sandbox
        )

    def output(self, stack: str, name: str) -> str:
        """Return an output of a stack."""
        [found] = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        return next(
            str(each["OutputValue"]) for each in found["Outputs"] if each["OutputKey"] == name
        )


@dataclass(frozen=True)
class Shop:
    """A site in an account of its own."""

    name: str
    account: AwsAccount
    distribution_id: str
    domain_name: str

    def status(self) -> int:
        """Return the status with which a visitor is answered."""
        headers = {"Host": self.domain_name, "Accept": "text/html"}
        url = self.account.sandbox.endpoint_url
        return httpx.get(url, headers=headers, timeout=60, trust_env=False).status_code

    def entry(self) -> dict[str, str]:
        """Return its entry of the fleet's list."""
        function = self.account.output(STACK, "Controller")
        return _entry(self.name, self.account.number, function)


@dataclass(frozen=True)
class Fleet:
    """The running accounts, and the folder of the operator's files."""

    hub: AwsAccount
    shops: list[Shop]
    folder: Path

    def write_list(self, name: str, *, with_forgotten: bool = False) -> Path:
        """Write the list of the shops, and perhaps of the one without a role; return its path."""
        entries = [each.entry() for each in self.shops]
        if with_forgotten:
            entries += [_entry(*each, f"{STACK}-Controller-X") for each in _FORGOTTEN.items()]
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(entries, indent=2), encoding="utf-8")
        return path

    def write_profiles(self) -> Path:
        """Write the operator's AWS settings, with a profile for each shop; return their path."""
        path = self.folder / "config"
        path.write_text(
            "".join(
                f"[profile {each.name}]\naws_access_key_id = {each.account.number}\n"
                "aws_secret_access_key = test\n"
                for each in self.shops
            ),
            encoding="utf-8",
        )
        return path


def _entry(name: str, account: str, function: str) -> dict[str, str]:
    return {
        "name": name,
        "site": SWITCH,
        "controller": f"arn:aws:lambda:us-east-1:{account}:function:{function}",
        "profile": name,
    }


@contextlib.contextmanager
def start_fleet(console: StepConsole) -> Iterator[Fleet]:
    """Start and deploy everything, a step each, and give it; all ends with the `with` block."""
    with contextlib.ExitStack() as started:
        with console.step("start the sandbox, which serves AWS's APIs on this machine"):
            sandbox = started.enter_context(start_sandbox())
            origin = started.enter_context(start_origin())
            folder = Path(started.enter_context(tempfile.TemporaryDirectory()))
        hub = AwsAccount(sandbox, "000000000000")
        with console.step("make build"):
            build(sandbox)
        shops = []
        for name, number in _SHOPS.items():
            account = AwsAccount(sandbox, number)
            with console.step(f"account {number}, {name}: a distribution, and sam deploy"):
                shops.append(_deploy_shop(name, account, origin.url))
        with console.step(f"account {hub.number}, the hub: sam deploy of fleet/template.yaml"):
            _deploy_hub(hub)
        with console.step("fleet/spoke.yaml in each shop's account: the role that the hub assumes"):
            for shop in shops:
                _deploy_role(shop.account, hub)
        yield Fleet(hub, shops, folder)


def _deploy_shop(name: str, account: AwsAccount, origin_url: str) -> Shop:
    cloudfront = account.client("cloudfront")
    made = cloudfront.create_distribution(DistributionConfig=plain_config(origin_url, name))
    distribution = made["Distribution"]
    deploy(account, STACK, Distributions=distribution["Id"])
    return Shop(name, account, distribution["Id"], distribution["DomainName"])


def _deploy_hub(hub: AwsAccount) -> None:
    sam(
        hub,
        "deploy",
        "--no-confirm-changeset",
        "--no-progressbar",
        "--resolve-s3",
        *("--region", "us-east-1"),
        *("--capabilities", "CAPABILITY_NAMED_IAM"),
        *("--template-file", str(ROOT / "fleet" / "template.yaml")),
        *("--stack-name", HUB_STACK),
        *("--parameter-overrides", f"OrganizationId={_ORGANIZATION}"),
    )


def _deploy_role(account: AwsAccount, hub: AwsAccount) -> None:
    values = {
        "HubMachineArn": hub.output(HUB_STACK, "MachineArn"),
        "HubRoleArn": hub.output(HUB_STACK, "MachineRoleArn"),
        "OrganizationId": _ORGANIZATION,
    }
    cloudformation = account.client("cloudformation")
    cloudformation.create_stack(
        StackName=_SPOKE_STACK,
        TemplateBody=(ROOT / "fleet" / "spoke.yaml").read_text(encoding="utf-8"),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in values.items()
        ],
    )
    deadline = time.monotonic() + _ROLE_SECONDS
    status = ""
    while not status.endswith("_COMPLETE"):
        if time.monotonic() > deadline:
            raise StepFailed(f"the stack {_SPOKE_STACK} is {status} after {_ROLE_SECONDS} seconds")
        [stack] = cloudformation.describe_stacks(StackName=_SPOKE_STACK)["Stacks"]
        status = stack["StackStatus"]
    if status != "CREATE_COMPLETE":
        raise StepFailed(f"the stack {_SPOKE_STACK} is {status}")
