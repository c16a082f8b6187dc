"""
Patch EventBridge Scheduler: time zones, context attributes, and a tick each second.

    ministack                                       here
    ----------------------------------------------  ------------------------------------------------
    reads at and cron in UTC, ticks each 10 s       `schedule_expressions`, each second
    a name that was used before has "already fired" each change of a schedule starts it again
    accepts any expression and zone, and the past   ValidationException
    CloudFormation drops zone, StartDate, EndDate   kept, and removed when the template drops them
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ministack.core import responses
from ministack.services import eventbridge, scheduler
from ministack.services.cloudformation import provisioners

from sandbox.api import errors
from sandbox.api.asgi import Response
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request, json_members
from sandbox.patches.events import schedule_expressions
from sandbox.patches.events.schedule_expressions import Schedule
from sandbox.patches.wrap import Forward, MissingFunctionError, wrap_function, wrap_service

type _Record = dict[str, Any]
# Account, region, and `group/name`.
type _Key = tuple[str, str, str]
# The physical id of a resource and its attributes.
type _Created = tuple[str, dict[str, Any]]

_TICK_SECONDS = 1
_DROPPED_BY_STACKS = {"ScheduleExpressionTimezone": "UTC", "StartDate": None, "EndDate": None}


def next_match(expression: str, wall: datetime) -> datetime | None:
    """Return the first match of a cron expression after `wall`; ValueError if it is invalid."""
    fields = eventbridge._parse_cron_fields(expression)
    if fields is None:
        raise ValueError(f"Not an expression that EventBridge Scheduler knows: {expression}.")
    found: datetime | None = eventbridge._cron_next_fire(fields, wall)
    return found.replace(tzinfo=None) if found else None


@dataclasses.dataclass(slots=True)
class _Plan:
    """When a schedule is due next, None for never; `version` changes with the schedule."""

    version: tuple[float, str]
    due: datetime | None


class Ticker:
    """Fires the schedules that are due; `clock` gives the present as an aware datetime."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._plans: dict[_Key, _Plan] = {}

    def install(self) -> None:
        """Replace ministack's ticker, and patch what creates schedules."""
        for name in ("_SCHEDULE_TICK_INTERVAL", "_ticker_loop"):
            if not hasattr(scheduler, name):
                raise MissingFunctionError(f"ministack's scheduler no longer has {name}.")
        scheduler._SCHEDULE_TICK_INTERVAL = _TICK_SECONDS
        wrap_function(scheduler, "_tick_schedules", lambda _: self.tick)
        wrap_service(scheduler, self._validate)
        handlers = provisioners._RESOURCE_HANDLERS["AWS::Scheduler::Schedule"]
        wrap_function(handlers, "create", self._patch_stack_create)
        wrap_function(handlers, "update", self._patch_stack_update)

    def tick(self) -> None:
        """Fire every schedule that is due."""
        now = self._clock()
        records: dict[_Key, _Record] = dict(scheduler._schedules._data)
        for key in self._plans.keys() - records.keys():
            del self._plans[key]
        for key, record in records.items():
            self._fire_if_due(key, record, now)

    def _fire_if_due(self, key: _Key, record: _Record, now: datetime) -> None:
        plan = self._plan(key, record)
        if record["State"] != "ENABLED" or plan.due is None or now < plan.due:
            return
        schedule = _schedule(record)
        end = record.get("EndDate")
        # StartDate and EndDate are ignored for at() (model: scheduler CreateScheduleInput).
        is_over = end is not None and not schedule.is_one_time and plan.due > _to_instant(end)
        due, plan.due = plan.due, schedule.next_after(plan.due, next_match)
        # Several times that passed since the last tick fire once.
        while plan.due and plan.due <= now:
            due, plan.due = plan.due, schedule.next_after(plan.due, next_match)
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

    async def _validate(self, request: Request, forward: Forward) -> Response:
        if request.method in {"POST", "PUT"} and request.path.startswith("/schedules/"):
            error = self._validation_error(json_members(request.body))
            if error:
                return errors.to_response(Refusal("ValidationException", error), "scheduler")
        return await forward(request)

    def _validation_error(self, members: _Record) -> str:
        expression = members.get("ScheduleExpression", "")
        zone = members.get("ScheduleExpressionTimezone") or "UTC"
        return schedule_expressions.validation_error(expression, zone, next_match, self._clock())

    def _validate_properties(self, properties: _Record) -> None:
        error = self._validation_error(properties)
        if error:
            raise ValueError(f"Invalid request provided: {error}")  # ministack fails the resource

    def _patch_stack_create(self, create: Callable[..., _Created]) -> Callable[..., _Created]:
        def create_whole(logical_id: str, properties: _Record, *arguments: object) -> _Created:
            self._validate_properties(properties)
            created = create(logical_id, properties, *arguments)
            _keep_dropped(created[0], properties)
            return created

        return create_whole

    def _patch_stack_update(self, update: Callable[..., _Created]) -> Callable[..., _Created]:
        def update_whole(
            physical_id: str, old: _Record, new: _Record, *arguments: object
        ) -> _Created:
            self._validate_properties(new)
            updated = update(physical_id, old, new, *arguments)
            _keep_dropped(updated[0], new)
            return updated

        return update_whole


def _schedule(record: _Record) -> Schedule:
    begins = _to_instant(record.get("StartDate") or record["LastModificationDate"])
    zone = record.get("ScheduleExpressionTimezone") or "UTC"
    return Schedule(record["ScheduleExpression"], zone, begins)


def _to_instant(value: float | str) -> datetime:
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
    target = schedule_expressions.fill_context(record["Target"], record["Arn"], due)
    with responses.request_scope(account_id, region):
        eventbridge._invoke_target(target, event, record)


def _keep_dropped(name: str, properties: _Record) -> None:
    record = scheduler._schedules[f"{properties.get('GroupName', 'default')}/{name}"]
    for member, default in _DROPPED_BY_STACKS.items():
        record[member] = properties.get(member, default)
    record["LastModificationDate"] = scheduler._now()
