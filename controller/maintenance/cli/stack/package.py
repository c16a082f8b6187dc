"""`package`: upload the Lambda packages, and write a template that other tools can deploy."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.resources import package_content, plain_template
from maintenance.deployment.template import package_keys, with_bucket
from maintenance.errors import ConfigurationError

if TYPE_CHECKING:
    from maintenance.deployment.bucket import PackageBucket

_EXAMPLES = """\
examples:
  site-maintenance package --bucket example-packages --output template.json
  site-maintenance package --bucket example-packages >template.json

The bucket is in us-east-1. Each package has the hash of its content in its name,
so a template keeps its code, and an unchanged package deploys nothing. The
template is plain CloudFormation, for Terraform, CDK, StackSets or a pipeline.
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `package`; it asks no stack, so it has none of the `shared` options."""
    del shared
    package = commands.add_parser(
        "package",
        help="upload the Lambda packages; write a template for other tools",
        description="Upload the Lambda packages, and write a template that has them as its code.",
        epilog=_EXAMPLES,
    )
    package.add_argument("--bucket", required=True, help="bucket in us-east-1 of this account")
    package.add_argument(
        "--output", type=Path, metavar="FILE", help="where to write the template (to the terminal)"
    )
    package.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Upload what the bucket does not have yet, and write the template."""
    template = plain_template()
    account = context.aws().client("sts").get_caller_identity()["Account"]
    bucket = bucket_of(arguments.bucket, account, context)
    if not bucket.exists():
        raise ConfigurationError(
            f"there is no bucket {bucket.name}: create it in us-east-1 with "
            f"`aws s3 mb s3://{bucket.name} --region us-east-1`"
        )
    for key in upload_packages(bucket, package_keys(template)):
        context.terminal.info(f"Uploaded s3://{bucket.name}/{key}")
    packaged = with_bucket(template, bucket.name)
    if arguments.output:
        arguments.output.write_text(packaged, encoding="utf-8")
        context.terminal.info(f"Wrote {arguments.output}")
    else:
        sys.stdout.write(packaged)
    return ExitCode.DONE


def bucket_of(name: str, account: str, context: Context) -> PackageBucket:
    """Return the bucket of that name in that account."""
    from maintenance.deployment.bucket import PackageBucket  # noqa: PLC0415 - imports botocore

    return PackageBucket(context.aws().client("s3"), name, account)


def upload_packages(bucket: PackageBucket, keys: Iterable[str]) -> list[str]:
    """Upload the packages that the bucket does not have yet; return their keys."""
    return [key for key in keys if bucket.upload(key, package_content(key))]
