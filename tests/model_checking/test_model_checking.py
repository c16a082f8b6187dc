"""No interleaving of runs, third parties, crashes and lost answers loses a displaced function."""

from copy import replace

import pytest
from maintenance.cloudfront.plan import Intent
from maintenance.model import VIEWER_RESPONSE, Mode

from tests.builders import EDGE, a_behavior, a_function, a_lambda, edge_arn
from tests.engines import INVENTED, invented_arn
from tests.hypothesis_profiles import FACTOR
from tests.model_checking import broken_protocols
from tests.model_checking.exploration import Found, explore
from tests.model_checking.old_protocol import OLD
from tests.model_checking.replay import Variant
from tests.model_checking.third_parties import config_of
from tests.model_checking.world import Budget, DesiredState, Scope

CLOSE = Intent(Mode.MAINTENANCE, EDGE, EDGE.base_arn)
ON = DesiredState("on", CLOSE)
OFF = DesiredState("off", Intent(Mode.LIVE, EDGE))
# Until a window begins, ARMED.arn lets visitors through; then the site is closed with it, or by ON.
ARMED_ARN = edge_arn(9)
ARMED = DesiredState(
    "armed", Intent(Mode.MAINTENANCE, EDGE, ARMED_ARN, is_ahead=True, armed=(ARMED_ARN,))
)
REARMED = DesiredState(
    "armed for another start",
    Intent(Mode.MAINTENANCE, EDGE, edge_arn(10), is_ahead=True, armed=(ARMED_ARN, edge_arn(10))),
)
BEGUN = DesiredState("the window has begun", Intent(Mode.MAINTENANCE, EDGE, ARMED_ARN))
REPLACED = DesiredState("on with another page", replace(CLOSE, arn=edge_arn(8)))
PARTLY = DesiredState("on except /a", replace(CLOSE, except_paths=("/a",)))
OTHER_ENGINE = (
    DesiredState("on with another engine", Intent(Mode.MAINTENANCE, INVENTED, invented_arn())),
    DesiredState("off", Intent(Mode.LIVE, INVENTED)),
)

SITE = config_of(
    [a_behavior(None, a_function(VIEWER_RESPONSE, "headers")), a_behavior("/a", a_lambda())]
)
OTHER_SITE = config_of(
    [a_behavior(None, a_lambda(VIEWER_RESPONSE, "headers")), a_behavior("/a", a_function())]
)
PLAIN_SITE = config_of([a_behavior()])
SITE_OF_ONE = config_of([a_behavior(None, a_lambda())])
SITE_OF_TWO = config_of([a_behavior(None, a_lambda(VIEWER_RESPONSE)), a_behavior("/a")])
CROWDED_SITE = config_of(
    [a_behavior(), a_behavior("/a", a_lambda()), a_behavior("/b", a_function())]
)

ATTACHES_LAMBDA = f"attaches {a_lambda(name='their-lambda')}"
OF_FUNCTIONS = ("attaches", "clears", "writes")

BROKEN = {
    "the record is cleared after restoring": (
        broken_protocols.CLEARED,
        Scope(SITE, (ON, OFF), Budget(runs=3, edits=0, crashes=0, losses=0)),
        "recorded",
    ),
    "a record is written only if functions are displaced": (
        broken_protocols.ONLY_DISPLACED,
        Scope(SITE_OF_ONE, (ON, OFF, ON), Budget(2, 1, 0, 0), edits=("clears",)),
        "recorded",
    ),
    "no random write id": (
        broken_protocols.NO_WRITE_ID,
        Scope(SITE_OF_ONE, (ON, OFF, ON), Budget(runs=3, edits=0, crashes=1, losses=0)),
        "recorded",
    ),
    "the record is read after the configuration when attaching": (
        broken_protocols.RECORD_READ_LAST,
        Scope(SITE_OF_ONE, (ON,), Budget(runs=2, edits=1, crashes=0, losses=0)),
        "recorded",
    ),
    "the record is not read again when detaching": (
        broken_protocols.RECORD_READ_ONCE,
        Scope(SITE_OF_ONE, (ON, OFF), Budget(3, 1, 0, 0), edits=(ATTACHES_LAMBDA,)),
        "kept",
    ),
    "excepted behaviors lose their record": (
        broken_protocols.WITHOUT_EXCEPTED,
        Scope(SITE, (ON, PARTLY), Budget(runs=2, edits=0, crashes=0, losses=0)),
        "recorded",
    ),
    "an attach into an empty place forgets what is owed there": (
        broken_protocols.WITHOUT_OWED,
        Scope(SITE_OF_ONE, (ON,), Budget(runs=2, edits=1, crashes=0, losses=0)),
        "recorded",
    ),
    "entries are never settled": (
        broken_protocols.NEVER_SETTLED,
        Scope(SITE_OF_ONE, (ON, OFF), Budget(runs=2, edits=1, crashes=0, losses=0)),
        "settled",
    ),
    "an entry is settled while its attach may come": (
        broken_protocols.SETTLED_AT_ONCE,
        Scope(SITE_OF_ONE, (ON, OFF), Budget(runs=2, edits=0, crashes=0, losses=0)),
        "recorded",
    ),
    "a function that is attached just before arming is displaced": (
        broken_protocols.ARMING_BY_THE_LISTING,
        Scope(PLAIN_SITE, (ARMED,), Budget(1, 1, 0, 0), edits=(ATTACHES_LAMBDA,)),
        "early",
    ),
    "the records of open sites are not read": (
        broken_protocols.OPEN_SITES_UNREAD,
        Scope(SITE_OF_ONE, (ON, OFF), Budget(runs=1, edits=1, crashes=0, losses=0)),
        "kept",
    ),
}

ORDINARY = (
    Scope(SITE_OF_ONE, (ON, OFF), Budget(runs=2, edits=1, crashes=1, losses=0), edits=OF_FUNCTIONS),
    Scope(SITE_OF_ONE, (ON, OFF), Budget(runs=1, edits=2, crashes=0, losses=0)),
    Scope(SITE, (ON, OFF, ON), Budget(runs=3, edits=0, crashes=1, losses=0)),
    Scope(SITE, (ON, OFF, PARTLY), Budget(runs=2, edits=0, crashes=1, losses=1)),
    Scope(OTHER_SITE, OTHER_ENGINE, Budget(runs=2, edits=0, crashes=1, losses=1)),
    Scope(SITE_OF_TWO, (ARMED, BEGUN, OFF), Budget(runs=2, edits=0, crashes=1, losses=1)),
    Scope(PLAIN_SITE, (ARMED, OFF), Budget(2, 1, 0, 0), None, (ATTACHES_LAMBDA, "clears")),
    Scope(SITE, (ON, ARMED, BEGUN), Budget(runs=2, edits=0, crashes=1, losses=0)),
)
THOROUGH = (
    Scope(SITE, (ON, OFF), Budget(runs=2, edits=1, crashes=1, losses=1)),
    Scope(SITE_OF_ONE, (ON, OFF), Budget(runs=2, edits=1, crashes=1, losses=1)),
    Scope(SITE_OF_ONE, (ON, OFF), Budget(runs=2, edits=2, crashes=0, losses=0)),
    Scope(SITE_OF_ONE, (ON, OFF), Budget(runs=3, edits=1, crashes=1, losses=0)),
    Scope(OTHER_SITE, OTHER_ENGINE, Budget(runs=2, edits=1, crashes=1, losses=1)),
    Scope(SITE, (ON, OFF, ON), Budget(runs=3, edits=1, crashes=0, losses=0)),
    Scope(SITE, (ON, OFF, ON), Budget(runs=3, edits=0, crashes=1, losses=1)),
    Scope(SITE, (ON, OFF), Budget(runs=1, edits=2, crashes=1, losses=1)),
    Scope(SITE, (ON, OFF, PARTLY), Budget(runs=2, edits=1, crashes=1, losses=1)),
    Scope(SITE, (ON, OFF, PARTLY, REPLACED, ON), Budget(runs=3, edits=0, crashes=1, losses=1)),
    Scope(SITE_OF_TWO, (OFF, ARMED, BEGUN, OFF), Budget(runs=3, edits=0, crashes=1, losses=1)),
    Scope(SITE_OF_TWO, (ARMED, OFF), Budget(2, 1, 0, 0), None, OF_FUNCTIONS),
    Scope(SITE_OF_TWO, (ARMED, REARMED, ON, OFF), Budget(runs=3, edits=1, crashes=1, losses=0)),
    Scope(SITE, (ON, ARMED, BEGUN, OFF), Budget(runs=3, edits=1, crashes=1, losses=0)),
    *(scope for _, scope, _ in BROKEN.values()),
)


def _named(scope: Scope) -> str:
    return f"{', '.join(each.word for each in scope.desired)} {scope.budget}"


def _explore(scope: Scope, variant: Variant | None = None) -> Found:
    found = explore(scope, variant)
    print(f"{_named(scope)}: {found}")  # noqa: T201 - what was explored is part of the result
    return found


@pytest.mark.parametrize("scope", [*ORDINARY, *(THOROUGH if FACTOR > 1 else ())], ids=_named)
def test_no_interleaving_loses_anything(scope: Scope, capsys: pytest.CaptureFixture[str]) -> None:
    """Every invariant holds in every state, with every step possible at every moment."""
    with capsys.disabled():
        found = _explore(scope)

    assert (None, ()) == (found.violation, found.trace)


@pytest.mark.parametrize(("variant", "scope", "violated"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_protocol_violates_an_invariant(
    variant: Variant, scope: Scope, violated: str
) -> None:
    """An exploration that finds no known error would prove nothing."""
    assert violated == _violated(_explore(scope, variant))


PROTECTED_SITE = config_of([a_behavior(None, a_function())])


@pytest.mark.parametrize(
    ("site", "runs", "edits", "violated"),
    [
        pytest.param(SITE_OF_ONE, 2, ("clears",), "recorded", id="ours is removed by hand"),
        pytest.param(
            PROTECTED_SITE,
            1,
            (f"attaches {a_lambda(VIEWER_RESPONSE, 'their-lambda')}",),
            "kept",
            id="a function of the other kind is attached",
        ),
        pytest.param(
            SITE_OF_ONE,
            2,
            ("writes an old configuration",),
            "lawful",
            id="an old configuration comes back",
        ),
    ],
)
def test_the_old_protocol_loses_functions(
    site: bytes, runs: int, edits: tuple[str, ...], violated: str
) -> None:
    """Its entries had no state (ADR 0032)."""
    budget = Budget(runs=runs, edits=1, crashes=0, losses=0)
    scope = Scope(site, (ON, OFF), budget, edits=edits)

    assert violated == _violated(_explore(scope, OLD))
    assert "" == _violated(_explore(scope))


def test_an_update_without_its_condition_overwrites_other_writers() -> None:
    """The exploration finds violations of the other invariants too."""
    scope = Scope(SITE_OF_ONE, (ON,), Budget(runs=1, edits=1, crashes=0, losses=0))

    assert "lawful" == _violated(_explore(scope, broken_protocols.UNCONDITIONAL))


def test_a_site_that_is_never_opened_does_not_settle() -> None:
    """A run has to do what the switch says."""
    scope = Scope(SITE, (ON, OFF), Budget(runs=1, edits=0, crashes=0, losses=0))

    assert "settled" == _violated(_explore(scope, broken_protocols.NEVER_OPENING))


def test_a_behavior_is_known_by_its_path_pattern_alone() -> None:
    """
    Show the limit of the record.

    If a third party removes a closed behavior and gives its path pattern to another closed one, the
    other gets its record too: a configuration identifies a behavior by nothing else.
    """
    budget = Budget(runs=1, edits=2, crashes=0, losses=0)
    scope = Scope(CROWDED_SITE, (ON,), budget, renamed_to="/a", edits=("removes", "renames"))

    assert "recorded" == _violated(_explore(scope))


def _violated(found: Found) -> str:
    """Return the name of the violated invariant, or an empty string."""
    return (found.violation or "").partition(":")[0]
