"""
The items that a Distributed Map reads, and the files that it writes, with the machine's rights.

The layout of the files is that of the Step Functions Developer Guide, input-output-resultwriter:

    <prefix>/<id of the map run>/manifest.json
    <prefix>/<id of the map run>/SUCCEEDED_0.json
    <prefix>/<id of the map run>/FAILED_0.json      failed, timed out and aborted ones
    <prefix>/<id of the map run>/PENDING_0.json     never begun, as the map run has failed
"""

# ruff: noqa: SLF001 - ministack has no public names for what is used here

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from ministack.services import s3, stepfunctions

from sandbox.patches.step_functions import rights

type _Record = dict[str, Any]
type _Machine = Mapping[str, Any]

_FILES = {"SUCCEEDED": "SUCCEEDED", "PENDING": "PENDING"}


def read_items(state: _Record, map_input: object, ctx: _Record, machine: _Machine) -> list[Any]:
    """Return the items of a map in JSONata: its Items, an object's by ItemReader, or its input."""
    reader = state.get("ItemReader")
    if reader is None:
        if "Items" in state:
            items = stepfunctions._jsonata_state_field(state, "Items", "array", map_input, ctx)
        else:
            items = map_input
        return list(items) if isinstance(items, list) else [items]
    arguments = stepfunctions._apply_jsonata_template(reader["Arguments"], map_input, ctx)
    bucket, key = arguments["Bucket"], arguments["Key"]
    rights.require(machine, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
    config = stepfunctions._apply_jsonata_template(reader.get("ReaderConfig", {}), map_input, ctx)
    text = stepfunctions._s3_object_text(bucket, key)
    read: list[Any] = stepfunctions._parse_reader_items(text, config)
    return read[: config["MaxItems"]] if config.get("MaxItems") else read


def write_results(
    writer: _Record,
    arguments: Mapping[str, str],
    map_run_arn: str,
    children: Sequence[Mapping[str, Any]],
    machine: _Machine,
) -> _Record:
    """Write the files, and return what the state's result says about them."""
    if writer["Resource"] != "arn:aws:states:::s3:putObject":
        raise stepfunctions._ExecutionError("States.ResultWriterFailed", "unknown resource")
    bucket = arguments["Bucket"]
    folder = f"{arguments['Prefix']}/{map_run_arn.rpartition(':')[2]}"
    files: dict[str, list[_Record]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for name, written in files.items():
        rows = [_row(each) for each in children if _FILES.get(each["status"], "FAILED") == name]
        if rows:
            key = f"{folder}/{name}_0.json"
            size = _put(bucket, key, rows, machine)
            written.append({"Key": key, "Size": size})
    manifest = {"DestinationBucket": bucket, "MapRunArn": map_run_arn, "ResultFiles": files}
    _put(bucket, f"{folder}/manifest.json", manifest, machine)
    return {"Bucket": bucket, "Key": f"{folder}/manifest.json"}


def _row(child: Mapping[str, Any]) -> _Record:
    row = {
        "ExecutionArn": child["executionArn"],
        "Input": child["input"],
        "InputDetails": {"Included": True},
        "Name": child["name"],
        "StartDate": child["startDate"],
        "StateMachineArn": child["stateMachineArn"],
        "Status": child["status"],
        "StopDate": child["stopDate"],
    }
    if child["output"] is not None:
        row |= {"Output": child["output"], "OutputDetails": {"Included": True}}
    return row | {name.capitalize(): child[name] for name in ("error", "cause") if name in child}


def _put(bucket: str, key: str, content: object, machine: _Machine) -> int:
    rights.require(machine, "s3:PutObject", f"arn:aws:s3:::{bucket}/{key}")
    body = json.dumps(content).encode()
    status = s3._put_object(bucket, key, body, {})[0]
    if status != HTTPStatus.OK:
        cause = f"Failed to write {key} to {bucket}: status {status}"
        raise stepfunctions._ExecutionError("States.ResultWriterFailed", cause)
    return len(body)
