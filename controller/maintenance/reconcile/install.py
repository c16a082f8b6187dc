"""
Coming and going: what the stack's custom resource does when CloudFormation creates or deletes it.

Create writes the switch (off) where there is none, or where a deleted stack has left its mark, and
fails the deployment if the settings mean nothing. Update writes no switch but a missing one of
another name: an upgrade must not reset a live `on`. Delete writes an `off` that outlasts every
window, with that mark, and lifts all of it; if it cannot, it fails the deletion: better a stack
that stays than a site that is stranded.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct

from maintenance.errors import ConfigurationError, RunFailed
from maintenance.model import Mode
from maintenance.reporting.report import Report
from maintenance.schedule.switch import ReadSwitch
from maintenance.wakeup import ParameterChanged

_MARK = "left by the deleted stack"


class _Controller(Protocol):
    def reconcile(self, changed: ParameterChanged | None = None) -> Report: ...
    def plan(self, changed: ParameterChanged | None = None) -> Report: ...


class _Switch(Protocol):
    def read_switch(self) -> ReadSwitch: ...
    def write_switch(self, value: str) -> ParameterChanged: ...


class Installation(Struct, frozen=True):
    """Answers the requests of the custom resource."""

    stack_name: str
    controller: _Controller
    switch: _Switch

    def carry_out(self, request: Mapping[str, Any]) -> None:
        """Do what the request asks; raise MaintenanceError with the reason if it cannot be done."""
        match request.get("RequestType"):
            case "Create":
                self._come()
            case "Update":
                self._stay(request)
            case "Delete":
                self._go()
            case other:
                raise ConfigurationError(f"CloudFormation has no request type {other!r}")

    def _come(self) -> None:
        errors = self.controller.plan(self._provide_switch()).errors
        if errors:
            raise RunFailed(f"the stack cannot look after its site: {' | '.join(errors)}")

    def _stay(self, request: Mapping[str, Any]) -> None:
        now = request.get("ResourceProperties", {}).get("SwitchParameter")
        before = request.get("OldResourceProperties", {}).get("SwitchParameter")
        if now != before:
            self._provide_switch()

    def _go(self) -> None:
        news = self.switch.write_switch(f"off until 9999-12-31T00:00Z: {_MARK} {self.stack_name}")
        report = self.controller.reconcile(news)
        # What else is wrong, a distribution that is gone for one, must not keep the stack.
        errors = [error for each in report.outcomes for error in each.errors]
        if report.decision.mode is not Mode.LIVE:
            # Somebody wrote the switch after us: what they closed must not lose its controller.
            errors.append(report.decision.reason)
        if errors:
            raise RunFailed(f"the site is not as it was before maintenance: {' | '.join(errors)}")

    def _provide_switch(self) -> ParameterChanged | None:
        read = self.switch.read_switch()
        abandoned = read.switch and (read.switch.message or "").startswith(_MARK)
        if read.switch is None or abandoned:
            return self.switch.write_switch("off")
        return None
