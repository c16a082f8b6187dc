"""
Other parties: people and tools that write distributions, each write under CloudFront's condition.

They change the raw XML, as a console or another SDK does, and know nothing of the controller. Who
read long ago is refused, and starts over from reading; a tool that keeps a declaration writes that
over whatever is there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from tests.cloud import Cloud
from tests.sandbox.builders import Raw, signed
from tests.simulation.edits import Edit
from tests.simulation.reference_model import Ledger

_NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
_OK = 200
_STALE = 412
_TRIES = 20


@dataclass
class Party:
    """One other party at one distribution, and the ledger of what CloudFront has accepted."""

    cloud: Cloud
    distribution_id: str
    ledger: Ledger = field(init=False)
    _copy: tuple[bytes, str] = field(init=False)
    _declared: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Declare what is there at first."""
        self.reads()
        self._declared = self._copy[0]
        self.ledger = Ledger("")
        self.ledger.they_wrote(_parsed(self._declared))

    def reads(self) -> None:
        """Read the configuration, to write it some time later."""
        answer = self._get()
        self._copy = answer.body, answer.headers["etag"]

    def writes(self, edit: Edit | None, *, witness: Callable[[], None]) -> None:
        """
        Write what was read with an edit in, or the declaration without one.

        Starts over from reading if that is stale by now. `witness` is called before each try; what
        CloudFront refuses for another reason is left.
        """
        for _ in range(_TRIES):
            config = _parsed(self._copy[0] if edit else self._declared)
            renamed = edit(config) if edit else None
            witness()
            answer = self._put(config, self._copy[1])
            if answer.status != _STALE:
                break
            self.reads()
        if answer.status == _OK:
            accepted = _parsed(answer.body).find("DistributionConfig")
            assert accepted is not None
            self.ledger.they_wrote(accepted, renamed)
        self.reads()

    def sees(self) -> ET.Element:
        """Return what is there."""
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
