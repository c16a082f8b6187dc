"""The product, deployed by the real SAM CLI for the probe site alone."""

from live_check.probe import EXCEPT_PATHS, Probe
from live_check.stacks import read_outputs
from sandbox.demo.sam import SETTINGS, build, sam


def switch_name(probe: Probe) -> str:
    """Return the name of the switch."""
    return f"/{probe.run}/switch"


def deploy_product(probe: Probe, **overrides: str) -> None:
    """
    Build and deploy, with these parameters beside its own.

    Its role may change this one distribution, and restore no other function.
    """
    parameters = {
        "Distributions": probe.distribution_id,
        "SwitchParameter": switch_name(probe),
        "ExceptPaths": ",".join(EXCEPT_PATHS),
        "MaxDistributions": "1",
        "PermittedDistributionArns": probe.distribution_arn,
        "RestorableFunctionArns": f"{probe.edge_version_arn.rpartition(':')[0]}:*",
        **overrides,
    }
    build(probe.account)
    sam(
        probe.account,
        "deploy",
        "--config-file",
        str(SETTINGS),
        "--no-confirm-changeset",
        "--no-progressbar",
        "--s3-bucket",
        probe.bucket,
        "--stack-name",
        probe.run,
        "--parameter-overrides",
        *(f"{name}={value}" for name, value in parameters.items()),
    )


def output(probe: Probe, name: str) -> str:
    """Return an output of the product's stack."""
    return read_outputs(probe.account, probe.run)[name]
