"""The composed program in the state bucket, over HTTP."""

import pytest
from maintenance.aws.standby.program import PROGRAM_KEY, StandbyProgram
from maintenance.errors import ApplyError, ConfigurationError, ObservationError
from maintenance.standby.program import check_program

from tests.cloud import Cloud
from tests.sandbox.builders import a_user, allow

_BUCKET = "site-state"
_COMPOSED = "const BAKED=__BAKED__; // caf\u00e9"


@pytest.fixture
def stored(cloud: Cloud) -> StandbyProgram:
    """Give the program of an empty bucket."""
    cloud.s3.create_bucket(Bucket=_BUCKET)
    return StandbyProgram(lambda: cloud.s3, bucket=_BUCKET)


def test_what_is_written_is_read(stored: StandbyProgram) -> None:
    """As text, until it is deleted."""
    stored.write(_COMPOSED)

    assert _COMPOSED == stored.read()
    stored.delete()
    assert stored.read() is None


def test_without_it_there_is_none(stored: StandbyProgram) -> None:
    """Then the controller publishes the program of its package."""
    assert stored.read() is None


def test_what_is_no_text_is_refused_by_name(cloud: Cloud, stored: StandbyProgram) -> None:
    """Someone may have put anything there."""
    cloud.s3.put_object(Bucket=_BUCKET, Key=PROGRAM_KEY, Body=b"\xff")

    with pytest.raises(ConfigurationError, match=f"s3://{_BUCKET}/{PROGRAM_KEY} is no text"):
        stored.read()


def test_what_is_far_too_large_is_not_read(cloud: Cloud, stored: StandbyProgram) -> None:
    """And then has no place for the state, so that it is refused."""
    cloud.s3.put_object(Bucket=_BUCKET, Key=PROGRAM_KEY, Body=b"__BAKED__" + b" " * 1_000_000)

    with pytest.raises(ConfigurationError, match="has __BAKED__ 0 times"):
        check_program(stored.read() or "")


@pytest.mark.usefixtures("stored")
def test_what_s3_refuses_names_the_object(cloud: Cloud) -> None:
    """And S3's reason, which says which permission is missing."""
    caller = a_user(cloud, allow("s3:ListBucket", "*"))
    forbidden = StandbyProgram(lambda: caller.s3, bucket=_BUCKET)

    with pytest.raises(ObservationError, match=r"program\.js cannot be read: .*AccessDenied"):
        forbidden.read()
    with pytest.raises(ApplyError, match=r"program\.js was not written: .*AccessDenied"):
        forbidden.write(_COMPOSED)
    with pytest.raises(ApplyError, match=r"program\.js was not deleted: .*AccessDenied"):
        forbidden.delete()
