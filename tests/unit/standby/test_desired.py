"""What the store keeps where a page or the tokens could not be had."""

from maintenance.standby.access import allowed_paths
from maintenance.standby.desired import RenderedPages, RenderedSite, desired_store
from maintenance.standby.state import State, encode_state

from tests.unit.standby.stores import ACCESS, DEFAULT, LANGUAGES, rendered

TOKEN = {f"t.{'a' * 43}": "1796000000"}
STATE = {"state": encode_state(State(1, LANGUAGES, DEFAULT.rendering, ()))}
KEYS = {**STATE, **DEFAULT.keys, **ACCESS, **TOKEN, "unused": "{}"}
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
