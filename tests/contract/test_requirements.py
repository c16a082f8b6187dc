"""Every dependency is pinned by hash, has a reason, and has an accepted licence."""

import importlib.metadata
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.template import ROOT

LOCKED = [*sorted(ROOT.glob("requirements/*.txt")), ROOT / "controller" / "requirements.txt"]
# What the controller's package may contain, and under which licence; another one is a decision.
RUNTIME = {
    "aws-lambda-powertools": "MIT",
    "boto3": "Apache",
    "botocore": "Apache",
    "jmespath": "MIT",
    "msgspec": "BSD",
    "python-dateutil": "BSD|Apache|Dual",
    "s3transfer": "Apache",
    "six": "MIT",
    "typing-extensions": "PSF",
    "tzdata": "Apache",
    "urllib3": "MIT",
}


def _node_locks() -> Iterator[Path]:
    """Yield the lock files of this checkout, which may be an archive without Git's folder."""
    for folder, folders, files in ROOT.walk():
        folders[:] = [each for each in folders if each[0] != "." and each != "node_modules"]
        if "package-lock.json" in files:
            yield folder / "package-lock.json"


def _blocks(file: Path) -> list[str]:
    """Return each requirement of a lock with all its lines, without comments."""
    lines = [line for line in file.read_text().splitlines() if not line.lstrip().startswith("#")]
    return re.split(r"\n(?=\S)", "\n".join(lines).strip())


@pytest.mark.parametrize("file", LOCKED, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_requirement_is_pinned_by_hash(file: Path) -> None:
    """To one version, with the hash of each file that may be installed."""
    pinned = re.compile(
        r"[a-z0-9._\[\]-]+==\S+( ; .+?)? \\\n( +--hash=sha256:[0-9a-f]{64}( \\\n)?)+"
    )

    assert [] == [each for each in _blocks(file) if not pinned.fullmatch(each)]


@pytest.mark.parametrize("file", LOCKED, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_pin_says_what_requires_it(file: Path) -> None:
    """One of our `.in` files, or another pin; nothing else is installed."""
    text = file.read_text()
    pins = re.findall(r"^[a-z0-9]\S*==", text, re.MULTILINE)

    assert len(pins) == len(re.findall(r"^    # via", text, re.MULTILINE))


def test_the_controller_contains_these_packages_under_these_licences() -> None:
    """And no others, because it may change distributions."""
    names = {re.match(r"[a-z0-9-]+", each)[0] for each in _blocks(LOCKED[-1])}  # type: ignore[index]  # each begins with a name
    licences = {name: _licence(name) for name in names}

    assert RUNTIME.keys() == names
    assert {} == {
        name: said for name, said in licences.items() if not re.search(RUNTIME[name], said)
    }


def _licence(name: str) -> str:
    said = importlib.metadata.metadata(name)
    classifiers = [each for each in said.get_all("Classifier") or [] if each.startswith("License")]
    return " ".join([said.get("License-Expression") or said.get("License") or "", *classifiers])


def test_the_edge_handler_depends_on_nothing() -> None:
    """It runs for every visitor."""
    text = (ROOT / "edge_handler" / "requirements.txt").read_text()

    assert [] == [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize(
    "file", sorted(_node_locks()), ids=lambda file: str(file.relative_to(ROOT))
)
def test_every_node_package_is_pinned_by_hash(file: Path) -> None:
    """And without an address, so that each installation uses its own registry."""
    packages = json.loads(file.read_text())["packages"]
    packages.pop("")

    assert [] == [
        name
        for name, each in packages.items()
        if not each.get("inBundle")
        and (not each.get("integrity", "").startswith("sha512-") or "resolved" in each)
    ]
