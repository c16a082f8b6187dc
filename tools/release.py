"""
Everything of a release, in dist/: `make release`.

    site_maintenance-<version>-py3-none-any.whl    the command, with packages and template inside
    site_maintenance-<version>.tar.gz              the sources; `make test` passes in them
    controller-<sha256>.zip, edge-<sha256>.zip     the Lambda packages, by the names of their keys
    site-maintenance-<version>-template.json       the template of these packages
    site-maintenance-<version>-sbom.cdx.json       what the Lambda packages are made of (CycloneDX)
    NOTES.md                                       what CHANGELOG.md says of this version
    SHA256SUMS                                     for `sha256sum --check`

The same sources make the same bytes on a machine (tests/install/test_release.py).
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_DIST = ROOT / "dist"
_PACKAGES = ROOT / ".aws-sam" / "packages"
_VERSION = re.compile(r'^ +Version: \{Number: "([^"]+)"\}$', re.MULTILINE)


def main() -> None:
    """Replace dist/ with a release of the packages that `make packages` has made."""
    version = _version()
    notes = release_notes((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version)
    shutil.rmtree(_DIST, ignore_errors=True)
    _DIST.mkdir()
    name = f"site-maintenance-{version}"
    _run("hatchling", "build", "-t", "wheel", "-t", "sdist")
    for package in _PACKAGES.glob("*.zip"):
        shutil.copyfile(package, _DIST / package.name)
    shutil.copyfile(_PACKAGES / "template.json", _DIST / f"{name}-template.json")
    (_DIST / f"{name}-sbom.cdx.json").write_text(_bill_of_materials(version), encoding="utf-8")
    (_DIST / "NOTES.md").write_text(notes, encoding="utf-8")
    (_DIST / "SHA256SUMS").write_text(_checksums(), encoding="utf-8")
    sys.stdout.write((_DIST / "SHA256SUMS").read_text(encoding="utf-8"))


def release_notes(changelog: str, version: str) -> str:
    """Return what the changelog says of a version; SystemExit if it has no date yet."""
    heading = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n"
    found = re.search(rf"{heading}(.*?)(?=^## \[|\Z)", changelog, re.MULTILINE | re.DOTALL)
    if found is None:
        sys.exit(
            f"CHANGELOG.md has no section '## [{version}] - <date>': move what is under Unreleased "
            "there, or raise the version in template.yaml"
        )
    return f"{found[0].strip()}\n"


def _version() -> str:
    (found,) = _VERSION.findall((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return str(found)


def _bill_of_materials(version: str) -> str:
    """Return the CycloneDX document of the pinned requirements of the controller."""
    text = _run(
        str(ROOT / ".venv" / "release" / "bin" / "python"),
        "-m",
        "cyclonedx_py",
        "requirements",
        "controller/requirements.txt",
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
    )
    document = json.loads(text)
    # pyproject.toml takes the version from the template, where the tool does not look.
    document["metadata"]["component"]["version"] = version
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _checksums() -> str:
    files = sorted(each for each in _DIST.iterdir() if each.name != "SHA256SUMS")
    return "".join(
        f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in files
    )


def _run(*words: str) -> str:
    ran = subprocess.run(  # noqa: S603 - tools of our own environments
        words, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return ran.stdout


if __name__ == "__main__":
    main()
