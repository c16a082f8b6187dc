"""
Run Distributed Maps in JSONata, which ministack does not evaluate.

    ItemReader, Items, ItemSelector,    evaluated; a child sees neither the variables nor the
    limits, ResultWriter, Output          context of its parent
    a tolerated share or count          judged after each child: beyond it the rest is not begun,
                                          and running children are aborted
    StopExecution of the parent         the same; the call that a child is in finishes
    a child                             an execution of its own, with the history of its states

Source: Step Functions Developer Guide, state-map-distributed, workflow-variables; API reference,
MapRunExecutionCounts. Maps in JSONPath are ministack's own.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is used here

import contextvars
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ministack.services import stepfunctions

from sandbox.patches.step_functions import executions, map_data, rights
from sandbox.patches.wrap import wrap_function

type _Record = dict[str, Any]

# Threads of one map; AWS runs up to 10,000 children at once.
_MAX_THREADS = 200
_COUNTS = (
    *("pending", "running", "succeeded", "failed", "timedOut", "aborted", "total"),
    *("resultsWritten", "failuresNotRedrivable", "pendingRedrive"),
)
_COUNTED = {"PENDING": "pending", "RUNNING": "running", "SUCCEEDED": "succeeded"} | {
    "FAILED": "failed",
    "ABORTED": "aborted",
}


def install() -> None:
    """Run maps that are distributed and in JSONata here."""
    wrap_function(stepfunctions, "_run_map_items", _patch_map)


def _patch_map(run_map: Callable[..., Any]) -> Callable[..., Any]:
    def run(state: _Record, map_input: object, execution: _Record, ctx: _Record) -> Any:  # noqa: ANN401 - ministack's own signature
        mode = state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode")
        language = stepfunctions._state_query_language(state, ctx)
        if (mode, language) != ("DISTRIBUTED", "JSONata"):
            return run_map(state, map_input, execution, ctx)
        return _run_distributed(state, map_input, execution, ctx)

    return run


def _run_distributed(
    state: _Record, map_input: object, execution: _Record, ctx: _Record
) -> tuple[Any, str | None]:
    machine = rights.machine_of(execution)
    rights.require(machine, "states:StartExecution", machine["stateMachineArn"])

    def number(name: str) -> float | None:
        if name not in state:
            return None
        return float(stepfunctions._jsonata_state_field(state, name, "number", map_input, ctx))

    items = map_data.read_items(state, map_input, ctx, machine)
    run = _MapRun(
        state,
        execution,
        # Evaluated when a child begins: that takes a while for all of them.
        [_selector(state, map_input, ctx, index, item) for index, item in enumerate(items)],
        number("ToleratedFailurePercentage"),
        number("ToleratedFailureCount"),
    )
    run.execute(int(number("MaxConcurrency") or 0))
    result = _result(run, state, map_input, ctx, machine)
    executions.require_size(result, "The result of the map")
    output = stepfunctions._apply_jsonata_output(
        state, map_input, ctx, result=result, default=result
    )
    stepfunctions._apply_state_assign(state, map_input, ctx, result=result)
    return output, stepfunctions._next_or_end(state)


def _selector(
    state: _Record, map_input: object, ctx: _Record, index: int, item: object
) -> Callable[[], object]:
    def select() -> object:
        if "ItemSelector" not in state:
            return item
        item_ctx = {**ctx, "Map": {"Item": {"Index": index, "Value": item}}}
        return stepfunctions._apply_jsonata_template(state["ItemSelector"], map_input, item_ctx)

    return select


def _result(
    run: "_MapRun", state: _Record, map_input: object, ctx: _Record, machine: Mapping[str, Any]
) -> Any:  # noqa: ANN401 - any JSON
    writer = state.get("ResultWriter")
    details: _Record = {}
    if writer and executions.is_running(run.execution):
        arguments = stepfunctions._apply_jsonata_template(writer["Arguments"], map_input, ctx)
        run.complete_inputs()
        details = map_data.write_results(writer, arguments, run.arn, run.children, machine)
    if run.has_exceeded:
        raise stepfunctions._ExecutionError(
            "States.ExceedToleratedFailureThreshold",
            "The specified tolerated failure threshold was exceeded",
        )
    if writer:
        return {"MapRunArn": run.arn, "ResultWriterDetails": details}
    return [json.loads(each["output"]) for each in run.children if each["status"] == "SUCCEEDED"]


@dataclass(slots=True)
class _MapRun:
    """The children of one map: their records, and whether too many have failed."""

    state: _Record
    execution: _Record
    selectors: list[Callable[[], object]]
    tolerated_share: float | None
    tolerated_count: float | None
    children: list[_Record] = field(default_factory=list)
    record: _Record = field(default_factory=dict)
    has_exceeded: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def arn(self) -> str:
        """Its ARN."""
        return str(self.record["mapRunArn"])

    def execute(self, at_once: int) -> None:
        """Run the children, at most so many at once, 0 for any number, until all have ended."""
        self._begin(at_once)
        workers = min(at_once or _MAX_THREADS, _MAX_THREADS, len(self.selectors) or 1)
        with ThreadPoolExecutor(max_workers=workers) as pool:
            for child, select in zip(self.children, self.selectors, strict=True):
                pool.submit(contextvars.copy_context().run, self._run_child, child, select)
        status = "FAILED" if self.has_exceeded else "SUCCEEDED"
        self.record |= {
            "status": status if executions.is_running(self.execution) else "ABORTED",
            "stopDate": stepfunctions.now_iso(),
        }

    def _begin(self, at_once: int) -> None:
        region, account, _, name = self.execution["stateMachineArn"].split(":")[3:7]
        label = self.state.get("Label") or stepfunctions.new_uuid()
        machine = f"arn:aws:states:{region}:{account}:stateMachine:{name}/{label}"
        arn = f"arn:aws:states:{region}:{account}:mapRun:{name}/{label}:{stepfunctions.new_uuid()}"
        for _ in self.selectors:
            own_name = stepfunctions.new_uuid()
            self.children.append(
                {
                    "executionArn": f"{machine.replace('stateMachine', 'execution')}:{own_name}",
                    "stateMachineArn": machine,
                    "name": own_name,
                    "status": "PENDING",
                    "startDate": stepfunctions.now_iso(),
                    "stopDate": None,
                    "input": None,
                    "output": None,
                    "mapRunArn": arn,
                    "events": [],
                    "mockAttempts": {},
                }
            )
        self.record = {
            "mapRunArn": arn,
            "executionArn": self.execution["executionArn"],
            "status": "RUNNING",
            "startDate": stepfunctions.now_iso(),
            "maxConcurrency": at_once,
            "toleratedFailurePercentage": self.tolerated_share or 0.0,
            "toleratedFailureCount": int(self.tolerated_count or 0),
            "redriveCount": 0,
            "_stateMachineArn": machine,
        }
        self._count()
        stepfunctions._map_runs[arn] = self.record

    def _count(self) -> None:
        counts = dict.fromkeys(_COUNTS, 0) | {"total": len(self.children)}
        for child in self.children:
            counts[_COUNTED[child["status"]]] += 1
        self.record |= {"itemCounts": counts, "executionCounts": counts}

    def _may_go_on(self) -> bool:
        return executions.is_running(self.execution) and not self.has_exceeded

    def complete_inputs(self) -> None:
        """Select the inputs of the children that were never begun, for the report."""
        for child, select in zip(self.children, self.selectors, strict=True):
            if child["input"] is None:
                child["input"] = json.dumps(select())

    def _run_child(self, child: _Record, select: Callable[[], object]) -> None:
        if not self._may_go_on():
            return
        self._update(child, status="RUNNING", startDate=stepfunctions.now_iso())
        stepfunctions._executions[child["executionArn"]] = child
        ended: _Record
        try:
            selected = select()
            executions.require_size(selected, "The input of a child")
            child["input"] = json.dumps(selected)
            output = self._run_states(child)
            ended = {"status": "SUCCEEDED", "output": json.dumps(output)}
        except _StoppedError:
            ended = {"status": "ABORTED"}
        except stepfunctions._ExecutionError as error:
            ended = {"status": "FAILED", "error": error.error, "cause": error.cause}
        except Exception as error:  # noqa: BLE001 - as ministack does, it fails the child
            ended = {"status": "FAILED", "error": "States.Runtime", "cause": repr(error)}
        self._update(child, stopDate=stepfunctions.now_iso(), **ended)

    def _update(self, child: _Record, **members: object) -> None:
        with self.lock:
            child |= members
            self._count()
            self.has_exceeded = self.has_exceeded or self._exceeds()

    def _exceeds(self) -> bool:
        failed = sum(each["status"] == "FAILED" for each in self.children)
        limits = []
        if self.tolerated_count is not None:
            limits.append(failed > self.tolerated_count)
        if self.tolerated_share is not None:
            limits.append(100 * failed > self.tolerated_share * len(self.children))
        return any(limits) if limits else failed > 0

    def _run_states(self, child: _Record) -> object:
        """Run the states of a child, and return its output."""
        processor, value = self.state["ItemProcessor"], json.loads(child["input"])
        ctx: _Record = {
            "QueryLanguage": processor.get("QueryLanguage", "JSONata"),
            "Execution": {
                "Id": child["executionArn"],
                "Input": value,
                "Name": child["name"],
                "StartTime": child["startDate"],
            },
            "StateMachine": {"Id": child["stateMachineArn"]},
            "variables": {},
        }
        name: str | None = processor["StartAt"]
        while name:
            if not self._may_go_on():
                raise _StoppedError
            ctx["State"] = {"Name": name, "EnteredTime": stepfunctions.now_iso(), "RetryCount": 0}
            state = processor["States"][name]
            details = {"name": name, "input": json.dumps(value)}
            stepfunctions._add_event(
                child, f"{state['Type']}StateEntered", {"stateEnteredEventDetails": details}
            )
            value, name = _run_state(state, value, child, ctx)
        return value


class _StoppedError(Exception):
    """The parent was stopped, or too many children have failed."""


def _run_state(
    state: _Record, value: object, child: _Record, ctx: _Record
) -> tuple[Any, str | None]:
    """Run one state, and return its output and the name of the next one."""
    kind = state["Type"]
    if kind == "Fail":
        raise stepfunctions._ExecutionError(*stepfunctions._fail_state_error(state, value, ctx))
    if kind == "Succeed":
        return stepfunctions._apply_jsonata_output(state, value, ctx, default=value), None
    ran: tuple[Any, str | None]
    if kind in {"Task", "Map"}:
        ran = getattr(stepfunctions, f"_execute_{kind.lower()}")(state, value, child, ctx)
    else:
        ran = getattr(stepfunctions, f"_execute_{kind.lower()}")(state, value, ctx)
    return ran
