# ruff: noqa: INP001 -- a program of its own, whose output is its result
"""
Be a Lambda execution environment of the controller: an event per line of stdin, a line for each.

A line tells the seconds since the process began, of work (`cpu`) and of the clock (`wall`), and
those of this invocation alone (`took`); then how large its answer is, in bytes of JSON.
"""

import json
import sys
import time
from types import SimpleNamespace

BEGAN = time.perf_counter()
# The controller logs to standard output, which is ours to answer on.
answers, sys.stdout = sys.stdout, sys.stderr

from maintenance.handler import lambda_handler  # noqa: E402 -- importing is what is timed

CONTEXT = SimpleNamespace(
    function_name="site-Controller",
    function_version="$LATEST",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:site-Controller",
    aws_request_id="11111111-2222-3333-4444-555555555555",
    get_remaining_time_in_millis=lambda: 900_000,
)
print(json.dumps({"cpu": time.process_time()}), file=answers, flush=True)
for line in sys.stdin:
    began = time.perf_counter()
    fault = None
    answer: object = None
    try:
        answer = lambda_handler(json.loads(line), CONTEXT)  # type: ignore[arg-type]  # the members it reads
    except Exception as error:  # noqa: BLE001 -- told to whoever measures
        fault = str(error)
    ended = time.perf_counter()
    document = {
        "cpu": time.process_time(),
        "wall": ended - BEGAN,
        "took": ended - began,
        "fault": fault,
        "bytes": len(json.dumps(answer or fault)),
    }
    print(json.dumps(document), file=answers, flush=True)
