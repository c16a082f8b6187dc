"""Laws of coming back: whatever a distribution was like before maintenance, it is so afterwards."""

import random

from hypothesis import given
from hypothesis import strategies as st
from maintenance.cloudfront.config import read_config
from maintenance.model import VIEWER_REQUEST, VIEWER_RESPONSE, Kind, Mode

from tests.builders import EDGE, OURS, a_lambda
from tests.hypothesis_profiles import untraced
from tests.properties import independent_reader as independent
from tests.properties.closing import closed, law, opened, plan_for
from tests.properties.configurations import Drawn, configurations

pytestmark = untraced


@law
@given(configurations())
def test_attaching_and_detaching_gives_back_the_identical_bytes(drawn: Drawn) -> None:
    """Known to us or not, in whatever form it was written."""
    change = opened(*closed(drawn.xml))

    assert drawn.xml == change.xml
    assert () == change.not_restored + change.errors


@law
@given(configurations(), st.randoms(use_true_random=False))
def test_a_configuration_that_cloudfront_wrote_anew_gets_back_all_that_it_had(
    drawn: Drawn, order: random.Random
) -> None:
    """CloudFront keeps elements, not text, and returns associations in any order."""
    xml, record = closed(drawn.xml)

    change = opened(independent.written_anew(xml, order.shuffle), record)

    assert independent.associations(drawn.xml) == independent.associations(change.xml)
    before, after = read_config(drawn.xml), read_config(change.xml)
    assert [each.lists for each in before.behaviors] == [each.lists for each in after.behaviors]


@law
@given(configurations())
def test_bytes_outside_the_association_lists_never_change(drawn: Drawn) -> None:
    """An update that resets a setting would be found out by customers."""
    xml, record = closed(drawn.xml)
    somebody_was_here = independent.attached(xml, a_lambda("origin-request", "new"))

    before = independent.without_lists(drawn.xml)
    assert before == independent.without_lists(xml)
    edited = opened(somebody_was_here, record).xml
    assert independent.without_lists(somebody_was_here) == independent.without_lists(edited)


@law
@given(configurations())
def test_a_function_that_took_our_place_meanwhile_is_never_overwritten(drawn: Drawn) -> None:
    """What somebody attached wins over the note, whatever that remembers."""
    xml, _ = closed(drawn.xml)
    taken = independent.attached(xml, a_lambda(VIEWER_REQUEST, "new"))

    assert plan_for(Mode.LIVE, taken).is_empty


@law
@given(configurations(), st.sampled_from([VIEWER_RESPONSE, "origin-request", "origin-response"]))
def test_a_function_that_came_beside_ours_meanwhile_is_never_overwritten(
    drawn: Drawn, event_type: str
) -> None:
    """Displaced functions go back where that leaves room, and are named where it does not."""
    xml, record = closed(drawn.xml)
    came = a_lambda(event_type, "new")

    change = opened(independent.attached(xml, came), record)

    after = independent.associations(change.xml)
    assert [came] * len(after) == [each for held in after.values() for each in held if each == came]
    during = independent.associations(xml)
    displaced = {(path, each) for path, held in drawn.associations.items() for each in held} - {
        (path, each) for path, held in during.items() for each in held
    }
    present = {(path, each) for path, held in after.items() for each in held}
    back, gone = displaced & present, displaced - present
    assert sorted(each for _, each in back) == sorted(change.restored)
    assert sorted(each for _, each in gone) == sorted(change.not_restored)
    mixes = event_type == VIEWER_RESPONSE
    assert {each for _, each in gone} == {
        each for _, each in displaced if mixes and each.kind is Kind.CLOUDFRONT_FUNCTION
    }


@law
@given(configurations())
def test_after_closing_ours_is_in_every_behavior_and_none_is_left_afterwards(drawn: Drawn) -> None:
    """Half a site is not in maintenance, and a forgotten behavior is stranded."""
    xml, record = closed(drawn.xml)
    during = independent.associations(xml)
    after = independent.associations(opened(xml, record).xml)

    assert [OURS] * len(drawn.associations) == [
        each for held in during.values() for each in held if each == OURS
    ]
    assert not any(EDGE.owns(each.arn) for held in after.values() for each in held)
