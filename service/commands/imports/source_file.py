"""Opens a file to import as a stream, compressed or not, and cleans its text of what no parser takes."""

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.entities import html5
from pathlib import Path
from typing import BinaryIO, cast

_GZIP = b"\x1f\x8b"
#: Characters that neither XML 1.0 nor JSON allows. Tabs and line breaks stay.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: The same written as a reference of XML.
_REFERENCE = re.compile(r"&#(x0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));", re.I)
#: A character by its name in HTML, apart from the five names that XML has, too.
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,30};)")
_BLOCK = 1 << 16
#: Where a block may end inside a reference.
_OPEN_END = re.compile(r"&[A-Za-z0-9#]{0,32}$")
MAX_LINE = 16 << 20


class SourceFault(Exception):
    """The file cannot be read on. The message says where and why."""


@dataclass(slots=True)
class SourceFile:
    """A file to import. `stream` gives its content; `position` is how far the file itself was read, of `size` bytes."""

    path: Path
    raw: BinaryIO
    stream: BinaryIO
    size: int

    @property
    def position(self) -> int:
        return self.raw.tell()

    def head(self, length: int = _BLOCK) -> bytes:
        """The first bytes of the content. The stream starts anew."""
        start = self.read(length)
        self.rewind()
        return start

    def rewind(self) -> None:
        self.stream.seek(0)

    def read(self, length: int) -> bytes:
        """Raises SourceFault if the compressed file is cut short or damaged."""
        try:
            return self.stream.read(length)
        except (OSError, EOFError, zlib.error) as error:
            raise SourceFault(f"the file is damaged or cut short: {error}") from error

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each line with its number, from 1. Raises SourceFault at a line of more than 16 MiB."""
        number, rest = 0, ""
        for block in self.blocks():
            *lines, rest = (rest + block).split("\n")
            for line in lines:
                number += 1
                yield number, line
            if len(rest) > MAX_LINE:
                raise SourceFault(f"line {number + 1} is longer than 16 MiB: is this a file of lines?")
        if rest:
            yield number + 1, rest

    def blocks(self, *, encoding: str = "utf-8-sig", is_xml: bool = False) -> Iterator[str]:
        """The content as text. Bytes that are no text become U+FFFD; characters that parsers refuse become spaces."""
        self.rewind()
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        rest = ""
        while True:
            block = self.read(_BLOCK)
            text = rest + decoder.decode(block, final=not block)
            rest = ""
            if is_xml and block and (end := _OPEN_END.search(text)):
                text, rest = text[: end.start()], text[end.start() :]
            text = _FORBIDDEN.sub(" ", text)
            yield _mended(text) if is_xml and "&" in text else text
            if not block:
                return


def _mended(text: str) -> str:
    """XML whose references all exist: exporters leave names of HTML such as `&nbsp;` in it."""
    return _NAMED.sub(lambda found: html5.get(found[1], found[0]), _REFERENCE.sub(" ", text))


@contextmanager
def opened(path: Path) -> Iterator[SourceFile]:
    with path.open("rb") as raw:
        zipped = raw.read(2) == _GZIP
        raw.seek(0)
        stream = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if zipped else raw
        yield SourceFile(path, raw, stream, path.stat().st_size)
