# ruff: noqa: INP001 -- a program
"""
What people write for a function that reads a key-value store: put one key, by boto3.

put_key.py STORE_ARN KEY VALUE; the signature is ours, as botocore's own needs awscrt.
"""

import sys
from datetime import UTC, datetime

import boto3
from maintenance.aws.standby.key_value_store import STORE_CLIENT, sign_calls

store, key, value = sys.argv[1:]
session = boto3.Session(region_name="us-east-1")
client = sign_calls(
    session.client("cloudfront-keyvaluestore", config=STORE_CLIENT),
    session.get_credentials,
    lambda: datetime.now(UTC),
)
etag = client.describe_key_value_store(KvsARN=store)["ETag"]
client.put_key(KvsARN=store, Key=key, Value=value, IfMatch=etag)
