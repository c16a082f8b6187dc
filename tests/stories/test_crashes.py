"""
The controller's process ends at one of its AWS calls: the next sweep does what is left.

What only reads leaves AWS as it was, so an ordinary run ends the process after each call that
changes something, and before the first; `make laws` does so before and after every call.
"""

import itertools
from collections.abc import Callable, Iterator

import pytest
from maintenance.wakeup import Sweep

from tests.crashing import Moment, MortalProcess, ProcessEnded, changes_something
from tests.effort import FACTOR
from tests.sandbox.builders import a_distribution
from tests.stories.site import Site
from tests.stories.test_races import an_occupied_distribution

type LooksAfter = Callable[..., None]


def ends() -> Iterator[tuple[int, Moment]]:
    """Give where a process ends: the number of the call, and the moment."""
    moments = tuple(Moment) if FACTOR > 1 else (Moment.AFTER,)
    yield 1, Moment.BEFORE
    yield from ((number, moment) for number in itertools.count(1) for moment in moments)


def runs(site: Site, process: MortalProcess, ends_at: int, moment: Moment) -> str:
    """Let a new process look until it ends at that call; say where it did, or nothing."""
    counting = bool if FACTOR > 1 else changes_something
    process.starts(ends_at=ends_at, moment=moment, counting=counting)
    try:
        site.controller(session=process.session).run(Sweep())
    except ProcessEnded:
        return f"{moment} the last of {' '.join(process.calls)}"
    return ""


def sweeps(site: Site, process: MortalProcess) -> None:
    """Let another process look that nothing ends."""
    process.starts()
    site.controller(session=process.session).run(Sweep())


def test_a_crash_between_any_two_calls_costs_nothing(site: Site, looks_after: LooksAfter) -> None:
    """One sweep later the site is closed, or open again byte for byte, as was decided."""
    distributions = a_distribution(site.cloud), an_occupied_distribution(site)
    looks_after(",".join(distributions))
    before = [site.config(each) for each in distributions]
    process = MortalProcess()

    for end in ends():
        site.says("on")
        closing = runs(site, process, *end)
        sweeps(site, process)
        closed = [site.version(each) for each in distributions]
        assert [site.edge_version_arn] * len(distributions) == closed, closing

        site.says("off")
        opening = runs(site, process, *end)
        sweeps(site, process)
        assert before == [site.config(each) for each in distributions], opening

        if not closing + opening:
            break


@pytest.mark.parametrize("moment", Moment)
def test_a_process_that_has_ended_calls_nobody(
    site: Site, looks_after: LooksAfter, moment: Moment
) -> None:
    """What the stories above rest on: the call at which it ends is carried out, or is not."""
    looks_after(a_distribution(site.cloud))
    site.says("on")
    process = MortalProcess()
    earlier = len(site.cloud.sandbox.calls())

    ended = runs(site, process, 1, moment)

    made = [call["operation"] for call in site.cloud.sandbox.calls()[earlier:]]
    assert ended.startswith(moment)
    assert len(process.calls) - (moment is Moment.BEFORE) == len(made)
