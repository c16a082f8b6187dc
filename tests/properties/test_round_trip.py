"""Laws of restoring: after maintenance a distribution is as it was, whichever engine closed it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance.cloudfront.config import read_config
from maintenance.cloudfront.plan import Intent
from maintenance.model import VIEWER_EVENTS, VIEWER_REQUEST, VIEWER_RESPONSE, Association, Mode

from tests.builders import a_function, a_lambda
from tests.engines import INVENTED
from tests.properties import independent_reader as independent
from tests.properties.closing import (
    INTENTS,
    INTENTS_TO_CLOSE,
    close,
    law,
    ours,
    plan_for,
    reopen,
)
from tests.properties.configurations import Drawn, configurations


@pytest.mark.parametrize("intent", INTENTS.values(), ids=list(INTENTS))
@law
@given(drawn=configurations())
def test_detaching_restores_the_identical_bytes(intent: Intent, drawn: Drawn) -> None:
    """Known to an SDK or not, in whatever form they were written."""
    change = reopen(*close(drawn.xml, intent), intent)

    assert drawn.xml == change.xml
    assert () == change.not_restored + change.errors


@law
@given(configurations(), INTENTS_TO_CLOSE, st.randoms(use_true_random=False))
def test_a_configuration_that_cloudfront_serialised_again_gets_everything_back(
    drawn: Drawn, intent: Intent, order: random.Random
) -> None:
    """CloudFront keeps elements, not text, and returns associations in any order."""
    xml, record = close(drawn.xml, intent)

    change = reopen(independent.serialise_again(xml, order.shuffle), record, intent)

    assert independent.associations(drawn.xml) == independent.associations(change.xml)
    before, after = read_config(drawn.xml), read_config(change.xml)
    assert [each.lists for each in before.behaviors] == [each.lists for each in after.behaviors]


@law
@given(configurations(), INTENTS_TO_CLOSE)
def test_bytes_outside_the_association_lists_never_change(drawn: Drawn, intent: Intent) -> None:
    """Customers would notice a setting that an update reset."""
    xml, record = close(drawn.xml, intent)
    edited = independent.attach(xml, a_lambda("origin-request", "new"))

    assert independent.without_lists(drawn.xml) == independent.without_lists(xml)
    reopened = reopen(edited, record, intent).xml
    assert independent.without_lists(edited) == independent.without_lists(reopened)


@law
@given(configurations(), INTENTS_TO_CLOSE)
def test_a_function_that_replaced_ours_is_never_overwritten(drawn: Drawn, intent: Intent) -> None:
    """Another party's function stays, whatever the record says."""
    xml, _ = close(drawn.xml, intent)
    replaced = independent.attach(xml, _new(VIEWER_REQUEST, intent))

    assert plan_for(_to_open(intent), replaced).is_empty


@law
@given(
    configurations(),
    INTENTS_TO_CLOSE,
    st.sampled_from([VIEWER_RESPONSE, "origin-request", "origin-response"]),
)
def test_a_function_that_was_added_beside_ours_is_never_overwritten(
    drawn: Drawn, intent: Intent, event_type: str
) -> None:
    """The displaced ones are restored beside it, or it keeps the distribution closed."""
    xml, record = close(drawn.xml, intent)
    new = _new(event_type, intent)
    edited = independent.attach(xml, new)

    change = reopen(edited, record, intent)

    after = independent.associations(change.xml)
    assert all(new in attached for attached in after.values())
    displaced = _pairs(drawn.associations) - _pairs(independent.associations(xml))
    mixes = event_type == VIEWER_RESPONSE
    left_out = {(path, f) for path, f in displaced if mixes and f.kind is not intent.engine.kind}
    protecting = [function for _, function in left_out if function.event_type == VIEWER_REQUEST]
    if protecting:
        assert edited == change.xml
        assert all(any(str(each) in error for error in change.errors) for each in protecting)
        return
    assert displaced - left_out == displaced & _pairs(after)
    assert sorted(each for _, each in displaced - left_out) == sorted(change.restored)
    assert sorted(each for _, each in left_out) == sorted(change.not_restored)


@law
@given(configurations(), INTENTS_TO_CLOSE)
def test_ours_is_in_every_behavior_while_closed_and_in_none_afterwards(
    drawn: Drawn, intent: Intent
) -> None:
    """Half a site is not in maintenance, and half an open site is not open."""
    xml, record = close(drawn.xml, intent)
    during = independent.associations(xml)
    after = independent.associations(reopen(xml, record, intent).xml)

    assert all(ours(intent) in attached for attached in during.values())
    assert not any(intent.engine.owns(each.arn) for attached in after.values() for each in attached)


def _new(event_type: str, intent: Intent) -> Association:
    """Return a function of another party that CloudFront accepts at this event beside ours."""
    is_function = intent.engine is INVENTED and event_type in VIEWER_EVENTS
    return (a_function if is_function else a_lambda)(event_type, "new")


def _pairs(
    associations: dict[str | None, set[Association]] | dict[str | None, tuple[Association, ...]],
) -> set[tuple[str | None, Association]]:
    return {(path, each) for path, attached in associations.items() for each in attached}


def _to_open(intent: Intent) -> Intent:
    return Intent(Mode.LIVE, intent.engine)
