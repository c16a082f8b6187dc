"""How long a value of a key value store needs to reach the nearest edge."""

import functools
import time

from live_check.probe import Probe


def propagation(probe: Probe) -> tuple[str, ...]:
    """Write values one after the other, and ask the edge until it returns each."""
    store, timing = probe.account.client("cloudfront-keyvaluestore"), probe.account.timing
    delays = []
    for number in range(min(3, timing.samples)):
        value = f"value {number}"
        current = store.describe_key_value_store(KvsARN=probe.store_arn)["ETag"]
        store.put_key(KvsARN=probe.store_arn, Key="value", Value=value, IfMatch=current)
        began = time.monotonic()
        timing.wait_for(
            functools.partial(_is_seen, probe, value), f"the edge sees {value!r}", timing.event
        )
        delays.append(time.monotonic() - began)
    return (
        f"From PutKey to the nearest edge: {', '.join(f'{each:.1f} s' for each in delays)}.",
        "Other edges may be later; only one was asked.",
    )


def _is_seen(probe: Probe, value: str) -> bool | None:
    return True if probe.get("/store/").text == value else None
