"""
The Lambda packages and the plain template, as the wheel carries them: `make packages`.

    .aws-sam/packages/controller-<sha256>.zip    what `make build` made of controller/
    .aws-sam/packages/edge-<sha256>.zip          the same of edge_handler/
    .aws-sam/packages/template.json              template.yaml with these as its code
    .aws-sam/packages/sources.sha256             what they were made of

The template is plain CloudFormation, transformed here and not by AWS: StackSets with
service-managed permissions refuse macros (doc: CloudFormation API Reference, CreateStackSet), and a
change set of it shows the resources that there will be. Its bucket is a placeholder, which
`maintenance.deployment.template` replaces.

The same files make the same bytes. This is also hatchling's hook, which puts them into the wheel.
"""

import argparse
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parents[1]
PLACEHOLDER = "bucket-of-the-packages"
_PREFIX = "site-maintenance"
_BUILT = Path(".aws-sam", "build")
_PACKAGES = Path(".aws-sam", "packages")
_SOURCES = ("controller", "edge_handler", "template.yaml")
# The built folder of each package, and the functions that have it as their code.
_FUNCTIONS = {
    "controller": ("Controller", ("Controller",)),
    "edge": ("MaintenanceEdge", ("MaintenanceEdge", "MaintenancePage")),
}
# The earliest time that a zip file can say.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644


def main() -> None:
    """Write the packages, or only a template with packages that do not exist."""
    arguments = argparse.ArgumentParser(prog="make packages", description=__doc__)
    arguments.add_argument("--template-only", type=Path, metavar="FILE")
    file: Path | None = arguments.parse_args().template_only
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(plain_template(dict.fromkeys(_FUNCTIONS, f"{_PREFIX}/x.zip")))
        return
    write_packages(ROOT)


def write_packages(root: Path) -> None:
    """
    Zip what `make build` left in the checkout, and write the template for it.

    A command may read them at any time: old packages go last, and each file is replaced whole.
    """
    folder = root / _PACKAGES
    folder.mkdir(parents=True, exist_ok=True)
    zips = {name: zip_folder(root / _BUILT / built) for name, (built, _) in _FUNCTIONS.items()}
    names = {name: f"{name}-{hashlib.sha256(zips[name]).hexdigest()}.zip" for name in zips}
    template = plain_template({name: f"{_PREFIX}/{file}" for name, file in names.items()})
    files = {names[name]: content for name, content in zips.items()}
    files["template.json"] = template.encode()
    files["sources.sha256"] = digest_of_sources(root).encode()
    for file, content in files.items():
        (folder / f"{file}.new").write_bytes(content)
        (folder / f"{file}.new").replace(folder / file)
    for old in folder.iterdir():
        if old.name not in files:
            old.unlink()


def zip_folder(folder: Path) -> bytes:
    """Return the folder as a zip file, the same bytes for the same files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _TIME)
            entry.external_attr = _MODE << 16
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()


def plain_template(keys: dict[str, str]) -> str:
    """Return template.yaml as plain CloudFormation; `keys` has the S3 key of each package."""
    from samcli.yamlhelper import yaml_parse  # noqa: PLC0415 - not where a wheel is built
    from samtranslator.parser.parser import Parser  # noqa: PLC0415
    from samtranslator.translator.translator import Translator  # noqa: PLC0415

    # The stack's Region, by which the translator names the partition.
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    template: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    for package, (_, functions) in _FUNCTIONS.items():
        for function in functions:
            code = {"Bucket": PLACEHOLDER, "Key": keys[package]}
            template["Resources"][function]["Properties"]["CodeUri"] = code
    plain = Translator({}, Parser()).translate(template, parameter_values={})
    # CloudFormation takes 51,200 bytes without a bucket.
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False) + "\n"


def digest_of_sources(root: Path) -> str:
    """Return a digest of all files that the packages are made of."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        for file in _files(root / name):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for file in sorted(path.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file


class PackagesHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's is generic over its configuration
    """Puts the packages into the wheel, unless they were made of other sources."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them to what is included; an editable installation reads them where they are."""
        root = Path(self.root)
        made = root / _PACKAGES / "sources.sha256"
        if version == "editable" or not made.exists():
            return
        if made.read_text() != digest_of_sources(root):
            self.app.display_warning("The Lambda packages are outdated and left out: make packages")
            return
        for file in sorted((root / _PACKAGES).iterdir()):
            if file.suffix in {".zip", ".json"}:
                build_data["force_include"][str(file)] = (
                    f"maintenance/resources/packages/{file.name}"
                )


if __name__ == "__main__":
    main()
