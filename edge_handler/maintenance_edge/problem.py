"""
Write the response for programs, application/problem+json (RFC 9457). Pure.

    member      default                              page/problem.json may have
    --------    ---------------------------------    ----------------------------------------------
    type        "about:blank"                        another text
    title       "Service Unavailable"                another text
    status      503                                  503 only: it is the status of the response
    detail      the message of the language          another text
    until       "2026-12-01T04:00:00Z", or null      anything
    others                                           anything

With "$media_type", page/problem.json is an error in the shape of the site's own API: it is sent as
that type, with these members and none of ours, and each may have any value. "$media_type" itself is
not sent.

In the site's texts {{title}}, {{message}} and {{until}} stand for those of the language; {{until}}
is empty if the end is unknown.
"""

from __future__ import annotations

import json
import re

from maintenance_edge.files import PackageError, parse_object
from maintenance_edge.negotiation import PROBLEM
from maintenance_edge.retry_after import utc_instant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from maintenance_edge.texts import Text

PROBLEM_FILE: Final = "page/problem.json"

# Not a name that an API would use, as in JSON Schema's "$schema".
_MEDIA_TYPE: Final = "$media_type"
# Compiled at its first use, as the one below, because most sites have no page/problem.json.
_JSON_TYPE: Final = r"application/(?:[a-z0-9][a-z0-9!#$&^_.-]*\+)?json"

_TEXT_MEMBERS: Final = ("type", "title", "detail", "instance")
_FILLED_IN: Final = ("title", "message", "until")

# In JSON `{{` occurs only within a text, and a text ends at the next bare quote.
_TO_FILL_IN: Final = r'\{\{([^{}"\\]*)\}\}'


def parse_problem(text: str) -> dict[str, Any]:
    """Return the members of page/problem.json; raise PackageError with every error."""
    members = parse_object(text, PROBLEM_FILE)
    media_type = members.get(_MEDIA_TYPE, PROBLEM)
    errors = _problem_errors(members) if media_type == PROBLEM else []
    if not isinstance(media_type, str) or not re.fullmatch(_JSON_TYPE, media_type):
        errors.append(
            f'{_MEDIA_TYPE!r} must be a JSON type such as "application/json", not '
            f"{json.dumps(media_type)}"
        )
    unknown = sorted(set(re.findall(_TO_FILL_IN, _to_json(members))) - set(_FILLED_IN))
    if unknown:
        found, known = (", ".join(f"{{{{{n}}}}}" for n in each) for each in (unknown, _FILLED_IN))
        errors.append(f"unknown placeholder {found} (use only {known})")
    if errors:
        raise PackageError(f"{PROBLEM_FILE}: {'; '.join(errors)}.")
    return members


def _problem_errors(members: Mapping[str, Any]) -> list[str]:
    """Return a clause for each member that RFC 9457 does not allow."""
    errors = [
        f"{name!r} must be text, not {json.dumps(members[name])}"
        for name in _TEXT_MEMBERS
        if not isinstance(members.get(name, ""), str)
    ]
    status = members.get("status", 503)
    if type(status) is not int or status != 503:  # noqa: PLR2004 -- the status of every response
        errors.append(
            f"'status' must be 503 or left out, not {json.dumps(status)}, unless {_MEDIA_TYPE!r} "
            "says that this is no problem+json"
        )
    return errors


def problem_media_type(replaced: Mapping[str, Any]) -> str:
    """Return the media type of the JSON for programs."""
    return str(replaced.get(_MEDIA_TYPE, PROBLEM))


def problem_body(text: Text, until: float | None, replaced: Mapping[str, Any]) -> str:
    """Return the JSON for programs; the members `replaced` take the place of ours."""
    ours = {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": text.message,
        "until": utc_instant(until) or None,
    }
    if not replaced:
        return _to_json(ours)
    known = {"title": text.title, "message": text.message, "until": utc_instant(until)}
    filled = {name: _to_json(value).strip()[1:-1] for name, value in known.items()}
    # Only the site's own members: an operator's message may hold braces, which stay as they are.
    theirs = json.loads(re.sub(_TO_FILL_IN, lambda found: filled[found[1]], _to_json(replaced)))
    is_problem = theirs.pop(_MEDIA_TYPE, PROBLEM) == PROBLEM
    return _to_json({**ours, **theirs} if is_problem else theirs)


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
