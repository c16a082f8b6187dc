# ruff: noqa: INP001, T201 -- a program that prints its result
"""
The controller's floor: import boto3, create clients, make the calls on stdin, and nothing else.

Prints `cpu`, the seconds of work since the process began, after the import and after the calls.
"""

import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

print(json.dumps({"cpu": time.process_time()}), flush=True)
session = boto3.Session(region_name="us-east-1")
config = Config(retries={"mode": "standard", "total_max_attempts": 6})
clients: dict[str, object] = {}
for service, method, arguments in json.load(sys.stdin):
    if service not in clients:
        clients[service] = session.client(service, config=config)
    try:
        getattr(clients[service], method)(**arguments)
    except ClientError:
        continue  # it may not exist, for the controller neither
print(json.dumps({"cpu": time.process_time()}), flush=True)
