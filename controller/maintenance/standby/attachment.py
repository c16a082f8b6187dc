"""
Attach the standby function to the cache behaviors of a distribution, and take it off. Pure.

    a behavior has at its viewer events      to attach                    to detach
    --------------------------------------   --------------------------   --------------------------
    the standby function                     keep                         detach, or put theirs back
    nothing that conflicts                   attach                       keep
    the function that is composed with it    replace, if it is named      keep
    another function that conflicts          refuse: it stays             keep
    anything, with Smooth Streaming          skip                         keep
    anything, and is excepted                skip                         keep

It is attached once and stays, so it displaces nothing: each other function belongs to someone
who would miss it all year. A refusal leaves that behavior as it is, and no other one.
"""

from collections.abc import Collection, Iterable
from typing import Protocol

from msgspec import Struct

from maintenance.cloudfront.associations import AssociationLists, Entry
from maintenance.cloudfront.config import DistributionConfig, PathPattern
from maintenance.cloudfront.engine import attached_version
from maintenance.cloudfront.plan import Action, Plan, Step, names_behavior, names_of
from maintenance.model import VIEWER_REQUEST, Association, Behavior, Kind
from maintenance.standby.function import StandbyFunction


class Attachment(Protocol):
    """What to do with the standby function at a distribution."""

    @property
    def function(self) -> StandbyFunction:
        """The standby function."""

    def step(self, behavior: Behavior) -> Step:
        """Return the row of the table that a behavior is in."""

    def lists(self, path_pattern: PathPattern, lists: AssociationLists) -> AssociationLists:
        """Return the lists of a behavior after its step, which changes them."""


class Attach(Struct, frozen=True):
    """
    Attach it, except to the behaviors that `except_paths` name.

    `in_place_of` is the ARN of the function that it takes the place of, because it is composed with
    that one; empty for none.
    """

    function: StandbyFunction
    except_paths: Collection[str] = ()
    in_place_of: str = ""

    def step(self, behavior: Behavior) -> Step:
        """Return what to do with a behavior."""
        path, function = behavior.path_pattern, self.function
        if attached_version(behavior.associations, function):
            return Step(path, Action.KEEP, "it has the standby function", is_closed=True)
        if any(names_behavior(each, path) for each in self.except_paths):
            return Step(path, Action.SKIP, "it is excepted, and stays open", stays_open=True)
        unsupported = function.unsupported(behavior)
        if unsupported:
            reason = f"CloudFront runs no {function.kind} with {unsupported}: it stays open"
            return Step(path, Action.SKIP, reason, stays_open=True)
        conflicting = tuple(each for each in behavior.associations if function.conflicts(each))
        if not conflicting:
            return Step(path, Action.ATTACH, "viewer-request is free")
        if conflicting == (_at_viewer_request(self.in_place_of),):
            return Step(path, Action.REPLACE, f"in place of {names_of(conflicting)}", conflicting)
        return Step(path, Action.REFUSE, self._refusal(conflicting), conflicting)

    def lists(self, path_pattern: PathPattern, lists: AssociationLists) -> AssociationLists:  # noqa: ARG002 - the protocol's
        """Return the lists with the standby function."""
        return lists.with_entry(_entry(self.function, self.function.arn))

    def _refusal(self, conflicting: Collection[Association]) -> str:
        names = names_of(conflicting)
        sibling = next(filter(None, (self.function.sibling_stack(a.arn) for a in conflicting)), "")
        if sibling:
            return f"it has {sibling}, the standby function of another stack"
        if any(each.kind is Kind.LAMBDA_AT_EDGE for each in conflicting):
            return (
                f"it has {names}, and CloudFront does not combine the two kinds of functions at "
                "viewer events: move that one to an origin event, or except this behavior"
            )
        return (
            f"it has {names}: make one function of both with site-maintenance standby compose, or "
            "except this behavior"
        )


class Detach(Struct, frozen=True):
    """
    Take it off.

    `put_back` is the ARN of the function that then takes its place, except at the behaviors that
    `except_paths` name; empty for none.
    """

    function: StandbyFunction
    put_back: str = ""
    except_paths: Collection[str] = ()

    def step(self, behavior: Behavior) -> Step:
        """Return what to do with a behavior."""
        path = behavior.path_pattern
        if not attached_version(behavior.associations, self.function):
            return Step(path, Action.KEEP, "it does not have the standby function")
        if self._puts_back(path):
            theirs = _at_viewer_request(self.put_back)
            return Step(path, Action.REPLACE, f"{theirs} takes its place", is_closed=True)
        return Step(path, Action.DETACH, "it has the standby function", is_closed=True)

    def lists(self, path_pattern: PathPattern, lists: AssociationLists) -> AssociationLists:
        """Return the lists without the standby function."""
        if self._puts_back(path_pattern):
            return lists.with_entry(_entry(self.function, self.put_back))
        ours = _at_viewer_request(self.function.arn)
        return lists.without(lambda each: each == ours)

    def _puts_back(self, path_pattern: PathPattern) -> bool:
        is_excepted = any(names_behavior(each, path_pattern) for each in self.except_paths)
        return bool(self.put_back) and not is_excepted


def plan_attachment(
    distribution_id: str, behaviors: Iterable[Behavior], attachment: Attachment
) -> Plan:
    """Return the steps for a distribution."""
    return Plan(distribution_id, tuple(attachment.step(each) for each in behaviors))


def changed_config(config: DistributionConfig, attachment: Attachment) -> bytes:
    """Return the configuration after these steps; all other bytes stay."""
    return config.with_lists(
        {
            each.behavior.path_pattern: attachment.lists(each.behavior.path_pattern, each.lists)
            for each in config.behaviors
            if attachment.step(each.behavior).action
            in {Action.ATTACH, Action.REPLACE, Action.DETACH}
        }
    )


def _at_viewer_request(arn: str) -> Association:
    return Association(VIEWER_REQUEST, Kind.CLOUDFRONT_FUNCTION, arn)


def _entry(function: StandbyFunction, arn: str) -> Entry:
    return Entry(_at_viewer_request(arn), function.entry(arn))
