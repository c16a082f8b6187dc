"""A hub and its spokes in a cloud, deployed from fleet/, with stand-ins for the controllers."""

import copy
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.cloud import Cloud, eventually
from tests.contract.template import ROOT, load_template
from tests.sandbox.builders import a_package, a_role

FLEET = ROOT / "fleet"
HUB = "000000000000"
ACCOUNTS = ("111111111111", "222222222222")
ORGANIZATION = "o-sandbox0001"
STACK = "fleet"
_CONTROLLER = "site-maintenance-Controller-A1B2C3"
_CODE = (Path(__file__).parent / "stand_in.py").read_text(encoding="utf-8")


def machine_definition() -> dict[str, Any]:
    """Return the definition of the state machine."""
    found: dict[str, Any] = json.loads((FLEET / "machine.asl.json").read_text(encoding="utf-8"))
    return found


def create_stack(
    cloud: Cloud, name: str, template: Mapping[str, Any], **values: str
) -> dict[str, str]:
    """Create a stack with these parameters; return its outputs."""
    cloud.cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in values.items()
        ],
    )

    def read() -> dict[str, Any]:
        [stack] = cloud.cloudformation.describe_stacks(StackName=name)["Stacks"]
        return {} if stack["StackStatus"].endswith("IN_PROGRESS") else dict(stack)

    stack = eventually(read)
    assert "CREATE_COMPLETE" == stack["StackStatus"], stack
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


@dataclass(frozen=True)
class Hub:
    """The hub's stack in the account of `cloud`, and the folder of the stand-ins' switches."""

    cloud: Cloud
    outputs: Mapping[str, str]
    folder: Path

    def stack(self, name: str, account: str = ACCOUNTS[0]) -> dict[str, str]:
        """Return the entry of a list for a stack."""
        return {
            "name": name,
            "role": f"arn:aws:iam::{account}:role/site-maintenance-fleet",
            "controller": f"arn:aws:lambda:us-east-1:{account}:function:{_CONTROLLER}",
            "site": f"/{name}",
        }

    def wave(
        self, *stacks: Mapping[str, str], tolerated: float = 0, at_once: int = 50
    ) -> dict[str, Any]:
        """Put a list into the bucket; return the wave of the order."""
        content = json.dumps(stacks)
        key = f"lists/{abs(hash(content))}.json"
        self.cloud.s3.put_object(Bucket=self.outputs["Bucket"], Key=key, Body=content)
        return {"list": key, "tolerated": tolerated, "at_once": at_once}

    def begin(self, order: str, *waves: Mapping[str, Any], **members: object) -> str:
        """Give an order; return the ARN of its execution."""
        given = {"fleet": "shops", "order": order, "waves": waves, "minutes": 1, "pause": 1}
        started = self.cloud.states.start_execution(
            stateMachineArn=self.outputs["MachineArn"], input=json.dumps({**given, **members})
        )
        return str(started["executionArn"])

    def end(self, execution: str) -> dict[str, Any]:
        """Return the description of an execution once it has ended."""

        def read() -> dict[str, Any]:
            found: dict[str, Any] = self.cloud.states.describe_execution(executionArn=execution)
            return {} if found["status"] == "RUNNING" else found

        return eventually(read)

    def carry_out(self, order: str, *waves: Mapping[str, Any], **members: object) -> dict[str, Any]:
        """Give an order; return the description of its execution once it has ended."""
        return self.end(self.begin(order, *waves, **members))

    def report(self, execution: Mapping[str, Any], wave: int = 1) -> dict[str, str]:
        """Return what became of each stack of a wave: the state of its site, or the error."""
        found: dict[str, str] = {}
        for row in self.rows(execution, wave):
            name = json.loads(row["Input"])["stack"]["name"]
            output = json.loads(row.get("Output") or "{}")
            found[name] = output.get("state") or row.get("Error") or row["Status"]
        return found

    def rows(self, execution: Mapping[str, Any], wave: int = 1) -> Iterable[dict[str, Any]]:
        """Yield the rows of a wave's report."""
        bucket, s3 = self.outputs["Bucket"], self.cloud.s3
        prefix = f"runs/{execution['name']}/{wave}/"
        for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
            if not each["Key"].endswith("manifest.json"):
                yield from json.loads(s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read())

    def switch(self, name: str) -> str:
        """Return what the switch of a stand-in says."""
        return str(json.loads((self.folder / f"{name}.json").read_text("utf-8"))["value"])

    def written(self, name: str) -> datetime:
        """Return the instant of the command that a stand-in has."""
        text = (self.folder / f"{name}.json").read_text("utf-8")
        return datetime.fromisoformat(json.loads(text)["at"])

    def put_switch(self, name: str, value: str, at: str) -> None:
        """Write the switch of a stand-in, as an operator of its site does."""
        state = {"at": at, "value": value, "changed": 0}
        (self.folder / f"{name}.json").write_text(json.dumps(state), encoding="utf-8")


def deploy_hub(cloud: Cloud) -> dict[str, str]:
    """Deploy fleet/template.yaml with its definition; return its outputs."""
    template = copy.deepcopy(load_template(FLEET / "template.yaml"))
    machine = template["Resources"]["Machine"]["Properties"]
    del machine["DefinitionUri"]
    machine["Definition"] = machine_definition()
    return create_stack(cloud, STACK, template, OrganizationId=ORGANIZATION)


def deploy_spoke(cloud: Cloud, hub: Mapping[str, str]) -> None:
    """Deploy fleet/spoke.yaml into an account."""
    create_stack(
        cloud,
        "fleet-spoke",
        load_template(FLEET / "spoke.yaml"),
        HubMachineArn=hub["MachineArn"],
        HubRoleArn=hub["MachineRoleArn"],
        OrganizationId=ORGANIZATION,
    )


def make_hub(cloud: Cloud, folder: Path) -> Hub:
    """Deploy the hub and two spokes with a stand-in each."""
    outputs = deploy_hub(cloud)
    for account in ACCOUNTS:
        spoke = cloud.account(account)
        deploy_spoke(spoke, outputs)
        spoke.functions.create_function(
            FunctionName=_CONTROLLER,
            Runtime="python3.13",
            Handler="app.handler",
            Role=a_role(spoke, "controller", ("lambda.amazonaws.com",)),
            Code={"ZipFile": a_package(_CODE)},
            Timeout=60,
            Environment={"Variables": {"FOLDER": str(folder)}},
        )
    return Hub(cloud, outputs, folder)
