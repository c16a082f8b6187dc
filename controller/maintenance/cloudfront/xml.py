"""
Where each element of an XML document begins and ends, in bytes. Pure.

Configurations are edited by cutting and splicing the bytes that CloudFront sent, so that nothing
else in them can change; expat knows the byte position of everything that it reads. A document type
is refused, because its entities can expand without limit; CloudFront never sends one.
"""

from itertools import chain
from xml.parsers import expat

from msgspec import Struct, field

from maintenance.errors import ObservationError

# A configuration nests ten deep, and elements are walked by recursion.
_MAX_DEPTH = 100
_NEVER_SENT = "the XML holds what CloudFront never sends"


class Element(Struct):
    """An XML element: `start` and `end` enclose it, `inner_start` and `inner_end` its content."""

    name: str
    start: int
    inner_start: int = 0
    inner_end: int = 0
    end: int = 0
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    @property
    def is_self_closing(self) -> bool:
        """Whether the element is written `<Name/>`, which has no place for content."""
        return self.inner_start == self.end

    def child(self, *path: str) -> "Element | None":
        """Return the first descendant along the path of names, or None."""
        name, *rest = path
        found = next((each for each in self.children if each.name == name), None)
        return found.child(*rest) if found and rest else found

    def text_of(self, *path: str) -> str:
        """Return the stripped text of the descendant along the path, "" if there is none."""
        found = self.child(*path)
        return found.text.strip() if found else ""


def scan(xml: bytes) -> Element:
    """Return the root element of a UTF-8 document; raise ObservationError if it is not XML."""
    scanner = _Scanner(xml)
    try:
        return scanner.scan()
    except expat.ExpatError as error:
        message = f"CloudFront's answer is not XML: {error}. Nothing was changed."
        raise ObservationError(message) from error


def splice(xml: bytes, replacements: list[tuple[int, int, bytes]]) -> bytes:
    """Return the document after each (start, end, new bytes); the spans must not overlap."""
    at = 0
    pieces = []
    for start, end, new in sorted(replacements, key=lambda each: each[:2]):
        pieces.append((xml[at:start], new))
        at = end
    return b"".join(chain(*pieces, [xml[at:]]))


class _Scanner:
    """Builds the tree of elements from expat's events."""

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
        # Comments, CDATA marks and processing instructions also show where a start tag has ended.
        self._parser.DefaultHandler = self._other

    def scan(self) -> Element:
        self._parser.Parse(self._xml, True)  # noqa: FBT003 - expat takes no keyword here
        return self._document.children[0]

    def _refuse_doctype(self, *_declared: object) -> None:
        raise ObservationError(f"{_NEVER_SENT}: a document type. Nothing was changed.")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self._open) > _MAX_DEPTH:
            raise ObservationError(
                f"{_NEVER_SENT}: elements nested {_MAX_DEPTH} deep. Nothing was changed."
            )
        self._end_start_tag()
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
        self._end_start_tag()
        element.inner_end = at
        element.end = self._xml.index(b">", at) + 1

    def _text(self, text: str) -> None:
        self._end_start_tag()
        self._texts[-1].append(text)

    def _other(self, _data: str) -> None:
        self._end_start_tag()

    def _end_start_tag(self) -> None:
        if self._awaits_content:
            self._awaits_content.inner_start = self._parser.CurrentByteIndex
            self._awaits_content = None
