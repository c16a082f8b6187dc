"""The pipelines for GitHub and GitLab, run step by step against a stack in the sandbox."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.examples.conftest import BIN, EXAMPLES, Example
from tests.timing import PATIENCE

_PIPELINE = EXAMPLES / "pipeline"
_GITHUB = EXAMPLES / "github-actions" / "release.yml"
_GITLAB = EXAMPLES / "gitlab" / "release.gitlab-ci.yml"


@dataclass(frozen=True)
class Ended:
    """What a pipeline printed and reported, and whether it succeeded."""

    succeeded: bool
    output: str


@dataclass(frozen=True)
class Runner:
    """A checkout with what both READMEs say, and the credentials of the pipeline's role."""

    folder: Path
    environment: dict[str, str]

    def run(self, script: str, *shell: str) -> tuple[bool, str]:
        """Run a script; return whether it succeeded, and its output."""
        ran = subprocess.run(  # noqa: S603 - the steps of our own examples
            [*shell, "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return ran.returncode == 0, ran.stdout


def _run_github(runner: Runner) -> Ended:
    """Run the steps as a runner does: after a failure only those that ask for it."""
    workflow = yaml.safe_load(_GITHUB.read_text("utf-8"))
    runner.environment.update(workflow["env"])
    succeeded, output = True, ""
    for step in workflow["jobs"]["release"]["steps"]:
        if "run" not in step or succeeded == ("failure()" in step.get("if", "")):
            continue
        ran, printed = runner.run(step["run"], "bash", "--noprofile", "-e")
        succeeded, output = succeeded and ran, output + printed
    return Ended(succeeded, output + (runner.folder / "summary").read_text("utf-8"))


def _run_gitlab(runner: Runner) -> Ended:
    """Run the script until a command fails, and the after_script always."""
    job = yaml.safe_load(_GITLAB.read_text("utf-8"))["release"]
    runner.environment["SWITCH"] = job["variables"]["SWITCH"]
    succeeded, output = True, ""
    for line in job["script"]:
        if succeeded:
            succeeded, printed = runner.run(line, "sh", "-e")
            output += printed
    runner.environment["CI_JOB_STATUS"] = "success" if succeeded else "failed"
    return Ended(succeeded, output + runner.run("\n".join(job["after_script"]), "sh")[1])


@pytest.fixture(params=[_run_github, _run_gitlab], ids=["github", "gitlab"])
def release(
    request: pytest.FixtureRequest, example: Example, pipeline_keys: dict[str, str], tmp_path: Path
) -> Callable[[str], Ended]:
    """Give a function that runs a pipeline whose migration is this script."""

    def run(migration: str) -> Ended:
        ci = tmp_path / "ci"
        ci.mkdir()
        shutil.copy(_PIPELINE / "await-maintenance", ci)
        (ci / "migrate").write_text(f"#!/bin/sh\n{migration}\n")
        (ci / "migrate").chmod(0o700)
        (tmp_path / "summary").touch()
        environment = {
            **example.cloud.sandbox.environment(),
            **pipeline_keys,
            "PATH": f"{BIN}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
            "PAUSE": "0.5",
        }
        with example.sweeping():
            ended: Ended = request.param(Runner(tmp_path, environment))
        return ended

    return run


@pytest.mark.parametrize(
    ("schema", "file"), [("vendor.github-workflows", _GITHUB), ("vendor.gitlab-ci", _GITLAB)]
)
def test_the_files_are_what_their_services_accept(schema: str, file: Path) -> None:
    """By the schemas that the services' editors use."""
    checked = subprocess.run(  # noqa: S603 - a tool of the test environment
        [BIN / "check-jsonschema", "--builtin-schema", schema, file],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout


def test_a_release_closes_migrates_and_opens(
    example: Example, release: Callable[[str], Ended]
) -> None:
    """The migration runs only when every edge location answers with the page."""
    visit = f"curl -s -o /dev/null {example.site_address} -H 'Host: {example.host}'"

    ended = release(f"{visit} -w 'the site answers %{{http_code}}'")

    assert ended.succeeded, ended.output
    assert "the site answers 503" in ended.output
    assert (example.switch(), example.visit()) == ("off", 200)


def test_a_failed_migration_leaves_the_site_closed_and_says_so(
    example: Example, release: Callable[[str], Ended]
) -> None:
    """The report has the value of the switch, and how to open."""
    ended = release("echo 'column missing' && exit 1")

    assert not ended.succeeded
    assert example.visit() == 503
    assert example.switch() == "on: A new version is on its way."
    assert "on: A new version is on its way." in ended.output.rpartition("column missing")[2]
    assert "site-maintenance off" in ended.output


def _claims(**changed: str) -> dict[str, Any]:
    return {
        "iss": "https://token.actions.githubusercontent.com",
        "aud": "sts.amazonaws.com",
        "sub": "repo:example/shop:ref:refs/heads/main",
        **changed,
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"sub": "repo:example/shop:ref:refs/heads/feature"},
        {"sub": "repo:other/shop:ref:refs/heads/main"},
        {"aud": "https://gitlab.com"},
        {"iss": "https://gitlab.com"},
    ],
)
def test_only_the_named_pipeline_assumes_the_role(
    example: Example, assume: Callable[[dict[str, Any]], dict[str, str]], changed: dict[str, str]
) -> None:
    """A token of another branch, repository, audience or service is refused."""
    assert assume(_claims())
    with pytest.raises(example.cloud.sts.exceptions.ClientError, match="Not authorized"):
        assume(_claims(**changed))


@pytest.mark.parametrize(
    "name", ["/site/maintenance/windows/sunday", "/site/maintenance/status", "/other"]
)
def test_the_role_writes_the_switch_only(
    example: Example, pipeline_keys: dict[str, str], name: str
) -> None:
    """A pipeline that is taken over can close and open the site, and nothing else."""
    ssm = example.as_caller(pipeline_keys).ssm

    with pytest.raises(ssm.exceptions.ClientError, match="not authorized"):
        ssm.put_parameter(Name=name, Value="on", Type="String", Overwrite=True)
