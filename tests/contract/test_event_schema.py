"""docs/events.schema.json describes the events that the controller sends."""

import json
from typing import Any

import jsonschema
import pytest
from maintenance.aws.event_bus import SOURCE
from maintenance.reporting.events import DETAILS, Event
from msgspec import to_builtins

from tests.contract.template import ROOT
from tests.sample_events import HOSTILE, events_with
from tools.check_docs.event_schema import event_schema

SCHEMA = json.loads((ROOT / "docs" / "events.schema.json").read_text(encoding="utf-8"))
SAMPLES = events_with(HOSTILE)


def as_delivered(event: Event) -> dict[str, Any]:
    """Return an event as a rule sees it, with the members that matter."""
    return {
        "source": SOURCE,
        "detail-type": event.detail_type,
        "detail": json.loads(json.dumps(to_builtins(event.detail))),
    }


def test_the_schema_is_that_of_the_code() -> None:
    """`make docs` writes it."""
    assert json.loads(event_schema()) == SCHEMA


def test_there_is_a_sample_of_each_detail_type() -> None:
    """Or the test below would check less than it says."""
    assert list(DETAILS) == [each.detail_type for each in SAMPLES]


@pytest.mark.parametrize("event", SAMPLES, ids=list(DETAILS))
def test_each_event_is_valid(event: Event) -> None:
    """And one that lacks a member is not."""
    delivered = as_delivered(event)

    jsonschema.validate(delivered, SCHEMA)
    del delivered["detail"]["title"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(delivered, SCHEMA)
