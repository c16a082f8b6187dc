"""
The reference model of a distribution: what must be in it after each write of a third party.

    theirs      every setting but the two association lists is as a third party last wrote it
    displaced   where our function is attached, exactly the conflicting functions are gone, and
                the record has them
    restored    where our function has left, the displaced functions are back, if their places
                were free
    nothing     else ever changes

The model reads XML by itself, and knows only the names of the product's two functions.
"""

import json
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


type Associations = frozenset[Attached]


@dataclass(frozen=True)
class BehaviorModel:
    """
    A behavior: its other functions, and those that ours has displaced, None where ours is not.

    `is_renamed` says that a third party has renamed the behavior since ours was attached.
    """

    others: Associations
    displaced: Associations | None = None
    is_renamed: bool = False

    def after_controller(self, now: Associations, recorded: Associations | None) -> "BehaviorModel":
        """Return the model after runs of the controller; AssertionError if one broke a rule."""
        others = frozenset(each for each in now if not each.is_ours)
        closed = others != now
        if self.displaced is None and not closed:
            return self._with(others, expected=self.others, displaced=None)
        if self.displaced is None:
            displaced = frozenset(each for each in self.others if each.conflicts)
            return self._with(others, expected=self.others - displaced, displaced=displaced)
        fits = frozenset(each for each in self.displaced if self._fits(each))
        if not closed:
            assert not self.is_renamed, "a renamed behavior was opened by guessing"
            return self._with(others, expected=self.others | fits, displaced=None)
        # Ours may have left and come back; then functions that did not fit were gone.
        return self._with(
            others, expected=self.others, displaced=fits if recorded == fits else self.displaced
        )

    def _with(
        self, others: Associations, *, expected: Associations, displaced: Associations | None
    ) -> "BehaviorModel":
        assert expected == others
        return replace(self, others=others, displaced=displaced)

    def _fits(self, association: Attached) -> bool:
        viewers = [each for each in self.others if each.event_type in _VIEWER]
        return all(
            each.event_type != association.event_type and each.kind == association.kind
            for each in viewers
        )


@dataclass
class DistributionModel:
    """A distribution: its settings without the association lists, and its behaviors."""

    settings: str
    by_path: dict[str, BehaviorModel] = field(default_factory=dict)

    def third_party_wrote(self, config: ET.Element, renamed: tuple[str, str] | None = None) -> None:
        """Record what CloudFront has accepted from a third party."""
        self.settings = settings(config)
        known = dict(self.by_path)
        if renamed and renamed[0] in known:
            known[renamed[1]] = replace(known.pop(renamed[0]), is_renamed=True)
        self.by_path = {}
        for path, now in attached(config).items():
            others = frozenset(each for each in now if not each.is_ours)
            self.by_path[path] = BehaviorModel(others)
            if others != now:
                self.by_path[path] = replace(known[path], others=others)

    def controller_wrote(self, config: ET.Element, lists_by_path: dict[str, Associations]) -> None:
        """Record what is there now; AssertionError if a run of the controller broke a rule."""
        assert self.settings == settings(config)
        now = attached(config)
        assert list(self.by_path) == list(now)
        for path, behavior in self.by_path.items():
            self.by_path[path] = behavior.after_controller(now[path], lists_by_path.get(path))

    def check_record(self, lists_by_path: dict[str, Associations]) -> None:
        """Fail unless the record has the displaced functions wherever ours is attached."""
        for path, behavior in self.by_path.items():
            if behavior.displaced is not None and not behavior.is_renamed:
                assert behavior.displaced == frozenset(
                    e for e in lists_by_path[path] if e.conflicts
                ), path

    @property
    def closed(self) -> set[str]:
        """Return the behaviors that ours is attached to."""
        return {path for path, behavior in self.by_path.items() if behavior.displaced is not None}

    @property
    def renamed(self) -> set[str]:
        """Return the closed behaviors that have been renamed since ours was attached."""
        return {path for path in self.closed if self.by_path[path].is_renamed}


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


def lists_by_path(record: bytes) -> dict[str, Associations]:
    """Return the functions of each behavior in a record."""
    return {
        behavior["path_pattern"] or "default": _items(
            *(
                ET.fromstring(behavior[name])  # noqa: S314 - the controller has written it
                for name in ("lambda_associations", "function_associations")
                if behavior[name]
            )
        )
        for behavior in json.loads(record)["behaviors"]
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
