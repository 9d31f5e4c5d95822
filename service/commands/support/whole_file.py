"""Writes a file that is complete or not there at all."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

#: Names of open files, which may be regular ones: a rename would replace the name itself.
_STREAMS = ("/dev/stdout", "/dev/stderr", "/dev/fd", "/proc")


@contextmanager
def whole_file(path: Path, only_if: Callable[[], bool] = lambda: True) -> Iterator[BinaryIO]:
    """Write a file atomically: under a temporary name, synced and renamed when the block ends. Only its owner may read it.

    What is no regular file, such as a pipe, is written directly. `-` is the standard output.
    """
    if str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if any(path.is_relative_to(stream) for stream in _STREAMS) or (path.exists() and not path.is_file()):
        with path.open("wb") as stream:
            yield stream
        return
    beside = path.with_name(path.name + ".part")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    if not only_if():
        beside.unlink()
        return
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
