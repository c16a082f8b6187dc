"""Packages that check themselves, each in a process of its own."""

import io
import time
import zipfile

import pytest
from maintenance.deadline import Deadline
from maintenance.errors import ObservationError, PageRefused
from maintenance.lambda_edge.check import PackageCheck
from maintenance.lambda_edge.package_programs import PackagePrograms

from tests.stories.site import edge_package

_ENOUGH = Deadline(time.monotonic)


def a_program(code: str) -> bytes:
    """Return a package whose check is this program."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        # Without it, a maintenance_edge that is installed would come first.
        archive.writestr("maintenance_edge/__init__.py", "")
        archive.writestr("maintenance_edge/check.py", code)
    return package.getvalue()


def test_the_base_passes_its_check() -> None:
    """Without page files of the owner."""
    PackageCheck(PackagePrograms({}, _ENOUGH)).run(edge_package())


def test_a_program_that_passes_a_package_may_have_notices() -> None:
    """One a line."""
    program = a_program("print('The accent is pale.\\nThe logo is large.')")

    assert ("The accent is pale.", "The logo is large.") == PackageCheck(
        PackagePrograms({}, _ENOUGH)
    ).run(program)


def test_a_refusal_has_every_sentence_of_the_program() -> None:
    """In one line, because it becomes part of an error."""
    with pytest.raises(
        PageRefused, match=r"^page/page\.html is odd\. page/problem\.json is odder\.$"
    ):
        PackageCheck(PackagePrograms({}, _ENOUGH)).run(
            a_program(
                "print('page/page.html is odd.\\npage/problem.json is odder.'); raise SystemExit(1)"
            )
        )


def test_a_check_does_not_see_the_environment_of_the_controller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It reads files from the bucket, and must not have the credentials of the controller."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    code = "import os; print(sorted(os.environ)); raise SystemExit(1)"

    with pytest.raises(PageRefused) as refused:
        PackageCheck(PackagePrograms({"LD_LIBRARY_PATH": "/var/lang/lib"}, _ENOUGH)).run(
            a_program(code)
        )

    assert "AWS_SECRET_ACCESS_KEY" not in str(refused.value)
    assert "LD_LIBRARY_PATH" in str(refused.value)


@pytest.mark.parametrize(
    ("package", "sentence"),
    [
        (a_program("1 / 0"), "could not be checked: ZeroDivisionError"),
        (a_program("raise SystemExit(3)"), "could not be checked: 3"),
        (b"PK\x05\x06" + bytes(18), "has no maintenance_edge.check.*deploy"),
    ],
    ids=["crashes", "says nothing", "is missing"],
)
def test_a_check_that_does_not_finish_is_no_refusal(package: bytes, sentence: str) -> None:
    """The error is not about the page, and says what happened."""
    with pytest.raises(ObservationError, match=sentence):
        PackageCheck(PackagePrograms({}, _ENOUGH)).run(package)


def test_a_check_that_hangs_ends_with_the_deadline() -> None:
    """It says so, and is no refusal either."""
    program = a_program("import time; time.sleep(60)")

    with pytest.raises(ObservationError, match=r"could not be checked: .* timed out"):
        PackageCheck(PackagePrograms({}, Deadline(time.monotonic, 0.5))).run(program)


def test_a_full_disk_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The site is then closed with a fallback."""
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")

    with pytest.raises(ObservationError, match=r"could not be checked: .*/nowhere"):
        PackageCheck(PackagePrograms({}, _ENOUGH)).run(edge_package())
