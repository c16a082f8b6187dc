"""The controller's settings, read from the environment variables that the template sets. Pure."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct, field

from maintenance.cloudfront.plan import ExistingFunctions
from maintenance.cloudfront.targets import is_alias_pattern
from maintenance.errors import ConfigurationError
from maintenance.lambda_edge.function import LambdaEdge, parse_lambda_edge

_REQUIRED = (
    "DEAD_LETTER_QUEUE_ARN",
    "DISTRIBUTIONS",
    "EDGE_VERSION_ARN",
    "PAGE_FUNCTION",
    "SCHEDULE_GROUP",
    "STACK_NAME",
    "STATE_BUCKET",
    "SWITCH_PARAMETER",
    "SCHEDULER_ROLE_ARN",
)
# Source: model: cloudfront FunctionName, KeyValueStoreARN; an emulator's ids are names.
_OF_STANDBY = {
    "STANDBY_FUNCTION": (re.compile(r"[a-zA-Z0-9-_]{1,64}"), "the name of a CloudFront Function"),
    "STANDBY_STORE_ARN": (
        re.compile(r"arn:aws:cloudfront::[0-9]{12}:key-value-store/[0-9a-zA-Z_-]{1,64}"),
        "the ARN of a key-value store",
    ),
}
_DISTRIBUTION_ID = re.compile(r"[A-Z0-9]{5,32}")
_ALIAS_PATTERN = re.compile(r"[A-Za-z0-9*_.-]{3,253}")


class EngineName(StrEnum):
    """How the site is closed: by attaching a function, or by one that is attached all year."""

    ATTACH = "attach"
    STANDBY = "standby"


class StandbySettings(Struct, frozen=True):
    """The name of the standby engine's function, and the ARN of the store that it reads."""

    function: str
    store_arn: str


class Settings(Struct, frozen=True):
    """
    The settings of a stack, as its owner deployed it.

    `standby` is None if the site is closed by attaching.
    """

    distributions: tuple[str, ...]
    edge: LambdaEdge
    stack_name: str
    state_bucket: str
    switch_parameter: str
    schedule_group: str
    scheduler_role_arn: str
    dead_letter_queue_arn: str
    except_paths: tuple[str, ...] = ()
    max_distributions: int = 25
    existing_functions: ExistingFunctions = ExistingFunctions.DISPLACE
    lead_time: timedelta = timedelta(0)
    notice: timedelta = timedelta(0)
    preview_distribution: str | None = None
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    standby: StandbySettings | None = None
    # Of the stack's template, as the stack's output Version; '' for one from before it had any.
    version: str = ""

    @property
    def rollout(self) -> str:
        """How long a change takes to every edge, as others have measured the standby engine."""
        return "about half a minute" if self.standby else "minutes"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Return the settings; raise one ConfigurationError that names every error."""
        errors = [f"{name} is not set" for name in _REQUIRED if not _split(env.get(name, ""))]
        errors += _edge_errors(env.get("EDGE_VERSION_ARN", ""), env.get("PAGE_FUNCTION", ""))
        errors += _number_errors(env)
        errors += _choice_errors(env)
        errors += _standby_errors(env)
        distributions = _split(env.get("DISTRIBUTIONS", ""))
        errors += [_target_error(entry) for entry in distributions if not _is_target(entry)]
        if errors:
            raise ConfigurationError(f"Invalid settings: {'; '.join(errors)}")
        return cls(
            distributions=distributions,
            edge=parse_lambda_edge(env["EDGE_VERSION_ARN"], page_function=env["PAGE_FUNCTION"]),
            stack_name=env["STACK_NAME"],
            state_bucket=env["STATE_BUCKET"],
            switch_parameter=env["SWITCH_PARAMETER"],
            schedule_group=env["SCHEDULE_GROUP"],
            scheduler_role_arn=env["SCHEDULER_ROLE_ARN"],
            dead_letter_queue_arn=env["DEAD_LETTER_QUEUE_ARN"],
            except_paths=_split(env.get("EXCEPT_PATHS", "")),
            max_distributions=int(env.get("MAX_DISTRIBUTIONS", "25")),
            existing_functions=ExistingFunctions(env.get("EXISTING_FUNCTIONS", "displace")),
            lead_time=timedelta(minutes=int(env.get("LEAD_TIME_MINUTES", "0"))),
            notice=timedelta(minutes=int(env.get("NOTICE_MINUTES", "0"))),
            preview_distribution=env.get("PREVIEW_DISTRIBUTION") or None,
            time_zone=ZoneInfo(env.get("TIME_ZONE", "UTC")),
            standby=_standby(env),
            version=env.get("VERSION", ""),
        )


def _edge_errors(version_arn: str, page_function: str) -> list[str]:
    if not version_arn or not page_function:
        return []  # reported as not set
    try:
        parse_lambda_edge(version_arn, page_function=page_function)
    except ConfigurationError as error:
        return [str(error)]
    return []


def _standby_errors(env: Mapping[str, str]) -> list[str]:
    engine = env.get("ENGINE", EngineName.ATTACH)
    if engine not in set(EngineName):
        return [f"ENGINE is {engine!r}, neither attach nor standby"]
    errors = []
    for name, (pattern, what) in _OF_STANDBY.items():
        value = env.get(name, "")
        if engine == EngineName.STANDBY and not pattern.fullmatch(value):
            errors.append(f"{name} is {value!r}, not {what}, which ENGINE=standby needs")
    return errors


def _standby(env: Mapping[str, str]) -> StandbySettings | None:
    function, store_arn = (env.get(name, "") for name in _OF_STANDBY)
    is_standby = env.get("ENGINE") == EngineName.STANDBY
    return StandbySettings(function, store_arn) if is_standby else None


def _number_errors(env: Mapping[str, str]) -> list[str]:
    errors = []
    numbers = (
        ("MAX_DISTRIBUTIONS", "25", 1),
        ("LEAD_TIME_MINUTES", "0", 0),
        ("NOTICE_MINUTES", "0", 0),
    )
    for name, default, least in numbers:
        number = env.get(name, default)
        if not (number.isascii() and number.isdigit() and int(number) >= least):
            errors.append(f"{name} is {number!r}, not a whole number of at least {least}")
    return errors


def _choice_errors(env: Mapping[str, str]) -> list[str]:
    errors = []
    existing = env.get("EXISTING_FUNCTIONS", "displace")
    if existing not in set(ExistingFunctions):
        errors.append(f"EXISTING_FUNCTIONS is {existing!r}, neither displace nor refuse")
    zone = env.get("TIME_ZONE", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        errors.append(f"TIME_ZONE is {zone!r}, not an IANA time zone like Europe/Ljubljana")
    return errors


def _split(text: str) -> tuple[str, ...]:
    """Return the entries of a list with commas."""
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _is_target(entry: str) -> bool:
    form = _ALIAS_PATTERN if is_alias_pattern(entry) else _DISTRIBUTION_ID
    return bool(form.fullmatch(entry))


def _target_error(entry: str) -> str:
    return (
        f"DISTRIBUTIONS names {entry!r}, neither a distribution id like E2EXAMPLE1AB3 nor an alias "
        "pattern like *.example.com"
    )
