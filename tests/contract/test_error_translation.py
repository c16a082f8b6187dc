"""What the adapters make of the errors of AWS: stale, refused, unreadable, each with a sentence."""

from collections.abc import Callable
from copy import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from maintenance.aws.bucket import RecordStore
from maintenance.aws.cloudfront import CloudFront
from maintenance.aws.event_bus import EventBus
from maintenance.aws.parameters import Parameters, StatusParameter
from maintenance.errors import (
    ApplyError,
    MaintenanceError,
    ObservationError,
    StaleObservation,
    Throttled,
)

from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution

BUCKET = "site-state"
SWITCH = "/site/maintenance"
NOBODY = "http://127.0.0.1:1"


def _cloudfront(cloud: Cloud) -> CloudFront:
    # A client of its own: the adapter hooks into its events.
    return CloudFront(Cloud(cloud.sandbox).cloudfront)


def _notes(cloud: Cloud) -> RecordStore:
    return RecordStore(lambda: cloud.s3, bucket=BUCKET, stack="site", new_write_id=lambda: "write")


def _parameters(cloud: Cloud) -> Parameters:
    return Parameters(
        cloud.ssm,
        switch_parameter=SWITCH,
        zone=ZoneInfo("UTC"),
        clock=lambda: datetime.now(UTC),
        pause=lambda _: None,
    )


def _status_parameter(cloud: Cloud) -> StatusParameter:
    return StatusParameter(cloud.ssm, switch_parameter=SWITCH)


def _nowhere(cloud: Cloud) -> Cloud:
    """Return a cloud at an address where nobody listens."""
    return Cloud(replace(cloud.sandbox, endpoint_url=NOBODY))


def _error(act: Callable[[], object]) -> tuple[type[MaintenanceError], str]:
    """Return what kind of our errors the act raises, and its sentence."""
    with pytest.raises(MaintenanceError) as caught:
        act()
    return type(caught.value), str(caught.value)


# Operation, code and status that CloudFront answers with; what it becomes, and what is said.
UPDATES = [
    ("PreconditionFailed", 412, StaleObservation, ""),
    ("InvalidIfMatchVersion", 400, StaleObservation, ""),
    ("Throttling", 400, Throttled, "the next try goes on"),
    ("AccessDenied", 403, ApplyError, "docs/iam.md"),
    ("NoSuchDistribution", 404, ApplyError, "mend the stack parameter Distributions"),
    ("TooManyLambdaFunctionAssociations", 400, ApplyError, "name behaviors that may stay open"),
    ("InvalidLambdaFunctionAssociation", 400, ApplyError, "look at the function"),
    ("InvalidFunctionAssociation", 400, ApplyError, "look at the function"),
    ("InternalError", 500, ApplyError, "ordered from the sandbox"),
]


@pytest.mark.parametrize(("code", "status", "kind", "remedy"), UPDATES)
def test_a_refused_update_is_stale_or_an_error_of_its_distribution(
    cloud: Cloud, code: str, status: int, kind: type[MaintenanceError], remedy: str
) -> None:
    """Only what a new look can mend is stale; the sentence names the distribution and a remedy."""
    cloud.sandbox.inject_fault("refuse", "cloudfront:UpdateDistribution", code=code, status=status)

    error = _error(lambda: _cloudfront(cloud).update_config("E1", xml=b"<x/>", etag="E"))

    assert kind is error[0]
    assert f"CloudFront did not take the update of E1: An error occurred ({code})" in error[1]
    assert remedy in error[1]


def test_an_update_of_what_somebody_else_has_updated_is_stale(cloud: Cloud) -> None:
    """By CloudFront's own refusal, and the configuration is the other one's."""
    distribution_id = a_distribution(cloud)
    adapter = _cloudfront(cloud)
    read = adapter.read_config(distribution_id)
    others = read.xml.replace(b"<Enabled>true<", b"<Enabled>false<")
    adapter.update_config(distribution_id, xml=others, etag=read.etag)

    kind, _ = _error(lambda: adapter.update_config(distribution_id, xml=read.xml, etag=read.etag))

    assert StaleObservation is kind
    assert others == adapter.read_config(distribution_id).xml


def test_what_cannot_be_listed_is_an_observation_error(cloud: Cloud) -> None:
    """With the permission as its remedy."""
    cloud.sandbox.inject_fault("refuse", "cloudfront:List*", code="AccessDenied", status=403)

    kind, sentence = _error(_cloudfront(cloud).list_distributions)

    assert ObservationError is kind
    assert "the distributions cannot be listed" in sentence
    assert "give the controller's role that permission" in sentence


OBSERVING: dict[str, Callable[[Cloud], object]] = {
    "the distributions": lambda cloud: _cloudfront(cloud).list_distributions(),
    "the configuration of E1": lambda cloud: _cloudfront(cloud).read_config("E1"),
    "the note s3://site-state/displaced/E1.json": lambda cloud: _notes(cloud).read("E1"),
    f"the switch {SWITCH}": lambda cloud: _parameters(cloud).read_switch(),
    f"the windows under {SWITCH}": lambda cloud: _parameters(cloud).read_windows(),
    f"the history of {SWITCH}": lambda cloud: _parameters(cloud).read_last_off(),
    f"the status {SWITCH}/status": lambda cloud: _status_parameter(cloud).read(),
}


@pytest.mark.parametrize("what", OBSERVING)
@pytest.mark.parametrize(
    ("code", "status"), [("AccessDeniedException", 400), ("ThrottlingException", 429)]
)
def test_what_cannot_be_read_is_named(cloud: Cloud, what: str, code: str, status: int) -> None:
    """Nothing was changed then, whatever the reason."""
    cloud.sandbox.inject_fault("refuse", "*", code=code, status=status)

    kind, sentence = _error(lambda: OBSERVING[what](cloud))

    assert ObservationError is kind
    assert sentence.startswith(what)
    assert code in sentence


@pytest.mark.parametrize("what", OBSERVING)
def test_a_service_that_does_not_answer_is_an_observation_error(cloud: Cloud, what: str) -> None:
    """Not only its refusals are."""
    kind, sentence = _error(lambda: OBSERVING[what](_nowhere(cloud)))

    assert ObservationError is kind
    assert sentence.startswith(what)
    assert NOBODY in sentence


WRITING: dict[str, Callable[[Cloud], object]] = {
    "CloudFront did not take the update of E1": lambda cloud: _cloudfront(cloud).update_config(
        "E1", xml=b"<x/>", etag="E"
    ),
    f"the switch {SWITCH} cannot be written": lambda cloud: _parameters(cloud).write_switch("on"),
    f"the status {SWITCH}/status cannot be written": lambda cloud: _status_parameter(cloud).write(
        "{}"
    ),
    f"the status {SWITCH}/status cannot be deleted": lambda cloud: _status_parameter(
        cloud
    ).remove(),
    "the change of mode cannot be announced": lambda cloud: EventBus(lambda: cloud.events).send(
        [{}]
    ),
}


@pytest.mark.parametrize("what", WRITING)
def test_a_service_that_does_not_answer_a_write_is_an_apply_error(cloud: Cloud, what: str) -> None:
    """Whether it was carried out, the next look tells."""
    kind, sentence = _error(lambda: WRITING[what](_nowhere(cloud)))

    assert ApplyError is kind
    assert sentence.startswith(what)


def test_a_switch_that_may_not_be_written_is_an_apply_error(cloud: Cloud) -> None:
    """With what SSM said."""
    cloud.sandbox.inject_fault("refuse", "ssm:PutParameter", code="TooManyUpdates", status=400)

    kind, sentence = _error(lambda: _parameters(cloud).write_switch("on"))

    assert ApplyError is kind
    assert f"the switch {SWITCH} cannot be written" in sentence
    assert "TooManyUpdates" in sentence
