"""Properties of skips: one occurrence of one window, and nothing else."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st
from maintenance.cli.windows.preview import coming, find_window, skip_next, with_window
from maintenance.schedule.decision import Schedule
from maintenance.schedule.skip import parse_skip, skip_value
from msgspec.structs import replace

from tests.hypothesis_profiles import examples
from tests.properties.sites import MINUTES, SITES, UTC_ZONE, Site, minute
from tests.properties.test_forecast import schedule_of

MANY = examples(250)


def begins(schedule: Schedule, name: str, at: int) -> list[object]:
    """Return when the next runs of a window begin."""
    window = find_window(schedule, name)
    assert window
    return [each.begins for each in islice(coming(schedule, window, now=minute(at)), 4)]


@MANY
@given(site=SITES, count=MINUTES, pick=st.integers(0, 3))
def test_a_skip_takes_out_exactly_the_next_run_of_one_window(
    site: Site, count: int, pick: int
) -> None:
    """Also with lead time, an off, an earlier skip, and runs that overlap one another."""
    if not site.windows:
        return
    schedule, window = schedule_of(site, minute(count)), site.windows[pick % len(site.windows)]
    found = skip_next(schedule, window, now=minute(count))
    if found is None:
        assert [] == begins(schedule, window.name, count)
        return
    skipped, until = found
    skip = parse_skip(skip_value(until), written=minute(count), zone=UTC_ZONE)

    after = with_window(schedule, window.name, replace(window, skip=skip))

    before = begins(schedule, window.name, count)
    assert skipped.begins == before[0]
    assert before[1:] == begins(after, window.name, count)[: len(before) - 1]
    for other in site.windows:
        if other.name != window.name:
            assert begins(schedule, other.name, count) == begins(after, other.name, count)
