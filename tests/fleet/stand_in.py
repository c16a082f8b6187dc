"""
A stand-in for the controllers of an account: one function that answers for many sites.

It orders commands by their instants as the controller does (docs/windows.md), and is CLOSING or
OPENING for a moment after each change. A file for each site holds what its switch says; what its
name ends in decides what else happens:

    -slow      it never gets beyond CLOSING
    -refuses   a run fails, and a plan says that it would
    -late      the first command is carried out a second later
    -other     the function is no controller
    -almost    the same, and its answers have names that a controller's have
"""

import fcntl
import json
import os
import time
from datetime import UTC, datetime
from typing import Any

type _Json = dict[str, Any]
FOLDER = os.environ.get("FOLDER", "")
ROLLOUT = float(os.environ.get("ROLLOUT", "0.5"))


class RunFailed(Exception):
    """The controller's error of this name."""


class EventRefused(Exception):
    """The controller's error of this name."""


def handler(event: _Json, _context: object) -> _Json:
    """Answer an order as the controller does, in short."""
    site = event["site"]
    if not site.startswith("/"):
        raise EventRefused(f"order refused, nothing was changed: it is for the site of {site}")
    if site.endswith("-other"):
        return {"statusCode": 200}
    if site.endswith("-almost"):
        return {
            "counts": 1,
            "state": "fine",
            "mode": "live",
            "verdict": "",
            "errors": "",
            "reason": "",
        }
    if site.endswith("-refuses") and "maintenance" in event:
        raise RunFailed('access denied: "d"')
    if site.endswith("-late") and event.get("maintenance", "").startswith("on"):
        time.sleep(1)
    path = f"{FOLDER}/{site.strip('/').replace('/', '_')}.json"
    with open(path, "a+", encoding="utf-8") as file:  # noqa: PTH123 - it is locked while it is open
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        state = json.loads(file.read() or '{"at": "", "value": "off", "changed": 0}')
        verdict = None
        if "maintenance" in event:
            verdict = _write(state, event)
            file.truncate(0)
            file.write(json.dumps(state))
    return _answer(site, state, verdict) | _plan(event)


def _write(state: _Json, event: _Json) -> str:
    at = datetime.fromisoformat(event["at"]).astimezone(UTC).isoformat()
    same = (at, event["maintenance"]) == (state["at"], state["value"])
    if same or at <= state["at"]:
        return "written" if same else "newer"
    state |= {"at": at, "value": event["maintenance"], "changed": time.time(), "by": event["by"]}
    return "written"


def _plan(event: _Json) -> _Json:
    """Return what differs in the plan for another value of the switch."""
    if not str(event.get("plan", "")).startswith("on"):
        return {}
    counts = {"refused": 0, "waiting": 2, "deploying": 0, "deployed": 1}
    if event["site"].endswith("-refuses"):
        counts |= {"refused": 1, "waiting": 1}
        return {"mode": "maintenance", "counts": counts, "errors": ["a function does not fit"]}
    return {"mode": "maintenance", "counts": counts}


def _answer(site: str, state: _Json, verdict: str | None) -> _Json:
    is_on = state["value"].startswith("on")
    is_moving = time.time() - state["changed"] < ROLLOUT or (is_on and site.endswith("-slow"))
    names = ("closing", "closed") if is_on else ("opening", "open")
    counts = {
        "refused": 0,
        "waiting": 0,
        "deploying": int(is_moving),
        "deployed": int(not is_moving),
    }
    return {
        "site": site,
        "verdict": verdict,
        "mode": "maintenance" if is_on else "live",
        "state": None if verdict else names[not is_moving],
        "reason": f"the switch says {state['value']}",
        "until": None,
        "counts": counts,
        "errors": [],
        "notices": [],
    }
