"""
Calls to AWS that end with a deadline, whatever hangs.

botocore tries a call several times and waits up to its timeout each time, which adds up to minutes.
No attempt begins after the deadline, and none waits longer than what is left; only connecting and a
pause that began before it come on top. `read_timeout` in the context of a request is botocore's
own, and undocumented: a contract test watches it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.client import BaseClient
    from botocore.hooks import BaseEventHooks

    from maintenance.deadline import Deadline


class NoTimeLeft(BotoCoreError):
    """The call was not made, because the deadline is over."""

    fmt = "no time was left for this call"


def limit_calls(events: BaseEventHooks, deadline: Deadline) -> None:
    """End the calls of a client, or of all that a session will create, with the deadline."""

    def limit(request: AWSPreparedRequest, **_: object) -> None:
        left = deadline.seconds_left
        if not left:
            raise NoTimeLeft
        context: dict[str, Any] = request.context  # type: ignore[attr-defined]  # newer than its stub
        timeout = context.get("read_timeout", context["client_config"].read_timeout)
        context["read_timeout"] = min(timeout, left)

    def stop(caught_exception: Exception | None, **_: object) -> None:
        # Or botocore would pause first, for up to 20 seconds.
        if caught_exception and deadline.is_over:
            raise caught_exception

    events.register("before-send", limit)
    events.register_first("needs-retry", stop)


def limited[Client: BaseClient](client: Client, deadline: Deadline) -> Client:
    """Return the client, whose calls end with the deadline."""
    limit_calls(client.meta.events, deadline)
    return client
