"""Values for tests: a plain one of each kind, except for what the test passes."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from maintenance.cloudfront.associations import LIST_NAMES, AssociationLists
from maintenance.cloudfront.displaced import BehaviorRecord, DisplacedRecord, State
from maintenance.lambda_edge.function import parse_lambda_edge
from maintenance.model import (
    VIEWER_REQUEST,
    Association,
    Behavior,
    Distribution,
    Feature,
    Kind,
    Mode,
)
from maintenance.reporting.events import EventSite, failure_event
from maintenance.reporting.requesters import Requesters
from maintenance.reporting.status import FailureChange, LastError
from maintenance.schedule.decision import Decision
from maintenance.schedule.request import Request, Requester
from maintenance.schedule.switch import Says, Switch

ACCOUNT = "123456789012"
DISTRIBUTION_ID = "E2EXAMPLE1AB3"
NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)


def edge_arn(
    version: int = 7,
    *,
    stack: str = "site",
    function: str = "Edge",
    random: str = "AbC123dEf456",
) -> str:
    """Return the ARN of a version of a stack's edge function, named as CloudFormation names it."""
    name = f"{stack}-Maintenance{function}-{random}"
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}:{version}"


PAGE_FUNCTION = "site-MaintenancePage-AbC123dEf456"
EDGE = parse_lambda_edge(edge_arn(), page_function=PAGE_FUNCTION)
OURS = Association(VIEWER_REQUEST, Kind.LAMBDA_AT_EDGE, EDGE.base_arn)


def a_lambda(event_type: str = VIEWER_REQUEST, name: str = "sign") -> Association:
    """Return an association of a Lambda@Edge function that is not ours."""
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}:3"
    return Association(event_type, Kind.LAMBDA_AT_EDGE, arn)


def a_function(event_type: str = VIEWER_REQUEST, name: str = "rewrite") -> Association:
    """Return an association of a CloudFront Function."""
    arn = f"arn:aws:cloudfront::{ACCOUNT}:function/{name}"
    return Association(event_type, Kind.CLOUDFRONT_FUNCTION, arn)


def a_behavior(
    path_pattern: str | None = None,
    *associations: Association,
    features: Collection[Feature] = (),
) -> Behavior:
    """Return a cache behavior, the default one unless it has a path pattern."""
    return Behavior(path_pattern, tuple(sorted(associations)), frozenset(features))


def a_distribution(
    distribution_id: str = DISTRIBUTION_ID,
    *aliases: str,
    behaviors: tuple[Behavior, ...] = (),
    staging: bool = False,
) -> Distribution:
    """Return a deployed distribution with these behaviors, or a bare default one."""
    return Distribution(
        distribution_id=distribution_id,
        domain_name=f"{distribution_id.lower()}.cloudfront.net",
        aliases=aliases,
        status="Deployed",
        staging=staging,
        behaviors=behaviors or (a_behavior(),),
        last_modified=NOW,
    )


def item_xml(association: Association) -> bytes:
    """Return the item of an association list."""
    kind, arn = association.kind, escape(association.arn)
    event_type = f"<EventType>{association.event_type}</EventType>"
    if kind is Kind.LAMBDA_AT_EDGE:
        members = f"<LambdaFunctionARN>{arn}</LambdaFunctionARN>{event_type}"
        members += "<IncludeBody>false</IncludeBody>"
    else:
        members = f"<FunctionARN>{arn}</FunctionARN>{event_type}"
    name = LIST_NAMES[kind].removesuffix("s")
    return f"<{name}>{members}</{name}>".encode()


def list_xml(kind: Kind, *items: Association | bytes) -> bytes:
    """Return an association list; an item given as bytes is used unchanged."""
    name = LIST_NAMES[kind].encode()
    written = [each if isinstance(each, bytes) else item_xml(each) for each in items]
    body = b"<Items>" + b"".join(written) + b"</Items>" if written else b""
    quantity = b"<Quantity>%d</Quantity>" % len(written)
    return b"<%s>%s%s</%s>" % (name, quantity, body, name)


def lists(*associations: Association) -> AssociationLists:
    """Return both lists of a behavior with these associations, even if one is empty."""
    by_kind = {kind: [each for each in associations if each.kind is kind] for kind in Kind}
    return AssociationLists(
        list_xml(Kind.LAMBDA_AT_EDGE, *by_kind[Kind.LAMBDA_AT_EDGE]),
        list_xml(Kind.CLOUDFRONT_FUNCTION, *by_kind[Kind.CLOUDFRONT_FUNCTION]),
    )


def a_record(
    lists_by_path: Mapping[str | None, AssociationLists], *, state: State = State.DISPLACED
) -> DisplacedRecord:
    """Return the record of attaching ours to the configuration "E0", with every entry like this."""
    behaviors = {path: BehaviorRecord(each, "E0", state) for path, each in lists_by_path.items()}
    return DisplacedRecord("site", DISTRIBUTION_ID, MappingProxyType(behaviors))


def behavior_xml(behavior: Behavior) -> bytes:
    """Return a cache behavior as in a DistributionConfig."""
    name = b"DefaultCacheBehavior" if behavior.path_pattern is None else b"CacheBehavior"
    path = f"<PathPattern>{escape(behavior.path_pattern or '')}</PathPattern>".encode()
    both = lists(*behavior.associations)
    grpc = b"true" if Feature.GRPC in behavior.features else b"false"
    smooth = b"true" if Feature.SMOOTH_STREAMING in behavior.features else b"false"
    members = [
        path if behavior.path_pattern is not None else b"",
        b"<TargetOriginId>origin</TargetOriginId>",
        b"<SmoothStreaming>%s</SmoothStreaming>" % smooth,
        both.lambda_xml or b"",
        both.function_xml or b"",
        b"<GrpcConfig><Enabled>%s</Enabled></GrpcConfig>" % grpc,
    ]
    return b"<%s>%s</%s>" % (name, b"".join(members), name)


def config_xml(*behaviors: Behavior, extra: bytes = b"") -> bytes:
    """Return a DistributionConfig; the first behavior is the default one."""
    default, *ordered = behaviors or (a_behavior(),)
    items = b"<Items>%s</Items>" % b"".join(map(behavior_xml, ordered)) if ordered else b""
    return (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<DistributionConfig xmlns="%s">'
        b"<CallerReference>first</CallerReference>%s"
        b"<CacheBehaviors><Quantity>%d</Quantity>%s</CacheBehaviors>%s"
        b"<Comment>\xc4\x8daj</Comment></DistributionConfig>"
    ) % (NAMESPACE.encode(), behavior_xml(default), len(ordered), items, extra)


ANA = Requester(Request(NOW), "ana", f"arn:aws:iam::{ACCOUNT}:user/ana")


SITE = EventSite("site", "/site/maintenance", ZoneInfo("Europe/Ljubljana"))
AN_EVENT = failure_event(FailureChange(LastError("no", NOW)), SITE)


def no_requesters() -> Requesters:
    """Return requesters that find no one, because there is no history."""
    return Requesters(lambda _name: (), "/site/maintenance", ZoneInfo("UTC"), "")


def a_switch(
    says: Says = Says.ON, *, written: datetime = NOW, message: str | None = None
) -> Switch:
    """Return a switch without an end."""
    return Switch(says, written, message=message)


def a_decision(mode: Mode = Mode.MAINTENANCE, *, ends_in: timedelta | None = None) -> Decision:
    """Return a decision; `ends_in` counts from NOW."""
    until = NOW + ends_in if ends_in else None
    return Decision(mode, reason="the switch says so", until=until, valid_until=until)
