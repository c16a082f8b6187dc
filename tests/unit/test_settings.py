"""The settings as the template gives them, and one sentence about all that is wrong with them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.cloudfront.plan import ExistingFunctions
from maintenance.errors import ConfigurationError
from maintenance.settings import Settings

from tests.builders import EDGE, PAGE_FUNCTION, edge_arn


def _env(**members: str) -> dict[str, str]:
    """Return the least environment that is enough, with `members` in."""
    return {
        "DEAD_LETTERS_ARN": "arn:aws:sqs:us-east-1:123456789012:dead-letters",
        "DISTRIBUTIONS": "E2EXAMPLE1AB3",
        "EDGE_VERSION_ARN": edge_arn(),
        "PAGE_FUNCTION": PAGE_FUNCTION,
        "SCHEDULE_GROUP": "site-schedules",
        "STACK_NAME": "site",
        "STATE_BUCKET": "site-statebucket-1",
        "SWITCH_PARAMETER": "/site/maintenance",
        "WAKE_ROLE_ARN": "arn:aws:iam::123456789012:role/wake",
        **members,
    }


def test_the_least_environment_gives_the_defaults() -> None:
    """Everything that may be left out has the template's default."""
    expected = Settings(
        distributions=("E2EXAMPLE1AB3",),
        edge=EDGE,
        stack_name="site",
        state_bucket="site-statebucket-1",
        switch_parameter="/site/maintenance",
        schedule_group="site-schedules",
        wake_role_arn="arn:aws:iam::123456789012:role/wake",
        dead_letters_arn="arn:aws:sqs:us-east-1:123456789012:dead-letters",
        except_paths=(),
        max_distributions=25,
        existing_functions=ExistingFunctions.DISPLACE,
        lead_time=timedelta(0),
        preview_distribution=None,
        time_zone=ZoneInfo("UTC"),
    )
    assert expected == Settings.from_env(_env())


def test_every_setting_is_read() -> None:
    """Lists are split at commas; the white space around an entry does not count."""
    settings = Settings.from_env(
        _env(
            DISTRIBUTIONS=" E2EXAMPLE1AB3 , *.example.com,",
            EXCEPT_PATHS="default, /health ,/a b/*",
            LEAD_TIME_MINUTES="5",
            MAX_DISTRIBUTIONS="3",
            EXISTING_FUNCTIONS="refuse",
            PREVIEW_DISTRIBUTION="E3REHEARSAL1A",
            TIME_ZONE="Europe/Ljubljana",
        )
    )

    assert "E3REHEARSAL1A" == settings.preview_distribution
    assert ("E2EXAMPLE1AB3", "*.example.com") == settings.distributions
    assert ("default", "/health", "/a b/*") == settings.except_paths
    assert (3, ExistingFunctions.REFUSE) == (
        settings.max_distributions,
        settings.existing_functions,
    )
    assert timedelta(minutes=5) == settings.lead_time
    assert ZoneInfo("Europe/Ljubljana") == settings.time_zone


CALL_ERRORS = {
    "no target": (_env(DISTRIBUTIONS=" , "), "DISTRIBUTIONS is not set"),
    "no bucket": (_env(STATE_BUCKET=""), "STATE_BUCKET is not set"),
    "no page function": (_env(PAGE_FUNCTION=""), "PAGE_FUNCTION is not set"),
    "a page function of no stack": (_env(PAGE_FUNCTION="page"), "'page' does not have the name"),
    "no id": (_env(DISTRIBUTIONS="e2example"), "names 'e2example', neither a distribution id"),
    "no pattern": (_env(DISTRIBUTIONS="shop[1].example.com"), "nor an alias pattern like"),
    "an alias": (_env(EDGE_VERSION_ARN=edge_arn()[:-1] + "live"), "not a numbered version"),
    "no number": (_env(MAX_DISTRIBUTIONS="many"), "MAX_DISTRIBUTIONS is 'many', not a whole"),
    "none": (_env(MAX_DISTRIBUTIONS="0"), "MAX_DISTRIBUTIONS is '0', not a whole"),
    "another script's digit": (_env(MAX_DISTRIBUTIONS="٣"), "MAX_DISTRIBUTIONS is '٣', not a"),
    "less than none": (_env(LEAD_TIME_MINUTES="-1"), "LEAD_TIME_MINUTES is '-1', not a whole"),
    "neither": (
        _env(EXISTING_FUNCTIONS="push"),
        "EXISTING_FUNCTIONS is 'push', neither displace nor",
    ),
    "no zone": (_env(TIME_ZONE="Mars/Olympus"), "TIME_ZONE is 'Mars/Olympus', not a name of"),
    "a path": (_env(TIME_ZONE="../etc"), "TIME_ZONE is '../etc', not a name of"),
    "a folder": (_env(TIME_ZONE="Europe"), "TIME_ZONE is 'Europe', not a name of"),
}


@pytest.mark.parametrize(("env", "sentence"), CALL_ERRORS.values(), ids=list(CALL_ERRORS))
def test_a_fault_names_the_setting_and_its_value(env: dict[str, str], sentence: str) -> None:
    """So that it can be mended without reading the code."""
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_env(env)

    assert sentence in str(caught.value)
    assert ";" not in str(caught.value)


@pytest.mark.parametrize("name", _env())
def test_each_setting_that_is_missing_is_named(name: str) -> None:
    """All of the least environment are needed, and what is missing is not called wrong as well."""
    env = {key: value for key, value in _env().items() if key != name}
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_env(env)

    assert f"the settings have to be mended: {name} is not set" == str(caught.value)


def test_the_least_blast_radius_is_one() -> None:
    """Whoever closes one distribution at most says so."""
    assert 1 == Settings.from_env(_env(MAX_DISTRIBUTIONS="1")).max_distributions


def test_all_faults_are_told_at_once() -> None:
    """Nobody should have to deploy once for each."""
    env = _env(
        STACK_NAME="",
        DISTRIBUTIONS="no,E2EXAMPLE1AB3,nor",
        EDGE_VERSION_ARN="$LATEST",
        MAX_DISTRIBUTIONS="x",
        EXISTING_FUNCTIONS="x",
        TIME_ZONE="x",
    )
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_env(env)

    assert str(caught.value).startswith(
        "the settings have to be mended: STACK_NAME is not set; the edge version '$LATEST' is not"
    )
    told = ("STACK_NAME", "'no'", "'nor'", "$LATEST", "MAX_DIST", "EXISTING_FUNCTIONS", "TIME_ZONE")
    assert [] == [each for each in told if each not in str(caught.value)]
