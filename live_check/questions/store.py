"""How long the value of a key value store needs to the edge that is nearest."""

import functools
import time

from live_check.site.distribution import Site


def propagation(site: Site) -> tuple[str, ...]:
    """Write values one after the other, and ask the edge until it has each."""
    store, pace = site.account.client("cloudfront-keyvaluestore"), site.account.pace
    delays = []
    for number in range(min(3, pace.samples)):
        value = f"value {number}"
        current = store.describe_key_value_store(KvsARN=site.store_arn)["ETag"]
        store.put_key(KvsARN=site.store_arn, Key="value", Value=value, IfMatch=current)
        began = time.monotonic()
        pace.wait_for(functools.partial(_seen, site, value), f"the edge sees {value!r}", pace.event)
        delays.append(time.monotonic() - began)
    return (
        f"From PutKey to the nearest edge: {', '.join(f'{each:.1f} s' for each in delays)}.",
        "Other edges may be later; only one was asked.",
    )


def _seen(site: Site, value: str) -> bool | None:
    return True if site.get("/store/").text == value else None
