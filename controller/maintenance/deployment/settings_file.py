"""
A file with the parameters of a stack, in TOML. Pure.

    Distributions = ["E2EXAMPLE1AB3", "*.shop.example.com"]
    TimeZone = "Europe/Ljubljana"
    LeadTimeMinutes = 10
    WatchOtherTools = true
"""

import tomllib

from maintenance.errors import ConfigurationError


def read_settings(text: str, *, name: str) -> dict[str, str]:
    """Return the values by parameter; raise ConfigurationError, which names the file `name`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name} is not TOML: {error}") from error
    values = {key: _text(value) for key, value in document.items()}
    unusable = [key for key, value in values.items() if value is None]
    if unusable:
        raise ConfigurationError(
            f"{name}: {', '.join(unusable)} must be a text, a whole number, true, false or a list "
            "of texts"
        )
    return {key: value for key, value in values.items() if value is not None}


def _text(value: object) -> str | None:
    match value:
        case bool():
            return "yes" if value else "no"
        case str() | int():
            return str(value)
        case list() if all(isinstance(each, str) for each in value):
            return ",".join(value)
        case _:
            return None
