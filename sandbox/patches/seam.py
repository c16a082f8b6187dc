"""
Where the sandbox takes hold of ministack: a function of it is surrounded, never edited.

Each place is asked for by name and refused loudly when it is gone, so that an upgrade of ministack
stops at start-up with the name of what moved, instead of quietly playing AWS worse.
"""

import json
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

from ministack.core import responses

from sandbox.api.asgi import Answer
from sandbox.api.operations import Request

type _Reply = tuple[int, dict[str, str], bytes]
type Serve = Callable[[Request], Awaitable[Answer]]
type AroundService = Callable[[Request, Serve], Awaitable[Answer]]


class MovedError(RuntimeError):
    """Something of ministack that the sandbox leans on is not where it was."""


def surround(
    place: ModuleType | type | dict[str, Any],
    name: str,
    around: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> None:
    """Replace the function `name` of a module, a class or a table by `around` it."""
    inside = place if isinstance(place, dict) else vars(place)
    if not callable(inside.get(name)):
        where = "the table" if isinstance(place, dict) else place.__name__
        raise MovedError(
            f"{where} of ministack has no function {name} any more; "
            "look at what it does now and adapt or drop the remedy that surrounds it."
        )
    surrounded = around(inside[name])
    if isinstance(place, dict):
        place[name] = surrounded
    else:
        setattr(place, name, surrounded)


def surround_service(module: ModuleType, around: AroundService) -> None:
    """Surround all of a service's calls over HTTP, behind ministack's judgement of IAM."""

    def outer(inner: Callable[..., Any]) -> Callable[..., Any]:
        async def onwards(request: Request) -> Answer:
            status, headers, body = await inner(
                request.method,
                request.path,
                dict(request.headers),
                request.body,
                dict(request.query),
            )
            return Answer(status, headers, body)

        async def handle_request(*parts: Any) -> _Reply:  # noqa: ANN401 - ministack's own signature
            method, path, headers, body, query = parts
            answer = await around(Request(method, path, query, headers, body), onwards)
            return answer.status, answer.headers, answer.body

        return handle_request

    surround(module, "handle_request", outer)


def json_members(body: bytes) -> dict[str, Any]:
    """Return the members of a JSON body, none where it is not an object."""
    try:
        members = json.loads(body or b"{}")
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def account_id() -> str:
    """Return the account of the request being served."""
    here: str = responses.get_account_id()
    return here


def region() -> str:
    """Return the region of the request being served."""
    here: str = responses.get_region()
    return here
