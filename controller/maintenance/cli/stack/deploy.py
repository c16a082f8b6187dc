"""`deploy`: create or update the stack, from questions, options or a file."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.resources import plain_template
from maintenance.cli.stack.answers import OPTIONS, Answers, check_owner
from maintenance.cli.stack.steps import Deployment
from maintenance.deployment.parameters import read_parameters
from maintenance.deployment.questions import DISTRIBUTIONS, ENGINE, QUESTIONS
from maintenance.deployment.settings_file import read_settings
from maintenance.deployment.stack import STANDBY_FUNCTION_ARN, DeployedStack, Stack
from maintenance.deployment.stack_status import Step, first_step
from maintenance.errors import ConfigurationError, ObservationError

_REGION = "us-east-1"
# That of a stack from before there were two.
_FIRST_ENGINE = "attach"
_EXAMPLES = """\
examples:
  site-maintenance deploy                     asks at most six questions
  site-maintenance deploy --distributions E2EXAMPLE1AB3 --time-zone Europe/Ljubljana
  site-maintenance deploy --file site.toml --yes
  site-maintenance deploy --set LeadTimeMinutes=10
  site-maintenance deploy --engine standby
  site-maintenance deploy --stack shop-maintenance --switch /shop/maintenance

It shows what it would create or change, and asks, before it does anything. Run
it again to update: a parameter that you leave out keeps its value, and a closed
site stays closed. The file has parameters in TOML:
Distributions = ["E2EXAMPLE1AB3"].
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `deploy`."""
    deploy = commands.add_parser(
        "deploy",
        parents=[shared],
        help="create the stack, or update it; asks what it needs to know",
        description="Create the stack that closes and opens the site, or update it.",
        epilog=_EXAMPLES,
    )
    for question in QUESTIONS:
        deploy.add_argument(
            OPTIONS[question.parameter],
            dest=question.parameter,
            metavar=question.parameter.upper(),
            help=f"{question.text} For example {question.example}",
        )
    deploy.add_argument(
        "--engine",
        dest=ENGINE,
        metavar="ENGINE",
        help="attach closes within minutes; standby within about half a minute, by a function "
        "that you attach once (docs/deploy.md)",
    )
    deploy.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any other parameter (docs/configuration.md)",
    )
    deploy.add_argument("--file", type=Path, help="TOML file with parameters")
    deploy.add_argument("--bucket", help="bucket for the packages; created if it does not exist")
    deploy.add_argument(
        "--region", default=_REGION, help="us-east-1; CloudFront accepts no other Region"
    )
    deploy.add_argument("--yes", action="store_true", help="do not ask")
    deploy.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Deploy; raise MaintenanceError before anything is changed if that cannot be done."""
    if arguments.region != _REGION:
        raise ConfigurationError(
            f"not in {arguments.region}: CloudFront takes Lambda@Edge functions from us-east-1 "
            "only, wherever your origins are; leave out --region"
        )
    template = plain_template()
    stack = Stack(context.aws().client("cloudformation"), arguments.stack, time.sleep)
    deployed = stack.read()
    step = first_step(stack.name, deployed.status if deployed else None)
    if deployed and step is not Step.CREATE:
        check_owner(stack.name, deployed)
    answers = Answers(context, read_parameters(template))
    given = answers.check(given_values(arguments))
    if step is not Step.UPDATE:
        given = answers.complete(given, stack=stack.name, ask=not arguments.yes)
    if deployed and step is Step.UPDATE:
        _refuse_engine(context, deployed, given.get(ENGINE))
    if DISTRIBUTIONS in given:
        answers.warn_of_siblings(given[DISTRIBUTIONS], stack)
    deployment = Deployment(context, stack, deployed, template)
    return deployment.deploy(step, given, bucket=arguments.bucket, is_confirmed=arguments.yes)


def _refuse_engine(context: Context, deployed: DeployedStack, engine: str | None) -> None:
    """Raise RunFailed if the site cannot be switched to that engine now, as the update would."""
    before = deployed.parameters.get(ENGINE, _FIRST_ENGINE)
    if engine in {None, before}:
        return
    arn = deployed.outputs.get(STANDBY_FUNCTION_ARN, "")
    try:
        app = context.connect().app
        app.engine_switch(app.controller).refuse(
            {"Engine": engine}, {"Engine": before, "StandbyFunctionArn": arn}
        )
    except (ConfigurationError, ObservationError) as error:
        context.terminal.info(
            "Whether the engine can be switched now is unknown, so the update of the stack checks "
            f"it: {error}"
        )


def given_values(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the values of the file and the options, which count more, by parameter."""
    values: dict[str, str] = {}
    if arguments.file:
        try:
            # Editors on Windows begin it with a byte order mark, which TOML does not have.
            text = arguments.file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{arguments.file} cannot be read: {error}") from error
        values |= read_settings(text, name=str(arguments.file))
    for each in arguments.set:
        name, separator, value = each.partition("=")
        if not separator:
            raise ConfigurationError(f"--set takes NAME=VALUE; this is {each!r}")
        values[name] = value
    typed = {name: getattr(arguments, name) for name in (*OPTIONS, ENGINE)}
    return values | {name: value for name, value in typed.items() if value is not None}
