"""What CloudWatch takes out of a line of a log."""

import json

import pytest

from sandbox.patches.cloudwatch_metrics import Datum, read_data

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


def test_each_metric_counts_once_for_each_set_of_dimensions() -> None:
    """One value, or several; a unit is not needed."""
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
def test_any_other_line_counts_nothing(line: str) -> None:
    """Nor does one that lacks a part of what it names."""
    assert [] == read_data(line)
