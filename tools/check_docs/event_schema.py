"""
docs/events.schema.json, made from the code that writes the events; `make docs` writes it.

It describes the whole event as rules and targets see it: `source`, `detail-type` and `detail`.
"""

import json
from typing import Any

from maintenance.aws.event_bus import SOURCE
from maintenance.reporting.events import DETAILS
from msgspec.json import schema_components

from tests.contract.template import ROOT

FILE = ROOT / "docs" / "events.schema.json"


def event_schema() -> str:
    """Return the JSON Schema of the controller's events."""
    references, components = schema_components(DETAILS.values(), ref_template="#/$defs/{name}")
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The events of the maintenance controller",
        "type": "object",
        "required": ["source", "detail-type", "detail"],
        "properties": {"source": {"const": SOURCE}},
        "oneOf": [
            {"properties": {"detail-type": {"const": name}, "detail": reference}}
            for name, reference in zip(DETAILS, references, strict=True)
        ],
        "$defs": components,
    }
    return f"{json.dumps(schema, indent=2)}\n"
