"""XML documents that clients send: read into elements, and written anew in one form.

Namespaces are not looked at: S3 takes documents with its own and with none. Of attributes only `xsi:type` is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from skywalk.edge.services.s3.errors import malformed_xml
from skywalk.edge.services.s3.xml_text import attribute, element

MAXIMUM_LEVELS = 32
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
XSI_TYPE = "xsi:type"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_BETWEEN = " "


@dataclass(slots=True)
class Element:
    """`text` is that of an element without others inside it."""

    name: str
    xsi_type: str | None = None
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> Sequence[Element]:
        return [child for child in self.children if child.name == name]

    def find(self, *path: str) -> Element | None:
        """The first element at the path."""
        found: Element | None = self
        for name in path:
            found = next(iter(found.all(name)), None) if found is not None else None
        return found

    def text_of(self, *path: str) -> str | None:
        found = self.find(*path)
        return None if found is None else found.text


def parse_document(body: bytes) -> Element:
    """Raises AwsError MalformedXML, also for document types: without them no entity can be declared."""
    reader = _Reader()
    try:
        return reader.read(body)
    except (expat.ExpatError, LookupError, ValueError):
        raise malformed_xml() from None


def render_document(root: Element) -> bytes:
    return "".join(_render(root, f' xmlns="{NAMESPACE}"')).encode()


def _render(one: Element, attributes: str = "") -> Iterator[str]:
    if one.xsi_type is not None:
        attributes += f' xmlns:xsi="{_XSI}" {XSI_TYPE}="{attribute(one.xsi_type)}"'
    if not one.children:
        yield element(one.name, one.text, attributes)
        return
    yield f"<{one.name}{attributes}>"
    for child in one.children:
        yield from _render(child)
    yield f"</{one.name}>"


class _Reader:
    def __init__(self) -> None:
        self._open: list[Element] = []
        self._root: Element | None = None
        self._texts: list[str] = []

    def read(self, body: bytes) -> Element:
        parser = expat.ParserCreate(namespace_separator=_BETWEEN)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._texts.append
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.Parse(body, True)
        assert self._root is not None
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        made = Element(name.rpartition(_BETWEEN)[2], attributes.get(f"{_XSI}{_BETWEEN}type"))
        if self._open:
            self._take_text(self._open[-1])
            self._open[-1].children.append(made)
        else:
            self._root = made
        if len(self._open) >= MAXIMUM_LEVELS:
            raise malformed_xml()
        self._open.append(made)

    def _end(self, _name: str) -> None:
        self._take_text(self._open.pop())

    def _take_text(self, one: Element) -> None:
        text = "".join(self._texts)
        self._texts.clear()
        one.text += text


def _refuse_doctype(_name: str, _system: str | None, _public: str | None, _internal: bool) -> NoReturn:
    raise malformed_xml()
