"""Table files to take along: made while they are read, and few at once for one person."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

from flask import Response, stream_with_context

from service.domain.errors import Code, Refusal
from service.web.words import _

#: Downloads that one person may have under way in a process.
MOST = 2


class TooManyDownloads(Refusal):
    """This person has as many downloads under way as one may."""

    code = Code.TOO_MANY


class Downloads:
    """The downloads that are under way from this process, by person."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Counter[UUID] = Counter()

    def table_file(self, pieces: Iterator[str], *, name: str, person: UUID) -> Response:
        """A table file of this name as a response, which counts until it has been read or is closed. Raises TooManyDownloads."""
        self._begin(person)
        place = ExitStack()
        place.callback(self._end, person)
        response = Response(stream_with_context(_read(pieces, place)), mimetype="text/csv")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        # Closing twice ends it once. If the client left before reading, only the response is closed.
        response.call_on_close(place.close)
        return response

    def _begin(self, person: UUID) -> None:
        with self._lock:
            if self._running[person] >= MOST:
                raise TooManyDownloads(_("two downloads of yours are under way already; wait until one has ended, or cancel it"))
            self._running[person] += 1

    def _end(self, person: UUID) -> None:
        with self._lock:
            self._running[person] -= 1
            if not self._running[person]:
                del self._running[person]


def _read(pieces: Iterator[str], place: ExitStack) -> Iterator[str]:
    with place:
        yield from pieces
