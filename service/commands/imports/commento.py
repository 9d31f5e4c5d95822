"""Commento's export: one JSON object with the comments, and after them the commenters."""

from collections.abc import Iterator
from typing import Any

from service.commands.imports.json_items import items, word
from service.commands.imports.source_file import SourceFile
from service.domain.imports.source_comment import LeftOut, SourceComment, SourcePage
from service.domain.states import State

#: A comment that readers flagged waits for a person, as one that nobody approved.
_STATES = {"approved": State.APPROVED}
_NONE = ("anonymous", "root", "undefined")


def comments(file: SourceFile) -> Iterator[SourceComment]:
    # The commenters stand at the end of the file, so it is read twice.
    people = {word(person, "commenterHex"): person for person in items(file, "commenters.item")}
    for given in items(file, "comments.item"):
        yield _comment(given, people.get(word(given, "commenterHex"), {}))


def _comment(given: dict[str, Any], author: dict[str, Any]) -> SourceComment:
    markdown, path, domain = word(given, "markdown"), word(given, "url"), word(given, "domain")
    return SourceComment(
        id=word(given, "commentHex"),
        page=SourcePage(path, f"https://{domain}{path}" if domain and path.startswith("/") else path),
        text=markdown or word(given, "html"),
        markup=not markdown,
        standing=LeftOut.DELETED if word(given, "deleted") == "true" else _STATES.get(word(given, "state"), State.HELD),
        parent=_known(word(given, "parentHex")),
        posted_at=word(given, "creationDate"),
        name=word(author, "name"),
        email=_known(word(author, "email")),
        website=_known(word(author, "link")),
        author_id="" if _known(word(author, "email")) else _known(word(given, "commenterHex")),
    )


def _known(name: str) -> str:
    return "" if name in _NONE else name
