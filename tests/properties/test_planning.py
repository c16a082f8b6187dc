"""Laws of planning: it converges, order means nothing, and CloudFront's rules hold after it."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from maintenance.model import VIEWER_EVENTS, Mode

from tests.hypothesis_profiles import untraced
from tests.properties import independent_reader as independent
from tests.properties.closing import closed, law, opened, plan_for
from tests.properties.configurations import Drawn, configurations

pytestmark = untraced

MODES = st.sampled_from([Mode.LIVE, Mode.MAINTENANCE, Mode.UNCHANGED])


@law
@given(configurations())
def test_what_the_strategy_draws_is_what_another_parser_reads(drawn: Drawn) -> None:
    """The other laws are worth as much as their material."""
    expected = {path: set(held) for path, held in drawn.associations.items()}

    assert expected == independent.associations(drawn.xml)


@law
@given(configurations())
def test_planning_again_after_applying_changes_nothing(drawn: Drawn) -> None:
    """Closed stays closed and open stays open, however often one looks."""
    xml, record = closed(drawn.xml)

    assert plan_for(Mode.MAINTENANCE, xml).is_empty
    assert plan_for(Mode.LIVE, opened(xml, record).xml).is_empty


@law
@given(configurations(), MODES, st.randoms(use_true_random=False))
def test_the_order_of_associations_changes_no_plan(
    drawn: Drawn, mode: Mode, order: random.Random
) -> None:
    """CloudFront returns them in no fixed order; neither a closed site nor an open one minds."""
    for xml in (drawn.xml, closed(drawn.xml)[0]):
        shuffled = independent.written_anew(xml, order.shuffle)
        assert plan_for(mode, xml) == plan_for(mode, shuffled)


@law
@given(configurations())
def test_quantity_is_the_number_of_items_after_every_edit(drawn: Drawn) -> None:
    """Or CloudFront refuses it (model: cloudfront InconsistentQuantities)."""
    xml, record = closed(drawn.xml)
    edited = [xml, opened(xml, record).xml]

    assert [] == [
        each for doc in edited for each in independent.quantities(doc) if len({*each}) > 1
    ]


@law
@given(configurations())
def test_strangers_at_origin_events_survive_every_plan(drawn: Drawn) -> None:
    """They run behind the cache and are never in the way."""
    xml, record = closed(drawn.xml)
    expected = _at_origin(drawn.xml)

    assert expected == _at_origin(xml)
    assert expected == _at_origin(opened(xml, record).xml)


@law
@given(configurations())
def test_a_closed_distribution_keeps_to_the_rules_of_cloudfront(drawn: Drawn) -> None:
    """
    One function per event type, and one kind at the viewer events.

    Source: CloudFront Developer Guide, edge-function-restrictions-all.
    """
    for held in independent.associations(closed(drawn.xml)[0]).values():
        per_event = Counter(each.event_type for each in held)
        kinds_at_viewer = {each.kind for each in held if each.event_type in VIEWER_EVENTS}
        assert {1} == set(per_event.values())
        assert 1 == len(kinds_at_viewer)


def _at_origin(xml: bytes) -> dict[str | None, set[object]]:
    return {
        path: {each for each in held if each.event_type not in VIEWER_EVENTS}
        for path, held in independent.associations(xml).items()
    }
