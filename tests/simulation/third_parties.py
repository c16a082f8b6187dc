"""
Third parties: people and tools that write distributions, with the ETag that CloudFront asks for.

They change the raw XML, as a console or another SDK does, and know nothing of the controller. With
an outdated ETag they are refused, and read again. A tool with a declaration overwrites everything
with it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from tests.cloud import Cloud
from tests.sandbox.builders import Raw, signed
from tests.simulation.edits import Edit
from tests.simulation.reference_model import DistributionModel

_NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
_OK = 200
_STALE = 412
_TRIES = 20


@dataclass
class ThirdParty:
    """A third party with one distribution, and the model of what CloudFront has accepted."""

    cloud: Cloud
    distribution_id: str
    model: DistributionModel = field(init=False)
    _copy: tuple[bytes, str] = field(init=False)
    _declared: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Take the first configuration as the declaration."""
        self.read()
        self._declared = self._copy[0]
        self.model = DistributionModel("")
        self.model.third_party_wrote(_parsed(self._declared))

    def read(self) -> None:
        """Read the configuration, to write it some time later."""
        answer = self._get()
        self._copy = answer.body, answer.headers["etag"]

    def write(self, edit: Edit | None, *, before_write: Callable[[], None]) -> None:
        """
        Write the configuration that was read, edited, or the declaration if there is no edit.

        Reads again if the ETag is outdated. `before_write` is called before each try. If CloudFront
        refuses for another reason, nothing is written.
        """
        for _ in range(_TRIES):
            config = _parsed(self._copy[0] if edit else self._declared)
            renamed = edit(config) if edit else None
            before_write()
            answer = self._put(config, self._copy[1])
            if answer.status != _STALE:
                break
            self.read()
        if answer.status == _OK:
            accepted = _parsed(answer.body).find("DistributionConfig")
            assert accepted is not None
            self.model.third_party_wrote(accepted, renamed)
        self.read()

    def current_config(self) -> ET.Element:
        """Return the configuration as it is now."""
        return _parsed(self._get().body)

    def _get(self) -> Raw:
        return signed(self.cloud, f"GET {self._path}")

    def _put(self, config: ET.Element, etag: str) -> Raw:
        config.set("xmlns", _NAMESPACE)
        return signed(self.cloud, f"PUT {self._path}", ET.tostring(config), If_Match=etag)

    @property
    def _path(self) -> str:
        return f"/2020-05-31/distribution/{self.distribution_id}/config"


def _parsed(xml: bytes) -> ET.Element:
    root = ET.fromstring(xml)  # noqa: S314 - the sandbox's own
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root
