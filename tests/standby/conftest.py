"""The sites that the function and the edge handler answer for, made once."""

import pytest
from maintenance.standby.layout import render_keys
from maintenance.standby.state import decode_state, encode_state, periods_until
from msgspec.structs import replace

from tests.standby.sites import Site, site, sites


@pytest.fixture(scope="module")
def all_sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Site]:
    """Give the sites by name."""
    return sites(tmp_path_factory.mktemp("sites"))


@pytest.fixture(scope="module")
def with_default(all_sites: dict[str, Site], tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a site that is closed with a message, and whose default rendering has none."""
    folder = tmp_path_factory.mktemp("announced")
    announced = site(
        folder / "site",
        {
            "settings.json": {"texts": {"en": {}, "de": {}}},
            "announcement.json": {"message": "Upgrade"},
        },
    )
    default = all_sites["small"].rendered
    state = decode_state(announced.store["state"])
    assert state is not None
    value = encode_state(replace(state, default=default.rendering))
    return replace(announced, store={**announced.store, **default.keys, "state": value})


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a site that is closed without an end, and whose settings announce one."""
    folder = tmp_path_factory.mktemp("late")
    announced = site(folder / "site", {"settings.json": {"until": "2026-11-26T01:30:00Z"}})
    state = decode_state(announced.store["state"])
    assert state is not None
    assert announced.rendering.overdue is not None
    overdue = render_keys(announced.rendering.overdue)
    periods = periods_until(state.periods[0], announced.rendering.until, overdue.rendering)
    value = encode_state(replace(state, periods=periods))
    return replace(announced, store={**announced.store, **overdue.keys, "state": value})
