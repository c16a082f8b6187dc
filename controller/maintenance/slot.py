"""
What attaching and detaching do to the two association lists of one behavior. Pure.

Our function takes viewer-request. Each event type holds one edge function of either kind, and the
two kinds never mix on the two viewer events (doc: CloudFront Developer Guide,
edge-function-restrictions-all). So whatever is at viewer-request, and a CloudFront Function at
viewer-response, has to make way, and goes back when ours leaves.
"""

from msgspec import Struct

from maintenance.association_list import (
    Entry,
    entries,
    same_content,
    viewer_request_entry,
    with_entry,
    without_events,
)
from maintenance.model import VIEWER_EVENTS, VIEWER_REQUEST, Association, Kind


class Lists(Struct, frozen=True):
    """The two association lists of a behavior as XML; None where the configuration has none."""

    lambda_xml: bytes | None
    function_xml: bytes | None

    def entries(self) -> tuple[Entry, ...]:
        """Return the items of both lists."""
        lambdas = entries(Kind.LAMBDA_AT_EDGE, self.lambda_xml)
        return lambdas + entries(Kind.CLOUDFRONT_FUNCTION, self.function_xml)

    def associations(self) -> tuple[Association, ...]:
        """Return what is attached, in an order of its own."""
        return tuple(sorted(each.association for each in self.entries()))

    def with_entry(self, entry: Entry) -> "Lists":
        """Return the lists with the item in the one of its kind."""
        if entry.association.kind is Kind.LAMBDA_AT_EDGE:
            added = with_entry(Kind.LAMBDA_AT_EDGE, self.lambda_xml, entry)
            return Lists(added, self.function_xml)
        added = with_entry(Kind.CLOUDFRONT_FUNCTION, self.function_xml, entry)
        return Lists(self.lambda_xml, added)


class Restored(Struct, frozen=True):
    """The lists after detaching: what went back, and what could not because its place is taken."""

    lists: Lists
    put_back: tuple[Association, ...]
    left_out: tuple[Association, ...]


def is_in_the_way(association: Association) -> bool:
    """Tell whether our function cannot be attached beside this one."""
    at_viewer_request = association.event_type == VIEWER_REQUEST
    mixes = association.kind is Kind.CLOUDFRONT_FUNCTION
    return at_viewer_request or (mixes and association.event_type in VIEWER_EVENTS)


def attach(lists: Lists, edge_version_arn: str) -> Lists:
    """Return the lists with our version at viewer-request and nothing in its way."""
    functions = without_events(lists.function_xml, VIEWER_EVENTS)
    return Lists(lists.lambda_xml, functions).with_entry(viewer_request_entry(edge_version_arn))


def detach(lists: Lists, noted: Lists) -> Restored:
    """
    Return the lists without ours, and with what the note remembers where its place is free.

    When nobody has touched the lists since, the noted bytes go back as they were. `lists` must
    hold our function at viewer-request.
    """
    displaced = tuple(each for each in noted.entries() if is_in_the_way(each.association))
    if _is_as_attached(lists, noted):
        return Restored(noted, tuple(each.association for each in displaced), ())
    return _put_back(lists, displaced)


def _is_as_attached(lists: Lists, noted: Lists) -> bool:
    arn = next(
        each.arn
        for each in lists.associations()
        if each.kind is Kind.LAMBDA_AT_EDGE and each.event_type == VIEWER_REQUEST
    )
    expected = attach(noted, arn)
    return same_content(lists.lambda_xml, expected.lambda_xml) and same_content(
        lists.function_xml, expected.function_xml
    )


def _put_back(lists: Lists, displaced: tuple[Entry, ...]) -> Restored:
    lambdas = without_events(lists.lambda_xml, [VIEWER_REQUEST])
    vacated = Lists(lambdas, lists.function_xml)
    # Judged before the first goes back: two displaced functions never stood in each other's way.
    fits = [each for each in displaced if _is_free(each.association, vacated)]
    restored = vacated
    for entry in fits:
        restored = restored.with_entry(entry)
    put_back = tuple(each.association for each in fits)
    left_out = tuple(each.association for each in displaced if each not in fits)
    return Restored(restored, put_back, left_out)


def _is_free(association: Association, lists: Lists) -> bool:
    """Tell whether the place is empty and the kind does not mix with what is there now."""
    present = [each for each in lists.associations() if each.event_type in VIEWER_EVENTS]
    return not any(
        each.event_type == association.event_type or each.kind is not association.kind
        for each in present
    )
