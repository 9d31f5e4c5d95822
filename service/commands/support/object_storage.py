"""Files in a bucket of S3-compatible object storage. Needs the package obstore (`pip install greenroom[s3]`).

The settings are the usual ones: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL. Without a
key the role of the machine is used.
"""

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, BinaryIO, cast

from service.commands.support.archive_lock import lock_in_database
from service.commands.support.storage_errors import StorageProblem, clear_errors
from service.store.db.engine import Database

SCHEME = "s3://"
#: Uploads and downloads go by pieces of this many bytes, a few at a time: so much of a file is in memory.
_PIECE, _PIECES = 8 * 2**20, 2
_RETRIES: dict[str, Any] = {"max_retries": 4, "retry_timeout": timedelta(seconds=30)}


@dataclass(frozen=True)
class Prefix:
    """All files whose name begins with a prefix, in one bucket."""

    bucket: str
    path: str

    @classmethod
    def of(cls, address: str) -> "Prefix":
        """Raises ValueError."""
        bucket, _, path = address.removeprefix(SCHEME).partition("/")
        if not bucket:
            raise ValueError(f"expected an address like s3://bucket/prefix, got {address!r}")
        return cls(bucket, path.strip("/"))

    def __str__(self) -> str:
        return self.address

    @property
    def address(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.path}".rstrip("/")

    def where(self, name: str) -> str:
        return f"{self.address}/{name}"

    def names(self) -> list[str] | None:
        with clear_errors(self.address):
            import obstore

            found = obstore.list_with_delimiter(self._store)["objects"]
        return [entry["path"].rpartition("/")[2] for entry in found] or None

    def exists(self, name: str) -> bool:
        with clear_errors(self.where(name)):
            import obstore

            try:
                obstore.head(self._store, name)
            except FileNotFoundError:
                # The bucket itself may be missing: only a list tells.
                return name in (self.names() or ())
        return True

    def open(self, name: str) -> io.BufferedReader:
        return io.BufferedReader(_Download(self, name), 2**16)

    @contextmanager
    def whole(self, name: str, only_if: Callable[[], bool] = lambda: True) -> Iterator[BinaryIO]:
        """Upload a file while it is written. It can be seen only when it is complete, and is then read back and compared."""
        upload = _Upload(self, name)
        yield cast(BinaryIO, upload)
        if not only_if():
            return
        upload.finish()
        with self.open(name) as file:
            if hashlib.file_digest(file, "sha256").digest() != upload.digest.digest():
                raise StorageProblem(f"{self.where(name)}: what was stored is not what was sent: try again")

    def alone(self, database: Database) -> AbstractContextManager[bool]:
        return lock_in_database(database, self.address)

    @cached_property
    def _store(self) -> Any:
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
        config = {"endpoint": endpoint} if endpoint else {}
        options = {"allow_http": endpoint.startswith("http://")}
        with clear_errors(self.address):
            from obstore.store import S3Store

            return S3Store(self.bucket, prefix=self.path or None, config=config, client_options=options, retry_config=_RETRIES)


class _Upload(io.RawIOBase):
    """Writes a file to the storage. It never becomes visible unless `finish` is called."""

    def __init__(self, prefix: Prefix, name: str) -> None:
        self.digest, self._where = hashlib.sha256(), prefix.where(name)
        with clear_errors(self._where):
            import obstore

            self._file = obstore.open_writer(prefix._store, name, buffer_size=_PIECE, max_concurrency=_PIECES)

    def writable(self) -> bool:
        return True

    def write(self, some: Any) -> int:
        with clear_errors(self._where):
            self._file.write(some)
        self.digest.update(some)
        return len(some)

    def finish(self) -> None:
        with clear_errors(self._where):
            self._file.close()


class _Download(io.RawIOBase):
    """Reads a file of the storage piece by piece, so that a pause between two of them breaks no connection."""

    def __init__(self, prefix: Prefix, name: str) -> None:
        self._where = prefix.where(name)
        with clear_errors(self._where):
            import obstore

            self._file = obstore.open_reader(prefix._store, name, buffer_size=_PIECE)

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with clear_errors(self._where):
            return int(self._file.seek(offset, whence))

    def readinto(self, buffer: Any) -> int:
        with clear_errors(self._where):
            some = bytes(self._file.read(len(buffer)))
        buffer[: len(some)] = some
        return len(some)
