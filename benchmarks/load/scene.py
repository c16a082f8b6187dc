"""The scene of a load: a sandbox with AWS's latency and limits, and the controller's package."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.load.deliveries import Waits
from sandbox.process import Sandbox
from tests.cloud import Cloud
from tests.stories.site import Site, make_site

type Call = dict[str, Any]

# Parameter Store's own (doc: AWS General Reference, Systems Manager quotas).
_READS_PER_SECOND, _WRITES_PER_SECOND = 40, 3
# The harness watches the alarm clock with these calls.
_WATCHING = "scheduler:GetSchedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsLimits:
    """Seconds that a call takes, and how many updates CloudFront accepts a minute and at once."""

    call_seconds: float = 0.15
    updates_per_minute: float = 40
    update_burst: int = 5

    def text(self) -> str:
        """Return the limits as a title shows them."""
        return (
            f"{1000 * self.call_seconds:.0f} ms per call, {self.updates_per_minute:g} updates a "
            f"minute, {_READS_PER_SECOND} reads and {_WRITES_PER_SECOND} writes of parameters a "
            "second"
        )


@dataclass(frozen=True, slots=True)
class Scene:
    """A site, the controller's package, AWS's limits, and the times between deliveries."""

    site: Site
    package: Path
    limits: AwsLimits
    waits: Waits

    @property
    def sandbox(self) -> Sandbox:
        """Return where it is."""
        return self.site.cloud.sandbox

    def apply_limits(self) -> None:
        """Let AWS be as slow and accept as little as its limits say."""
        self.sandbox.set(
            call_seconds=self.limits.call_seconds,
            updates_per_minute=self.limits.updates_per_minute,
            update_burst=self.limits.update_burst,
            parameter_reads_per_second=_READS_PER_SECOND,
            parameter_writes_per_second=_WRITES_PER_SECOND,
        )

    def lift_limits(self) -> None:
        """Let AWS answer at once, while the harness prepares or reads something."""
        self.sandbox.set(
            call_seconds=0,
            updates_per_minute=0,
            parameter_reads_per_second=0,
            parameter_writes_per_second=0,
        )

    def calls(self) -> list[Call]:
        """Return the calls so far."""
        return [call for call in self.sandbox.calls() if call["operation"] != _WATCHING]


def make_scene(sandbox: Sandbox, package: Path, limits: AwsLimits, waits: Waits) -> Scene:
    """Empty the sandbox and make a site in it whose switch says off."""
    sandbox.reset()
    return Scene(make_site(Cloud(sandbox)), package, limits, waits)
