"""The steps of a deployment: propose, show, ask, upload, execute, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from maintenance.cli.confirm import confirm
from maintenance.cli.context import Context
from maintenance.cli.documents import DeploymentDocument
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.own_command import own_command
from maintenance.cli.resources import version
from maintenance.cli.stack.package import bucket_of, upload_packages
from maintenance.cli.stack.view import (
    render_changes,
    render_commands,
    render_parameters,
    render_rights,
    render_standby,
    watch_events,
)
from maintenance.deployment.bucket import PackageBucket
from maintenance.deployment.changes import changed_parameters
from maintenance.deployment.events import ending, failures, is_success
from maintenance.deployment.parameters import read_parameters
from maintenance.deployment.rights import rights
from maintenance.deployment.stack import (
    STANDBY_FUNCTION_ARN,
    ChangeSet,
    DeployedStack,
    Stack,
)
from maintenance.deployment.stack_status import Step
from maintenance.deployment.template import bucket_in_use, package_keys, with_bucket
from maintenance.errors import MaintenanceError, ObservationError

_BUCKET = "site-maintenance-packages"


class Deployment(Struct, frozen=True):
    """A deployment of one stack; `deployed` is None if there is none of that name."""

    context: Context
    stack: Stack
    deployed: DeployedStack | None
    template: str

    def deploy(
        self, step: Step, values: Mapping[str, str], *, bucket: str | None, is_confirmed: bool
    ) -> ExitCode:
        """Show what would change, ask, and do it; `bucket` is the one that was typed."""
        is_new = step is not Step.UPDATE
        before = "" if is_new else self.stack.template()
        packages = self._bucket(bucket or bucket_in_use(before))
        has_bucket = packages.exists()
        if step is Step.CREATE_AGAIN and not self._delete_remains(is_confirmed=is_confirmed):
            return ExitCode.FAILED
        template = with_bucket(self.template, packages.name)
        to_send = dict(values) if is_new else self._with_kept(values, template)
        change_set = self.stack.propose(template, to_send, is_new=is_new)
        if change_set is None:
            self.context.terminal.info(f"Nothing to change in the stack {self.stack.name}.")
            return self._end()
        self._show(change_set, before, values)
        if not has_bucket:
            self.context.terminal.explain(f"It creates the bucket {packages.name} for its code.")
        is_ready = False
        try:
            verb = "Create" if is_new else "Update"
            where = f"the stack {self.stack.name} in us-east-1 of account {packages.account}"
            if confirm(self.context.terminal, f"{verb} {where}?", is_confirmed=is_confirmed):
                self._upload(packages, package_keys(template), has_bucket=has_bucket)
                is_ready = True
        finally:
            if not is_ready:
                self.stack.withdraw(change_set, is_new=is_new)
        return self._execute(change_set, is_new=is_new) if is_ready else ExitCode.FAILED

    def _show(self, change_set: ChangeSet, before: str, values: Mapping[str, str]) -> None:
        """Show the change set, and which rights it gives and takes; `before` may be ''."""
        known = self.deployed.parameters if self.deployed else {}
        had = set(rights(before, known)) if before else set()
        after = rights(self.template, {**known, **values})
        self.context.terminal.explain(
            "",
            render_parameters(changed_parameters(known, values)),
            render_changes(change_set.changes),
            render_rights("It creates these rights:", [each for each in after if each not in had]),
            render_rights(
                "It takes these rights away:", [each for each in had if each not in after]
            ),
        )

    def _upload(self, bucket: PackageBucket, keys: Iterable[str], *, has_bucket: bool) -> None:
        if not has_bucket:
            bucket.create()
        if uploaded := upload_packages(bucket, keys):
            self.context.terminal.info(f"Uploaded {len(uploaded)} packages to {bucket.name}.")

    def _execute(self, change_set: ChangeSet, *, is_new: bool) -> ExitCode:
        terminal = self.context.terminal
        following = self.stack.execute(change_set)
        events = watch_events(terminal, following, resources=len(change_set.changes))
        status = ending(events, change_set.stack_id) or ""
        if is_success(status):
            return self._end()
        for each in failures(events, change_set.stack_id):
            terminal.error(each)
        failed = "created, and was rolled back" if is_new else "updated, and stays as it was"
        terminal.error(
            f"The stack {self.stack.name} could not be {failed} ({status}). Correct what the lines "
            f"above say, then run {own_command('deploy', self.stack.name)} again."
        )
        return ExitCode.FAILED

    def _end(self) -> ExitCode:
        """Show the plan for the site and the commands to know."""
        terminal = self.context.terminal
        if terminal.as_json:
            terminal.answer(self._document())
            return ExitCode.DONE
        terminal.info(
            f"\nThe stack {self.stack.name} has version {version()}. This is what `on` would do:",
            style="bold",
        )
        try:
            code = self.context.connect().plan(hypothetical="on")
        except MaintenanceError as error:
            terminal.error(f"The plan cannot be shown: {error}")
            code = ExitCode.FAILED
        now = self.stack.read()
        arn = now.outputs.get(STANDBY_FUNCTION_ARN) if now else None
        if arn and code is ExitCode.FAILED:
            terminal.answer({}, render_standby(self.stack.name))
            # A line to copy is never wrapped.
            terminal.out.out(f"  {arn}\n")
        elif code is ExitCode.FAILED:
            terminal.info(
                "The stack is deployed. If you lack permissions for the plan: "
                "docs/deploying-policy.json allows the plan, on and off for the switch "
                "/site/maintenance, so write the name of yours there; docs/iam.md#what-people-need "
                "lists what each command needs."
            )
        terminal.answer({}, render_commands(self.stack.name), "")
        return ExitCode.DONE

    def _document(self) -> DeploymentDocument:
        now = self.stack.read()
        status, outputs = (now.status, dict(now.outputs)) if now else ("", {})
        return DeploymentDocument(self.stack.name, version(), status, outputs)

    def _delete_remains(self, *, is_confirmed: bool) -> bool:
        """Delete what a failed creation has left, which blocks another; return whether it is."""
        terminal = self.context.terminal
        question = (
            f"An earlier creation of {self.stack.name} failed. Delete its remains, and go on?"
        )
        if not self.deployed or not confirm(terminal, question, is_confirmed=is_confirmed):
            return False
        stack_id = self.deployed.stack_id
        events = watch_events(terminal, self.stack.delete(stack_id), resources=1)
        if is_success(ending(events, stack_id) or ""):
            return True
        reasons = "; ".join(failures(events, stack_id))
        raise ObservationError(f"the remains of {self.stack.name} cannot be deleted: {reasons}")

    def _bucket(self, name: str | None) -> PackageBucket:
        account = self.context.aws().client("sts").get_caller_identity()["Account"]
        return bucket_of(name or f"{_BUCKET}-{account}", account, self.context)

    def _with_kept(self, values: Mapping[str, str], template: str) -> dict[str, str | None]:
        """Return each parameter's value, None for one that keeps its value."""
        deployed = self.deployed.parameters if self.deployed else ()
        names = read_parameters(template)
        return dict.fromkeys(each for each in deployed if each in names) | dict(values)
