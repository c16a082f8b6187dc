"""How long the product takes to close and open, and whether it keeps its promises on AWS."""

import json
import time

from live_check.probe import PAGES, Probe
from live_check.product import output, switch_name


def there_and_back(probe: Probe) -> tuple[str, ...]:
    """Switch on and off, watch the edge, and compare the configuration before and after."""
    probe.wait_until_deployed()
    first, second = probe.config_xml(), probe.config_xml()
    closed = _switch(probe, "on", is_closed=True)
    opened = _switch(probe, "off", is_closed=False)
    same = "the identical bytes" if probe.config_xml() == first else "NOT the bytes of before"
    twice = "the same bytes" if first == second else "DIFFERENT bytes"
    return (
        closed,
        opened,
        f"Two readings of an unchanged configuration gave {twice}.",
        f"After off the configuration has {same}.",
    )


def _switch(probe: Probe, value: str, *, is_closed: bool) -> str:
    """Write the switch; say when CloudFront accepted, showed and deployed the update."""
    cloudfront, timing = probe.account.clients.cloudfront, probe.account.timing
    before = cloudfront.get_distribution_config(Id=probe.distribution_id)["ETag"]
    began = time.monotonic()
    probe.account.clients.ssm.put_parameter(
        Name=switch_name(probe), Value=value, Type="String", Overwrite=True
    )

    def is_accepted() -> bool | None:
        found = cloudfront.get_distribution_config(Id=probe.distribution_id)["ETag"]
        return True if found != before else None

    timing.wait_for(is_accepted, f"CloudFront accepts the update of {value!r}", timing.deployment)
    accepted = time.monotonic() - began

    def is_seen() -> bool | None:
        # A custom error page may replace ours, so anything but the site's page counts as closed.
        is_open = probe.get("/").content == PAGES["index.html"]
        return True if is_open != is_closed else None

    timing.wait_for(is_seen, f"a visitor sees {value!r}", timing.deployment)
    seen = time.monotonic() - began
    probe.wait_until_deployed()
    deployed = time.monotonic() - began
    return (
        f"{value}: {accepted:.1f} s until CloudFront accepted the update, {seen:.1f} s until the "
        f"nearest edge showed it, {deployed:.1f} s until Deployed."
    )


def dead_letter(probe: Probe) -> tuple[str, ...]:
    """Invoke the controller with an event that it always refuses, and wait for the message."""
    clients, timing = probe.account.clients, probe.account.timing
    clients.functions.invoke(
        FunctionName=output(probe, "Controller"),
        InvocationType="Event",
        # An asynchronous command without an instant is refused.
        Payload=json.dumps({"maintenance": "on"}).encode(),
    )
    queue = output(probe, "DeadLetterQueue")
    began = time.monotonic()

    def has_arrived() -> bool | None:
        found = clients.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)
        bodies = [each["Body"] for each in found.get("Messages", [])]
        return True if any("maintenance" in body for body in bodies) else None

    timing.wait_for(has_arrived, "a message in the dead letters", timing.failing)
    return (f"It arrived after {time.monotonic() - began:.0f} s and all tries.",)
