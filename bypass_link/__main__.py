"""
The door of the command: `python -m bypass_link create | prepare | print URL`, as `make` calls it.

    create     writes a new random secret to SSM Parameter Store, once
    prepare    writes edge_handler/bypass.json, which verifies that secret; `sam build` packs it
    print      prints the link, for those who are to get in
"""

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import boto3  # noqa: TID251 -- this command's composition root
from maintenance_edge.bypass import HOUR_SECONDS, WEEK_HOURS
from maintenance_edge.files import PackageError
from maintenance_edge.settings import parse_settings

from bypass_link.secret import (
    BypassLinkError,
    anchored_weeks,
    anchors_document,
    create_secret,
    link_to,
    read_secret,
    week_of,
)

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

DEFAULT_PARAMETER = "/site/maintenance/bypass-secret"
EDGE_HANDLER = Path(__file__).parent.parent / "edge_handler"
DEFAULT_FILE = EDGE_HANDLER / "bypass.json"
SETTINGS = EDGE_HANDLER / "defaults" / "settings.json"
LONGEST_WEEKS = 520


def main() -> int:
    """Do what the arguments say; return the exit code, 1 with a sentence when it cannot be done."""
    arguments = _parser().parse_args()
    ssm = boto3.client("ssm", region_name=arguments.region)
    try:
        said = _run(arguments, ssm)
    except (BypassLinkError, PackageError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


def _run(arguments: argparse.Namespace, ssm: "SSMClient") -> str:
    if arguments.command == "create":
        create_secret(ssm, arguments.parameter, replace=arguments.replace)
        return f"{arguments.parameter} holds a new secret. Now prepare, build and deploy."
    secret = read_secret(ssm, arguments.parameter)
    if arguments.command == "print":
        return link_to(arguments.url, secret)
    first_week = week_of(time.time())  # noqa: TID251 -- the one place of the command that asks the clock
    settings = parse_settings(SETTINGS.read_text(encoding="utf-8"))
    weeks = anchored_weeks(arguments.weeks, settings.bypass_lifetime_hours)
    document = anchors_document(secret, first_week=first_week, weeks=weeks)
    arguments.file.write_text(document, encoding="utf-8")
    ends = datetime.fromtimestamp((first_week + arguments.weeks) * WEEK_HOURS * HOUR_SECONDS, UTC)
    return f"{arguments.file} lets the link in until {ends:%Y-%m-%d}. Now build and deploy."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bypass_link", description=__doc__)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--parameter", default=DEFAULT_PARAMETER, help="name of the SecureString")
    shared.add_argument("--region", default="us-east-1", help="where the stack is")
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", parents=[shared], help="write a new secret")
    create.add_argument("--replace", action="store_true", help="end every link made so far")
    prepare = commands.add_parser("prepare", parents=[shared], help="write what verifies it")
    prepare.add_argument("--file", type=Path, default=DEFAULT_FILE, help="where to write it")
    prepare.add_argument(
        "--weeks", type=int, choices=range(1, LONGEST_WEEKS + 1), default=104, metavar="WEEKS",
        help="for how long the link works (104)",
    )  # fmt: skip
    link = commands.add_parser("print", parents=[shared], help="print the link")
    link.add_argument("url", help="address to open, https://www.example.com/")
    return parser


if __name__ == "__main__":
    sys.exit(main())
