"""The stack, deployed by the real SAM CLI for the throw-away site alone."""

from pathlib import Path

from live_check.site.distribution import EXCEPT_PATHS, Site
from sandbox.demo.sam import build, sam

_SETTINGS = Path(__file__).with_name("samconfig.toml")


def switch_name(site: Site) -> str:
    """Return the name of the switch."""
    return f"/{site.name}/switch"


def deploy_stack(site: Site) -> None:
    """Build and deploy; its role may change this one distribution and put back no function."""
    parameters = {
        "Distributions": site.distribution_id,
        "SwitchParameter": switch_name(site),
        "ExceptPaths": ",".join(EXCEPT_PATHS),
        "MaxDistributions": "1",
        "PermittedDistributionArns": site.distribution_arn,
        "RestorableFunctionArns": f"{site.edge_version_arn.rpartition(':')[0]}:*",
    }
    build(site.account)
    sam(
        site.account,
        "deploy",
        "--config-file",
        str(_SETTINGS),
        "--no-confirm-changeset",
        "--no-progressbar",
        "--s3-bucket",
        site.bucket,
        "--stack-name",
        site.name,
        "--parameter-overrides",
        *(f"{name}={value}" for name, value in parameters.items()),
    )


def output(site: Site, name: str) -> str:
    """Return an output of the stack."""
    found = site.account.clients.cloudformation.describe_stacks(StackName=site.name)
    outputs = found["Stacks"][0]["Outputs"]
    return next(each["OutputValue"] for each in outputs if each["OutputKey"] == name)
