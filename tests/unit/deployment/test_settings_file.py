"""A file with the parameters of a stack."""

import pytest
from maintenance.deployment.settings_file import read_settings
from maintenance.errors import ConfigurationError


def test_every_kind_of_value_becomes_text() -> None:
    """As CloudFormation takes it."""
    text = """
    Distributions = ["E2EXAMPLE1AB3", "*.shop.example.com"]
    TimeZone = "Europe/Ljubljana"
    LeadTimeMinutes = 10
    WatchOtherTools = true
    """

    assert {
        "Distributions": "E2EXAMPLE1AB3,*.shop.example.com",
        "TimeZone": "Europe/Ljubljana",
        "LeadTimeMinutes": "10",
        "WatchOtherTools": "yes",
    } == read_settings(text, name="site.toml")
    assert {"WatchOtherTools": "no"} == read_settings("WatchOtherTools = false", name="f")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("TimeZone = Europe", "site.toml is not TOML: "),
        ("[TimeZone]\nname = 'UTC'", "site.toml: TimeZone must be a text, a whole number, true"),
        ("Distributions = [1]", "site.toml: Distributions must be a text"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(text: str, error: str) -> None:
    """With the parameter, if it is one value."""
    with pytest.raises(ConfigurationError) as caught:
        read_settings(text, name="site.toml")

    assert str(caught.value).startswith(error)
