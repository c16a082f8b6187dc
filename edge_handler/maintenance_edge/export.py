"""
Write all answers of the package that this module lies in, for an engine that only picks one.

    cd <package> && python -E -s -B -m maintenance_edge.export

It prints a JSON object, which the standby engine spreads over its key-value store
(controller/maintenance/standby/rendering.py has its types):

    languages    tags, the default one first
    answers      for each of them `page`, `problem` and `text`, with headers and body; Retry-After
                 and the CORS headers, which depend on the request, are not among them
    overdue      the same once the end has passed; null if no end is known
    until        that end, Unix time, or null
    settings     what decides who may pass, and what is added for a request

If the package is unusable it prints why and exits with 1, as maintenance_edge.check does, which a
package has to pass first.
"""

import json
import sys
from pathlib import Path
from typing import Any

from maintenance_edge.files import PackageError
from maintenance_edge.negotiation import HTML, PROBLEM, TEXT
from maintenance_edge.package import Package, read_package
from maintenance_edge.responses import Responses
from maintenance_edge.settings import Settings

_NAMES = {HTML: "page", PROBLEM: "problem", TEXT: "text"}


def export(package: Package) -> dict[str, Any]:
    """Return the object that this module describes."""
    until = package.settings.until
    return {
        "languages": list(package.responses.languages),
        "answers": _answers(package.responses),
        "overdue": None if until is None else _answers(package.overdue_responses),
        "until": until,
        "settings": _settings(package.settings),
    }


def _answers(responses: Responses) -> dict[str, dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = {}
    for (language, media_type), response in responses.items():
        headers = {name: fields[0]["value"] for name, fields in response["headers"].items()}
        answer = {"headers": headers, "body": response["body"]}
        answers.setdefault(language, {})[_NAMES[media_type]] = answer
    return answers


def _settings(settings: Settings) -> dict[str, Any]:
    networks = settings.allowed_networks
    ranges = zip(networks.firsts, networks.lasts, strict=True) if networks else ()
    origins = settings.allowed_origins
    return {
        "allowed_paths": settings.allowed_paths.patterns,
        "rewrite": settings.rewrite.kind,
        "rewrite_except_paths": settings.rewrite.kept,
        # First and last address of each, as 32 hexadecimal digits of IPv6.
        "allowed_ranges": [[f"{first:032x}", f"{last:032x}"] for first, last in ranges],
        # An expression that matches a whole Origin header, "" if no origin is named.
        "named_origins": origins.expression.pattern if origins.varies else "",
        "all_origins": origins.everyone,
        "retry_after_seconds": settings.retry_after_seconds,
        "retry_after_max_seconds": settings.retry_after_max_seconds,
    }


def main() -> int:
    """Print what this package answers, or its errors, and return the exit status."""
    try:
        document = json.dumps(export(read_package(Path(__file__).parents[1])))
    except PackageError as error:
        sys.stdout.buffer.write(f"{error}\n".encode())
        return 1
    sys.stdout.write(document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
