"""
Run a built function in a container by `sam local invoke`.

The SAM CLI gives a container only those environment variables that its template declares, so the
controller is invoked from a copy of the built template that declares the sandbox's address too.
The values are in a file of their own: the SAM CLI prefers its own environment to the template's.
"""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from samcli.yamlhelper import yaml_parse

from sandbox.demo.sam import BUILT, lock_build, run

IMAGE = "site-local/lambda-python:3.13"
AWS_IMAGE = "public.ecr.aws/lambda/python:3.13-x86_64"
_TEMPLATE = BUILT / "template.yaml"


class InvocationError(Exception):
    """The function could not run; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Result:
    """The function's response and log, and what it sent to CloudFormation, None if nothing."""

    response: object
    log: str
    to_cloudformation: object = None

    @property
    def is_error(self) -> bool:
        """Return whether the function raised an exception."""
        return isinstance(self.response, dict) and "errorType" in self.response


def sam_local_invoke(
    function: str,
    event: object,
    *,
    variables: Mapping[str, str] | None = None,
    credentials: Mapping[str, str] | None = None,
) -> Result:
    """
    Run a function for an event; raise InvocationError if the SAM CLI fails.

    `variables` are set in the container, `credentials` for the SAM CLI, which hands them on.
    """
    environment = {"AWS_REGION": "us-east-1", "SAM_CLI_TELEMETRY": "0", **(credentials or {})}
    # A build that runs at the same time empties the folder first.
    with lock_build(), tempfile.TemporaryDirectory(prefix="invoke-") as folder:
        if not _TEMPLATE.exists():
            raise InvocationError("Nothing is built: run make sandbox, or make build, first.")
        template = _template_options(Path(folder), function, variables or {})
        command = ["sam", "local", "invoke", function, *template, *_image_options()]
        ran = run([*command, "--event", "-"], environment, json.dumps(event))
    if ran.returncode:
        raise InvocationError(
            f"sam local invoke failed:\n{ran.stderr.strip()}\n"
            "If it could not pull AWS's image, build one: sudo make lambda-image."
        )
    try:
        return Result(json.loads(ran.stdout), ran.stderr)
    except ValueError as error:
        raise InvocationError(f"The response is not JSON: {ran.stdout!r}") from error


def docker(*arguments: str) -> str:
    """Return the output of a docker command; raise InvocationError, with its error, if it fails."""
    try:
        ran = subprocess.run(  # noqa: S603 - the machine's own docker
            ["docker", *arguments],  # noqa: S607 - wherever it is installed
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise InvocationError(
            "docker is missing: install Docker Engine (on Debian: apt-get install docker.io)."
        ) from error
    if ran.returncode:
        raise InvocationError(
            f"docker {arguments[0]} failed: start Docker Engine, and make sure that you may use "
            f"it. ({ran.stderr.strip()})"
        )
    return ran.stdout.strip()


def is_there(image: str) -> bool:
    """Return whether the engine has this image."""
    return bool(docker("images", "--quiet", image))


def _image_options() -> list[str]:
    """Return the options for the image that `make lambda-image` built, if it was built."""
    if is_there(IMAGE):
        return ["--invoke-image", IMAGE, "--skip-pull-image"]
    return ["--skip-pull-image"] if is_there(AWS_IMAGE) else []


def _template_options(folder: Path, function: str, variables: Mapping[str, str]) -> list[str]:
    if not variables:
        return ["--template", str(_TEMPLATE)]
    template = yaml_parse(_TEMPLATE.read_text(encoding="utf-8"))
    properties = template["Resources"][function]["Properties"]
    properties["CodeUri"] = str(BUILT / function)
    properties["Environment"]["Variables"] = dict(variables)
    copy, values = folder / "template.json", folder / "variables.json"
    copy.write_text(json.dumps(template), encoding="utf-8")
    values.write_text(json.dumps({function: dict(variables)}), encoding="utf-8")
    return ["--template", str(copy), "--env-vars", str(values)]
