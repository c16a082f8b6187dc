"""What the controller leans on when a package judges itself, in a process of its own."""

import io
import zipfile

import pytest
from maintenance.errors import ObservationError, PageRefused
from maintenance.lambda_edge.check import PackageCheck

from tests.stories.site import edge_package


def a_program(code: str) -> bytes:
    """Return a package whose check is this program."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("maintenance_edge/check.py", code)
    return package.getvalue()


def test_the_base_passes() -> None:
    """Without a page of the owner's."""
    PackageCheck({}).judge(edge_package())


def test_every_sentence_of_a_refusal_is_told() -> None:
    """In one line, because it becomes part of a fault."""
    with pytest.raises(
        PageRefused, match=r"^page/page\.html is odd\. page/problem\.json is odder\.$"
    ):
        PackageCheck({}).judge(
            a_program(
                "print('page/page.html is odd.\\npage/problem.json is odder.'); raise SystemExit(1)"
            )
        )


def test_it_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it reads was put there by somebody; our credentials are none of its business."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    code = "import os; print(sorted(os.environ)); raise SystemExit(1)"

    with pytest.raises(PageRefused) as refused:
        PackageCheck({"LD_LIBRARY_PATH": "/var/lang/lib"}).judge(a_program(code))

    assert "AWS_SECRET_ACCESS_KEY" not in str(refused.value)
    assert "LD_LIBRARY_PATH" in str(refused.value)


@pytest.mark.parametrize(
    ("package", "sentence"),
    [
        (a_program("1 / 0"), "could not be checked: ZeroDivisionError"),
        (a_program("raise SystemExit(3)"), "could not be checked: 3"),
        (a_program("import time; time.sleep(60)"), "could not be checked: .* timed out"),
        (b"PK\x05\x06" + bytes(18), "has no maintenance_edge.check.*deploy"),
    ],
    ids=["crashes", "says nothing", "hangs", "is missing"],
)
def test_a_check_that_comes_to_no_end_is_no_refusal(package: bytes, sentence: str) -> None:
    """It is a fault of ours, and says what happened."""
    with pytest.raises(ObservationError, match=sentence):
        PackageCheck({}, seconds=1.5).judge(package)


def test_a_full_disk_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The site is closed with a stand-in then, so it has to be an error of ours."""
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")

    with pytest.raises(ObservationError, match=r"could not be checked: .*/nowhere"):
        PackageCheck({}).judge(edge_package())
