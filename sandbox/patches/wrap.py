"""
Replace functions of ministack by wrappers of ours, without editing ministack.

Each function is looked up by name, and a missing one raises an error. So an upgrade of ministack
that moves a function stops the sandbox at its start and names the function, instead of silently
making the sandbox less like AWS.
"""

from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

from sandbox.api import errors
from sandbox.api.asgi import Response
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request

# A response in ministack's own form.
type Reply = tuple[int, dict[str, str], bytes]
type Forward = Callable[[Request], Awaitable[Response]]
type ServiceWrapper = Callable[[Request, Forward], Awaitable[Response]]


class MissingFunctionError(RuntimeError):
    """ministack no longer has a function that the sandbox patches."""


def wrap_function(
    owner: ModuleType | type | dict[str, Any],
    name: str,
    wrapper: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> None:
    """Replace the function `name` of a module, class or dictionary by `wrapper` of it."""
    functions = owner if isinstance(owner, dict) else vars(owner)
    if not callable(functions.get(name)):
        where = "its table of handlers" if isinstance(owner, dict) else owner.__name__
        raise MissingFunctionError(
            f"ministack no longer has the function {name} in {where}: find out what replaced it, "
            "and adapt or remove the patch."
        )
    wrapped = wrapper(functions[name])
    if isinstance(owner, dict):
        owner[name] = wrapped
    else:
        setattr(owner, name, wrapped)


def wrap_service(module: ModuleType, wrapper: ServiceWrapper) -> None:
    """Wrap all HTTP calls of a service; ministack has checked IAM before the wrapper runs."""

    def wrap_handler(handle: Callable[..., Any]) -> Callable[..., Any]:
        async def forward(request: Request) -> Response:
            status, headers, body = await handle(
                request.method,
                request.path,
                dict(request.headers),
                request.body,
                dict(request.query),
            )
            return Response(status, headers, body)

        async def handle_request(*arguments: Any) -> Reply:  # noqa: ANN401 - ministack's own signature
            method, path, headers, body, query = arguments
            response = await wrapper(Request(method, path, query, headers, body), forward)
            return to_reply(response)

        return handle_request

    wrap_function(module, "handle_request", wrap_handler)


def to_reply(response: Response) -> Reply:
    """Return `response` in ministack's form."""
    return response.status, response.headers, response.body


def refuse(refusal: Refusal, service: str) -> Reply:
    """Return `refusal` in the protocol of `service`, in ministack's form."""
    return to_reply(errors.to_response(refusal, service))
