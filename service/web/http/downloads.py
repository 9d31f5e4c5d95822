"""CSV downloads: streamed, and only a few at a time for each person."""

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

from flask import Response, stream_with_context

from service.domain.errors import Code, Refusal
from service.web.http.i18n import _
from service.web.resources.web_resources import resources


class TooManyDownloads(Refusal):
    """This person already runs as many downloads as allowed."""

    code = Code.TOO_MANY


def csv_response(pieces: Iterator[str], *, name: str, person: UUID) -> Response:
    """A CSV file of this name. It holds a download slot of the person until it is read or closed. Raises TooManyDownloads."""
    slots = resources().downloads
    if not slots.take(person):
        raise TooManyDownloads(_("you are already running two downloads; wait for one to finish, or cancel it"))
    slot = ExitStack()
    slot.callback(slots.give_back, person)
    response = Response(stream_with_context(_read(pieces, slot)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    # Both the response and the iterator close the slot, and it is given back only once. If the client left before reading, only
    # the response is closed.
    response.call_on_close(slot.close)
    return response


def _read(pieces: Iterator[str], slot: ExitStack) -> Iterator[str]:
    with slot:
        yield from pieces
