"""What the switch must say to give the maintenance that is on another end."""

import pytest
from maintenance.cli.switch.extend import extended_value
from maintenance.cli.switch.typed_switch import split_message
from maintenance.errors import ConfigurationError, UnreadableValue
from maintenance.schedule.switch import parse_switch

from tests.unit.site import SUNDAYS, ZONE, Site, a_version, instant, printed

NOW = "2026-12-06T03:00"
ON = Site(switch=(("2026-12-06T02:30", "on until 2026-12-06T04:00: Upgrade"),))
TO_THE_MILLISECOND = Site(switch=(("2026-12-06T02:30:00.123", "on for 90m"),))
OPEN_ENDED = Site(switch=(("2026-12-06T02:30", "on"),))
WINDOW = Site(windows=(f"{SUNDAYS}: Every Sunday",))
BOTH = Site(
    switch=(("2026-12-06T02:30", "on until 2026-12-06T06:00"),), windows=(f"{SUNDAYS}: Sunday",)
)


def extended(site: Site, *words: str, message: str | None = None) -> str:
    """Return what the switch must say."""
    typed = split_message(words, message)
    return extended_value(typed, site.schedule(NOW), now=instant(NOW), zone=ZONE)


@pytest.mark.parametrize(
    ("site", "words", "expected"),
    [
        (ON, ["30m"], "on until 2026-12-06T04:30+00:00: Upgrade"),
        (ON, ["by", "1", "hour"], "on until 2026-12-06T05:00+00:00: Upgrade"),
        (ON, ["until", "06:00"], "on until 2026-12-06T06:00+00:00: Upgrade"),
        (ON, ["until 03:30"], "on until 2026-12-06T03:30+00:00: Upgrade"),
        (ON, ["30m: Longer"], "on until 2026-12-06T04:30+00:00: Longer"),
        (TO_THE_MILLISECOND, ["30m"], "on until 2026-12-06T04:30+00:00"),
        (OPEN_ENDED, ["until", "04:00"], "on until 2026-12-06T04:00+00:00"),
        (WINDOW, ["30m"], "on until 2026-12-06T04:30+00:00: Every Sunday"),
        (BOTH, ["1h"], "on until 2026-12-06T07:00+00:00: Sunday"),
        (BOTH, ["until 05:00"], "on until 2026-12-06T05:00+00:00: Sunday"),
    ],
)
def test_the_switch_gets_the_new_end_and_keeps_the_message(
    site: Site, words: list[str], expected: str
) -> None:
    """Whether the switch or a window has closed the site."""
    assert expected == extended(site, *words)


@pytest.mark.parametrize(
    ("site", "words", "expected"),
    [
        (Site(), ["30m"], "There is no maintenance to extend: site-maintenance on for 30m closes"),
        (Site(switch=()), ["30m"], "There is no maintenance to extend: "),
        (ON, ["until", "04:00"], "The maintenance already ends at 2026-12-06T04:00"),
        (WINDOW, ["until", "03:30"], "A window keeps the site closed for longer"),
        (BOTH, ["until", "03:30"], "A window keeps the site closed for longer"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_remedy(
    site: Site, words: list[str], expected: str
) -> None:
    """Nothing is to be written then."""
    with pytest.raises(ConfigurationError) as refused:
        extended(site, *words)

    assert str(refused.value).startswith(expected)


def test_a_duration_needs_an_end_to_count_from() -> None:
    """A maintenance that someone ends has none."""
    with pytest.raises(UnreadableValue, match="there is no end to count from: write until"):
        extended(OPEN_ENDED, "30m")


@pytest.mark.parametrize("site", [ON, WINDOW, BOTH])
def test_the_site_opens_at_the_new_end(site: Site) -> None:
    """And stays closed without a gap until then."""
    version = a_version(9, NOW, extended(site, "until", "07:00"))
    switch = parse_switch(version.value, written=version.written, zone=ZONE)
    after = Site(switch=(*site.switch, (NOW, version.value)), windows=site.windows)

    assert (
        "2026-12-06T07:00Z" == printed(switch.until) == printed(after.at("2026-12-06T04:30").until)
    )
