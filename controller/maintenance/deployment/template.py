"""
The plain CloudFormation template that the wheel carries, with a bucket for its code. Pure.

`tools/packages.py` makes it: JSON without macros, whose functions name their packages by key, each
with the hash of its content. So a new package is new code to CloudFormation, and an old one stays.
"""

import json
from typing import Any


def with_bucket(text: str, bucket: str) -> str:
    """Return the template with the code of every function in this bucket."""
    template = json.loads(text)
    for code in _code(template):
        code["S3Bucket"] = bucket
    return json.dumps(template, separators=(",", ":"), ensure_ascii=False) + "\n"


def package_keys(text: str) -> tuple[str, ...]:
    """Return the S3 key of each package that the template needs, once each."""
    return tuple(dict.fromkeys(each["S3Key"] for each in _code(json.loads(text))))


def _code(template: dict[str, Any]) -> list[dict[str, str]]:
    return [
        each["Properties"]["Code"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::Lambda::Function"
    ]


def bucket_in_use(text: str) -> str | None:
    """Return the bucket of a deployed template's code, None if another tool has packaged it."""
    try:
        code = json.loads(text)["Resources"]["Controller"]["Properties"]["Code"]
    except (ValueError, KeyError, TypeError):
        return None
    bucket: str | None = code.get("S3Bucket")
    return bucket


def retained(text: str) -> frozenset[str]:
    """Return the logical ids of the resources that outlive the stack."""
    resources = json.loads(text)["Resources"].items()
    return frozenset(name for name, each in resources if each.get("DeletionPolicy") == "Retain")
