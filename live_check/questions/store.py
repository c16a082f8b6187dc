"""What a key value store does that the standby engine depends on."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from live_check.probe import Probe

_OLD, _NEW = "old", "new"
# What the probe's function answers without the key.
_MISSING = "missing"


def propagation(probe: Probe) -> tuple[str, ...]:
    """Write values one after the other, and ask the edge until it returns each."""
    timing, delays, missing = probe.account.timing, [], 0
    for number in range(min(3, timing.samples)):
        value = f"value {number}"
        _put(probe, value)
        began = time.monotonic()
        seen: list[str] = []

        def is_seen(value: str = value, seen: list[str] = seen) -> bool | None:
            seen.append(probe.get("/store/").text)
            return True if seen[-1] == value else None

        timing.wait_for(is_seen, f"the edge sees {value!r}", timing.event)
        delays.append(time.monotonic() - began)
        # The first one has nothing before it.
        missing += seen.count(_MISSING) if number else 0
    return (
        f"From PutKey to the nearest edge: {', '.join(f'{each:.1f} s' for each in delays)}.",
        f"In between, the key that changed was missing in {missing} answers.",
        "Other edges may be later; only one was asked.",
    )


def update_rules(probe: Probe) -> tuple[str, ...]:
    """Send changes for which AWS documents no rule, each with the current ETag but the last."""
    return tuple(f"{what}: {_attempt(change)}" for what, change in _changes(probe))


def _changes(probe: Probe) -> Iterator[tuple[str, Callable[[], object]]]:
    store = probe.account.client("cloudfront-keyvaluestore")

    def update(*, etag: str = "", **changes: Any) -> object:  # noqa: ANN401 - boto3's own shapes
        current = etag or _etag(probe)
        return store.update_keys(KvsARN=probe.store_arn, IfMatch=current, **changes)

    old, new = {"Key": "twice", "Value": _OLD}, {"Key": "twice", "Value": _NEW}
    yield "One key put twice", lambda: update(Puts=[old, new])
    yield "One key put and deleted", lambda: update(Puts=[old], Deletes=[{"Key": "twice"}])
    yield "A missing key deleted", lambda: update(Deletes=[{"Key": "never there"}])
    yield "An empty value", lambda: update(Puts=[{"Key": "empty", "Value": ""}])
    many = [{"Key": f"{number}", "Value": ""} for number in range(51)]
    yield "51 keys", lambda: update(Puts=many)
    yield "An ETag that is out of date", lambda: _update_twice(probe, update)


def _update_twice(probe: Probe, update: Callable[..., object]) -> object:
    etag = _etag(probe)
    update(etag=etag, Puts=[{"Key": "first", "Value": _NEW}])
    return update(etag=etag, Puts=[{"Key": "second", "Value": _NEW}])


def _attempt(change: Callable[[], object]) -> str:
    try:
        change()
    except ClientError as error:
        refusal = error.response["Error"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return f"{status} {refusal['Code']}: {refusal['Message']}"
    return "accepted."


def _put(probe: Probe, value: str) -> None:
    store = probe.account.client("cloudfront-keyvaluestore")
    store.put_key(KvsARN=probe.store_arn, Key="value", Value=value, IfMatch=_etag(probe))


def _etag(probe: Probe) -> str:
    store = probe.account.client("cloudfront-keyvaluestore")
    found: str = store.describe_key_value_store(KvsARN=probe.store_arn)["ETag"]
    return found
