"""
EventBridge Scheduler over ministack: time zones, context words, one tick a second.

    ministack                                       here
    ----------------------------------------------  ------------------------------------------------
 reads at and cron in UTC, ticks each 10 s    `sandbox.patches.schedule_expressions`, each second
    a name used again stays "already fired"         each change of a schedule starts it anew
    accepts any expression and zone                 ValidationException
    CloudFormation drops zone, StartDate, EndDate   kept, and removed when the template drops them
"""

# ruff: noqa: SLF001 - ministack has no public names for what is surrounded here

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ministack.core import responses
from ministack.services import eventbridge, scheduler
from ministack.services.cloudformation import provisioners

from sandbox.api import errors
from sandbox.api.asgi import Answer
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request
from sandbox.patches import schedule_expressions, seam
from sandbox.patches.schedule_expressions import Schedule
from sandbox.patches.seam import MovedError, Serve

type _Record = dict[str, Any]
type _Key = tuple[str, str, str]
type _Made = tuple[str, dict[str, Any]]

_TICK_SECONDS = 1
_CFN_MEMBERS = {"ScheduleExpressionTimezone": "UTC", "StartDate": None, "EndDate": None}


def next_match(expression: str, wall: datetime) -> datetime | None:
    """Return the first match of a cron expression after `wall`; ValueError when it is none."""
    fields = eventbridge._parse_cron_fields(expression)
    if fields is None:
        raise ValueError(f"Not an expression that EventBridge Scheduler knows: {expression}.")
    found: datetime | None = eventbridge._cron_next_fire(fields, wall)
    return found.replace(tzinfo=None) if found else None


@dataclasses.dataclass(slots=True)
class _Plan:
    """The next time one schedule is due; `version` tells the schedule's last change."""

    version: tuple[float, str]
    due: datetime | None


class Ticker:
    """Fires what is due; `clock` gives the present as an aware datetime."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._plans: dict[_Key, _Plan] = {}

    def install(self) -> None:
        """Take the place of ministack's ticker and surround what makes schedules."""
        for name in ("_SCHEDULE_TICK_INTERVAL", "_ticker_loop"):
            if not hasattr(scheduler, name):
                raise MovedError(f"ministack's scheduler has no {name} any more.")
        scheduler._SCHEDULE_TICK_INTERVAL = _TICK_SECONDS
        seam.surround(scheduler, "_tick_schedules", lambda _: self.tick)
        seam.surround_service(scheduler, _checked)
        table = provisioners._RESOURCE_HANDLERS["AWS::Scheduler::Schedule"]
        seam.surround(table, "create", _stack_creating)
        seam.surround(table, "update", _stack_updating)

    def tick(self) -> None:
        """Fire every schedule that is due."""
        now = self._clock()
        records: dict[_Key, _Record] = dict(scheduler._schedules._data)
        for key in self._plans.keys() - records.keys():
            del self._plans[key]
        for key, record in records.items():
            self._consider(key, record, now)

    def _consider(self, key: _Key, record: _Record, now: datetime) -> None:
        plan = self._plan(key, record)
        if record["State"] != "ENABLED" or plan.due is None or now < plan.due:
            return
        schedule = _schedule(record)
        end = record.get("EndDate")
        # StartDate and EndDate are ignored for at() (model: scheduler CreateScheduleInput).
        is_over = end is not None and not schedule.is_one_time and plan.due > _instant(end)
        due, plan.due = plan.due, schedule.following(plan.due, next_match)
        # Times that passed while the process was not looking come once, as one.
        while plan.due and plan.due <= now:
            due, plan.due = plan.due, schedule.following(plan.due, next_match)
        if not is_over:
            _fire(key, record, due)
        is_done = is_over or plan.due is None
        if is_done and record.get("ActionAfterCompletion") == "DELETE":
            scheduler._schedules._data.pop(key, None)

    def _plan(self, key: _Key, record: _Record) -> _Plan:
        version = (record["LastModificationDate"], record["ScheduleExpression"])
        plan = self._plans.get(key)
        if plan is None or plan.version != version:
            plan = _Plan(version, _schedule(record).first(next_match))
            self._plans[key] = plan
        return plan


def _schedule(record: _Record) -> Schedule:
    begins = _instant(record.get("StartDate") or record["LastModificationDate"])
    zone = record.get("ScheduleExpressionTimezone") or "UTC"
    return Schedule(record["ScheduleExpression"], zone, begins)


def _instant(value: float | str) -> datetime:
    if isinstance(value, str):
        return datetime.fromisoformat(value).astimezone(UTC)
    return datetime.fromtimestamp(value, UTC)


def _fire(key: _Key, record: _Record, due: datetime) -> None:
    account_id, region, _ = key
    event = {
        "EventId": responses.new_uuid(),
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": int(due.timestamp()),
        "Resources": [record["Arn"]],
        "Account": account_id,
        "Region": region,
    }
    target = schedule_expressions.with_context(record["Target"], record["Arn"], due)
    with responses.request_scope(account_id, region):
        eventbridge._invoke_target(target, event, record)


async def _checked(request: Request, onwards: Serve) -> Answer:
    if request.method in {"POST", "PUT"} and request.path.startswith("/schedules/"):
        fault = _fault(seam.json_members(request.body))
        if fault:
            return errors.answer(Refusal("ValidationException", fault), "scheduler")
    return await onwards(request)


def _fault(members: _Record) -> str:
    zone = members.get("ScheduleExpressionTimezone") or "UTC"
    return schedule_expressions.fault(members.get("ScheduleExpression", ""), zone, next_match)


def _refuse_fault(properties: _Record) -> None:
    fault = _fault(properties)
    if fault:
        raise ValueError(f"Invalid request provided: {fault}")  # fails the resource


def _stack_creating(create: Callable[..., _Made]) -> Callable[..., _Made]:
    def create_whole(logical_id: str, properties: _Record, *parts: object) -> _Made:
        _refuse_fault(properties)
        made = create(logical_id, properties, *parts)
        _complete(made[0], properties)
        return made

    return create_whole


def _stack_updating(update: Callable[..., _Made]) -> Callable[..., _Made]:
    def update_whole(physical_id: str, old: _Record, new: _Record, *parts: object) -> _Made:
        _refuse_fault(new)
        made = update(physical_id, old, new, *parts)
        _complete(made[0], new)
        return made

    return update_whole


def _complete(name: str, properties: _Record) -> None:
    record = scheduler._schedules[f"{properties.get('GroupName', 'default')}/{name}"]
    for member, default in _CFN_MEMBERS.items():
        record[member] = properties.get(member, default)
    record["LastModificationDate"] = scheduler._now()
