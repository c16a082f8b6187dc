"""
Where each element of an XML document begins and ends, in bytes. Pure.

Configurations are edited by cutting and splicing the bytes that CloudFront sent, so that nothing
else in them can change; expat knows the byte position of everything that it reads. Neither
CloudFront nor a note declares a document type, so there are no entities that could grow.
"""

from itertools import chain
from xml.parsers import expat

from msgspec import Struct, field

from maintenance.errors import ObservationError

# A configuration nests ten deep; whoever walks through one does so by recursion.
_DEEPEST = 100
_NOT_OURS = "the XML holds what CloudFront never sends"


class Element(Struct):
    """One element: `start` and `end` enclose it, `inner_start` and `inner_end` its content."""

    name: str
    start: int
    inner_start: int = 0
    inner_end: int = 0
    end: int = 0
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    @property
    def is_self_closing(self) -> bool:
        """Whether it is written `<Name/>`: there is no place inside it."""
        return self.inner_start == self.end

    def child(self, *path: str) -> "Element | None":
        """Return the first descendant along the path of names, or None."""
        name, *rest = path
        found = next((each for each in self.children if each.name == name), None)
        return found.child(*rest) if found and rest else found

    def text_of(self, *path: str) -> str:
        """Return the stripped text of the descendant along the path, or nothing."""
        found = self.child(*path)
        return found.text.strip() if found else ""


def scan(xml: bytes) -> Element:
    """Return the root element of a UTF-8 document; raise ObservationError if it is not XML."""
    scanner = _Scanner(xml)
    try:
        return scanner.scan()
    except expat.ExpatError as error:
        message = f"CloudFront answered with something that is not XML: {error}. Nothing was done."
        raise ObservationError(message) from error


def splice(xml: bytes, replacements: list[tuple[int, int, bytes]]) -> bytes:
    """Return the document with each (start, end, new bytes) put in; spans must not overlap."""
    at = 0
    pieces = []
    for start, end, new in sorted(replacements, key=lambda each: each[:2]):
        pieces.append((xml[at:start], new))
        at = end
    return b"".join(chain(*pieces, [xml[at:]]))


class _Scanner:
    """Feeds expat and keeps the open elements."""

    def __init__(self, xml: bytes) -> None:
        self._xml = xml
        self._document = Element("", start=0)
        self._open = [self._document]
        self._texts: list[list[str]] = [[]]
        self._awaits_content: Element | None = None
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = False
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        # Comments, CDATA marks and processing instructions also tell where a start tag has ended.
        self._parser.DefaultHandler = self._other

    def scan(self) -> Element:
        self._parser.Parse(self._xml, True)  # noqa: FBT003 - expat takes no keyword here
        return self._document.children[0]

    def _refuse_doctype(self, *_declared: object) -> None:
        raise ObservationError(f"{_NOT_OURS}: a document type. Nothing was done.")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self._open) > _DEEPEST:
            raise ObservationError(
                f"{_NOT_OURS}: elements nested {_DEEPEST} deep. Nothing was done."
            )
        self._content_begins()
        element = Element(name, start=self._parser.CurrentByteIndex)
        self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])
        self._awaits_content = element

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        element.text = "".join(self._texts.pop())
        at = self._parser.CurrentByteIndex
        # For `<Name/>` expat reports the end just behind the tag, for `</Name>` just before it.
        if self._awaits_content is element and self._xml.endswith(b"/>", 0, at):
            element.inner_start = element.inner_end = element.end = at
            self._awaits_content = None
            return
        self._content_begins()
        element.inner_end = at
        element.end = self._xml.index(b">", at) + 1

    def _text(self, text: str) -> None:
        self._content_begins()
        self._texts[-1].append(text)

    def _other(self, _data: str) -> None:
        self._content_begins()

    def _content_begins(self) -> None:
        if self._awaits_content:
            self._awaits_content.inner_start = self._parser.CurrentByteIndex
            self._awaits_content = None
