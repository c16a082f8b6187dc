"""Nothing is lost in any interleaving of runs, other parties, crashes and answers that get lost."""

from copy import replace

import pytest
from maintenance.cloudfront.plan import Intent
from maintenance.model import VIEWER_RESPONSE, Mode

from tests.builders import EDGE, a_behavior, a_function, a_lambda, edge_arn
from tests.hypothesis_profiles import FACTOR, untraced
from tests.model_checking import broken_protocols
from tests.model_checking.exploration import Found, explore
from tests.model_checking.replay import Form
from tests.model_checking.third_parties import written
from tests.model_checking.world import DesiredState, Left, Scope

pytestmark = untraced

CLOSE = Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn)
ON = DesiredState("on", CLOSE)
OFF = DesiredState("off", Intent(Mode.LIVE, EDGE))
BAKED = DesiredState("on with another page", replace(CLOSE, arn=edge_arn(8)))
PARTLY = DesiredState("on except /a", replace(CLOSE, except_paths=("/a",)))

SITE = written(
    [a_behavior(None, a_function(VIEWER_RESPONSE, "headers")), a_behavior("/a", a_lambda())]
)
PLAIN_SITE = written([a_behavior()])
SITE_OF_ONE = written([a_behavior(None, a_lambda())])
CROWDED_SITE = written([a_behavior(), a_behavior("/a", a_lambda()), a_behavior("/b", a_function())])

WEAKER = {
    "the note is cleared after restoring": (
        broken_protocols.CLEARED,
        Scope(SITE, (ON, OFF), Left(runs=3, meddles=0, crashes=0, losses=0)),
    ),
    "a note is written only for strangers": (
        broken_protocols.ONLY_STRANGERS,
        Scope(SITE_OF_ONE, (ON, OFF, ON), Left(runs=3, meddles=1, crashes=0, losses=0)),
    ),
    "no random write id": (
        broken_protocols.NO_NONCE,
        Scope(PLAIN_SITE, (ON,), Left(runs=2, meddles=2, crashes=0, losses=0)),
    ),
    "the note is read after the configuration when attaching": (
        broken_protocols.NOTE_LAST,
        Scope(SITE_OF_ONE, (ON,), Left(runs=2, meddles=1, crashes=0, losses=0)),
    ),
    "only what is attached is noted": (
        broken_protocols.ONLY_ATTACHED,
        Scope(SITE, (ON, PARTLY), Left(runs=2, meddles=0, crashes=0, losses=0)),
    ),
}

ORDINARY = (
    Scope(SITE, (ON, OFF), Left(runs=2, meddles=1, crashes=1, losses=1)),
    Scope(SITE, (ON, OFF, ON), Left(runs=3, meddles=0, crashes=1, losses=1)),
    Scope(SITE, (ON, OFF, PARTLY), Left(runs=2, meddles=0, crashes=1, losses=1)),
)
THOROUGH = (
    Scope(SITE, (ON, OFF, ON), Left(runs=3, meddles=1, crashes=0, losses=0)),
    Scope(SITE, (ON, OFF), Left(runs=1, meddles=2, crashes=1, losses=1)),
    Scope(SITE, (ON, OFF, PARTLY), Left(runs=2, meddles=1, crashes=1, losses=1)),
    Scope(SITE, (ON, OFF, PARTLY, BAKED, ON), Left(runs=3, meddles=0, crashes=1, losses=1)),
    *(scope for _, scope in WEAKER.values()),
)


def _named(scope: Scope) -> str:
    return f"{', '.join(each.word for each in scope.wanted)} {scope.left}"


def _told(scope: Scope, form: Form | None = None) -> Found:
    found = explore(scope, form)
    print(f"{_named(scope)}: {found}")  # noqa: T201 - what was explored is part of the result
    return found


@pytest.mark.parametrize("scope", ORDINARY + (THOROUGH if FACTOR > 1 else ()), ids=_named)
def test_no_interleaving_loses_anything(scope: Scope, capsys: pytest.CaptureFixture[str]) -> None:
    """With every step possible at every moment, every invariant holds in every state."""
    with capsys.disabled():
        found = _told(scope)

    assert (None, ()) == (found.violation, found.trace)


@pytest.mark.parametrize(("form", "scope"), WEAKER.values(), ids=list(WEAKER))
def test_a_weaker_protocol_forgets_what_it_displaced(form: Form, scope: Scope) -> None:
    """An explorer that finds nothing in what is known to be wrong would prove nothing."""
    assert "remembered" == _violated(_told(scope, form))


def test_an_update_without_its_condition_overwrites_what_others_wrote() -> None:
    """The other invariants can be broken too, and that is seen."""
    scope = Scope(SITE_OF_ONE, (ON,), Left(runs=1, meddles=1, crashes=0, losses=0))

    assert "wins" == _violated(_told(scope, broken_protocols.UNCONDITIONAL))


def test_a_site_that_is_never_opened_does_not_settle() -> None:
    """What the switch says has to come about."""
    scope = Scope(SITE, (ON, OFF), Left(runs=1, meddles=0, crashes=0, losses=0))

    assert "settles" == _violated(_told(scope, broken_protocols.NEVER_OPENING))


def test_a_behavior_is_known_by_its_path_pattern_alone() -> None:
    """
    The limit of the note, shown so that nobody believes otherwise.

    Who removes a behavior while it is closed, and gives its path pattern to another closed one,
    gives it that one's past too: a configuration has nothing else to know a behavior by.
    """
    left = Left(runs=1, meddles=2, crashes=0, losses=0)
    scope = Scope(CROWDED_SITE, (ON,), left, renamed_to="/a")

    assert "remembered" == _violated(_told(scope))


def _violated(found: Found) -> str:
    """Return the name of the invariant that does not hold, or nothing."""
    return (found.violation or "").partition(":")[0]
