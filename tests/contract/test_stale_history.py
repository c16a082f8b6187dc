"""A history of SSM that lacks the newest version is read again, and decides nothing if it stays."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from maintenance.aws.parameters import Parameters
from maintenance.errors import ObservationError
from maintenance.schedule.history import CommandOrigin

from tests.cloud import Cloud

SWITCH = "/site/maintenance"


class _LateHistory:
    """A client whose first answers about the history lack the newest version."""

    def __init__(self, cloud: Cloud, late_answers: int) -> None:
        self._ssm = cloud.ssm
        self._late_answers = late_answers

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the client has
        return getattr(self._ssm, name)

    def get_paginator(self, operation: str) -> Any:  # noqa: ANN401 - as the client's
        assert operation == "get_parameter_history"
        return self

    def paginate(self, Name: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - botocore's
        (page,) = self._ssm.get_paginator("get_parameter_history").paginate(Name=Name)
        self._late_answers -= 1
        versions = page["Parameters"]
        yield {"Parameters": versions[:-1] if self._late_answers >= 0 else versions}


def _parameters(cloud: Cloud, late_answers: int) -> Parameters:
    return Parameters(
        _LateHistory(cloud, late_answers),  # type: ignore[arg-type]  # all that is called
        switch_parameter=SWITCH,
        zone=ZoneInfo("UTC"),
        clock=lambda: datetime.now(UTC),
        sleep=lambda _: None,
    )


def _last_off(parameters: Parameters) -> datetime | None:
    parameters.read_switch()
    off = parameters.read_last_off()
    return off.written if off else None


def _newest_write(parameters: Parameters) -> str:
    parameters.write_switch("off", CommandOrigin(datetime.now(UTC)))
    return parameters.read_writes()[0].version.value


@pytest.mark.parametrize("read", [_last_off, _newest_write])
def test_a_history_that_lacks_the_newest_version_is_read_again(
    cloud: Cloud, read: Callable[[Parameters], object]
) -> None:
    """The one that was read or written last, three times more."""
    cloud.ssm.put_parameter(Name=SWITCH, Value="off", Type="String")

    assert read(_parameters(cloud, 0)) is not None
    assert read(_parameters(cloud, 3)) is not None


@pytest.mark.parametrize("read", [_last_off, _newest_write])
def test_a_history_that_still_lacks_it_is_an_error(
    cloud: Cloud, read: Callable[[Parameters], object]
) -> None:
    """It may lack earlier versions too."""
    cloud.ssm.put_parameter(Name=SWITCH, Value="off", Type="String")

    with pytest.raises(ObservationError, match=f"^the history of {SWITCH} lacks its newest ver"):
        read(_parameters(cloud, 9))
