"""
The secret of the bypass link: kept in SSM Parameter Store, and turned into what verifies it.

The secret leaves Parameter Store in the link alone. `anchors_document` is what the package gets; it
is public, which is safe only for a secret that cannot be guessed, so a weak one is refused.
"""

import json
import math
import re
import secrets
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from maintenance_edge.bypass import PARAMETER, WEEK_HOURS, anchor

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

# 32 random bytes; who reads the package may try guesses at the speed of SHA-256.
STRONG: Final = re.compile(r"[A-Za-z0-9_-]{43,128}")


class BypassLinkError(RuntimeError):
    """The command cannot do what it was asked; the sentence says why and what to do."""


def create_secret(ssm: "SSMClient", name: str, *, replace: bool) -> None:
    """Write a new random secret as the SecureString `name`; BypassLinkError if there is one."""
    try:
        ssm.put_parameter(
            Name=name,
            Value=secrets.token_urlsafe(32),
            Type="SecureString",
            Description="The bypass link's secret. Who knows it gets past the maintenance page.",
            Overwrite=replace,
        )
    except ssm.exceptions.ParameterAlreadyExists as fault:
        raise BypassLinkError(
            f"There is a secret in {name} already. To end all links and cookies made from it, "
            "replace it with make secret REPLACE=1, then make bypass and deploy."
        ) from fault
    except (ClientError, BotoCoreError) as fault:
        raise BypassLinkError(f"The secret could not be written to {name}: {fault}") from fault


def read_secret(ssm: "SSMClient", name: str) -> str:
    """Return the secret that `name` holds; BypassLinkError if there is none, or a weak one."""
    try:
        parameter = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
    except ssm.exceptions.ParameterNotFound as fault:
        raise BypassLinkError(f"There is no secret in {name} yet: create it first.") from fault
    except (ClientError, BotoCoreError) as fault:
        raise BypassLinkError(f"The secret in {name} could not be read: {fault}") from fault
    if parameter["Type"] != "SecureString":
        raise BypassLinkError(
            f"{name} is no SecureString, so others can read it: create a new one."
        )
    if not STRONG.fullmatch(parameter["Value"]):
        raise BypassLinkError(
            f"The secret in {name} could be guessed from the package, or does not fit into a link: "
            "create one of 32 random bytes with --replace."
        )
    return parameter["Value"]


def anchors_document(secret: str, *, first_week: int, weeks: int) -> str:
    """Return `bypass.json`: what verifies cookies that end in these weeks, counted from 1970."""
    anchors = [anchor(secret, week) for week in range(first_week, first_week + weeks)]
    encoded = [urlsafe_b64encode(link).rstrip(b"=").decode() for link in anchors]
    return json.dumps({"first_week": first_week, "anchors": encoded}, indent=1) + "\n"


def anchored_weeks(weeks: int, lifetime_hours: int) -> int:
    """Return for how many weeks to write anchors, if the link is to work for `weeks` of them."""
    # A cookie set in the last hour ends a lifetime later.
    return weeks + math.ceil(lifetime_hours / WEEK_HOURS)


def week_of(now: float) -> int:
    """Return the week, counted from 1970, that `now` (Unix time) lies in."""
    return int(now // 3_600) // WEEK_HOURS


def link_to(url: str, secret: str) -> str:
    """Return `url` as the bypass link; BypassLinkError if it would send the secret in clear."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.netloc:
        raise BypassLinkError(
            f"{url!r} is no https address: give one such as https://www.example.com/."
        )
    query = f"{parts.query}&" if parts.query else ""
    link = parts._replace(path=parts.path or "/", query=f"{query}{PARAMETER}={secret}", fragment="")
    return link.geturl()
