"""Settings that can be changed while the sandbox runs: AWS's durations and rates, and the seed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

# What others have measured or noted on AWS: an UpdateDistribution and a publish take minutes, a
# write of a key-value store 21 to 32 s to one edge (smoketurner/virtual-waiting-room,
# graviavu/blog-samples), and a function that did not compile was throttled for 5 to 15 minutes
# after it was repaired.
FIELD_DELAYS = {
    "deploy_seconds": 180.0,
    "publish_seconds": 150.0,
    "store_seconds": 30.0,
    "throttle_seconds": 600.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    Durations are in seconds; most of them take minutes or hours on AWS.

    `edge_locations`      how many there are, 1 at least; a change reaches each at another moment
    `deploy_seconds`      from an accepted distribution change until the last one serves it
    `publish_seconds`     from PublishFunction until the last one runs the new code
    `store_seconds`       from an accepted write of a key-value store until functions at the last
                          one read it
    `missing_seconds`     before that, how long keys that change are missing
    `failing_reads`       1 makes each read of a key-value store by a function fail
    `throttled_functions` 1 makes CloudFront throttle each run of a CloudFront Function
    `throttle_seconds`    how long CloudFront throttles a function after its code did not load
    `activation_seconds`  from PublishVersion until the version is Active
    `replica_seconds`     from the last association's removal until the version may be deleted
    `association_seed`    decides the order in which associations come back
    `call_seconds`        what each AWS call takes before it is carried out
    `updates_per_minute`  UpdateDistribution calls that CloudFront accepts; 0 accepts all
    `update_burst`        how many of them it accepts at once

    Parameter Store accepts so many calls a second; 0 accepts all:

    `parameter_reads_per_second`   of GetParameter, GetParameters and GetParametersByPath together
    `parameter_writes_per_second`  of PutParameter and GetParameterHistory together
    """

    edge_locations: int = 1
    deploy_seconds: float = 2.0
    publish_seconds: float = 2.0
    store_seconds: float = 0.5
    missing_seconds: float = 0.0
    failing_reads: int = 0
    throttled_functions: int = 0
    throttle_seconds: float = 0.0
    activation_seconds: float = 0.0
    replica_seconds: float = 0.0
    association_seed: int = 1
    call_seconds: float = 0.0
    updates_per_minute: float = 0.0
    update_burst: int = 1
    parameter_reads_per_second: float = 0.0
    parameter_writes_per_second: float = 0.0

    def delays(self, seconds: float) -> tuple[float, ...]:
        """Return when each edge location has a change that the last one has after `seconds`."""
        locations = max(1, self.edge_locations)
        return tuple(seconds * number / locations for number in range(1, locations + 1))

    def with_changes(self, members: Mapping[str, object]) -> "Settings":
        """Return these settings with `members` changed; ValueError names invalid ones."""
        kinds = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        unknown = sorted(members.keys() - kinds.keys())
        if unknown:
            raise ValueError(
                f"No such setting: {', '.join(unknown)}. There are {', '.join(kinds)}."
            )
        invalid = [name for name, value in members.items() if not _is_amount(value)]
        if invalid:
            raise ValueError(f"A setting is a number, 0 or more: {', '.join(invalid)} is not.")
        return replace(self, **{name: kinds[name](value) for name, value in members.items()})


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


class CurrentSettings:
    """The settings in force, `now`."""

    def __init__(self, initial: Settings) -> None:
        self._initial = initial
        self.now = initial

    def reset(self) -> None:
        """Restore the settings with which the sandbox started."""
        self.now = self._initial
