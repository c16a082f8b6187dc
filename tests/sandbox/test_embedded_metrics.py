"""The metrics that CloudWatch reads from a log line."""

import json

import pytest

from sandbox.patches.cloudwatch.embedded_metrics import Datum, read_data

_DIRECTIVE = {
    "Namespace": "Shop",
    "Dimensions": [["service"], ["service", "stage"]],
    "Metrics": [{"Name": "Orders", "Unit": "Count"}, {"Name": "Load"}],
}
_DOCUMENT = {
    "_aws": {"Timestamp": 1_764_547_200_500, "CloudWatchMetrics": [_DIRECTIVE]},
    "service": "till",
    "stage": "live",
    "Orders": [1, 2],
    "Load": 0.5,
}


def test_a_metric_counts_once_for_each_set_of_dimensions() -> None:
    """With one value or several; the unit is optional."""
    till, live = {"service": "till"}, {"service": "till", "stage": "live"}
    at = 1_764_547_200.5

    assert [
        Datum(namespace="Shop", name=name, unit=unit, dimensions=where, at=at, values=values)
        for where in (till, live)
        for name, unit, values in (("Orders", "Count", (1.0, 2.0)), ("Load", "None", (0.5,)))
    ] == read_data(json.dumps(_DOCUMENT))


@pytest.mark.parametrize(
    "line",
    [
        "START RequestId: 1",
        '{"message": "as _aws does"}',
        '{"_aws"',
        '"_aws"',
        '["_aws"]',
        '{"_aws": null}',
        json.dumps({**_DOCUMENT, "Orders": "many"}),
        json.dumps({name: each for name, each in _DOCUMENT.items() if name != "stage"}),
    ],
)
def test_any_other_line_has_no_metrics(line: str) -> None:
    """Nor has one that lacks what it refers to."""
    assert [] == read_data(line)
