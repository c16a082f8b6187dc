"""How soon a listing of the distributions shows an update that CloudFront has accepted."""

import time

from live_check.probe import Probe


def lag(probe: Probe) -> tuple[str, ...]:
    """Update the comment a few times, and list the distributions until it is there."""
    timing = probe.account.timing
    lags = [_lag(probe, f"{probe.run} {number}") for number in range(min(3, timing.samples))]
    seconds = ", ".join(f"{each:.1f} s" for each in lags)
    return (
        f"The first listing with the update began {seconds} after CloudFront had accepted it.",
        f"0.0 s means that no listing was too old; one was made every {timing.poll:g} s.",
    )


def _lag(probe: Probe, comment: str) -> float:
    probe.update(Comment=comment)
    updated = time.monotonic()

    def is_listed() -> float | None:
        began = time.monotonic()
        return began - updated if _listed_comment(probe) == comment else None

    timing = probe.account.timing
    return timing.wait_for(is_listed, "a listing shows the update", timing.event)


def _listed_comment(probe: Probe) -> str:
    pages = probe.account.clients.cloudfront.get_paginator("list_distributions").paginate()
    return next(
        each["Comment"]
        for page in pages
        for each in page["DistributionList"].get("Items", [])
        if each["Id"] == probe.distribution_id
    )
