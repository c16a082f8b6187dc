"""
Patch Lambda's logs: a run whose role has been deleted writes no log.

Lambda writes logs with the rights of the execution role (Lambda Developer Guide,
monitoring-cloudwatchlogs). ministack always writes them, so a run that outlives its stack creates
the log group again that the stack has deleted.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

from collections.abc import Callable
from typing import Any

from ministack.services import iam, lambda_svc

from sandbox.patches.wrap import wrap_function


def install() -> None:
    """Patch what writes the log of an invocation."""
    wrap_function(lambda_svc, "_emit_lambda_logs", _patch_emit)


def _patch_emit(emit: Callable[..., None]) -> Callable[..., None]:
    def emit_with_role(function: dict[str, Any], *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - ministack's own signature
        config = function.get("config") or function
        _, _, _, _, account, role = config["Role"].split(":", 5)
        if iam._roles.get_scoped(account, None, role.rpartition("/")[2]):
            emit(function, *arguments, **named)

    return emit_with_role
