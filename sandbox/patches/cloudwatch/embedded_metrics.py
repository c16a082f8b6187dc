"""
Read the metrics that a log line holds in CloudWatch's embedded metric format. Pure.

Lambda writes its functions' output to CloudWatch Logs. Logs takes the metrics out of each line that
is a JSON object with `_aws.CloudWatchMetrics`; any other line holds none.

Source: CloudWatch User Guide, CloudWatch_Embedded_Metric_Format_Specification.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """Values of one metric with one set of dimensions, `at` seconds since 1970."""

    namespace: str
    name: str
    unit: str
    dimensions: Mapping[str, str]
    at: float
    values: tuple[float, ...]


def read_data(message: str) -> list[Datum]:
    """Return the metrics of a log line; none if it breaks the specification."""
    if '"_aws"' not in message:
        return []
    try:
        document = json.loads(message)
        return list(_data(document))
    except (ValueError, KeyError, TypeError, AttributeError):
        # CloudWatch, too, takes nothing from such a line.
        return []


def _data(document: Mapping[str, Any]) -> Iterator[Datum]:
    at = document["_aws"]["Timestamp"] / _MILLISECONDS
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            for metric in directive["Metrics"]:
                value = document[metric["Name"]]
                yield Datum(
                    namespace=directive["Namespace"],
                    name=metric["Name"],
                    unit=metric.get("Unit", "None"),
                    dimensions={name: document[name] for name in names},
                    at=at,
                    values=tuple(map(float, value if isinstance(value, list) else [value])),
                )
