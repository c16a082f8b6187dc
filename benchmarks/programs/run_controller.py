# ruff: noqa: INP001 -- a program that prints its result
"""
Play an execution environment of the controller: read an event per line, print a line for each.

A line holds seconds since the process began, of work (`cpu`) and of the clock (`wall`), those of
this invocation (`took`), its `error`, and the size of its answer in bytes of JSON.
"""

import json
import sys
import time
from types import SimpleNamespace

BEGAN = time.perf_counter()
# The controller logs to standard output, which is needed for the answers.
answers, sys.stdout = sys.stdout, sys.stderr

from maintenance.handler import lambda_handler  # noqa: E402 -- its import is measured

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
    failure = None
    answer: object = None
    try:
        answer = lambda_handler(json.loads(line), CONTEXT)  # type: ignore[arg-type]  # the members it reads
    except Exception as error:  # noqa: BLE001 -- the answer holds it
        failure = str(error)
    ended = time.perf_counter()
    document = {
        "cpu": time.process_time(),
        "wall": ended - BEGAN,
        "took": ended - began,
        "error": failure,
        "bytes": len(json.dumps(answer or failure)),
    }
    print(json.dumps(document), file=answers, flush=True)
