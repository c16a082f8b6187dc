"""The controller reads from page/ exactly the files that the edge function uses."""

from pathlib import Path

import pytest
from maintenance.lambda_edge.page_files import page_refusal
from maintenance_edge.files import PackageError
from maintenance_edge.overrides import read_overrides

_NAMES = (
    "page.html", "page.de.html", "page.pt-br.html", "page.zh-hant-tw.html", "settings.json",
    "problem.json", "page.d.html", "page.de-.html", "page.pt-BR.html", "page..html", "page.htm",
    "Page.html", "page.html.bak", "settings.yaml", "logo.svg", "page.de.fr.html",
)  # fmt: skip


@pytest.mark.parametrize("name", _NAMES)
def test_a_name_is_read_if_the_edge_function_uses_it(tmp_path: Path, name: str) -> None:
    """Two lists of the same names would otherwise drift apart."""
    (tmp_path / name).write_text("{}", encoding="utf-8")
    try:
        read_overrides(tmp_path)
        is_used = True
    except PackageError:
        is_used = False

    assert is_used == (page_refusal({name: 2}) is None)
