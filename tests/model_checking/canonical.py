"""
One name for all worlds that no run could tell apart.

A write id and a version count only as long as a run could meet them again: records get the lowest
write ids, and all versions that are gone get one name.
"""

from copy import replace
from functools import cache
from types import MappingProxyType

from maintenance.cloudfront.displaced import encode

from tests.model_checking.replay import decode_record
from tests.model_checking.world import Answer, Run, World


def active_runs(world: World) -> tuple[Run, ...]:
    """Return the runs in progress."""
    return tuple(filter(None, world.runs))


def bodies(world: World) -> tuple[bytes, ...]:
    """Return each record that is stored, or that a run has read or written in this try, once."""
    read = (each.record for run in active_runs(world) for each in run.answers)
    return tuple(dict.fromkeys(filter(None, (world.record, *read))))


def live_versions(world: World) -> frozenset[int]:
    """Return the versions that are current, or that a run has read in this try."""
    read = (a.version for run in active_runs(world) for a in run.answers if a.xml)
    return frozenset((world.version, *read))


def canonical(world: World, *, has_write_id: bool) -> World:
    """Return the world with the lowest write ids, and one name for versions that none can meet."""
    live = live_versions(world)
    new = {
        body: _rename_version(body, live, str(number) if has_write_id else "")
        for number, body in enumerate(bodies(world))
    }

    def renamed(answer: Answer) -> Answer:
        return answer._replace(record=new[answer.record]) if answer.record else answer

    return world._replace(
        record=new[world.record] if world.record else None,
        runs=tuple(
            run and run._replace(answers=tuple(map(renamed, run.answers))) for run in world.runs
        ),
    )


@cache
def _rename_version(body: bytes, live: frozenset[int], write: str) -> bytes:
    """Return the record under this write id, with one name for versions that no run can meet."""
    record = decode_record(body)
    behaviors = {
        path: each if each.attached_to in map(str, live) else replace(each, attached_to="-")
        for path, each in record.behaviors.items()
    }
    return encode(replace(record, behaviors=MappingProxyType(behaviors)), write=write)
