"""MaintenancePage in memory, for tests of what is published."""

import io
import zipfile
from dataclasses import dataclass, field

from maintenance.errors import PageRefused
from maintenance.lambda_edge.package import code_sha256
from maintenance.lambda_edge.version import Configuration, EdgeVersion, FunctionPackage, Latest
from maintenance.model import Timer

from tests.builders import NOW, edge_arn
from tests.unit.lambda_edge.test_version import BASE


def a_package(name: str = "viewer_request.py", content: bytes = b"pass") -> bytes:
    """Return a package with one file."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(name, content)
    return package.getvalue()


@dataclass
class PageFunction:
    """
    The function: its packages by version ARN, and $LATEST.

    As many `other_writers` change $LATEST behind an update; what is published comes into `state`.
    If it `refuses` pages, no package passes its check.
    """

    other_writers: int = 0
    state: str = "Active"
    refuses: bool = False
    seconds: float = 0.0
    packages: dict[str, bytes] = field(default_factory=dict)
    versions: list[EdgeVersion] = field(default_factory=list)
    code: bytes = b""

    @property
    def timer(self) -> Timer:
        """A clock that goes forward by sleeping."""
        return Timer(elapsed=lambda: self.seconds, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def has_published(self, package: bytes, description: str = "") -> EdgeVersion:
        """Publish a package, and return its version."""
        number = len(self.versions) + 1
        arn = edge_arn(number, function="Page")
        self.packages[arn] = package
        made = EdgeVersion(arn, number, code_sha256(package), BASE, description, NOW, self.state)
        self.versions.append(made)
        return made

    def run(self, _package: bytes) -> tuple[str, ...]:
        """Check a package."""
        if self.refuses:
            raise PageRefused("page.html is no HTML")
        return ("the accent is hard to read",)

    def read_package(self, arn: str) -> FunctionPackage:
        """Return the package of a version, the base's if it is none of ours."""
        return FunctionPackage(self.packages.get(arn, a_package()), BASE)

    def list_versions(self) -> tuple[EdgeVersion, ...]:
        """Return all versions."""
        return tuple(self.versions)

    def read_latest(self) -> Latest:
        """Return $LATEST."""
        return Latest(code_sha256(self.code), BASE, "1")

    def read_state(self, _arn: str) -> str:
        """Return the state of a version."""
        return self.state

    def update_code(self, package: bytes, *, over: Latest, architectures: tuple[str, ...]) -> None:
        """Take a package as $LATEST, unless another writer comes behind it."""
        del over, architectures
        self.code = b"another writer's" if self.other_writers else package
        self.other_writers = max(0, self.other_writers - 1)

    def configure(self, wanted: Configuration, *, over: Latest) -> None:
        """Fail: $LATEST is always configured like the base here."""
        raise NotImplementedError(wanted, over)

    def publish(self, *, over: Latest, description: str) -> EdgeVersion:
        """Publish $LATEST."""
        del over
        return self.has_published(self.code, description)
