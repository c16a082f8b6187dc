"""What the store keeps where a page or the tokens could not be had."""

from maintenance.standby.access import allowed_paths
from maintenance.standby.desired import RenderedPages, RenderedSite, desired_store
from maintenance.standby.plan import DesiredPeriod
from maintenance.standby.state import Period, State, encode_state
from msgspec.structs import replace

from tests.unit.standby.stores import ACCESS, DEFAULT, LANGUAGES, rendered

TOKEN = {f"t.{'a' * 43}": "1796000000"}
STATE = {"state": encode_state(State(1, LANGUAGES, DEFAULT.rendering, ()))}
KEYS = {**STATE, **DEFAULT.keys, **ACCESS, **TOKEN, "unused": "{}"}
PLAIN = DesiredPeriod(1, 0, "Upgrade")
SITE = RenderedSite(("fr",), rendered("new", ("fr",)), {"settings": "{}"})


def _desired(pages: RenderedPages, keys: dict[str, str] | None = None) -> RenderedSite:
    found = desired_store(pages, KEYS if keys is None else keys)
    assert found is not None
    return RenderedSite(found.languages, found.default, dict(found.access or {}))


def test_what_was_rendered_counts() -> None:
    """Tokens that were revoked go, too."""
    assert _desired(RenderedPages(SITE, (), tokens={})) == SITE


def test_tokens_that_cannot_be_read_stay() -> None:
    """Beside the new settings."""
    assert {"settings": "{}", **TOKEN} == _desired(RenderedPages(SITE, ())).settings


def test_a_page_that_cannot_be_had_leaves_the_one_of_the_store() -> None:
    """With its settings; the tokens are those of now."""
    expected = RenderedSite(LANGUAGES, DEFAULT, ACCESS)
    assert expected == _desired(RenderedPages(None, (), tokens={}, fallback=SITE))


def test_a_packaged_page_has_the_announcement_while_the_owners_cannot_be_had() -> None:
    """In a store that has the packaged page or no page; not beside a good page of the owner."""
    packaged = RenderedSite(LANGUAGES, DEFAULT, ACCESS)
    announced = DesiredPeriod(1, 0, "Upgrade", rendered("announced"))

    def periods(fallback: RenderedSite, keys: dict[str, str]) -> tuple[DesiredPeriod, ...]:
        pages = RenderedPages(
            None, (PLAIN,), fallback=fallback, fallback_periods=(announced,), tokens={}
        )
        found = desired_store(pages, keys)
        assert found is not None
        return found.periods

    assert (announced,) == periods(packaged, KEYS)
    assert (announced,) == periods(packaged, {})
    assert (PLAIN,) == periods(SITE, KEYS)


def test_a_page_with_the_same_message_and_end_stays() -> None:
    """An owner's page that is refused in a maintenance must not take its message away."""
    page = rendered("good")
    held = (Period(1, 0, page.rendering, "Upgrade"),)
    state = {"state": encode_state(State(1, LANGUAGES, DEFAULT.rendering, held))}
    pages = RenderedPages(None, (PLAIN, replace(PLAIN, message="Another")), fallback=SITE)

    complete = desired_store(pages, {**KEYS, **state, **page.keys})
    incomplete = desired_store(pages, {**KEYS, **state})

    assert complete is not None
    assert [page, None] == [each.answers for each in complete.periods]
    assert incomplete is not None
    assert pages.periods == incomplete.periods


def test_a_store_without_a_complete_page_gets_the_packaged_one() -> None:
    """If there is one at all."""
    part = next(iter(DEFAULT.keys))
    incomplete = {key: value for key, value in KEYS.items() if key != part}
    first = {"state": encode_state(State(1, (), "", ()))}

    for keys in (incomplete, first, {}):
        assert SITE.default == _desired(RenderedPages(None, (), fallback=SITE), keys).default
        assert desired_store(RenderedPages(None, ()), keys) is None


def test_the_paths_that_stay_open_are_in_the_settings() -> None:
    """A damaged key names none."""
    assert ("/robots.txt",) == allowed_paths(ACCESS)
    assert () == allowed_paths({"settings": "?"}) == allowed_paths({})
