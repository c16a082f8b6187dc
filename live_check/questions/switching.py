"""The product itself: how long its way takes, and whether it keeps its promises on AWS."""

import json
import time

from live_check.site.distribution import Site
from live_check.site.origin import PAGES
from live_check.stack import output, switch_name


def there_and_back(site: Site) -> tuple[str, ...]:
    """Switch on and off, look at the edge all the while, and compare the configuration."""
    site.wait_until_deployed()
    first, second = site.config_xml(), site.config_xml()
    closed = _switch(site, "on", is_closed=True)
    opened = _switch(site, "off", is_closed=False)
    same = "the identical bytes" if site.config_xml() == first else "NOT the bytes of before"
    twice = "the same bytes" if first == second else "DIFFERENT bytes"
    return (
        closed,
        opened,
        f"Two readings of a configuration that nobody changed gave {twice}.",
        f"After off the configuration has {same}.",
    )


def _switch(site: Site, value: str, *, is_closed: bool) -> str:
    """Write the switch, and return when CloudFront took the update, showed it, and had it all."""
    cloudfront, pace = site.account.clients.cloudfront, site.account.pace
    before = cloudfront.get_distribution_config(Id=site.distribution_id)["ETag"]
    began = time.monotonic()
    site.account.clients.ssm.put_parameter(
        Name=switch_name(site), Value=value, Type="String", Overwrite=True
    )

    def is_accepted() -> bool | None:
        found = cloudfront.get_distribution_config(Id=site.distribution_id)["ETag"]
        return True if found != before else None

    pace.wait_for(is_accepted, f"CloudFront takes the update of {value!r}", pace.deployment)
    accepted = time.monotonic() - began

    def is_seen() -> bool | None:
        # A custom error page might come instead of ours, so anything but the page is closed.
        is_open = site.get("/").content == PAGES["index.html"]
        return True if is_open != is_closed else None

    pace.wait_for(is_seen, f"a visitor sees {value!r}", pace.deployment)
    seen = time.monotonic() - began
    site.wait_until_deployed()
    deployed = time.monotonic() - began
    return (
        f"{value}: {accepted:.1f} s until CloudFront took the update, {seen:.1f} s until the "
        f"nearest edge showed it, {deployed:.1f} s until Deployed."
    )


def dead_letter(site: Site) -> tuple[str, ...]:
    """Invoke the controller with what it always refuses, and wait for the message."""
    clients, pace = site.account.clients, site.account.pace
    clients.functions.invoke(
        FunctionName=output(site, "Controller"),
        InvocationType="Event",
        # A command without an instant is refused when it comes asynchronously.
        Payload=json.dumps({"maintenance": "on"}).encode(),
    )
    queue = output(site, "DeadLetterQueue")
    began = time.monotonic()

    def has_come() -> bool | None:
        found = clients.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)
        bodies = [each["Body"] for each in found.get("Messages", [])]
        return True if any("maintenance" in body for body in bodies) else None

    pace.wait_for(has_come, "a message in the dead letters", pace.failing)
    return (f"It arrived after {time.monotonic() - began:.0f} s and all tries.",)
