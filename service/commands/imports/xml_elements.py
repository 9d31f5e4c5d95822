"""Reads the elements of a large XML file one by one, with memory for one of them. Entities are refused: no file of comments has any."""

import codecs
import re
from collections.abc import Collection, Iterator
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from service.commands.imports.source_file import SourceFault, SourceFile

_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)")
_MAX_DEPTH, _MAX_ELEMENT = 100, 16 << 20


def elements(file: SourceFile, names: Collection[str]) -> Iterator[Element]:
    """Each element with one of these names (with their prefixes), in the order of their ends, but not those inside another of
    them. Raises SourceFault.
    """
    reader = _Reader(frozenset(names))
    for block in file.blocks(encoding=_encoding(file), is_xml=True):
        yield from reader.read(block)
    yield from reader.end()


def _encoding(file: SourceFile) -> str:
    head = file.head(200)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    declared = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    name = declared[1].decode().lower() if declared else "utf-8"
    try:
        codecs.getincrementaldecoder(name)(errors="replace").decode(b"<")
    except (LookupError, UnicodeError):
        raise SourceFault(f"expected an encoding such as UTF-8, got {name!r}") from None
    return "utf-8-sig" if name in ("utf-8", "utf8") else name


class _Reader:
    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = self._entity
        self._ready: list[Element] = []
        self._builder: TreeBuilder | None = None
        self._depth = self._inside = self._length = 0
        self._started = False

    def read(self, text: str) -> Iterator[Element]:
        if not self._started:
            text = text.lstrip()
            self._started = bool(text)
        return self._parse(text.encode("utf-8", "replace"), is_final=False)

    def end(self) -> Iterator[Element]:
        return self._parse(b"", is_final=True)

    def _parse(self, block: bytes, *, is_final: bool) -> Iterator[Element]:
        """The elements that end in this block, also those before a break."""
        self._ready, fault = [], None
        try:
            self._parser.Parse(block, is_final)
        except expat.ExpatError as error:
            what = expat.errors.messages[error.code]
            fault = SourceFault(f"line {error.lineno}, column {error.offset + 1}: the XML ends or breaks here ({what})")
        yield from self._ready
        if fault:
            raise fault

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise SourceFault(f"line {self._parser.CurrentLineNumber}: elements more than {_MAX_DEPTH} deep")
        if self._builder is None and name in self._names:
            self._builder, self._inside, self._length = TreeBuilder(), self._depth, 0
        if self._builder is not None:
            self._builder.start(name, attributes)

    def _end(self, name: str) -> None:
        if self._builder is not None:
            self._builder.end(name)
            if self._depth == self._inside:
                self._ready.append(self._builder.close())
                self._builder = None
        self._depth -= 1

    def _text(self, text: str) -> None:
        if self._builder is not None:
            self._length += len(text)
            if self._length > _MAX_ELEMENT:
                raise SourceFault(f"line {self._parser.CurrentLineNumber}: one element is larger than 16 MiB")
            self._builder.data(text)

    def _entity(self, *_declaration: Any) -> None:
        raise SourceFault(f"line {self._parser.CurrentLineNumber}: expected no entity declarations; export the file anew")


def text_of(element: Element, name: str) -> str:
    """The text of the child with this name; empty if there is none."""
    return element.findtext(name) or ""
