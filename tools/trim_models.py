"""
Take out of botocore's models in a built package what the controller cannot call.

`python -m tools.trim_models PACKAGE`: a client parses its service's whole model when it is made,
and the endpoints of every service in every region (ADR 0021). What stays of a service is its newest
API version, and in it each operation whose method the package's Python names anywhere, with the
shapes that it needs, and all errors. botocore's own modules count too: the client of S3 calls
operations by itself, such as HeadBucket after a redirect.
"""

import gzip
import json
import re
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore import xform_name

_WORD = re.compile(r"[a-z][a-z0-9_]+")
_MODEL = "service-2.json"


def trim_models(package: Path) -> None:
    """Make the models of `package` smaller; one without botocore stays as it is."""
    data = package / "botocore" / "data"
    words = {word for file in package.rglob("*.py") for word in _WORD.findall(file.read_text())}
    services = [each for each in data.glob("*") if each.is_dir()]
    for service in services:
        *old, newest = sorted(each for each in service.iterdir() if each.is_dir())
        for each in old:
            shutil.rmtree(each)
        packed = newest / f"{_MODEL}.gz"
        if packed.exists():
            model = json.loads(gzip.decompress(packed.read_bytes()))
            _write(newest / _MODEL, trim_model(model, words))
            packed.unlink()
    endpoints = data / "endpoints.json"
    if endpoints.exists():
        names = {each.name for each in services}
        _write(endpoints, trim_endpoints(json.loads(endpoints.read_bytes()), names))


def trim_model(model: Mapping[str, Any], words: Collection[str]) -> dict[str, Any]:
    """Return a service's model with the operations whose method is one of `words`, and errors."""
    operations = {
        name: each for name, each in model["operations"].items() if xform_name(name) in words
    }
    shapes = model["shapes"]
    errors = [name for name, shape in shapes.items() if shape.get("exception")]
    found = set(errors)
    waiting = [*errors, *_names(operations)]
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting += (each for each in _names(shapes[name]) if each not in found)
    kept = {name: shape for name, shape in shapes.items() if name in found}
    return {**model, "operations": operations, "shapes": kept}


def trim_endpoints(endpoints: Mapping[str, Any], services: Collection[str]) -> dict[str, Any]:
    """Return botocore's table of endpoints with only these services, in all its partitions."""
    partitions = [
        {
            **partition,
            "services": {
                name: each for name, each in partition["services"].items() if name in services
            },
        }
        for partition in endpoints["partitions"]
    ]
    return {**endpoints, "partitions": partitions}


def _names(value: object) -> Iterator[str]:
    """Yield the shapes that a part of a model refers to, `{"shape": name}` at any depth."""
    if isinstance(value, dict):
        name = value.get("shape")
        if isinstance(name, str):
            yield name
        for each in value.values():
            yield from _names(each)
    elif isinstance(value, list):
        for each in value:
            yield from _names(each)


def _write(file: Path, document: object) -> None:
    file.write_text(json.dumps(document, separators=(",", ":")), "utf-8")


if __name__ == "__main__":
    trim_models(Path(sys.argv[1]))
