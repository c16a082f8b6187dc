"""The settings as the template gives them, and one message about every error in them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.cloudfront.plan import ExistingFunctions
from maintenance.errors import ConfigurationError
from maintenance.settings import Settings, StandbySettings

from tests.builders import EDGE, PAGE_FUNCTION, edge_arn


def _env(**members: str) -> dict[str, str]:
    """Return the smallest valid environment, with `members` added."""
    return {
        "DEAD_LETTER_QUEUE_ARN": "arn:aws:sqs:us-east-1:123456789012:dead-letters",
        "DISTRIBUTIONS": "E2EXAMPLE1AB3",
        "EDGE_VERSION_ARN": edge_arn(),
        "PAGE_FUNCTION": PAGE_FUNCTION,
        "SCHEDULE_GROUP": "site-schedules",
        "STACK_NAME": "site",
        "STATE_BUCKET": "site-statebucket-1",
        "SWITCH_PARAMETER": "/site/maintenance",
        "SCHEDULER_ROLE_ARN": "arn:aws:iam::123456789012:role/wake",
        **members,
    }


def test_the_smallest_environment_gives_the_defaults() -> None:
    """A setting that may be missing has the template's default."""
    expected = Settings(
        distributions=("E2EXAMPLE1AB3",),
        edge=EDGE,
        stack_name="site",
        state_bucket="site-statebucket-1",
        switch_parameter="/site/maintenance",
        schedule_group="site-schedules",
        scheduler_role_arn="arn:aws:iam::123456789012:role/wake",
        dead_letter_queue_arn="arn:aws:sqs:us-east-1:123456789012:dead-letters",
        except_paths=(),
        max_distributions=25,
        existing_functions=ExistingFunctions.DISPLACE,
        lead_time=timedelta(0),
        notice=timedelta(0),
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
            NOTICE_MINUTES="60",
            MAX_DISTRIBUTIONS="3",
            EXISTING_FUNCTIONS="refuse",
            PREVIEW_DISTRIBUTION="E3REHEARSAL1A",
            TIME_ZONE="Europe/Ljubljana",
            VERSION="1.2.3",
        )
    )

    assert "1.2.3" == settings.version
    assert "E3REHEARSAL1A" == settings.preview_distribution
    assert ("E2EXAMPLE1AB3", "*.example.com") == settings.distributions
    assert ("default", "/health", "/a b/*") == settings.except_paths
    assert (3, ExistingFunctions.REFUSE) == (
        settings.max_distributions,
        settings.existing_functions,
    )
    assert timedelta(minutes=5) == settings.lead_time
    assert timedelta(hours=1) == settings.notice
    assert ZoneInfo("Europe/Ljubljana") == settings.time_zone


STORE_ARN = "arn:aws:cloudfront::123456789012:key-value-store/a1b2c3d4-5678-90ab-cdef-1234567890ab"


def test_the_standby_engine_has_a_function_and_a_store() -> None:
    """With the other engine they do not count, whatever they are."""
    names = {"STANDBY_FUNCTION": "site-standby", "STANDBY_STORE_ARN": STORE_ARN}

    standby = Settings.from_env(_env(ENGINE="standby", **names)).standby
    attach = Settings.from_env(_env(ENGINE="attach", STANDBY_FUNCTION="?", STANDBY_STORE_ARN=""))

    assert StandbySettings("site-standby", STORE_ARN) == standby
    assert attach.standby is None


def test_the_standby_engine_names_what_it_lacks() -> None:
    """Both at once."""
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_env(_env(ENGINE="standby"))

    assert str(caught.value) == (
        "Invalid settings: STANDBY_FUNCTION is '', not the name of a CloudFront Function, which "
        "ENGINE=standby needs; STANDBY_STORE_ARN is '', not the ARN of a key-value store, which "
        "ENGINE=standby needs"
    )


ERRORS = {
    "an unknown engine": (_env(ENGINE="both"), "ENGINE is 'both', neither attach nor standby"),
    "a function's ARN for its name": (
        _env(
            ENGINE="standby",
            STANDBY_FUNCTION="arn:aws:cloudfront::123456789012:function/site",
            STANDBY_STORE_ARN=STORE_ARN,
        ),
        "not the name of a CloudFront Function",
    ),
    "no target": (_env(DISTRIBUTIONS=" , "), "DISTRIBUTIONS is not set"),
    "no bucket": (_env(STATE_BUCKET=""), "STATE_BUCKET is not set"),
    "no page function": (_env(PAGE_FUNCTION=""), "PAGE_FUNCTION is not set"),
    "a page function without a stack's name": (
        _env(PAGE_FUNCTION="page"),
        "'page' does not have the name",
    ),
    "an invalid id": (
        _env(DISTRIBUTIONS="e2example"),
        "names 'e2example', neither a distribution id",
    ),
    "an invalid alias pattern": (
        _env(DISTRIBUTIONS="shop[1].example.com"),
        "nor an alias pattern like",
    ),
    "an alias of the function": (
        _env(EDGE_VERSION_ARN=edge_arn()[:-1] + "live"),
        "not a numbered version",
    ),
    "not a number": (_env(MAX_DISTRIBUTIONS="many"), "MAX_DISTRIBUTIONS is 'many', not a whole"),
    "zero distributions": (_env(MAX_DISTRIBUTIONS="0"), "MAX_DISTRIBUTIONS is '0', not a whole"),
    "another script's digit": (_env(MAX_DISTRIBUTIONS="٣"), "MAX_DISTRIBUTIONS is '٣', not a"),
    "a negative lead time": (
        _env(LEAD_TIME_MINUTES="-1"),
        "LEAD_TIME_MINUTES is '-1', not a whole",
    ),
    "a notice in words": (_env(NOTICE_MINUTES="a day"), "NOTICE_MINUTES is 'a day', not a whole"),
    "an unknown word": (
        _env(EXISTING_FUNCTIONS="push"),
        "EXISTING_FUNCTIONS is 'push', neither displace nor",
    ),
    "an unknown time zone": (
        _env(TIME_ZONE="Mars/Olympus"),
        "TIME_ZONE is 'Mars/Olympus', not an IANA time zone",
    ),
    "a path as time zone": (
        _env(TIME_ZONE="../etc"),
        "TIME_ZONE is '../etc', not an IANA time zone",
    ),
    "a folder as time zone": (
        _env(TIME_ZONE="Europe"),
        "TIME_ZONE is 'Europe', not an IANA time zone",
    ),
}


@pytest.mark.parametrize(("env", "sentence"), ERRORS.values(), ids=list(ERRORS))
def test_an_error_names_the_setting_and_its_value(env: dict[str, str], sentence: str) -> None:
    """So that the owner can correct it without reading the code."""
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_env(env)

    assert sentence in str(caught.value)
    assert ";" not in str(caught.value)


@pytest.mark.parametrize("name", _env())
def test_a_missing_setting_is_named(name: str) -> None:
    """Each setting of the smallest environment is required; a missing one is reported once."""
    env = {key: value for key, value in _env().items() if key != name}
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_env(env)

    assert f"Invalid settings: {name} is not set" == str(caught.value)


def test_one_is_the_smallest_maximum_of_distributions() -> None:
    """A stack may close a single distribution."""
    assert 1 == Settings.from_env(_env(MAX_DISTRIBUTIONS="1")).max_distributions


def test_all_errors_are_reported_at_once() -> None:
    """One deployment corrects them all."""
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
        "Invalid settings: STACK_NAME is not set; the edge version '$LATEST' is not"
    )
    named = (
        "STACK_NAME",
        "'no'",
        "'nor'",
        "$LATEST",
        "MAX_DIST",
        "EXISTING_FUNCTIONS",
        "TIME_ZONE",
    )
    assert [] == [each for each in named if each not in str(caught.value)]
