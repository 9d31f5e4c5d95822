"""Where backups and archives are kept: a folder of this machine, or a prefix of a bucket (`s3://bucket/prefix`)."""

import gzip
import zlib
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, Generic, Protocol, TextIO, TypeVar

import click

from service.commands.support.archive_lock import lock_file
from service.commands.support.object_storage import SCHEME, Prefix
from service.commands.support.whole_file import whole_file
from service.store.db.engine import Database

_Kind = TypeVar("_Kind")


class Place(Protocol):
    """Holds files by their names. A file is complete or not there at all."""

    @property
    def address(self) -> str:
        """What the database remembers of this place."""
        ...

    def where(self, name: str) -> str:
        """The file as people name it."""
        ...

    def names(self) -> list[str] | None:
        """The names of all files; None if the place does not exist."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""
        ...

    def open(self, name: str) -> BufferedReader:
        """A file, to be read from its beginning."""
        ...

    def whole(self, name: str, only_if: Callable[[], bool] = ...) -> AbstractContextManager[BinaryIO]:
        """Write a file, which is there when the block ends and `only_if` agrees."""
        ...

    def alone(self, database: Database) -> AbstractContextManager[bool]:
        """Keep other writers away meanwhile. False if one is at work."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine, which the first writer makes."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def address(self) -> str:
        return str(self.path.resolve())

    def where(self, name: str) -> str:
        return str(self.path / name)

    def names(self) -> list[str] | None:
        return [path.name for path in self.path.iterdir()] if self.path.is_dir() else None

    def exists(self, name: str) -> bool:
        return (self.path / name).exists()

    def open(self, name: str) -> BufferedReader:
        return (self.path / name).open("rb")

    def whole(self, name: str, only_if: Callable[[], bool] = lambda: True) -> AbstractContextManager[BinaryIO]:
        return whole_file(self.path / name, only_if)

    @contextmanager
    def alone(self, database: Database) -> Iterator[bool]:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with lock_file(self.path / ".lock") as is_ours:
            for left in self.path.glob("*.part") if is_ours else ():
                left.unlink()
            yield is_ours


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """One file in a place."""

    place: Place
    name: str

    @classmethod
    def of(cls, path: Path) -> "PlacedFile":
        return cls(Folder(path.parent), path.name)

    @classmethod
    def at(cls, address: str) -> "PlacedFile":
        """A file in a bucket. Raises ValueError."""
        folder, _, name = address.removeprefix(SCHEME).rpartition("/")
        if not (folder and name):
            raise ValueError(f"expected an address like s3://bucket/name.jsonl.gz, got {address!r}")
        return cls(Prefix.of(SCHEME + folder), name)

    def __str__(self) -> str:
        return self.place.where(self.name)

    @contextmanager
    def lines(self) -> Iterator[TextIO]:
        """The lines of a compressed file. Raises OSError if it is damaged."""
        try:
            with self.place.open(self.name) as raw, gzip.open(raw, "rt", encoding="utf-8", newline="\n") as lines:
                yield lines
        except (EOFError, zlib.error) as error:
            raise gzip.BadGzipFile(str(error)) from error

    def whole(self) -> AbstractContextManager[BinaryIO]:
        return self.place.whole(self.name)


class _Named(click.ParamType[_Kind], Generic[_Kind]):
    """A path of this machine, which `local` checks, or an address in object storage."""

    def __init__(self, local: click.Path) -> None:
        self._local, self.name = local, local.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> _Kind:
        if not str(value).startswith(SCHEME):
            return self._of(Path(str(self._local.convert(value, param, ctx))))
        try:
            return self._at(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)

    @abstractmethod
    def _of(self, path: Path) -> _Kind: ...

    @abstractmethod
    def _at(self, address: str) -> _Kind: ...


class PlaceType(_Named[Place]):
    """A folder, or `s3://bucket/prefix`."""

    def _of(self, path: Path) -> Place:
        return Folder(path)

    def _at(self, address: str) -> Place:
        return Prefix.of(address)


class PlacedFileType(_Named[PlacedFile]):
    """A file of this machine, or `s3://bucket/prefix/name`."""

    def _of(self, path: Path) -> PlacedFile:
        return PlacedFile.of(path)

    def _at(self, address: str) -> PlacedFile:
        return PlacedFile.at(address)
