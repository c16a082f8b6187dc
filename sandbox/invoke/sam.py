"""
The real `sam local invoke`, of what `sam build` made.

The SAM CLI gives a container only those environment variables that the template declares, so the
controller is invoked from a copy of the built template that declares the sandbox's address too.
The copy lies beside the template that it was made from, where its relative paths hold.
"""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from samcli.yamlhelper import yaml_parse

from sandbox.invoke.errors import InvocationError
from sandbox.invoke.image import OURS

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"
ENDPOINT = "AWS_ENDPOINT_URL"


@dataclass(frozen=True, slots=True)
class Invocation:
    """
    What to run: `function` by its name in the template, in which `image`.

    `variables` are the function's, `environment` is the SAM CLI's own, whose AWS credentials become
    the function's.
    """

    function: str
    event: object
    image: str
    environment: Mapping[str, str]
    network: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)


def sam_local_invoke(invocation: Invocation) -> tuple[object, str]:
    """Return the function's answer and its log; InvocationError if the SAM CLI failed."""
    if not BUILT.exists():
        raise InvocationError("Nothing is built yet: run make build, or make sandbox, first.")
    with tempfile.TemporaryDirectory(prefix="local-invoke-") as directory:
        variables = Path(directory) / "variables.json"
        variables.write_text(json.dumps({invocation.function: dict(invocation.variables)}))
        ran = _sam(_arguments(invocation, variables), invocation)
    if ran.returncode:
        raise InvocationError(f"sam local invoke failed:\n{ran.stderr.strip()}")
    return _answer(ran.stdout), ran.stderr


def _sam(arguments: list[str], invocation: Invocation) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - the SAM CLI of the environment that this runs in
            ["sam", "local", "invoke", *arguments],  # noqa: S607 - the Makefile puts that environment first on PATH
            cwd=ROOT,
            env=dict(invocation.environment),
            input=json.dumps(invocation.event),
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise InvocationError("The SAM CLI is not on PATH: run it with make invoke.") from error


def _arguments(invocation: Invocation, variables: Path) -> list[str]:
    template = declare(invocation.function) if invocation.variables else BUILT
    arguments = [invocation.function, "--template", str(template), "--event", "-"]
    arguments += ["--skip-pull-image", "--env-vars", str(variables)]
    if invocation.image == OURS:
        arguments += ["--invoke-image", invocation.image]
    if invocation.network:
        arguments += ["--docker-network", invocation.network]
    return arguments


def declare(function: str) -> Path:
    """Write the copy of the built template whose `function` may be given the sandbox's address."""
    template = yaml_parse(BUILT.read_text(encoding="utf-8"))
    template["Resources"][function]["Properties"]["Environment"]["Variables"][ENDPOINT] = ""
    copy = BUILT.with_name("local-invoke.json")
    copy.write_text(json.dumps(template), encoding="utf-8")
    return copy


def _answer(output: str) -> object:
    try:
        answer: object = json.loads(output)
    except ValueError as error:
        raise InvocationError(f"The function did not answer with JSON: {output!r}") from error
    return answer


def own_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` without AWS's settings, and with telemetry off."""
    kept = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
    return {**kept, "AWS_REGION": "us-east-1", "SAM_CLI_TELEMETRY": "0"}
