"""Settings that can be changed while the sandbox runs: AWS's durations and rates, and the seed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    Durations are in seconds; most of them take minutes or hours on AWS.

    `deploy_seconds`      from an accepted distribution change until the edge serves it
    `store_seconds`       from an accepted write of a key-value store until functions read it
    `missing_seconds`     before that, how long keys that change are missing
    `failing_reads`       1 makes each read of a key-value store by a function fail
    `throttled_functions` 1 makes CloudFront throttle each run of a CloudFront Function
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

    deploy_seconds: float = 2.0
    store_seconds: float = 0.5
    missing_seconds: float = 0.0
    failing_reads: int = 0
    throttled_functions: int = 0
    activation_seconds: float = 0.0
    replica_seconds: float = 0.0
    association_seed: int = 1
    call_seconds: float = 0.0
    updates_per_minute: float = 0.0
    update_burst: int = 1
    parameter_reads_per_second: float = 0.0
    parameter_writes_per_second: float = 0.0

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
