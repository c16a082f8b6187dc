"""What attaching and detaching do to the two lists of one behavior."""

from copy import replace

import pytest
from maintenance.cloudfront.associations import (
    LIST_NAMES,
    AssociationLists,
    attach,
    detach,
)
from maintenance.cloudfront.xml import scan
from maintenance.model import VIEWER_REQUEST, VIEWER_RESPONSE, Association, Kind

from tests.builders import EDGE, OURS, a_function, a_lambda, edge_arn, list_xml, lists

ORIGIN = a_lambda("origin-request", "resize")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((), (OURS,)),
        ((a_lambda(),), (OURS,)),
        ((a_lambda(), ORIGIN), (OURS, ORIGIN)),
        ((a_lambda(VIEWER_RESPONSE),), (OURS, a_lambda(VIEWER_RESPONSE))),
        ((a_function(), a_function(VIEWER_RESPONSE), ORIGIN), (OURS, ORIGIN)),
        ((replace(OURS, arn=edge_arn(1)),), (OURS,)),
    ],
)
def test_attaching_leaves_ours_and_what_may_stand_beside_it(
    before: tuple[Association, ...], after: tuple[Association, ...]
) -> None:
    """What is in the way goes, nothing else does."""
    attached = attach(lists(*before), EDGE, EDGE.base_arn)

    assert tuple(sorted(after)) == attached.associations()


def test_attaching_where_lists_are_absent_writes_one_list() -> None:
    """The list of CloudFront Functions stays absent."""
    attached = attach(AssociationLists(None, None), EDGE, EDGE.base_arn)

    assert AssociationLists(list_xml(Kind.LAMBDA_AT_EDGE, EDGE.entry(OURS.arn)), None) == attached


ABSENT = AssociationLists(None, None)
NOTED = {
    "nothing": lists(),
    "nothing, not even lists": ABSENT,
    "a function in our place": lists(a_lambda()),
    "functions of the other kind": lists(a_function(), a_function(VIEWER_RESPONSE), ORIGIN),
    "functions beside ours": lists(a_lambda(VIEWER_RESPONSE), ORIGIN),
}


@pytest.mark.parametrize("noted", NOTED.values(), ids=list(NOTED))
def test_untouched_lists_go_back_to_their_bytes(noted: AssociationLists) -> None:
    """Also after another version of ours took the place of the one attached first."""
    attached = attach(attach(noted, EDGE, edge_arn(1)), EDGE, EDGE.base_arn)

    assert noted == detach(attached, noted, EDGE).lists


def test_what_was_displaced_is_named_as_put_back() -> None:
    """And nothing else is."""
    noted = lists(a_function(), a_function(VIEWER_RESPONSE), ORIGIN)

    restored = detach(attach(noted, EDGE, EDGE.base_arn), noted, EDGE)

    assert {a_function(), a_function(VIEWER_RESPONSE)} == set(restored.restored)
    assert () == restored.not_restored


def test_a_change_made_meanwhile_stays() -> None:
    """Somebody took the origin function away and added another: both hold, and ours is undone."""
    noted = lists(a_function(), ORIGIN)
    meanwhile = lists(OURS, a_lambda("origin-response", "headers"))

    restored = detach(meanwhile, noted, EDGE)

    expected = (a_function(), a_lambda("origin-response", "headers"))
    assert tuple(sorted(expected)) == restored.lists.associations()
    assert (a_function(),) == restored.restored


def test_a_change_made_meanwhile_does_not_keep_a_lambda_from_its_place() -> None:
    """It goes back into the list of its own kind, beside what came."""
    noted = lists(a_lambda())
    meanwhile = lists(OURS, a_lambda(VIEWER_RESPONSE, "headers"))

    restored = detach(meanwhile, noted, EDGE)

    assert {a_lambda(), a_lambda(VIEWER_RESPONSE, "headers")} == set(restored.lists.associations())


def test_a_function_goes_back_into_a_list_that_is_absent_by_now() -> None:
    """Another tool wrote the behavior anew and left out the list that it took for empty."""
    noted = lists(a_function())
    both = lists(OURS, ORIGIN, a_function())

    restored = detach(AssociationLists(lists(OURS, ORIGIN).lambda_xml, None), noted, EDGE)

    assert both.function_xml == restored.lists.function_xml
    assert (a_function(),) == restored.restored


def test_a_function_of_the_other_kind_that_came_meanwhile_wins() -> None:
    """The two kinds never mix on viewer events, so the displaced one is left out and named."""
    noted = lists(a_function(VIEWER_REQUEST))
    came = a_lambda(VIEWER_RESPONSE, "headers")

    restored = detach(lists(OURS, came), noted, EDGE)

    assert ((came,), ()) == (restored.lists.associations(), restored.restored)
    assert (a_function(VIEWER_REQUEST),) == restored.not_restored


def test_a_function_that_took_the_same_event_meanwhile_wins() -> None:
    """A CloudFront Function beside ours cannot be, but if it is there, it stays."""
    came = a_function(VIEWER_RESPONSE, "headers")
    noted = lists(a_function(VIEWER_REQUEST), a_function(VIEWER_RESPONSE))

    restored = detach(lists(OURS, came), noted, EDGE)

    assert {a_function(VIEWER_REQUEST), came} == set(restored.lists.associations())
    assert (a_function(VIEWER_RESPONSE),) == restored.not_restored


FORGED = list_xml(Kind.LAMBDA_AT_EDGE, a_lambda())
FORGED_LISTS = {
    "no list at all": b"<ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>",
    "another list": FORGED.replace(b"LambdaFunctionAssociations", b"TrustedSigners"),
    "more in the list": FORGED.replace(b"</Items>", b"</Items><Compress>false</Compress>"),
}


@pytest.mark.parametrize("forged", FORGED_LISTS.values(), ids=list(FORGED_LISTS))
def test_a_forged_note_writes_nothing_but_associations(forged: bytes) -> None:
    """Whoever can write the state bucket changes no other setting of the distribution by it."""
    noted = AssociationLists(forged, forged)
    attached_version = attach(lists(), EDGE, EDGE.base_arn)

    left = detach(attached_version, noted, EDGE).lists

    for kind, xml in zip(LIST_NAMES, (left.lambda_xml, left.function_xml), strict=True):
        root = scan(xml or b"")
        assert LIST_NAMES[kind] == root.name
        assert {"Quantity", "Items"} >= {each.name for each in root.children}
