"""
What the stack's custom resource does when CloudFormation creates, updates or deletes it.

    create   write the switch (off) if it does not exist, or if a deleted stack has left it marked;
             fail the deployment if the settings are invalid, or if the parameter of the status is
             another application's: the first run would overwrite it
    update   the same if the switch has another name now, and nothing else: an upgrade must not
             reset a live `on`; switch to another engine, or refuse to (see `engine_switch`)
    delete   write an `off` that outlasts every window, with that mark, and open the site; fail the
             deletion if that is impossible: a stack that stays is better than a site left closed

With the engine standby, create and update also write the store and publish the function's program,
as the site is to be: the template's own code lets every request through. A deletion fails while a
cache behavior has the function: CloudFormation could not delete it, after it has deleted the
controller.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from maintenance.errors import ConfigurationError, RunFailed, UnreadableValue
from maintenance.model import Mode
from maintenance.reconcile import ports
from maintenance.reconcile.engine_switch import STANDBY, EngineSwitch
from maintenance.reporting.report import Report
from maintenance.reporting.status_document import decode_persisted_state
from maintenance.wakeup import ParameterChanged, Sweep

_MARK = "left by the deleted stack"


class Installation(Struct, frozen=True):
    """Handles the requests of the custom resource."""

    stack_name: str
    controller: ports.Reconciler
    switch: ports.WritableSwitch
    status: ports.ReadableStatus
    engine_switch: EngineSwitch

    def handle(self, request: Mapping[str, Any]) -> None:
        """Do what the request asks for; raise MaintenanceError with the reason if that fails."""
        match request.get("RequestType"):
            case "Create":
                self.on_create(request)
            case "Update":
                self.on_update(request)
            case "Delete":
                self.on_delete(request)
            case other:
                raise ConfigurationError(f"CloudFormation has no request type {other!r}")

    def on_create(self, request: Mapping[str, Any]) -> None:
        """Make sure that there is a switch, and that the settings are valid."""
        changed = self._ensure_switch()
        if _has_standby(request):
            report = self.controller.reconcile(changed or Sweep())
            errors = (*report.input_errors, *_standby_errors(report))
        else:
            errors = self.controller.plan(changed).errors
        if errors:
            raise RunFailed(f"the stack cannot manage its site: {' | '.join(errors)}")

    def on_update(self, request: Mapping[str, Any]) -> None:
        """Make sure that there is a switch, and room for its status, if it has another name now."""
        properties = request.get("ResourceProperties", {})
        old_properties = request.get("OldResourceProperties", {})
        self.engine_switch.switch(properties, old_properties)
        changed = None
        if properties.get("SwitchParameter") != old_properties.get("SwitchParameter"):
            changed = self._ensure_switch()
        if not _has_standby(request):
            return
        errors = _standby_errors(self.controller.reconcile(changed or Sweep()))
        if errors:
            raise RunFailed(f"the standby function is not ready: {' | '.join(errors)}")

    def on_delete(self, request: Mapping[str, Any]) -> None:
        """Open the site for good."""
        changed = self.switch.write_switch(
            f"off until 9999-12-31T00:00Z: {_MARK} {self.stack_name}"
        )
        report = self.controller.reconcile(changed)
        # Other errors, such as a target that does not exist, must not keep the stack.
        errors = [error for each in report.outcomes for error in each.errors]
        if report.decision.mode is not Mode.LIVE:
            # The switch was written again after us: a closed site must not lose its controller.
            errors.append(report.decision.reason)
        if errors:
            raise RunFailed(f"the site is not as it was before maintenance: {' | '.join(errors)}")
        if _has_standby(request):
            self.engine_switch.refuse_attached(request["ResourceProperties"]["StandbyFunctionArn"])

    def _ensure_switch(self) -> ParameterChanged | None:
        self._refuse_status_of_others()
        read = self.switch.read_switch()
        is_abandoned = read.switch and (read.switch.message or "").startswith(_MARK)
        if read.switch is None or is_abandoned:
            return self.switch.write_switch("off")
        return None

    def _refuse_status_of_others(self) -> None:
        text = self.status.read()
        try:
            if text is not None:
                decode_persisted_state(text)
        except UnreadableValue as error:
            message = (
                f"the parameter {self.status.name} is where the status goes, and holds something "
                "else: choose another SwitchParameter, or delete that parameter"
            )
            raise ConfigurationError(message) from error


def _has_standby(request: Mapping[str, Any]) -> bool:
    engine: object = request.get("ResourceProperties", {}).get("Engine")
    return engine == STANDBY


def _standby_errors(report: Report) -> tuple[str, ...]:
    """
    Return why the store or the function's code is not as it is to be.

    What the switch, a window or the page has wrong, and behaviors that lack the function, do not
    keep an upgrade from a site.
    """
    errors = report.housekeeping_errors
    if report.store is None:
        errors += tuple(error for each in report.outcomes for error in each.errors)
    return errors
