"""Laws of the status: it always fits, and keeps what the next run needs."""

import json
from copy import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from maintenance.model import Mode
from maintenance.reporting.plans import MAX_PLANNED
from maintenance.reporting.status import (
    LastError,
    ModeChange,
    PersistedState,
    Planned,
    Status,
    TargetStatus,
)
from maintenance.reporting.status_document import (
    MAX_STATUS_BYTES,
    decode_persisted_state,
    encode_status,
    replace_last_error,
    truncate,
)
from maintenance.schedule.decision import NextChange
from maintenance.schedule.request import Request, Requester
from maintenance.schedule.switch import Off

TEXTS = st.text(max_size=60) | st.sampled_from(["{", "\0", "č", "🚧", '"']).flatmap(
    lambda one: st.integers(0, 1500).map(lambda many: one * many)
)
INSTANTS = st.integers(0, 8029 * 365 * 86400).map(
    lambda seconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
ERRORS = st.builds(
    LastError, TEXTS.map(truncate), INSTANTS, st.none() | INSTANTS, announced=st.booleans()
)
# As `plans` leaves them.
PLANS = st.lists(
    st.builds(Planned, st.from_regex(r"[a-zA-Z0-9_./-]{1,64}", fullmatch=True), INSTANTS, INSTANTS),
    max_size=MAX_PLANNED,
).map(tuple)
CHANGES = st.builds(
    ModeChange,
    st.sampled_from(Mode),
    st.none() | st.sampled_from(Mode),
    st.none() | INSTANTS,
    INSTANTS,
    st.none() | INSTANTS,
    st.none() | INSTANTS,
)
DETAILS = TEXTS.map(lambda text: truncate(text, 240))
REQUESTERS = st.builds(Requester, st.builds(Request, INSTANTS, DETAILS), name=DETAILS, arn=DETAILS)
OFFS = st.builds(Off, INSTANTS, INSTANTS)
TARGETS = st.builds(
    TargetStatus,
    st.from_regex(r"\AE[A-Z0-9]{4,31}\Z"),
    st.sampled_from(["Deployed", "InProgress"]),
    st.booleans(),
    st.lists(TEXTS, max_size=2).map(tuple),
)
STATUSES = st.builds(
    Status,
    st.sampled_from(Mode),
    TEXTS,
    st.none() | INSTANTS,
    st.none() | TEXTS,
    st.none() | st.builds(NextChange, INSTANTS, st.booleans(), st.none() | TEXTS),
    st.lists(TARGETS, max_size=60, unique_by=lambda target: target.distribution_id).map(tuple),
    st.builds(
        PersistedState,
        st.none() | CHANGES,
        st.none() | ERRORS,
        st.none() | OFFS,
        requester=st.none() | REQUESTERS,
        planned=PLANS,
    ),
)


@given(STATUSES, ERRORS)
def test_the_status_fits_into_a_standard_parameter(status: Status, error: LastError) -> None:
    """In bytes, of which there are never fewer than characters; also when an error comes later."""
    text = encode_status(status)

    assert len(text.encode()) <= MAX_STATUS_BYTES
    assert len(replace_last_error(text, error).encode()) <= MAX_STATUS_BYTES
    assert "{{" not in text


@given(STATUSES)
def test_the_persisted_state_survives_a_round_trip(status: Status) -> None:
    """So the same status is never written twice."""
    assert status.persisted == decode_persisted_state(encode_status(status))


@given(STATUSES, st.randoms())
def test_the_order_of_a_listing_does_not_change_the_status(status: Status, random: Random) -> None:
    """CloudFront promises no order."""
    shuffled = list(status.targets)
    random.shuffle(shuffled)

    assert encode_status(status) == encode_status(replace(status, targets=tuple(shuffled)))


@given(STATUSES)
def test_every_target_is_counted(status: Status) -> None:
    """Whether or not it is listed."""
    document = json.loads(encode_status(status))

    counts = document["counts"]
    assert len(status.targets) == counts["distributions"]
    assert len(status.targets) == counts.get("Deployed", 0) + counts.get("InProgress", 0)
    assert len(document["distributions"]) <= len(status.targets)


@given(TEXTS)
def test_truncating_twice_changes_nothing_more(text: str) -> None:
    """Or a lasting error would look like another one."""
    assert truncate(text) == truncate(truncate(text))
