"""For each alarm of the standby engine, what a visit of a deployed stack's site meets then."""

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from tests.stack.conftest import DeployedStack
from tests.stack.standby_operations import function_name, publish

# Each of these is a run of the function, or would have been.
_FAILS = "function handler() { throw new Error('broken'); }"
_INVALID = "function handler() { return 1; }"


class _Lasting(Protocol):
    def __call__(self, stack: DeployedStack, /) -> AbstractContextManager[None]: ...


@dataclass(frozen=True)
class StandbyCause:
    """A cause, and the result of a visit in CloudFront's log while it lasts."""

    lasting: _Lasting
    result: str


def _with_setting(name: str) -> _Lasting:
    @contextlib.contextmanager
    def lasting(stack: DeployedStack) -> Iterator[None]:
        sandbox = stack.cloud.sandbox
        sandbox.set(**{name: 1})
        try:
            yield
        finally:
            sandbox.set(**{name: 0})

    return lasting


def _with_code(code: str) -> _Lasting:
    @contextlib.contextmanager
    def lasting(stack: DeployedStack) -> Iterator[None]:
        name = function_name(stack)
        before = stack.cloud.cloudfront.get_function(Name=name, Stage="LIVE")["FunctionCode"].read()
        publish(stack, code.encode())
        try:
            yield
        finally:
            publish(stack, before)

    return lasting


STANDBY_CAUSES: Mapping[str, StandbyCause] = {
    "StandbyThrottles": StandbyCause(
        _with_setting("throttled_functions"), "FunctionThrottledError"
    ),
    "StandbyExecutionErrors": StandbyCause(_with_code(_FAILS), "FunctionExecutionError"),
    "StandbyInvalidResults": StandbyCause(_with_code(_INVALID), "FunctionValidationError"),
    # The state in its code counts, by which the site is open, and no origin listens.
    "StandbyReadErrors": StandbyCause(_with_setting("failing_reads"), "Error"),
}
