"""
The reference model of a distribution: what must be in it after each write of a third party.

    theirs      every setting but the two association lists is as a third party last wrote it
    displaced   where our function is attached, exactly the conflicting functions are gone, and
                the record has them, and what was owed there before
    restored    where our function has left, what was owed is back if it fits; what was owed at
                viewer-request always is
    ahead       a version that lets visitors through displaces nothing
    nothing     else ever changes

The model reads XML by itself, and knows only the names of the product's two functions.
"""

import json
from collections.abc import Collection
from copy import replace
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree import ElementTree as ET

from tests.stories.site import EDGE_NAME, PAGE_NAME

LISTS = ("LambdaFunctionAssociations", "FunctionAssociations")
_VIEWER = ("viewer-request", "viewer-response")


class Attached(NamedTuple):
    """One item of an association list."""

    kind: str
    event_type: str
    arn: str
    include_body: str

    @property
    def is_ours(self) -> bool:
        """Whether it is a version of the stack's own functions."""
        return self.arn.split(":")[-2] in (EDGE_NAME, PAGE_NAME)

    @property
    def conflicts(self) -> bool:
        """Whether CloudFront refuses it beside a Lambda function at viewer-request."""
        is_function = self.kind == "FunctionAssociations"
        return self.event_type == "viewer-request" or (is_function and self.event_type in _VIEWER)

    @property
    def protects(self) -> bool:
        """Whether a site must not be opened without it."""
        return self.event_type == "viewer-request"


type Associations = frozenset[Attached]
NONE: Associations = frozenset()


@dataclass(frozen=True)
class BehaviorModel:
    """
    A behavior: its other functions, and those that are owed, because ours has displaced them.

    `is_closed` is whether ours is attached, and `ours` its ARN. `is_renamed` says that a third
    party has renamed the behavior since then.
    """

    others: Associations
    is_closed: bool = False
    owed: Associations = NONE
    is_renamed: bool = False
    ours: str = ""

    def after_third_party(self, now: Associations) -> "BehaviorModel":
        """Return the model after a write of a third party, whose functions replace owed ones."""
        others = _others(now)
        is_closed = others != now
        if self.is_renamed and not is_closed:
            return BehaviorModel(others)
        owed = _without(self.owed, others)
        return replace(self, others=others, is_closed=is_closed, owed=owed, ours=_ours(now))

    def after_controller(
        self, now: Associations, recorded: Associations, armed: Collection[str]
    ) -> "BehaviorModel":
        """
        Return the model after runs of the controller; AssertionError if one broke a rule.

        `armed` are the versions of ours that let visitors through.
        """
        others = _others(now)
        is_closed = others != now
        assert is_closed or not self.is_renamed, "a renamed behavior was opened by guessing"
        expected, owed = self.others, self.owed
        if is_closed and not self.is_closed:
            owed |= frozenset(each for each in self.others if each.conflicts)
            assert not (owed and _ours(now) in armed), "displaced ahead of a window"
            expected -= owed
        if not is_closed:
            # What a third party has replaced by a function that is gone may come back too.
            expected |= (others - expected) & (recorded | owed)
            if self.is_closed:
                assert expected >= owed - self.unfit(recorded)
                assert not any(each.protects for each in owed - expected)
            owed = _without(owed, others)
        assert expected == others
        return replace(self, others=others, is_closed=is_closed, owed=owed, ours=_ours(now))

    def unfit(self, recorded: Associations) -> Associations:
        """Return the functions that are owed and cannot go back, because the kinds would mix."""
        owed = _without(self.owed | recorded, self.others)
        found: set[Attached] = set()
        present = {each.kind for each in self.others if each.event_type in _VIEWER}
        for each in sorted(owed, key=lambda each: each.event_type):
            if present - {each.kind}:
                found.add(each)
            else:
                present.add(each.kind)
        return frozenset(found)


def _others(now: Associations) -> Associations:
    return frozenset(each for each in now if not each.is_ours)


def _ours(now: Associations) -> str:
    return next((each.arn for each in now if each.is_ours), "")


def _without(owed: Associations, others: Associations) -> Associations:
    taken = {each.event_type for each in others}
    return frozenset(each for each in owed if each.event_type not in taken)


@dataclass
class DistributionModel:
    """
    A distribution: its settings without the association lists, its behaviors, and its record.

    `recorded` is what the record said last of each behavior: the functions that conflict with ours,
    if they are displaced.
    """

    settings: str
    by_path: dict[str, BehaviorModel] = field(default_factory=dict)
    recorded: dict[str, Associations] = field(default_factory=dict)

    def third_party_wrote(self, config: ET.Element, renamed: tuple[str, str] | None = None) -> None:
        """Take what CloudFront has accepted from a third party."""
        self.settings = settings(config)
        known = dict(self.by_path)
        if renamed and renamed[0] in known:
            before = known.pop(renamed[0])
            if before.is_closed:
                known[renamed[1]] = replace(before, is_renamed=True)
        self.by_path = {
            path: known.get(path, BehaviorModel(NONE)).after_third_party(now)
            for path, now in attached(config).items()
        }

    def controller_wrote(
        self, config: ET.Element, recorded: dict[str, Associations], armed: Collection[str] = ()
    ) -> None:
        """Take what is there now; AssertionError if a run of the controller broke a rule."""
        assert self.settings == settings(config)
        now = attached(config)
        assert list(self.by_path) == list(now)
        for path, behavior in self.by_path.items():
            before = self.recorded.get(path, NONE)
            known = before | recorded.get(path, NONE)
            after = behavior.after_controller(now[path], known, armed)
            self.by_path[path] = after
            if after.is_closed and not after.is_renamed:
                assert after.owed <= recorded[path], path
                assert recorded[path] <= after.owed | before | behavior.others, path
        self.recorded = recorded

    @property
    def closed(self) -> set[str]:
        """Return the behaviors that ours is attached to."""
        return {path for path, behavior in self.by_path.items() if behavior.is_closed}

    def closing(self, armed: Collection[str]) -> set[str]:
        """Return those of them where visitors get the page, if these versions let them through."""
        return {path for path in self.closed if self.by_path[path].ours not in armed}

    @property
    def undecided(self) -> set[str]:
        """Return the behaviors that a run cannot open as they were before a person decides."""
        return {
            path
            for path, behavior in self.by_path.items()
            if (behavior.is_closed and behavior.is_renamed) or self._unfit(path)
        }

    @property
    def stays_closed(self) -> bool:
        """Whether one of the closed behaviors keeps the distribution closed."""
        return any(
            self.by_path[path].is_renamed or any(each.protects for each in self._unfit(path))
            for path in self.undecided & self.closed
        )

    def _unfit(self, path: str) -> Associations:
        return self.by_path[path].unfit(self.recorded.get(path, NONE))


def attached(config: ET.Element) -> dict[str, Associations]:
    """Return the functions of each behavior, in the behaviors' order."""
    return {
        behavior.findtext("PathPattern") or "default": _items(
            *(found for name in LISTS if (found := behavior.find(name)) is not None)
        )
        for behavior in behaviors(config)
    }


def behaviors(config: ET.Element) -> list[ET.Element]:
    """Return the behaviors, the default one first."""
    return [*config.findall("DefaultCacheBehavior"), *config.findall("CacheBehaviors/Items/*")]


def settings(config: ET.Element) -> str:
    """Return everything but the association lists, as text."""
    copy = ET.fromstring(ET.tostring(config))  # noqa: S314 - the test itself has made it
    for behavior in behaviors(copy):
        for name in LISTS:
            for each in behavior.findall(name):
                behavior.remove(each)
    return ET.canonicalize(ET.tostring(copy, encoding="unicode"), strip_text=True)


def displaced(record: bytes) -> dict[str, Associations]:
    """Return the functions of each behavior that a record calls displaced."""
    return {
        behavior["path_pattern"] or "default": frozenset(
            each
            for each in _items(
                *(
                    ET.fromstring(behavior[name])  # noqa: S314 - the controller has written it
                    for name in ("lambda_associations", "function_associations")
                    if behavior[name]
                )
            )
            if each.conflicts
        )
        for behavior in json.loads(record)["behaviors"]
        if behavior["state"] == "displaced"
    }


def _items(*lists: ET.Element) -> Associations:
    return frozenset(
        Attached(
            each.tag,
            item.findtext("EventType", ""),
            item.findtext("LambdaFunctionARN", "") or item.findtext("FunctionARN", ""),
            item.findtext("IncludeBody", ""),
        )
        for each in lists
        for item in each.findall("Items/*")
    )
