"""
Try each mutant on the tests that reach its function.

pytest collects once. All tests run unchanged, which says what each reaches and takes; then each
mutant has a process of its own, forked, that runs the nearest of them until one fails. Limits are
in processor time, and the order is the same each time, so a busy machine changes no verdict.
"""

import gc
import os
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

import pytest
from _pytest.runner import runtestprotocol  # one test, its reports handed back: pytest has no other
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

from tools.mutation.mutant import Mutant, Verdict

_PROCESSES = 2
_BYTES = 4 * 2**30
_LEAST_SECONDS = 2
_TIMES_LONGER = 10
_WAITING_SECONDS = 600  # by the wall clock, for a mutant that waits for ever
_OTHERS = 60
_EVERY = 100


_VERDICTS = {
    0: Verdict.SURVIVED,
    -signal.SIGXCPU: Verdict.ENDLESS,
    -signal.SIGALRM: Verdict.ENDLESS,
}


@dataclass(slots=True)
class Trial:
    """
    A pytest plugin that runs the tests once, and then for each mutant.

    `killers` names, for each mutant that a test noticed, that test; given those of an earlier run,
    they are asked first. `finished` is told each module whose mutants all have a verdict.
    """

    mutants: Sequence[Mutant]
    killers: dict[str, str]
    finished: Callable[[str, Mapping[Mutant, Verdict]], None]
    verdicts: dict[Mutant, Verdict] = field(default_factory=dict)
    _left: Counter[str] = field(default_factory=Counter)
    _reaching: dict[str, list[pytest.Item]] = field(default_factory=lambda: defaultdict(list))
    _reach: dict[pytest.Item, int] = field(default_factory=dict)
    _seconds: dict[pytest.Item, float] = field(default_factory=dict)
    _running: dict[int, tuple[Mutant, Sequence[pytest.Item], int]] = field(default_factory=dict)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests unchanged, then those that each mutant needs."""
        self._run_unchanged(session.items)
        self._left = Counter(mutant.module for mutant in self.mutants)
        gc.freeze()
        for mutant in self.mutants:
            self._try(mutant)
        while self._running:
            self._wait_for_one()
        return True

    def _run_unchanged(self, items: Sequence[pytest.Item]) -> None:
        set_mutant_under_test("stats")
        for item, following in zip(items, [*items[1:], None], strict=True):
            state()._stats.clear()  # noqa: SLF001 - where mutmut records which functions ran
            began = time.process_time()
            if _fails(item, following):
                pytest.exit(f"{item.nodeid} fails without any mutant: mend it first.", 1)
            self._seconds[item] = time.process_time() - began
            self._reach[item] = len(state()._stats)  # noqa: SLF001 - the same
            for function in state()._stats:  # noqa: SLF001 - the same
                self._reaching[function].append(item)

    def _try(self, mutant: Mutant) -> None:
        tests = self._tests_for(mutant)
        if not tests:
            self._judged(mutant, Verdict.SURVIVED)
            return
        while len(self._running) >= _PROCESSES:
            self._wait_for_one()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            self._run_mutated(mutant, tests, writing)
        os.close(writing)
        self._running[child] = (mutant, tests, reading)

    def _run_mutated(self, mutant: Mutant, tests: Sequence[pytest.Item], writing: int) -> None:
        """Run the tests until one fails, say which through `writing`, and end this process."""
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
        signal.alarm(_WAITING_SECONDS)
        set_mutant_under_test(mutant.name)
        for place, (test, following) in enumerate(zip(tests, [*tests[1:], None], strict=True)):
            most = time.process_time() + _LEAST_SECONDS + _TIMES_LONGER * self._seconds[test]
            resource.setrlimit(resource.RLIMIT_CPU, (ceil(most), resource.RLIM_INFINITY))
            if _fails(test, following):
                os.write(writing, str(place).encode())
                os._exit(1)
        os._exit(0)

    def _tests_for(self, mutant: Mutant) -> list[pytest.Item]:
        """
        Return those of the module's own tests that reach the mutant, and the nearest others.

        Near is a test that reaches few functions: one that reaches many is slow, and what it alone
        would notice is better told by another.
        """
        reaching = sorted(self._reaching[mutant.reached], key=lambda test: self._reach[test])
        own = [test for test in reaching if _is_of(mutant.module, test)]
        others = [test for test in reaching if not _is_of(mutant.module, test)]
        chosen = [*own, *others[:_OTHERS]]
        return sorted(chosen, key=lambda test: self.killers.get(mutant.key) != test.nodeid)

    def _wait_for_one(self) -> None:
        child, status = os.wait()
        mutant, tests, reading = self._running.pop(child)
        with os.fdopen(reading, "rb") as pipe:
            killer = pipe.read()
        self.killers.pop(mutant.key, None)
        if killer:
            self.killers[mutant.key] = tests[int(killer)].nodeid
        self._judged(mutant, _VERDICTS.get(os.waitstatus_to_exitcode(status), Verdict.KILLED))

    def _judged(self, mutant: Mutant, verdict: Verdict) -> None:
        self.verdicts[mutant] = verdict
        self._left[mutant.module] -= 1
        if not self._left[mutant.module]:
            self.finished(mutant.module, self.verdicts)
        if len(self.verdicts) % _EVERY == 0:
            sys.stderr.write(f"{len(self.verdicts)} of {len(self.mutants)} mutants tried\n")


def _is_of(module: str, test: pytest.Item) -> bool:
    return test.path.stem.startswith(f"test_{module}")


def _fails(item: pytest.Item, following: pytest.Item | None) -> bool:
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))
