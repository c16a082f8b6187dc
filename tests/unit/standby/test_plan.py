"""
The store is written in an order in which a site closes at once and no page is ever torn.

The exploration in tests/model_checking has every order of two controllers' writes; this is what one
controller writes.
"""

import json
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance.standby.access import settings_keys, token_keys
from maintenance.standby.changes import KeyChanges, requests_of
from maintenance.standby.layout import is_complete, render_keys
from maintenance.standby.plan import (
    DesiredPeriod,
    DesiredStore,
    StorePlan,
    desired_period,
    has_times,
    plan_store,
    plan_times,
)
from maintenance.standby.rendering import Answer, Answers, Rendering
from maintenance.standby.state import Period, State, decode_state, encode_state
from msgspec.structs import replace

from tests.unit.standby.stores import (
    ACCESS,
    DEFAULT,
    HOUR,
    LANGUAGES,
    NOW,
    SETTINGS,
    T,
    desired,
    period,
    rendered,
)

OPEN = State(1_000, LANGUAGES, DEFAULT.rendering, ())
AT_REST = {**ACCESS, **DEFAULT.keys, "state": encode_state(OPEN)}


def _applied(keys: Mapping[str, str], plan: StorePlan) -> dict[str, str]:
    return _after(keys, plan.changes)


def _after(keys: Mapping[str, str], changes: Iterable[KeyChanges]) -> dict[str, str]:
    after = dict(keys)
    for each in changes:
        after |= each.puts
        for key in each.deletes:
            after.pop(key, None)
    return after


def _state(keys: Mapping[str, str]) -> State:
    state = decode_state(keys["state"])
    assert state is not None
    return state


def _shape(plan: StorePlan) -> list[str]:
    """Return in a word what each change has: `state`, keys of a rendering, others, deletions."""
    return [_word(each) for each in plan.changes]


def _word(changes: KeyChanges) -> str:
    if "state" in changes.puts:
        assert (1, ()) == (len(changes.puts), tuple(changes.deletes))
        return "state"
    if changes.deletes:
        return "deletes"
    return "rendering" if any(".t." in key for key in changes.puts) else ",".join(changes.puts)


CLOSED_BY_SWITCH = (Period(T - 60, 0, DEFAULT.rendering),)


def test_a_plain_on_is_one_write_of_one_key() -> None:
    """The default rendering lies ready at every edge."""
    plan = plan_store(AT_REST, desired(period()), now=NOW)

    expected = State(1_796_000_000_500, LANGUAGES, DEFAULT.rendering, CLOSED_BY_SWITCH)
    assert (KeyChanges({"state": encode_state(expected)}),) == plan.changes
    assert expected == plan.state


def test_an_off_is_one_write_of_one_key() -> None:
    """The renderings of the maintenance are noted as unused when the store is next written."""
    closed = _applied(AT_REST, plan_store(AT_REST, desired(period()), now=NOW - 5))

    plan = plan_store(closed, desired(), now=NOW)

    assert (["state"], ()) == (_shape(plan), plan.state.periods)


def test_what_is_as_desired_is_not_written() -> None:
    """A sweep changes nothing."""
    closed = _applied(AT_REST, plan_store(AT_REST, desired(period()), now=NOW - 5))

    plan = plan_store(closed, desired(period()), now=NOW)

    assert ((), _state(closed)) == (plan.changes, plan.state)


def test_a_message_follows_on_a_page_after_the_site_is_closed() -> None:
    """Closing waits for no page: the message is in the state, for an edge without the page."""
    announced = period(message="Upgrade", ends=T + HOUR)
    assert announced.answers

    plan = plan_store(AT_REST, desired(announced), now=NOW)

    assert ["state", "rendering", "state"] == _shape(plan)
    first = _state(_after(AT_REST, plan.changes[:1]))
    last = _state(_after(AT_REST, plan.changes))
    assert (Period(T - 60, T + HOUR, DEFAULT.rendering, "Upgrade"),) == first.periods
    page = announced.answers.rendering
    assert (Period(T - 60, T + HOUR, page, "Upgrade"),) == last.periods
    assert first.generation < last.generation


def test_a_page_that_is_in_the_store_already_is_named_at_once() -> None:
    """A window's page is written days ahead."""
    announced = period(message="Upgrade")
    assert announced.answers

    plan = plan_store({**AT_REST, **announced.answers.keys}, desired(announced), now=NOW)

    assert ["state"] == _shape(plan)
    assert announced.answers.rendering == plan.state.periods[0].rendering


def test_another_page_changes_nothing_until_it_is_complete() -> None:
    """The site stays closed at the same times, so visitors keep the page that they have."""
    before = desired(period(message="Upgrade"))
    closed = _applied(AT_REST, plan_store(AT_REST, before, now=NOW - 5))
    other = replace(period(message="Upgrade"), answers=rendered("other"))

    plan = plan_store(closed, desired(other), now=NOW)

    assert ["rendering", "state", "unused"] == _shape(plan)


def test_a_new_window_leaves_visitors_the_page_that_they_have() -> None:
    """Although the times change, and the page of now is being replaced by another."""
    before = desired(period(message="Upgrade", ends=T + HOUR))
    closed = _applied(AT_REST, plan_store(AT_REST, before, now=NOW - 5))
    page = _state(closed).periods[0].rendering
    other = replace(period(message="Upgrade", ends=T + HOUR), answers=rendered("other"))
    window = period(T + 2 * HOUR, T + 3 * HOUR)

    plan = plan_store(closed, desired(other, window), now=NOW)

    first = _state(_after(closed, plan.changes[:1]))
    assert [page, DEFAULT.rendering] == [each.rendering for each in first.periods]


def test_a_default_rendering_is_named_after_it_is_complete() -> None:
    """A `state` names nothing that the store lacks."""
    other = rendered("brand")
    closing = replace(period(), answers=other)

    plan = plan_store(AT_REST, desired(closing, default=other), now=NOW)

    assert ["state", "rendering", "state", "unused"] == _shape(plan)
    defaults = [_state(_after(AT_REST, plan.changes[:number])).default for number in (1, 2, 3)]
    assert [DEFAULT.rendering, DEFAULT.rendering, other.rendering] == defaults


def test_an_empty_store_closes_at_once() -> None:
    """With text at first: there is no rendering to name."""
    plan = plan_store({}, desired(period(message="Upgrade")), now=NOW)

    assert ["state", "settings", "rendering", "state"] == _shape(plan)
    first = _state(_after({}, plan.changes[:1]))
    assert (LANGUAGES, "", (Period(T - 60, 0, "", "Upgrade"),)) == (
        first.languages,
        first.default,
        first.periods,
    )


@pytest.mark.parametrize(
    "value", ["{", '{"g": -1, "l": [], "d": "", "p": []}', f'{{"g": {2**53}}}']
)
def test_a_state_that_cannot_be_read_is_replaced_at_once(value: str) -> None:
    """Somebody has edited it; the function goes by its own state as long as it stands there."""
    plan = plan_store({**AT_REST, "state": value}, desired(), now=NOW)

    assert (["state"], ()) == (_shape(plan), plan.state.periods)


def test_a_default_rendering_that_was_deleted_by_hand_is_not_named() -> None:
    """It is written again, and named then."""
    key = f"{DEFAULT.rendering}.de.t.0"
    keys = {name: value for name, value in AT_REST.items() if name != key}

    plan = plan_store(keys, desired(period()), now=NOW)

    assert ["state", "rendering", "state"] == _shape(plan)
    assert "" == _state(_after(keys, plan.changes[:1])).default
    assert KeyChanges({key: DEFAULT.keys[key]}) == plan.changes[1]


def test_with_other_languages_a_page_is_named_with_its_own() -> None:
    """Until the new default rendering is there, the languages are those of the old one."""
    other, page = rendered("d", ("en", "fr")), rendered("p", ("en", "fr"))
    closing = DesiredPeriod(T - 60, 0, "Upgrade", page)
    wanted = DesiredStore(("en", "fr"), other, (closing,), ACCESS)

    plan = plan_store({**AT_REST, **page.keys}, wanted, now=NOW)

    first = _state(_after(AT_REST, plan.changes[:1]))
    assert (LANGUAGES, DEFAULT.rendering) == (first.languages, first.periods[0].rendering)
    assert (("en", "fr"), page.rendering) == (plan.state.languages, plan.state.periods[0].rendering)


def test_with_other_languages_a_stored_page_is_left_behind() -> None:
    """The new default rendering is there, and the page of now lacks a language of it."""
    before = desired(period(message="Upgrade", ends=T + 30))
    closed = _applied(AT_REST, plan_store(AT_REST, before, now=NOW - 5))
    other, page = rendered("d", ("en", "fr")), rendered("p", ("en", "fr"))
    periods = (DesiredPeriod(T - 60, T + 30, "Upgrade", page), period(T + 60, T + 90))
    wanted = DesiredStore(("en", "fr"), other, periods, ACCESS)

    plan = plan_store({**closed, **other.keys}, wanted, now=NOW)

    first = _state(_after(closed, plan.changes[:1]))
    assert [other.rendering] * 2 == [each.rendering for each in first.periods]


def test_settings_and_tokens_follow_the_state_and_precede_pages() -> None:
    """A revoked token is worth no wait for pages; closing is worth more."""
    tokens = token_keys({"ab" * 32: T + 60})
    old = token_keys({"cd" * 32: T + 60})
    wanted = replace(desired(period(message="Upgrade")), access={**ACCESS, **tokens})
    keys = {**AT_REST, **old, "n8.0": "0" * 16, "theirs": "7", "t.short": "theirs too"}

    plan = plan_store(keys, wanted, now=NOW)

    assert ["state", "deletes", "rendering", "state"] == _shape(plan)
    assert KeyChanges(tokens, ("n8.0", *old)) == plan.changes[1]


def test_settings_that_could_not_be_read_stay() -> None:
    """As do networks and tokens."""
    keys = {**AT_REST, "n8.0": "0" * 16, **token_keys({"ab" * 32: T + 60})}

    assert () == plan_store(keys, replace(desired(), access=None), now=NOW).changes


def test_other_settings_alone_leave_the_state() -> None:
    """It has nothing of them."""
    other = settings_keys(replace(SETTINGS, retry_after_seconds=60))

    plan = plan_store(AT_REST, replace(desired(), access=other), now=NOW)

    assert ((KeyChanges(other),), OPEN) == (plan.changes, plan.state)


def test_the_generation_is_above_that_of_the_code_too() -> None:
    """Else the function would go by its own state; that may be newer if the key was deleted."""
    baked = replace(OPEN, generation=T * 2_000)

    plan = plan_store({}, desired(), now=NOW, baked=baked)

    assert [T * 2_000 + 1, T * 2_000 + 2] == [
        _state(each.puts).generation for each in plan.changes if "state" in each.puts
    ]


def test_a_state_that_is_older_than_that_of_the_code_is_written_again() -> None:
    """Although it says what is desired: the function would go by the other one."""
    baked = State(T * 2_000, LANGUAGES, DEFAULT.rendering, CLOSED_BY_SWITCH)

    plan = plan_store(AT_REST, desired(), now=NOW, baked=baked)

    assert (["state"], T * 2_000 + 1) == (_shape(plan), plan.state.generation)


def test_a_state_is_compared_with_the_times_that_are_desired() -> None:
    """As far as it has room, and whatever its pages are."""
    windows = [period(T + each * HOUR, T + each * HOUR + 60) for each in range(1, 12)]
    state = plan_store(AT_REST, desired(*windows), now=NOW).state

    assert has_times(state, windows, now=NOW)
    assert not has_times(state, windows[1:], now=NOW)
    assert not has_times(OPEN, [period()], now=NOW)


def test_only_pages_that_the_state_has_room_for_are_written() -> None:
    """The others follow, days ahead as well."""
    windows = [period(T + each * HOUR, T + each * HOUR + 60) for each in range(1, 12)]

    keys = _applied(AT_REST, plan_store(AT_REST, desired(*windows), now=NOW))

    assert 8 + 1 == len({key[:8] for key in keys if ".h." in key})


def test_what_had_to_be_cut_is_said() -> None:
    """By the state that stays, not by the first one as well."""
    plan = plan_store(AT_REST, desired(period(message="x" * 200)), now=NOW)

    assert 1 == len(plan.notices)


def test_a_rendering_goes_an_hour_after_no_state_names_it() -> None:
    """Not when it is noted, nor with the state that stops naming it."""
    closed = _applied(AT_REST, plan_store(AT_REST, desired(period(message="Upgrade")), now=NOW))
    page = _state(closed).periods[0].rendering

    opened = _applied(closed, plan_store(closed, desired(), now=NOW + 60))
    early = plan_store(opened, desired(), now=NOW + 60 + HOUR - 1)
    late = plan_store(opened, desired(), now=NOW + 60 + HOUR)

    assert {page: T + 60} == json.loads(opened["unused"])
    assert () == early.changes
    assert AT_REST.keys() == _applied(opened, late).keys()


def test_a_rendering_that_the_published_code_names_stays() -> None:
    """That state counts where the store fails."""
    closed = _applied(AT_REST, plan_store(AT_REST, desired(period(message="Upgrade")), now=NOW))
    opened = _applied(closed, plan_store(closed, desired(), now=NOW + 60))

    plan = plan_store(opened, desired(), now=NOW + 9 * HOUR, baked=_state(closed))

    assert (KeyChanges(deletes=("unused",)),) == plan.changes


class TestTimesAlone:
    """What can be written before any page is rendered."""

    def test_an_on_is_written_from_the_state_alone(self) -> None:
        """With the message and the default rendering."""
        closing = period(message="Upgrade", ends=T + HOUR, is_rendered=False)

        plan = plan_times(AT_REST["state"], [closing], now=NOW)

        expected = (Period(T - 60, T + HOUR, DEFAULT.rendering, "Upgrade"),)
        assert (["state"], expected) == (_shape(plan), plan.state.periods)
        assert (LANGUAGES, DEFAULT.rendering) == (plan.state.languages, plan.state.default)

    def test_without_other_times_nothing_is_written(self) -> None:
        """The pages follow by the whole plan."""
        closed = plan_store(AT_REST, desired(period(message="Upgrade")), now=NOW - 5).state
        other = period(T - 30, message="Another", is_rendered=False)

        plan = plan_times(encode_state(closed), [other], now=NOW)

        assert ((), closed) == (plan.changes, plan.state)

    def test_a_page_that_still_fits_stays(self) -> None:
        """Another window was added; visitors keep the page with the message."""
        closed = plan_store(AT_REST, desired(period(message="Upgrade")), now=NOW - 5).state
        periods = [
            period(message="Upgrade", is_rendered=False),
            period(T + 60, T + 90, message="Upgrade", is_rendered=False),
        ]
        window = period(T - 90, T - 80)

        plan = plan_times(encode_state(closed), [window, *periods[1:]], now=NOW)
        both = plan_times(
            encode_state(closed), [replace(periods[0], ends=0), *periods[1:]], now=NOW
        )

        assert [DEFAULT.rendering] == [each.rendering for each in plan.state.periods]
        # The open end covers the window: the times are the same, and nothing is written.
        assert () == both.changes

    def test_the_page_of_now_stays_beside_a_new_window(self) -> None:
        """Neither its message nor its end has changed."""
        now = desired(period(message="Upgrade", ends=T + 60))
        closed = plan_store(AT_REST, now, now=NOW - 5).state
        periods = [
            period(message="Upgrade", ends=T + 60, is_rendered=False),
            period(T + 90, T + 99, message="Other", is_rendered=False),
        ]

        plan = plan_times(encode_state(closed), periods, now=NOW)

        expected = [closed.periods[0].rendering, DEFAULT.rendering]
        assert expected == [each.rendering for each in plan.state.periods]

    def test_an_extended_end_is_on_no_page_yet(self) -> None:
        """The page of now says the old one."""
        closed = plan_store(AT_REST, desired(period(ends=T + 60)), now=NOW - 5).state

        plan = plan_times(encode_state(closed), [period(ends=T + 90, is_rendered=False)], now=NOW)

        assert (Period(T - 60, T + 90, DEFAULT.rendering),) == plan.state.periods

    def test_without_a_state_the_code_can_be_newer(self) -> None:
        """An empty store closes too."""
        baked = replace(OPEN, generation=T * 2_000)

        plan = plan_times(None, [period(is_rendered=False)], now=NOW, baked=baked)

        assert State(T * 2_000 + 1, (), "", (Period(T - 60, 0, ""),)) == plan.state


def test_an_announced_end_before_the_real_one_makes_two_periods() -> None:
    """As the site's own settings can announce one."""
    answers = {"en": Answers(*[Answer({"vary": "Accept"}, "Soon\n")] * 3)}
    overdue = {"en": Answers(*[Answer({"vary": "Accept"}, "Late\n")] * 3)}
    rendering = Rendering(("en",), answers, overdue, T + 60.0, SETTINGS)

    found = desired_period(T, 0, "Upgrade", rendering)
    unknown = desired_period(T, 0, "Upgrade", None)
    endless = desired_period(T, 0, "", replace(rendering, overdue=None, until=None))

    page, late = render_keys(answers), render_keys(overdue)
    assert DesiredPeriod(T, 0, "Upgrade", page, late, T + 60.0) == found
    assert (DesiredPeriod(T, 0, "Upgrade"), DesiredPeriod(T, 0, "", page)) == (unknown, endless)
    plan = plan_store({}, DesiredStore(("en",), page, (found,), {}), now=NOW)
    assert [(T + 60, page.rendering), (0, late.rendering)] == [
        (each.ends, each.rendering) for each in plan.state.periods
    ]


_MESSAGES = st.sampled_from(("", "Upgrade", "Move"))
_INSTANTS = st.integers(T - 100, T + 100)


@st.composite
def _desired_stores(draw: st.DrawFn) -> DesiredStore:
    begins = draw(st.lists(_INSTANTS, max_size=3, unique=True))
    periods = [
        period(
            each,
            draw(st.sampled_from((0, each + 50))),
            draw(_MESSAGES),
            is_rendered=draw(st.booleans()),
        )
        for each in begins
    ]
    return desired(*periods, default=draw(st.sampled_from((DEFAULT, rendered("brand")))))


@given(before=_desired_stores(), cut=st.integers(0, 9), after=_desired_stores())
def test_every_state_names_what_the_store_has(
    before: DesiredStore, cut: int, after: DesiredStore
) -> None:
    """Also if the run before broke off anywhere; a plan comes true, and then there is no more."""
    started = _after({}, [*requests_of(plan_store({}, before, now=NOW - 9).changes)][:cut])
    keys, generation = started, 0
    plan = plan_store(started, after, now=NOW)

    for each in requests_of(plan.changes):
        keys = _after(keys, [each])
        state = decode_state(keys.get("state", ""))
        if state:
            named = {state.default, *(one.rendering for one in state.periods)} - {""}
            assert all(is_complete(keys, one, state.languages) for one in named)
            assert generation <= state.generation
            generation = state.generation

    assert _state(keys) == plan.state
    assert () == plan_store(keys, after, now=NOW).changes
