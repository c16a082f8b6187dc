"""What the price list of this account says about the items of the cost table."""

import json
from collections.abc import Iterator
from typing import Any

from live_check.probe import Probe
from live_check.question import CannotBeAskedError

# Service and usage type in the price list, as bills show them, and what it is.
_ITEMS = (
    ("AWSLambda", "Lambda-Edge-Request", "Lambda@Edge, requests"),
    ("AWSLambda", "Lambda-Edge-GB-Second", "Lambda@Edge, duration"),
    ("AmazonCloudFront", "US-Requests-Tier2-HTTPS", "CloudFront, HTTPS requests, US"),
    ("AmazonCloudFront", "US-DataTransfer-Out-Bytes", "CloudFront, transfer out, US"),
    ("AmazonCloudFront", "Executions-CloudFrontFunctions", "CloudFront Functions"),
    ("AmazonCloudFront", "KeyValueStore-EdgeReads", "key value store, reads"),
    ("AWSLambda", "Request", "Lambda, requests"),
    ("AWSLambda", "Lambda-GB-Second", "Lambda, duration"),
    ("AmazonCloudWatch", "CW:AlarmMonitorUsage", "an alarm"),
    ("AmazonCloudWatch", "DataProcessing-Bytes", "logs, taken in"),
)


def price_list(probe: Probe) -> tuple[str, ...]:
    """Look up each item in the price list."""
    if probe.account.endpoint_url:
        raise CannotBeAskedError("the sandbox has no price list")
    # The price list is served from us-east-1, our only Region.
    pricing = probe.account.client("pricing")
    return tuple(sentence for each in _ITEMS for sentence in _item(pricing, *each))


def _item(pricing: Any, service: str, usage: str, what: str) -> tuple[str, ...]:  # noqa: ANN401 - boto3 creates it at run time
    listed = pricing.get_products(
        ServiceCode=service,
        Filters=[{"Type": "TERM_MATCH", "Field": "usagetype", "Value": usage}],
    )["PriceList"]
    prices = [price for text in listed for price in prices_in(text)]
    return tuple(f"{what} ({usage}): {price}." for price in prices or ["not in the price list"])


def prices_in(text: str) -> Iterator[str]:
    """Yield the on-demand prices of a product of the price list, each as a sentence."""
    for term in json.loads(text).get("terms", {}).get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            usd = dimension["pricePerUnit"].get("USD", "?")
            yield f"{usd} USD, {dimension['unit']}, {dimension['description']}"
