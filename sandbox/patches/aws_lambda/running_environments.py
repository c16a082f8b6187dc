"""
Patch updates of functions: what is running at that moment runs to its end.

ministack ends every process of an updated function, also those that serve an invocation, which
then fails. Lambda sends new invocations to the new code, and lets the others finish (Lambda
Developer Guide, lambda-runtime-environment and configuration-versions).
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import threading
from collections.abc import Callable, Sequence
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from sandbox.patches.wrap import wrap_function

type _Worker = Any  # ministack's


class _Update(threading.local):
    """Whether this thread ends the processes of an updated function."""

    is_running = False


class RunningEnvironments:
    """The patches, and the processes that end with their invocation."""

    def __init__(self) -> None:
        self._update = _Update()
        self._outdated: set[_Worker] = set()

    def install(self) -> None:
        """Patch what ends processes, and what gives them back after an invocation."""
        wrap_function(lambda_svc, "invalidate_worker", self._patch_invalidate)
        wrap_function(lambda_svc, "release_worker", self._patch_release)
        wrap_function(lambda_runtime, "kill_workers", self._patch_kill)
        wrap_function(lambda_runtime, "reset", self._patch_reset)

    def _patch_invalidate(self, invalidate: Callable[..., None]) -> Callable[..., None]:
        def invalidate_idle(*arguments: object, **named: object) -> None:
            self._update.is_running = True
            try:
                invalidate(*arguments, **named)
            finally:
                self._update.is_running = False

        return invalidate_idle

    def _patch_kill(self, kill: Callable[[Sequence[_Worker]], None]) -> Callable[..., None]:
        def kill_idle(workers: Sequence[_Worker]) -> None:
            if not self._update.is_running:
                kill(workers)
                return
            with lambda_runtime._lock:
                running = [each for each in workers if each.in_use]
                self._outdated.update(running)
            kill([each for each in workers if each not in running])

        return kill_idle

    def _patch_reset(self, reset: Callable[[], None]) -> Callable[[], None]:
        def reset_all() -> None:
            reset()
            with lambda_runtime._lock:
                running, self._outdated = [*self._outdated], set()
            lambda_runtime.kill_workers(running)

        return reset_all

    def _patch_release(self, release: Callable[[_Worker], None]) -> Callable[..., None]:
        def release_and_end(worker: _Worker) -> None:
            release(worker)
            with lambda_runtime._lock:
                is_outdated = worker in self._outdated
                self._outdated.discard(worker)
            if is_outdated:
                lambda_runtime.kill_workers([worker])

        return release_and_end
