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
from tests.hypothesis_profiles import FACTOR
from tests.sandbox.builders import a_distribution
from tests.stories.site import Site
from tests.stories.test_races import an_occupied_distribution

type LooksAfter = Callable[..., None]


def ends() -> Iterator[tuple[int, Moment]]:
    """Give where a process ends: the number of the call, and the moment."""
    moments = tuple(Moment) if FACTOR > 1 else (Moment.AFTER,)
    yield 1, Moment.BEFORE
    yield from ((number, moment) for number in itertools.count(1) for moment in moments)


def counts(call: str) -> bool:
    """Tell a call at which a process may end."""
    return FACTOR > 1 or changes_something(call)


def runs(
    site: Site,
    process: MortalProcess,
    ends_at: int,
    moment: Moment,
    *,
    counting: Callable[[str], bool] = counts,
) -> str:
    """Let a new process look until it ends at that call; say where it did, or nothing."""
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


def test_a_crash_while_a_page_is_published_costs_nothing(site: Site, distribution_id: str) -> None:
    """One sweep later visitors read the message, and no content was published twice."""
    process = MortalProcess()
    before = site.config(distribution_id)

    for messages, end in enumerate(ends(), start=1):
        site.says(f"on: Message {messages}")
        where = runs(site, process, *end, counting=publishes)
        sweeps(site, process)
        assert messages == len(site.published()), where
        assert site.published()[-1] == site.version(distribution_id), where
        if not where:
            break

    site.becomes("off")
    assert before == site.config(distribution_id)


def publishes(call: str) -> bool:
    """Tell a call that uploads a page or publishes it; `make laws` takes every call to Lambda."""
    return call.startswith("lambda:") and (FACTOR > 1 or changes_something(call))


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
