"""Read what ministack has stored of CloudFront: distributions and CloudFront Functions."""

# ruff: noqa: SLF001 - ministack has no public names for what is read here

import re
from collections.abc import Iterator
from typing import Any, cast
from xml.etree.ElementTree import Element

from ministack.core import responses
from ministack.services import cloudfront

from sandbox.cloudfront import configuration
from sandbox.cloudfront.association_rules import EdgeFunction
from sandbox.cloudfront.store_propagation import StorePropagation
from sandbox.edge.interface import LiveFunction
from sandbox.patches import request_context
from sandbox.patches.aws_lambda import replicas
from sandbox.settings import Settings

# A distribution as ministack keeps it: Id, DomainName, ETag, LastModifiedTime, config_xml and more.
type Record = dict[str, Any]

_FUNCTION_ARN = re.compile(r"arn:aws:cloudfront::(\d{12}):function/[^/]+")


def find_record(distribution_id: str) -> Record | None:
    """Return a distribution of the calling account, if it has that one."""
    return cast("Record | None", cloudfront._distributions.get(distribution_id))


def list_records() -> list[Record]:
    """Return all distributions of the calling account."""
    return list(cloudfront._distributions.values())


def read_config(record: Record) -> Element:
    """Return the configuration that a record holds."""
    return configuration.parse(record["config_xml"].encode())


def other_configs(distribution_id: str) -> Iterator[Element]:
    """Yield the configurations of the calling account's distributions but this one."""
    return (read_config(each) for each in list_records() if each["Id"] != distribution_id)


def function_code(function_arn: str) -> str | None:
    """Return the LIVE code of a CloudFront Function, or None if it is not published."""
    match = _FUNCTION_ARN.fullmatch(function_arn)
    if not match:
        return None
    with responses.request_scope(match.group(1), request_context.region()):
        code: bytes | None = cloudfront.live_function_code(function_arn)
    return None if code is None else code.decode()


def live_function(
    function_arn: str, stores: StorePropagation, settings: Settings
) -> LiveFunction | None:
    """Return the LIVE stage of a CloudFront Function with what it reads, None if unpublished."""
    code = function_code(function_arn)
    match = _FUNCTION_ARN.fullmatch(function_arn)
    if code is None or match is None:
        return None
    with responses.request_scope(match.group(1), request_context.region()):
        name = function_arn.rpartition("/")[2]
        # A function may have one store (doc: CloudFront Developer Guide, cloudfront-limits).
        associated = cloudfront._functions[name]["live_body"]["kvs_arns"][:1]
    values = stores.values(associated[0]) if associated else None
    return LiveFunction(
        code,
        values,
        has_failing_reads=bool(settings.failing_reads),
        is_throttled=bool(settings.throttled_functions),
    )


class CallingAccount:
    """The account of the request being served, as `association_rules.Account`."""

    @property
    def account_id(self) -> str:
        """Return the twelve digits."""
        return request_context.account_id()

    def edge_function(self, version_arn: str) -> EdgeFunction | None:
        """Return the version with that ARN, if there is one."""
        return replicas.edge_function(version_arn)

    def is_live(self, function_arn: str) -> bool:
        """Return whether this account has published the CloudFront Function with that ARN."""
        is_ours = function_arn.split(":")[4:5] == [self.account_id]
        return is_ours and function_code(function_arn) is not None
