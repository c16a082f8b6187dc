"""How long the product takes to close and open with Engine=standby, and what its function uses."""

import time
from collections.abc import Iterator

from live_check.probe import PAGES, Probe, items
from live_check.product import deploy_product, output, switch_name
from live_check.question import CannotBeAskedError
from live_check.questions.functions import run_test, viewer_event
from sandbox.demo.console import StepFailed

_REQUESTS = {
    "page": {"accept": "text/html", "accept-encoding": "gzip"},
    "JSON": {"accept": "application/json"},
    "text": {"accept": "text/plain"},
}


def there_and_back(probe: Probe) -> tuple[str, ...]:
    """Deploy with that engine, attach its function, switch on and off, and take it off again."""
    try:
        deploy_product(probe, Engine="standby")
    except StepFailed as error:
        raise CannotBeAskedError(str(error)) from error
    before, arn = probe.default_behavior(), output(probe, "StandbyFunctionArn")
    attached = items({"EventType": "viewer-request", "FunctionARN": arn})
    probe.update(DefaultCacheBehavior={**before, "FunctionAssociations": attached})
    try:
        probe.wait_until_deployed()
        return tuple(_sentences(probe, arn.rpartition("/")[2]))
    finally:
        # CloudFront deletes no function, and so no stack, while a behavior has it.
        probe.update(DefaultCacheBehavior=before)
        probe.wait_until_deployed()


def _sentences(probe: Probe, name: str) -> Iterator[str]:
    untouched = probe.config_xml()
    yield f"Open, the compute utilization was {_utilization(probe, name, {})}."
    yield _switch(probe, "on", is_closed=True)
    for kind, headers in _REQUESTS.items():
        yield f"Closed, it was {_utilization(probe, name, headers)} for the {kind}."
    yield _switch(probe, "off", is_closed=False)
    is_same = probe.config_xml() == untouched
    yield f"The configuration was {'untouched' if is_same else 'NOT the same afterwards'}."


def _switch(probe: Probe, value: str, *, is_closed: bool) -> str:
    timing = probe.account.timing
    began = time.monotonic()
    probe.account.clients.ssm.put_parameter(
        Name=switch_name(probe), Value=value, Type="String", Overwrite=True
    )

    def is_seen() -> bool | None:
        # A custom error page may replace ours, so anything but the site's page counts as closed.
        is_open = probe.get("/").content == PAGES["index.html"]
        return True if is_open != is_closed else None

    timing.wait_for(is_seen, f"a visitor sees {value!r}", timing.deployment)
    return f"{value}: {time.monotonic() - began:.1f} s until the nearest edge showed it."


def _utilization(probe: Probe, name: str, headers: dict[str, str]) -> str:
    result = run_test(probe, name, viewer_event("/", {}, **headers))
    if result.get("FunctionErrorMessage"):
        return f"unknown ({result['FunctionErrorMessage']})"
    return f"{result['ComputeUtilization']} of 100"
