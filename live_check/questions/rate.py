"""How many updates CloudFront accepts in a row, and how soon again after throttling."""

import time
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from live_check.probe import Probe

_THROTTLED = ("Throttling", "ThrottlingException", "TooManyRequestsException")


def sustainable(probe: Probe) -> tuple[str, ...]:
    """
    Update the comment until CloudFront throttles, and then until it accepts an update again.

    The limit is the account's: for that minute it may throttle others too.
    """
    timing = probe.account.timing
    once = Config(retries={"total_max_attempts": 1})
    cloudfront = probe.account.client("cloudfront", config=once)
    probe.wait_until_deployed()
    began = time.monotonic()
    accepted = 0
    while accepted < timing.updates and _is_accepted(cloudfront, probe, f"{probe.run} {accepted}"):
        accepted += 1
    burst = f"{accepted} updates were accepted in {time.monotonic() - began:.0f} s"
    if accepted == timing.updates:
        return (f"{burst} without throttling; more were not tried.",)
    throttled = time.monotonic()
    timing.wait_for(
        lambda: True if _is_accepted(cloudfront, probe, probe.run) else None,
        "an update is accepted again",
        timing.throttled,
    )
    recovered = time.monotonic() - throttled
    return (
        f"{burst}, and the next was throttled.",
        f"{recovered:.0f} s later one was accepted again, tried every {timing.poll:g} s.",
    )


def _is_accepted(cloudfront: Any, probe: Probe, comment: str) -> bool:  # noqa: ANN401 - boto3 creates it at run time
    current = cloudfront.get_distribution_config(Id=probe.distribution_id)
    config = {**current["DistributionConfig"], "Comment": comment}
    try:
        cloudfront.update_distribution(
            Id=probe.distribution_id, IfMatch=current["ETag"], DistributionConfig=config
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in _THROTTLED:
            return False
        raise
    return True
