"""
The metrics that a line of a log holds in CloudWatch's embedded metric format. Pure.

Lambda writes its functions' output to CloudWatch Logs, which takes out of each line that is a JSON
object with `_aws.CloudWatchMetrics` what that names. A line that is anything else holds none.

Source: CloudWatch User Guide, CloudWatch_Embedded_Metric_Format_Specification.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """Values of one metric with one set of dimensions, at an instant in seconds since 1970."""

    namespace: str
    name: str
    unit: str
    dimensions: Mapping[str, str]
    at: float
    values: tuple[float, ...]


def read_data(message: str) -> list[Datum]:
    """Return what a line of a log counts."""
    if '"_aws"' not in message:
        return []
    try:
        document = json.loads(message)
        return list(_data(document))
    except (ValueError, KeyError, TypeError, AttributeError):
        # CloudWatch, too, takes nothing from a line that is not to the specification.
        return []


def _data(document: Mapping[str, Any]) -> Iterator[Datum]:
    at = document["_aws"]["Timestamp"] / _MILLISECONDS
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            for metric in directive["Metrics"]:
                told = document[metric["Name"]]
                yield Datum(
                    namespace=directive["Namespace"],
                    name=metric["Name"],
                    unit=metric.get("Unit", "None"),
                    dimensions={name: document[name] for name in names},
                    at=at,
                    values=tuple(map(float, told if isinstance(told, list) else [told])),
                )
