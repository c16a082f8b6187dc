"""
What must be in a distribution, told by one who sees every write: the ledger of other parties.

    theirs      every setting but the two association lists is as another party last wrote it
    displaced   where ours sits, exactly what cannot stand beside it has made way, and the note
                remembers that
    put back    where ours has left, what had made way is there again, if its place was free
    nothing     else ever changes

It reads XML by itself and knows nothing of the product but the names of its two functions.
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
    def makes_way(self) -> bool:
        """Whether it cannot stand beside a Lambda function at viewer-request."""
        is_function = self.kind == "FunctionAssociations"
        return self.event_type == "viewer-request" or (is_function and self.event_type in _VIEWER)


type Set = frozenset[Attached]


@dataclass(frozen=True)
class Slot:
    """
    What stands in a behavior beside ours; `displaced` is what made way, None where ours is not.

    `is_renamed` tells that another party has renamed the behavior since ours came.
    """

    beside: Set
    displaced: Set | None = None
    is_renamed: bool = False

    def followed_by(self, now: Set, row: Set | None) -> "Slot":
        """Return the slot after runs of the controller; AssertionError if they may not do that."""
        beside = frozenset(each for each in now if not each.is_ours)
        closed = beside != now
        if self.displaced is None and not closed:
            return self._with(beside, expected=self.beside, displaced=None)
        if self.displaced is None:
            displaced = frozenset(each for each in self.beside if each.makes_way)
            return self._with(beside, expected=self.beside - displaced, displaced=displaced)
        fits = frozenset(each for each in self.displaced if self._fits(each))
        if not closed:
            assert not self.is_renamed, "a behavior that was renamed was lifted by guessing"
            return self._with(beside, expected=self.beside | fits, displaced=None)
        # Ours may have left and come back: then what did not fit was not there any more.
        return self._with(
            beside, expected=self.beside, displaced=fits if row == fits else self.displaced
        )

    def _with(self, beside: Set, *, expected: Set, displaced: Set | None) -> "Slot":
        assert expected == beside
        return replace(self, beside=beside, displaced=displaced)

    def _fits(self, owed: Attached) -> bool:
        viewers = [each for each in self.beside if each.event_type in _VIEWER]
        return all(
            each.event_type != owed.event_type and each.kind == owed.kind for each in viewers
        )


@dataclass
class Ledger:
    """One distribution: its settings but the association lists, and the slots of its behaviors."""

    settings: str
    slots: dict[str, Slot] = field(default_factory=dict)

    def they_wrote(self, config: ET.Element, renamed: tuple[str, str] | None = None) -> None:
        """Take down what CloudFront has accepted from another party."""
        self.settings = settings(config)
        known = dict(self.slots)
        if renamed and renamed[0] in known:
            known[renamed[1]] = replace(known.pop(renamed[0]), is_renamed=True)
        self.slots = {}
        for path, now in attached(config).items():
            beside = frozenset(each for each in now if not each.is_ours)
            self.slots[path] = Slot(beside)
            if beside != now:
                self.slots[path] = replace(known[path], beside=beside)

    def controller_wrote(self, config: ET.Element, lists_by_path: dict[str, Set]) -> None:
        """Take down what is there now; AssertionError if runs of the controller may not do that."""
        assert self.settings == settings(config)
        now = attached(config)
        assert list(self.slots) == list(now)
        for path, slot in self.slots.items():
            self.slots[path] = slot.followed_by(now[path], lists_by_path.get(path))

    def is_remembered(self, lists_by_path: dict[str, Set]) -> None:
        """Fail unless the note says what made way, wherever ours is."""
        for path, slot in self.slots.items():
            if slot.displaced is not None and not slot.is_renamed:
                assert slot.displaced == frozenset(e for e in lists_by_path[path] if e.makes_way), (
                    path
                )

    @property
    def closed(self) -> set[str]:
        """Return the behaviors that ours is in."""
        return {path for path, slot in self.slots.items() if slot.displaced is not None}

    @property
    def renamed(self) -> set[str]:
        """Return the behaviors that ours is in and that had another name when it came."""
        return {path for path in self.closed if self.slots[path].is_renamed}


def attached(config: ET.Element) -> dict[str, Set]:
    """Return what is attached to each behavior, in their order."""
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


def lists_by_path(record: bytes) -> dict[str, Set]:
    """Return what a note says of each behavior."""
    return {
        row["path_pattern"] or "default": _items(
            *(
                ET.fromstring(row[name])  # noqa: S314 - the controller has written it
                for name in ("lambda_associations", "function_associations")
                if row[name]
            )
        )
        for row in json.loads(record)["behaviors"]
    }


def _items(*lists: ET.Element) -> Set:
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
