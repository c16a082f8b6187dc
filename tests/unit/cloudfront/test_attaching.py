"""Attaching ours to one behavior, and detaching it."""

from copy import replace

import pytest
from maintenance.cloudfront.associations import LIST_NAMES, AssociationLists
from maintenance.cloudfront.displaced import BehaviorRecord
from maintenance.cloudfront.restore import attach, detach
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
def test_attaching_displaces_only_conflicting_functions(
    before: tuple[Association, ...], after: tuple[Association, ...]
) -> None:
    """Ours is there, and every function that can be attached beside it."""
    attached = attach(lists(*before), EDGE, EDGE.base_arn)

    assert tuple(sorted(after)) == attached.associations()


def _entry(recorded: AssociationLists) -> BehaviorRecord:
    return BehaviorRecord(recorded, "E0")


def test_attaching_adds_only_the_list_it_needs() -> None:
    """The list of CloudFront Functions stays absent."""
    attached = attach(AssociationLists(None, None), EDGE, EDGE.base_arn)

    assert AssociationLists(list_xml(Kind.LAMBDA_AT_EDGE, EDGE.entry(OURS.arn)), None) == attached


ABSENT = AssociationLists(None, None)
RECORDED = {
    "nothing": lists(),
    "nothing, not even lists": ABSENT,
    "a function in our place": lists(a_lambda()),
    "functions of the other kind": lists(a_function(), a_function(VIEWER_RESPONSE), ORIGIN),
    "functions beside ours": lists(a_lambda(VIEWER_RESPONSE), ORIGIN),
}


@pytest.mark.parametrize("recorded", RECORDED.values(), ids=list(RECORDED))
def test_detaching_restores_unchanged_lists_byte_for_byte(recorded: AssociationLists) -> None:
    """Even if another version of ours has replaced the first one."""
    attached = attach(attach(recorded, EDGE, edge_arn(1)), EDGE, EDGE.base_arn)

    assert recorded == detach(attached, _entry(recorded), EDGE).lists


def test_only_displaced_functions_are_named_as_restored() -> None:
    """A function at an origin event was never displaced."""
    recorded = lists(a_function(), a_function(VIEWER_RESPONSE), ORIGIN)

    restored = detach(attach(recorded, EDGE, EDGE.base_arn), _entry(recorded), EDGE)

    assert {a_function(), a_function(VIEWER_RESPONSE)} == set(restored.restored)
    assert () == restored.unfit


def test_changes_made_since_attaching_stay() -> None:
    """Another tool replaced the origin function: that stays, and only our own change is undone."""
    recorded = lists(a_function(), ORIGIN)
    changed = lists(OURS, a_lambda("origin-response", "headers"))

    restored = detach(changed, _entry(recorded), EDGE)

    expected = (a_function(), a_lambda("origin-response", "headers"))
    assert tuple(sorted(expected)) == restored.lists.associations()
    assert (a_function(),) == restored.restored


def test_a_displaced_lambda_is_restored_beside_a_new_one() -> None:
    """Both are of one kind, so they can be attached to the two viewer events."""
    recorded = lists(a_lambda())
    changed = lists(OURS, a_lambda(VIEWER_RESPONSE, "headers"))

    restored = detach(changed, _entry(recorded), EDGE)

    assert {a_lambda(), a_lambda(VIEWER_RESPONSE, "headers")} == set(restored.lists.associations())


def test_a_function_is_restored_into_a_list_that_was_removed() -> None:
    """Another tool wrote the behavior without the list, which was empty while ours was there."""
    recorded = lists(a_function())
    both = lists(OURS, ORIGIN, a_function())

    restored = detach(
        AssociationLists(lists(OURS, ORIGIN).lambda_xml, None), _entry(recorded), EDGE
    )

    assert both.function_xml == restored.lists.function_xml
    assert (a_function(),) == restored.restored


def test_a_new_function_of_the_other_kind_prevents_restoring() -> None:
    """The kinds never mix at viewer events: the new one stays, the displaced one is named."""
    recorded = lists(a_function(VIEWER_REQUEST))
    new = a_lambda(VIEWER_RESPONSE, "headers")

    restored = detach(lists(OURS, new), _entry(recorded), EDGE)

    assert ((new,), ()) == (restored.lists.associations(), restored.restored)
    assert (a_function(VIEWER_REQUEST),) == restored.unfit


def test_a_new_function_at_the_same_event_prevents_restoring() -> None:
    """CloudFront accepts no CloudFront Function beside ours, but if there is one, it stays."""
    new = a_function(VIEWER_RESPONSE, "headers")
    recorded = lists(a_function(VIEWER_REQUEST), a_function(VIEWER_RESPONSE))

    restored = detach(lists(OURS, new), _entry(recorded), EDGE)

    assert {a_function(VIEWER_REQUEST), new} == set(restored.lists.associations())
    assert ((a_function(VIEWER_RESPONSE),), ()) == (restored.replaced, restored.unfit)


FORGED = list_xml(Kind.LAMBDA_AT_EDGE, a_lambda())
FORGED_LISTS = {
    "no list at all": b"<ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>",
    "another list": FORGED.replace(b"LambdaFunctionAssociations", b"TrustedSigners"),
    "more in the list": FORGED.replace(b"</Items>", b"</Items><Compress>false</Compress>"),
}


@pytest.mark.parametrize("forged", FORGED_LISTS.values(), ids=list(FORGED_LISTS))
def test_a_forged_record_writes_nothing_but_associations(forged: bytes) -> None:
    """Write access to the state bucket gives no access to other settings of a distribution."""
    recorded = AssociationLists(forged, forged)
    attached = attach(lists(), EDGE, EDGE.base_arn)

    left = detach(attached, _entry(recorded), EDGE).lists

    for kind, xml in zip(LIST_NAMES, (left.lambda_xml, left.function_xml), strict=True):
        root = scan(xml or b"")
        assert LIST_NAMES[kind] == root.name
        assert {"Quantity", "Items"} >= {each.name for each in root.children}
