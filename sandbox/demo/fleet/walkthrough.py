"""Close and open the shops by one order, and see what becomes of those that fail."""

import sys
from dataclasses import dataclass
from pathlib import Path

from sandbox.demo.console import StepConsole
from sandbox.demo.fleet.accounts import HUB_STACK, Fleet
from sandbox.demo.sam import ROOT, run

_OPEN, _CLOSED = 200, 503
_SLOW_SECONDS = 12.0
_QUICK_SECONDS = 2.0


def run_walkthrough(fleet: Fleet, console: StepConsole) -> None:
    """Run every step; raise StepFailed at the first that has another result than expected."""
    shops = _Operator(fleet, console, fleet.write_list("shops"))
    more = _Operator(fleet, console, fleet.write_list("more", with_forgotten=True))

    console.section("One order closes all shops, the pilot first")
    shops.types("status", code=0)
    _visit(fleet, console, _OPEN)
    shops.types("on", "for", "2h", "--pilot", "1", code=0)
    _visit(fleet, console, _CLOSED)

    console.section("One order opens them, all at once")
    shops.types("off", code=0)
    _visit(fleet, console, _OPEN)

    console.section("A role is missing: the answer says in which account")
    more.types("on", "for", "2h", "--pilot", "3", code=1, says="shop-it   NOT REACHED")
    more.types("on", "for", "2h", "--tolerate", "40", code=1, says="2 CLOSED, 1 NOT REACHED")
    _visit(fleet, console, _CLOSED)
    more.types("off", "--deadline", "5s", code=1, says="2 OPEN, 1 NOT REACHED")
    _visit(fleet, console, _OPEN)

    console.section("A shop cannot be changed, and CloudFront is slow")
    _disturb(fleet)
    tolerant = ("--tolerate", "100", "--deadline", "4s")
    shops.types("on", "for", "2h", *tolerant, code=1, says="shop-de   TOO SLOW")
    fleet.hub.sandbox.clear_faults()
    fleet.hub.sandbox.set(deploy_seconds=_QUICK_SECONDS)

    console.section("Without the hub, by a profile for each account")
    shops.types("off", code=0, by_profile=True)
    _visit(fleet, console, _OPEN)


def _disturb(fleet: Fleet) -> None:
    """Let CloudFront refuse the updates of one shop, and take its time with the others."""
    fleet.hub.sandbox.inject_fault(
        "refuse",
        "cloudfront:UpdateDistribution",
        resource=fleet.shops[1].distribution_id,
        code="AccessDenied",
        status=403,
        times=1000,
    )
    fleet.hub.sandbox.set(deploy_seconds=_SLOW_SECONDS)


def _visit(fleet: Fleet, console: StepConsole, expected: int) -> None:
    console.check(
        f"every shop answers {expected}",
        expected=[expected] * len(fleet.shops),
        actual=[each.status() for each in fleet.shops],
    )


@dataclass(frozen=True, slots=True)
class _Operator:
    """Types `fleet` commands for one list."""

    fleet: Fleet
    console: StepConsole
    listed: Path

    def types(self, *words: str, code: int, says: str = "", by_profile: bool = False) -> None:
        """Run a command, show its answer, and check its exit code and what it says."""
        options = [] if by_profile else ["--hub", HUB_STACK]
        shown = ["site-maintenance fleet", *words, "--list", self.listed.name]
        self.console.command(" ".join(shown), *([" ".join(options)] if options else []))
        ran = run(
            [
                *(sys.executable, "-m", "maintenance", "fleet", *words),
                *("--list", str(self.listed), "--pause", "1", "--yes", *options),
            ],
            {
                **self.fleet.hub.environment(),
                "PYTHONPATH": f"{ROOT}/controller:{ROOT}/edge_handler",
                "AWS_CONFIG_FILE": str(self.fleet.write_profiles()),
                "COLUMNS": "90",
            },
        )
        for line in ran.stdout.splitlines():
            self.console.say(line.rstrip(), markup=False)
        self.console.check(
            f"it ends with the exit code {code}" + (f", and says {says}" if says else ""),
            expected=(code, True),
            actual=(ran.returncode, says in ran.stdout),
        )
