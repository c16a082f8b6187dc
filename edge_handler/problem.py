# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Write the answer for programs, application/problem+json (RFC 9457), as the site's owner wants it.

    member      ours                                 page/problem.json may have
    --------    ---------------------------------    ----------------------------------------------
    type        "about:blank"                        another text
    title       "Service Unavailable"                another text
    status      503                                  nothing else: it is the status of the answer
    detail      the message of the language          another text
    until       "2026-12-01T04:00:00Z", or null      anything
    others                                           anything

In its texts {{title}}, {{message}} and {{until}} are those of the language; until is empty if
unknown. Pure.
"""

from __future__ import annotations

import json
import re
import time

from text_files import SettingsError, parse_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from page_settings import Text

OWN_PROBLEM: Final = "page/problem.json"

_TEXTS: Final = ("type", "title", "detail", "instance")
_FILLED: Final = ("title", "message", "until")

# In JSON two braces stand side by side within a text alone, where a quote is never bare.
_PLACEHOLDER: Final = re.compile(r'\{\{([^{}"\\]*)\}\}')


def parse_problem(text: str) -> dict[str, Any]:
    """Return the members that page/problem.json has; raise SettingsError naming every fault."""
    members = parse_object(text, OWN_PROBLEM)
    faults = [
        f"{name!r} must be text, not {json.dumps(members[name])}"
        for name in _TEXTS
        if not isinstance(members.get(name, ""), str)
    ]
    status = members.get("status", 503)
    if type(status) is not int or status != 503:  # noqa: PLR2004 -- the status of every answer
        faults.append(f"'status' must be 503 or left out, not {json.dumps(status)}")
    unknown = sorted(set(_PLACEHOLDER.findall(_as_json(members))) - set(_FILLED))
    if unknown:
        shown, filled = (", ".join(f"{{{{{n}}}}}" for n in each) for each in (unknown, _FILLED))
        faults.append(f"nothing fills the placeholder {shown}, use only {filled}")
    if faults:
        raise SettingsError(f"{OWN_PROBLEM}: {'; '.join(faults)}.")
    return members


def problem_body(text: Text, until: float | None, own: Mapping[str, Any]) -> str:
    """Return the JSON that programs get; `own` are the members that the owner wants otherwise."""
    ours = {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": text.message,
        "until": utc_instant(until) or None,
    }
    if not own:
        return _as_json(ours)
    known = {"title": text.title, "message": text.message, "until": utc_instant(until)}
    filled = {name: _as_json(value).strip()[1:-1] for name, value in known.items()}
    # Ours are not searched: what an operator announced is no place for placeholders.
    theirs = _PLACEHOLDER.sub(lambda found: filled[found[1]], _as_json(own))
    return _as_json({**ours, **json.loads(theirs)})


def utc_instant(until: float | None) -> str:
    """Return Unix time as 2026-12-01T04:00:00Z; "" where none is known."""
    return "" if until is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(until))


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
