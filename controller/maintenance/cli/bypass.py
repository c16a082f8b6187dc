"""
The bypass link's secret: create it, write what verifies it into the package, print the link.

    bypass create       writes a new random secret to Parameter Store
    bypass prepare      writes edge_handler/bypass.json, which verifies it
    bypass print URL    prints the link for testers

The secret leaves Parameter Store only in the link. `bypass.json` is public, since everyone who may
read the package can read it. That is safe only for a secret that cannot be guessed, so weak secrets
are refused.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import secrets
import sys
import time
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from maintenance_edge.bypass import HOUR_SECONDS, PARAMETER, WEEK_HOURS, anchor
from maintenance_edge.files import PackageError
from maintenance_edge.settings import parse_settings

from maintenance.cli.argument_types import whole_number
from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.resources import EDGE_HANDLER

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_SECRET_PARAMETER = "/site/maintenance/bypass-secret"  # noqa: S105 - the name of a parameter
_ANCHORS = EDGE_HANDLER / "bypass.json"
_SETTINGS = EDGE_HANDLER / "defaults" / "settings.json"
_LONGEST_WEEKS = 520
_EXAMPLES = """\
examples:
  site-maintenance bypass create
  site-maintenance bypass prepare --weeks 26
  site-maintenance bypass print https://www.example.com/
"""
# 32 random bytes: anyone who reads the package can try guesses at the speed of SHA-256.
_STRONG: Final = re.compile(r"[A-Za-z0-9_-]{43,128}")


class BypassError(RuntimeError):
    """The command failed; the message says why and what to do."""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `bypass`; it asks no stack, so it has none of the `shared` options."""
    del shared
    bypass = commands.add_parser(
        "bypass",
        help="the bypass link: create its secret, prepare the package, print it",
        description=__doc__,
        epilog=_EXAMPLES,
    )
    bypass.set_defaults(run=run)
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--parameter", default=_SECRET_PARAMETER, help="name of the SecureString")
    options.add_argument("--region", default="us-east-1", help="the stack's Region")
    _add_actions(bypass, options)


def _add_actions(bypass: argparse.ArgumentParser, options: argparse.ArgumentParser) -> None:
    actions = bypass.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser("create", parents=[options], help="write a new secret")
    create.add_argument("--replace", action="store_true", help="end every link made so far")
    prepare = actions.add_parser("prepare", parents=[options], help="write what verifies it")
    prepare.add_argument("--file", type=Path, default=_ANCHORS, help="where to write it")
    prepare.add_argument(
        "--weeks",
        type=whole_number(most=_LONGEST_WEEKS),
        default=104,
        help="for how long the link works (104)",
    )
    link = actions.add_parser("print", parents=[options], help="print the link")
    link.add_argument("url", help="address to open, https://www.example.com/")


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Run the action; an error is one sentence on standard error."""
    ssm = context.aws().client("ssm", region_name=arguments.region)
    try:
        answer = _run(arguments, ssm)
    except (BypassError, PackageError) as error:
        context.terminal.error(str(error))
        return ExitCode.FAILED
    sys.stdout.write(f"{answer}\n")
    return ExitCode.DONE


def _run(arguments: argparse.Namespace, ssm: SSMClient) -> str:
    if arguments.action == "create":
        create_secret(ssm, arguments.parameter, replace=arguments.replace)
        return f"{arguments.parameter} holds a new secret. Now prepare, build and deploy."
    secret = read_secret(ssm, arguments.parameter)
    if arguments.action == "print":
        return link_to(arguments.url, secret)
    first_week = week_of(time.time())  # noqa: TID251 - only here does this program ask the clock
    settings = parse_settings(_SETTINGS.read_text(encoding="utf-8"))
    weeks = anchored_weeks(arguments.weeks, settings.bypass_lifetime_hours)
    document = anchors_document(secret, first_week=first_week, weeks=weeks)
    arguments.file.write_text(document, encoding="utf-8")
    ends = datetime.fromtimestamp((first_week + arguments.weeks) * WEEK_HOURS * HOUR_SECONDS, UTC)
    return f"With {arguments.file} the link works until {ends:%Y-%m-%d}. Now build and deploy."


def create_secret(ssm: SSMClient, name: str, *, replace: bool) -> None:
    """Write a new random secret to the SecureString `name`; raise BypassError if it has one."""
    try:
        ssm.put_parameter(
            Name=name,
            Value=secrets.token_urlsafe(32),
            Type="SecureString",
            Description="Secret of the bypass link. Anyone who has it gets past maintenance.",
            Overwrite=replace,
        )
    except ssm.exceptions.ParameterAlreadyExists as error:
        raise BypassError(
            f"{name} already holds a secret. To end all links and cookies made from it, "
            "replace it with --replace, then run site-maintenance bypass prepare and deploy."
        ) from error
    except (ClientError, BotoCoreError) as error:
        raise BypassError(f"Cannot write the secret to {name}: {error}") from error


def read_secret(ssm: SSMClient, name: str) -> str:
    """Return the secret in `name`; raise BypassError if it is missing or weak."""
    try:
        parameter = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
    except ssm.exceptions.ParameterNotFound as error:
        raise BypassError(f"There is no secret in {name} yet: create it first.") from error
    except (ClientError, BotoCoreError) as error:
        raise BypassError(f"Cannot read the secret in {name}: {error}") from error
    if parameter["Type"] != "SecureString":
        raise BypassError(f"{name} is not a SecureString, so others can read it: create a new one.")
    if not _STRONG.fullmatch(parameter["Value"]):
        raise BypassError(
            f"The secret in {name} could be guessed from the package, or does not fit into a link: "
            "create one of 32 random bytes with --replace."
        )
    return parameter["Value"]


def anchors_document(secret: str, *, first_week: int, weeks: int) -> str:
    """Return `bypass.json`, which verifies cookies that end in these weeks, counted from 1970."""
    anchors = [anchor(secret, week) for week in range(first_week, first_week + weeks)]
    encoded = [urlsafe_b64encode(link).rstrip(b"=").decode() for link in anchors]
    return json.dumps({"first_week": first_week, "anchors": encoded}, indent=1) + "\n"


def anchored_weeks(weeks: int, lifetime_hours: int) -> int:
    """Return how many weeks need anchors for the link to work for `weeks` weeks."""
    # A cookie set in the last hour ends a lifetime later.
    return weeks + math.ceil(lifetime_hours / WEEK_HOURS)


def week_of(now: float) -> int:
    """Return the week, counted from 1970, that `now` (Unix time) lies in."""
    return int(now // HOUR_SECONDS) // WEEK_HOURS


def link_to(url: str, secret: str) -> str:
    """Return `url` as the bypass link; raise BypassError if that would send the secret in clear."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.netloc:
        raise BypassError(
            f"{url!r} is not an https address: give one such as https://www.example.com/."
        )
    query = f"{parts.query}&" if parts.query else ""
    link = parts._replace(path=parts.path or "/", query=f"{query}{PARAMETER}={secret}", fragment="")
    return link.geturl()
