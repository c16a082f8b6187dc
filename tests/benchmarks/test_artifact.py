"""What is measured beside our packages is as quick as it can be."""

import sys
from pathlib import Path

import pytest

from benchmarks.artifact import compile_modules, copy_runtime_client


@pytest.fixture(autouse=True)
def made_by_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the compiled files of this checkout apart, as make does."""
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "apart"))


def test_compiled_files_are_where_measured_processes_look(tmp_path: Path) -> None:
    """A floor that is compiled at every start would make ours look quick."""
    module = tmp_path / "boto3" / "__init__.py"
    module.parent.mkdir()
    module.write_text("")

    compile_modules(tmp_path)

    assert _is_compiled(module)


def test_the_runtime_client_is_compiled_whole(tmp_path: Path) -> None:
    """With everything that it imports, for it runs without other packages."""
    sources = [*copy_runtime_client(tmp_path).rglob("*.py")]

    assert {"awslambdaric", "simplejson", "snapshot_restore_py.py"} <= {
        each.relative_to(tmp_path).parts[0] for each in sources
    }
    assert [] == [each for each in sources if not _is_compiled(each)]


def _is_compiled(source: Path) -> bool:
    name = f"{source.stem}.{sys.implementation.cache_tag}.pyc"
    return (source.parent / "__pycache__" / name).exists()
