"""An operator who types `site-maintenance fleet`, by a hub or by profile."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NotRequired, TypedDict, Unpack

from tests.cli.program import ROOT, forked
from tests.fleet.hub import ACCOUNTS, STACK, Hub
from tests.timing import PATIENCE

type Fleet = Callable[..., "subprocess.CompletedProcess[str]"]


def _profiles(others: Iterable[str]) -> str:
    """Return the operator's AWS settings: a profile for each account, and others."""
    return "\n".join(others) + "".join(
        f"[profile {account}]\naws_access_key_id = {account}\naws_secret_access_key = test\n"
        for account in (*ACCOUNTS, "333333333333")
    )


class _Settings(TypedDict):
    """What `begins` takes."""

    stacks: Mapping[str, str]
    deadline: NotRequired[str]
    caller: NotRequired[Mapping[str, str]]
    profiles: NotRequired[Mapping[str, str]]
    program: NotRequired[Callable[..., list[str]]]


@dataclass(frozen=True)
class Operator:
    """Types `fleet` for a list of stacks, by the hub or by profile."""

    hub: Hub
    folder: Path

    def types(
        self, way: str, *words: str, **settings: Unpack[_Settings]
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        with self.begins(way, *words, **settings) as running:
            output, errors = running.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(words, running.returncode, output, errors)

    def begins(
        self,
        way: str,
        *words: str,
        **settings: Unpack[_Settings],
    ) -> "subprocess.Popen[str]":
        """Start a command; `profiles` are settings of profiles with the names of stacks."""
        stacks, profiles = settings["stacks"], settings.get("profiles", {})
        program, deadline = settings.get("program", forked), settings.get("deadline", "1m")
        entries = [
            {**self.hub.stack(name, account), "profile": name if name in profiles else account}
            for name, account in stacks.items()
        ]
        listed = self.folder / "shops.json"
        listed.write_text(json.dumps(entries), encoding="utf-8")
        (self.folder / "config").write_text(_profiles(profiles.values()), encoding="utf-8")
        options = ["--hub", STACK] if way == "hub" else []
        return subprocess.Popen(  # noqa: S603 - our own program
            program(
                *("fleet", *words, "--list", str(listed), "--yes"),
                *("--pause", "1", "--deadline", deadline, *options),
            ),
            env={
                **self.hub.cloud.sandbox.environment(),
                "PATH": os.defpath,
                "PYTHONPATH": f"{ROOT / 'controller'}:{ROOT / 'edge_handler'}",
                "COLUMNS": "100",
                "AWS_CONFIG_FILE": str(self.folder / "config"),
                "USER": "ana",
                "PYTHONPYCACHEPREFIX": sys.pycache_prefix or "",
                **settings.get("caller", {}),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def results(answer: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    """Return the result of each stack, by its name."""
    document: dict[str, Any] = json.loads(answer.stdout)
    return {each["name"]: each["result"] for each in document["stacks"]}


def two(*names: str) -> dict[str, str]:
    """Return stacks in turn in the two accounts."""
    return {name: ACCOUNTS[number % 2] for number, name in enumerate(names)}
