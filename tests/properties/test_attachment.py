"""Laws of attaching the standby function: it displaces nothing, and leaves no trace."""

from collections import Counter

from hypothesis import given
from maintenance.cloudfront.config import read_config
from maintenance.model import VIEWER_EVENTS, VIEWER_REQUEST, Kind
from maintenance.standby.attachment import Attach, Detach, changed_config
from maintenance.standby.function import StandbyFunction

from tests.builders import a_behavior, a_function, config_xml
from tests.properties import independent_reader as independent
from tests.properties.closing import law
from tests.properties.configurations import Drawn, configurations

STANDBY = a_function(name="standby")
FUNCTION = StandbyFunction(STANDBY.arn, "site")


def _attached(xml: bytes) -> bytes:
    return changed_config(read_config(xml), Attach(FUNCTION))


def _detached(xml: bytes) -> bytes:
    return changed_config(read_config(xml), Detach(FUNCTION))


@law
@given(configurations())
def test_nothing_else_is_attached_or_detached(drawn: Drawn) -> None:
    """And CloudFront accepts the result: an event has one function, viewer events one kind."""
    after = independent.associations(_attached(drawn.xml))

    for path, before in drawn.associations.items():
        viewer = [each for each in after[path] if each.event_type in VIEWER_EVENTS]
        assert set(before) == set(after[path]) - {STANDBY}
        assert 1 == max(Counter(each.event_type for each in after[path]).values(), default=1)
        assert len({each.kind for each in viewer}) < len(Kind)
        is_free = not any(
            each.event_type == VIEWER_REQUEST
            or (each.event_type in VIEWER_EVENTS and each.kind is Kind.LAMBDA_AT_EDGE)
            for each in before
        )
        assert is_free == (STANDBY in after[path])


@law
@given(configurations())
def test_bytes_outside_the_association_lists_never_change(drawn: Drawn) -> None:
    """In whatever form they were written."""
    attached = _attached(drawn.xml)

    assert independent.without_lists(drawn.xml) == independent.without_lists(attached)
    assert independent.without_lists(drawn.xml) == independent.without_lists(_detached(attached))


@law
@given(configurations())
def test_detaching_is_the_inverse(drawn: Drawn) -> None:
    """Byte for byte in the form that CloudFront writes."""
    config = config_xml(*(a_behavior(path, *each) for path, each in drawn.associations.items()))

    assert config == _detached(_attached(config))
    assert {path: set(each) for path, each in drawn.associations.items()} == {
        path: set(each)
        for path, each in independent.associations(_detached(_attached(drawn.xml))).items()
    }


@law
@given(configurations())
def test_a_second_time_there_is_nothing_to_do(drawn: Drawn) -> None:
    """Neither to attach nor to detach."""
    attached = _attached(drawn.xml)
    detached = _detached(attached)

    assert attached == _attached(attached)
    assert detached == _detached(detached)
