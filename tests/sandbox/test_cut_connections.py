"""Contract: a connection is cut where it was ordered to be, and the next call is answered."""

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.cloud import Cloud


@pytest.mark.parametrize(("kind", "carried_out"), [("cut-before", False), ("cut-after", True)])
def test_a_connection_is_closed_without_an_answer(
    cloud: Cloud, kind: str, *, carried_out: bool
) -> None:
    """Whether the call was carried out, the caller has to find out."""
    cloud.sandbox.inject_fault(kind, "ssm:PutParameter")

    with pytest.raises(ConnectionClosedError):
        cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")

    try:
        found = cloud.ssm.get_parameter(Name="/a")["Parameter"]["Value"] == "1"
    except ClientError:
        found = False
    assert carried_out == found


def test_an_answer_is_cut_after_its_head(cloud: Cloud) -> None:
    """As it is, botocore takes that for an answer that holds nothing."""
    cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")
    cloud.sandbox.inject_fault("cut-short", "ssm:GetParameter")

    cut = cloud.ssm.get_parameter(Name="/a")

    assert {"ResponseMetadata"} == set(cut)
    assert 0 < int(cut["ResponseMetadata"]["HTTPHeaders"]["content-length"])
    assert "1" == cloud.ssm.get_parameter(Name="/a")["Parameter"]["Value"]
