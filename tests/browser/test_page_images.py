"""The pictures of the docs can be taken again."""

from pathlib import Path

import pytest

from tools.page_images import IMAGES, main


@pytest.mark.usefixtures("start_browser")  # skips the test where there is no browser
def test_every_picture_of_the_page_is_taken(tmp_path: Path) -> None:
    """Those that the docs show, each small enough to load at once."""
    assert 0 == main(tmp_path)

    sizes = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    assert {file.name for file in IMAGES.glob("*.webp")} == set(sizes)
    assert {} == {name: size for name, size in sizes.items() if not 5_000 < size < 40_000}
