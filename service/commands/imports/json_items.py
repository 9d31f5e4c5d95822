"""Reads the objects of a large JSON file one by one, with memory for one of them."""

from collections.abc import Iterator
from typing import Any

import ijson

from service.commands.imports.source_file import SourceFault, SourceFile


def items(file: SourceFile, path: str = "item") -> Iterator[dict[str, Any]]:
    """Each object at this path of each JSON value of the file: pages of an API may stand one after the other. Raises SourceFault."""
    found: Iterator[Any] = ijson.items(_Bytes(file), path, multiple_values=True, use_float=True)
    try:
        for item in found:
            if isinstance(item, dict):
                yield item
    except ijson.common.JSONError as error:
        raise SourceFault(f"the JSON ends or breaks in the middle: {' '.join(str(error).split())[:200]}") from error


def word(given: Any, *names: str) -> str:
    """The value of a field of an object, or of an object in it, as text; empty if it is missing, null or no simple value."""
    for name in names:
        given = given.get(name) if isinstance(given, dict) else None
    if given is None or isinstance(given, dict | list):
        return ""
    return str(given).lower() if isinstance(given, bool) else str(given)


class _Bytes:
    """The cleaned content, as the bytes that ijson reads."""

    def __init__(self, file: SourceFile) -> None:
        self._blocks = file.blocks()
        self._rest = b""

    def read(self, length: int) -> bytes:
        if length == 0:
            return b""
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return b""
            self._rest = block.encode("utf-8", "replace")
        taken, self._rest = self._rest[:length], self._rest[length:]
        return taken
