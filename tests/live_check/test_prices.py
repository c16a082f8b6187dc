"""Read products of the price list, which the sandbox does not have."""

import json

from live_check.questions.prices import prices_in


def test_the_report_has_every_tier_of_an_on_demand_price() -> None:
    """The shape is the price list's (doc: AWS Billing User Guide, price-list-query-api)."""
    tiers = {
        "A.1": {
            "unit": "Request",
            "description": "first 10 million",
            "pricePerUnit": {"USD": "0.0000006"},
        },
        "A.2": {"unit": "Request", "description": "the rest", "pricePerUnit": {"CNY": "0.1"}},
    }
    product = {"terms": {"OnDemand": {"A": {"priceDimensions": tiers}}, "Reserved": {"B": {}}}}

    assert [
        "0.0000006 USD, Request, first 10 million",
        "? USD, Request, the rest",
    ] == list(prices_in(json.dumps(product)))


def test_a_product_without_an_on_demand_price_has_none() -> None:
    """The report then says that it is not in the price list."""
    assert [] == list(prices_in(json.dumps({"terms": {}})))
