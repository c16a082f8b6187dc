"""How many updates CloudFront takes in a row, and how soon again after it has refused one."""

import time
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from live_check.site.distribution import Site

_THROTTLED = ("Throttling", "ThrottlingException", "TooManyRequestsException")


def sustainable(site: Site) -> tuple[str, ...]:
    """
    Update the comment until CloudFront throttles, and then until it takes an update again.

    The limit is the account's: for that minute it may throttle others too.
    """
    pace = site.account.pace
    once = Config(retries={"total_max_attempts": 1})
    cloudfront = site.account.client("cloudfront", config=once)
    site.wait_until_deployed()
    began = time.monotonic()
    taken = 0
    while taken < pace.updates and _is_taken(cloudfront, site, f"{site.name} {taken}"):
        taken += 1
    burst = f"{taken} updates were taken in {time.monotonic() - began:.0f} s"
    if taken == pace.updates:
        return (f"{burst}, and none was throttled; more were not tried.",)
    throttled = time.monotonic()
    pace.wait_for(
        lambda: True if _is_taken(cloudfront, site, site.name) else None,
        "an update is taken again",
        pace.throttled,
    )
    recovered = time.monotonic() - throttled
    return (
        f"{burst}, and the next was throttled.",
        f"{recovered:.0f} s later one was taken again, asked every {pace.poll:g} s.",
    )


def _is_taken(cloudfront: Any, site: Site, comment: str) -> bool:  # noqa: ANN401 - a client made at run time
    current = cloudfront.get_distribution_config(Id=site.distribution_id)
    config = {**current["DistributionConfig"], "Comment": comment}
    try:
        cloudfront.update_distribution(
            Id=site.distribution_id, IfMatch=current["ETag"], DistributionConfig=config
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in _THROTTLED:
            return False
        raise
    return True
