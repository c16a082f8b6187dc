"""
The controller's process ends at one of its AWS calls, and the next sweep completes the work.

A read changes nothing at AWS. So an ordinary run of these tests ends the process before the first
call, and after each call that changes something; `make laws` also before and after every other one.
"""

import itertools
from collections.abc import Callable, Iterator

import pytest
from maintenance.wakeup import Sweep

from tests.crashing import Moment, MortalProcess, ProcessEnded, changes_something
from tests.hypothesis_profiles import FACTOR
from tests.sandbox.builders import a_distribution
from tests.stories.site import Site
from tests.stories.test_races import an_occupied_distribution

type LooksAfter = Callable[..., None]


def crash_points() -> Iterator[tuple[int, Moment]]:
    """Yield where to end a process: the number of the call, and the moment."""
    moments = tuple(Moment) if FACTOR > 1 else (Moment.AFTER,)
    yield 1, Moment.BEFORE
    yield from ((number, moment) for number in itertools.count(1) for moment in moments)


def is_crash_point(call: str) -> bool:
    """Return whether a process may end at this call."""
    return FACTOR > 1 or changes_something(call)


def sweep_until_crash(
    site: Site,
    process: MortalProcess,
    ends_at: int,
    moment: Moment,
    *,
    counting: Callable[[str], bool] = is_crash_point,
) -> str:
    """Sweep in a new process that ends at that call; return where it ended, or an empty text."""
    process.starts(ends_at=ends_at, moment=moment, counting=counting)
    try:
        site.controller(session=process.session).run(Sweep())
    except ProcessEnded:
        return f"{moment} the last of {' '.join(process.calls)}"
    return ""


def sweep(site: Site, process: MortalProcess) -> None:
    """Sweep in a process that does not end early."""
    process.starts()
    site.controller(session=process.session).run(Sweep())


def test_a_crash_between_any_two_calls_costs_nothing(site: Site, looks_after: LooksAfter) -> None:
    """After one sweep the site is closed, or open byte for byte, as the switch says."""
    distributions = a_distribution(site.cloud), an_occupied_distribution(site)
    looks_after(",".join(distributions))
    before = [site.config(each) for each in distributions]
    process = MortalProcess()

    for end in crash_points():
        site.says("on")
        closing = sweep_until_crash(site, process, *end)
        sweep(site, process)
        closed = [site.version(each) for each in distributions]
        assert [site.edge_version_arn] * len(distributions) == closed, closing

        site.says("off")
        opening = sweep_until_crash(site, process, *end)
        sweep(site, process)
        assert before == [site.config(each) for each in distributions], opening

        if not closing + opening:
            break


def test_a_crash_while_a_page_is_published_costs_nothing(site: Site, distribution_id: str) -> None:
    """After one sweep the message is attached, and nothing was published twice."""
    process = MortalProcess()
    before = site.config(distribution_id)

    for messages, end in enumerate(crash_points(), start=1):
        site.says(f"on: Message {messages}")
        where = sweep_until_crash(site, process, *end, counting=is_publishing)
        sweep(site, process)
        assert messages == len(site.published()), where
        assert site.published()[-1] == site.version(distribution_id), where
        if not where:
            break

    site.becomes("off")
    assert before == site.config(distribution_id)


def is_publishing(call: str) -> bool:
    """Return whether a call uploads or publishes a page; in `make laws`, if it is Lambda's."""
    return call.startswith("lambda:") and (FACTOR > 1 or changes_something(call))


@pytest.mark.parametrize("moment", Moment)
def test_a_process_that_has_ended_makes_no_more_calls(
    site: Site, looks_after: LooksAfter, moment: Moment
) -> None:
    """The tests above rely on it; AWS applies the last call, or never gets it."""
    looks_after(a_distribution(site.cloud))
    site.says("on")
    process = MortalProcess()
    earlier = len(site.cloud.sandbox.calls())

    ended = sweep_until_crash(site, process, 1, moment)

    made = [call["operation"] for call in site.cloud.sandbox.calls()[earlier:]]
    assert ended.startswith(moment)
    assert len(process.calls) - (moment is Moment.BEFORE) == len(made)
