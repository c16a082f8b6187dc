"""Read what ministack has stored of CloudFront: distributions, functions, key-value stores."""

# ruff: noqa: SLF001 - ministack has no public names for what is read here

import functools
import re
from collections.abc import Iterator
from typing import Any, cast
from xml.etree.ElementTree import Element

from ministack.core import responses
from ministack.services import cloudfront

from sandbox.cloudfront import configuration
from sandbox.cloudfront.association_rules import EdgeFunction
from sandbox.cloudfront.function_propagation import PublishedFunction
from sandbox.patches import request_context
from sandbox.patches.aws_lambda import replicas

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


def other_aliases(distribution_id: str) -> Iterator[frozenset[str]]:
    """Yield the aliases of each of the calling account's distributions but this one."""
    others = (each for each in list_records() if each["Id"] != distribution_id)
    return (_aliases(each["config_xml"]) for each in others)


def function_code(function_arn: str) -> str | None:
    """Return the LIVE code of a CloudFront Function, or None if it is not published."""
    match = _FUNCTION_ARN.fullmatch(function_arn)
    if not match:
        return None
    with responses.request_scope(match.group(1), request_context.region()):
        code: bytes | None = cloudfront.live_function_code(function_arn)
    return None if code is None else code.decode()


def published_function(name: str) -> PublishedFunction | None:
    """Return the LIVE stage of a function of the calling account, None if it has not got one."""
    live = cloudfront._functions.get(name, {}).get("live_body")
    # A function may have one store (doc: CloudFront Developer Guide, cloudfront-limits).
    return (
        PublishedFunction(live["code"].decode(), next(iter(live["kvs_arns"]), None))
        if live
        else None
    )


def users_of_function(function_arn: str) -> list[str]:
    """Return the ids of the calling account's distributions that have a CloudFront Function."""
    return [
        record["Id"]
        for record in list_records()
        if function_arn in configuration.function_arns(read_config(record))
    ]


def users_of_store(store_arn: str) -> list[str]:
    """Return the names of the calling account's functions that read a key-value store."""
    functions = cloudfront._functions.values()
    return [each["name"] for each in functions if store_arn in each.get("kvs_arns", [])]


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


@functools.lru_cache(maxsize=1_000)
def _aliases(config_xml: str) -> frozenset[str]:
    """Return the aliases of a configuration; each change compares those of all distributions."""
    return frozenset(configuration.aliases(configuration.parse(config_xml.encode())))
