"""Laws of planning: it converges, ignores order, and keeps CloudFront's rules, with any engine."""

import random
from collections import Counter
from copy import replace

from hypothesis import given
from hypothesis import strategies as st
from maintenance.cloudfront.plan import Intent
from maintenance.model import VIEWER_EVENTS, Mode

from tests.properties import independent_reader as independent
from tests.properties.closing import INTENTS_TO_CLOSE, close, law, plan_for, reopen
from tests.properties.configurations import Drawn, configurations

MODES = st.sampled_from([Mode.LIVE, Mode.MAINTENANCE, Mode.UNCHANGED])


@law
@given(configurations())
def test_another_parser_reads_what_the_strategy_draws(drawn: Drawn) -> None:
    """The other laws depend on it."""
    expected = {path: set(attached) for path, attached in drawn.associations.items()}

    assert expected == independent.associations(drawn.xml)


@law
@given(configurations(), INTENTS_TO_CLOSE)
def test_planning_again_after_applying_changes_nothing(drawn: Drawn, intent: Intent) -> None:
    """A closed site stays closed, and an open one open, however often a run plans."""
    xml, record = close(drawn.xml, intent)

    assert plan_for(intent, xml).is_empty
    assert plan_for(replace(intent, mode=Mode.LIVE), reopen(xml, record, intent).xml).is_empty


@law
@given(configurations(), INTENTS_TO_CLOSE, MODES, st.randoms(use_true_random=False))
def test_the_order_of_associations_changes_no_plan(
    drawn: Drawn, intent: Intent, mode: Mode, order: random.Random
) -> None:
    """CloudFront returns them in no fixed order, while a site is open and while it is closed."""
    planned = replace(intent, mode=mode)
    for xml in (drawn.xml, close(drawn.xml, intent)[0]):
        shuffled = independent.serialise_again(xml, order.shuffle)
        assert plan_for(planned, xml) == plan_for(planned, shuffled)


@law
@given(configurations(), INTENTS_TO_CLOSE)
def test_quantity_is_the_number_of_items_after_every_edit(drawn: Drawn, intent: Intent) -> None:
    """Or CloudFront refuses it (model: cloudfront InconsistentQuantities)."""
    xml, record = close(drawn.xml, intent)
    edited = [xml, reopen(xml, record, intent).xml]

    assert [] == [
        each for doc in edited for each in independent.quantities(doc) if len({*each}) > 1
    ]


@law
@given(configurations(), INTENTS_TO_CLOSE)
def test_functions_at_origin_events_stay(drawn: Drawn, intent: Intent) -> None:
    """They run behind the cache and never conflict."""
    xml, record = close(drawn.xml, intent)
    expected = _at_origin(drawn.xml)

    assert expected == _at_origin(xml)
    assert expected == _at_origin(reopen(xml, record, intent).xml)


@law
@given(configurations(), INTENTS_TO_CLOSE)
def test_a_closed_distribution_keeps_the_rules_of_cloudfront(drawn: Drawn, intent: Intent) -> None:
    """
    One function for an event type, and one kind at the viewer events.

    Source: CloudFront Developer Guide, edge-function-restrictions-all.
    """
    for attached in independent.associations(close(drawn.xml, intent)[0]).values():
        per_event = Counter(each.event_type for each in attached)
        kinds_at_viewer = {each.kind for each in attached if each.event_type in VIEWER_EVENTS}
        assert {1} == set(per_event.values())
        assert 1 == len(kinds_at_viewer)


def _at_origin(xml: bytes) -> dict[str | None, set[object]]:
    return {
        path: {each for each in attached if each.event_type not in VIEWER_EVENTS}
        for path, attached in independent.associations(xml).items()
    }
