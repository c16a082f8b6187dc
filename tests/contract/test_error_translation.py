"""Adapters turn the errors of AWS into errors of ours, each with a message for an operator."""

from collections.abc import Callable
from copy import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from maintenance.aws.bucket import RecordStore
from maintenance.aws.cloudfront import CloudFront
from maintenance.aws.event_bus import EventBus
from maintenance.aws.parameters import Parameters
from maintenance.aws.status_parameter import StatusParameter
from maintenance.errors import (
    ApplyError,
    FunctionRefused,
    MaintenanceError,
    ObservationError,
    StaleObservation,
    Throttled,
)

from tests.builders import AN_EVENT
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution

BUCKET = "site-state"
SWITCH = "/site/maintenance"
RECORD = f"the record of displaced functions s3://{BUCKET}/displaced/E1.json"
RECORD = f"the record of displaced functions s3://{BUCKET}/displaced/E1.json"
UNREACHABLE = "http://127.0.0.1:1"


def _cloudfront(cloud: Cloud) -> CloudFront:
    # A client of its own: the adapter registers handlers on its events.
    return CloudFront(Cloud(cloud.sandbox).cloudfront)


def _records(cloud: Cloud) -> RecordStore:
    return RecordStore(lambda: cloud.s3, bucket=BUCKET, stack="site", new_write_id=lambda: "write")


def _parameters(cloud: Cloud) -> Parameters:
    return Parameters(
        cloud.ssm,
        switch_parameter=SWITCH,
        zone=ZoneInfo("UTC"),
        clock=lambda: datetime.now(UTC),
        sleep=lambda _: None,
    )


def _status_parameter(cloud: Cloud) -> StatusParameter:
    return StatusParameter(cloud.ssm, switch_parameter=SWITCH)


def _nowhere(cloud: Cloud) -> Cloud:
    """Return a cloud at an address where nothing listens."""
    return Cloud(replace(cloud.sandbox, endpoint_url=UNREACHABLE))


def _error(act: Callable[[], object]) -> tuple[type[MaintenanceError], str]:
    """Return the class of the error of ours that the act raises, and its message."""
    with pytest.raises(MaintenanceError) as caught:
        act()
    return type(caught.value), str(caught.value)


# The code and status of CloudFront's refusal, the error that it becomes, and the remedy.
UPDATES = [
    ("PreconditionFailed", 412, StaleObservation, ""),
    ("InvalidIfMatchVersion", 400, StaleObservation, ""),
    ("Throttling", 400, Throttled, "the next run continues"),
    ("AccessDenied", 403, ApplyError, "docs/iam.md"),
    ("NoSuchDistribution", 404, ApplyError, "correct the stack parameter Distributions"),
    ("TooManyLambdaFunctionAssociations", 400, ApplyError, "name behaviors that may stay open"),
    ("InvalidLambdaFunctionAssociation", 400, FunctionRefused, "check the function"),
    ("InvalidFunctionAssociation", 400, FunctionRefused, "check the function"),
    ("InternalError", 500, ApplyError, "injected this fault"),
]


@pytest.mark.parametrize(("code", "status", "kind", "remedy"), UPDATES)
def test_a_refused_update_becomes_an_error_with_a_remedy(
    cloud: Cloud, code: str, status: int, kind: type[MaintenanceError], remedy: str
) -> None:
    """It is stale only if another try can succeed; the message names the distribution."""
    cloud.sandbox.inject_fault("refuse", "cloudfront:UpdateDistribution", code=code, status=status)

    error = _error(lambda: _cloudfront(cloud).update_config("E1", xml=b"<x/>", etag="E"))

    assert kind is error[0]
    assert f"the update of E1 failed: An error occurred ({code})" in error[1]
    assert remedy in error[1]


def test_an_update_after_another_writers_is_stale(cloud: Cloud) -> None:
    """CloudFront refuses it, and the other writer's configuration stays."""
    distribution_id = a_distribution(cloud)
    adapter = _cloudfront(cloud)
    read = adapter.read_config(distribution_id)
    others = read.xml.replace(b"<Enabled>true<", b"<Enabled>false<")
    adapter.update_config(distribution_id, xml=others, etag=read.etag)

    kind, _ = _error(lambda: adapter.update_config(distribution_id, xml=read.xml, etag=read.etag))

    assert StaleObservation is kind
    assert others == adapter.read_config(distribution_id).xml


def test_a_refused_listing_is_an_observation_error(cloud: Cloud) -> None:
    """The remedy is the permission."""
    cloud.sandbox.inject_fault("refuse", "cloudfront:List*", code="AccessDenied", status=403)

    kind, sentence = _error(_cloudfront(cloud).list_distributions)

    assert ObservationError is kind
    assert "the distributions cannot be listed" in sentence
    assert "give the controller's role that permission" in sentence


READS: dict[str, Callable[[Cloud], object]] = {
    "the distributions": lambda cloud: _cloudfront(cloud).list_distributions(),
    "the configuration of E1": lambda cloud: _cloudfront(cloud).read_config("E1"),
    RECORD: lambda cloud: _records(cloud).read("E1"),
    f"the switch {SWITCH}": lambda cloud: _parameters(cloud).read_switch(),
    f"the windows under {SWITCH}": lambda cloud: _parameters(cloud).read_windows(),
    f"the history of {SWITCH}": lambda cloud: _parameters(cloud).read_last_off(),
    f"the status {SWITCH}/status": lambda cloud: _status_parameter(cloud).read(),
}


@pytest.mark.parametrize("what", READS)
@pytest.mark.parametrize(
    ("code", "status"), [("AccessDeniedException", 400), ("ThrottlingException", 429)]
)
def test_a_refused_read_names_what_cannot_be_read(
    cloud: Cloud, what: str, code: str, status: int
) -> None:
    """As an observation error, or for one distribution as one that is retried later."""
    cloud.sandbox.inject_fault("refuse", "*", code=code, status=status)

    kind, sentence = _error(lambda: READS[what](cloud))

    is_throttled = (what, code) == ("the configuration of E1", "ThrottlingException")
    assert (Throttled if is_throttled else ObservationError) is kind
    assert sentence.startswith(what)
    assert code in sentence


@pytest.mark.parametrize("what", READS)
def test_a_read_without_an_answer_is_an_observation_error(cloud: Cloud, what: str) -> None:
    """Also a service that is out of reach is named."""
    kind, sentence = _error(lambda: READS[what](_nowhere(cloud)))

    assert ObservationError is kind
    assert sentence.startswith(what)
    assert UNREACHABLE in sentence


WRITES: dict[str, Callable[[Cloud], object]] = {
    "the update of E1 failed": lambda cloud: _cloudfront(cloud).update_config(
        "E1", xml=b"<x/>", etag="E"
    ),
    f"the switch {SWITCH} cannot be written": lambda cloud: _parameters(cloud).write_switch("on"),
    f"the status {SWITCH}/status cannot be written": lambda cloud: _status_parameter(cloud).write(
        "{}"
    ),
    f"the status {SWITCH}/status cannot be deleted": lambda cloud: _status_parameter(
        cloud
    ).delete(),
    "the change cannot be announced": lambda cloud: EventBus(lambda: cloud.events).send([AN_EVENT]),
}


@pytest.mark.parametrize("what", WRITES)
def test_a_write_without_an_answer_is_an_apply_error(cloud: Cloud, what: str) -> None:
    """The next run reads whether AWS made it."""
    kind, sentence = _error(lambda: WRITES[what](_nowhere(cloud)))

    assert ApplyError is kind
    assert sentence.startswith(what)


def test_a_refused_write_of_the_switch_is_an_apply_error(cloud: Cloud) -> None:
    """With SSM's own code."""
    cloud.sandbox.inject_fault("refuse", "ssm:PutParameter", code="TooManyUpdates", status=400)

    kind, sentence = _error(lambda: _parameters(cloud).write_switch("on"))

    assert ApplyError is kind
    assert f"the switch {SWITCH} cannot be written" in sentence
    assert "TooManyUpdates" in sentence
