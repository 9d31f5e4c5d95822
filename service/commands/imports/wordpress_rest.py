"""Comments as WordPress's REST API answers them: the pages of `/wp-json/wp/v2/comments?context=edit`, one after the other. Spam too."""

from collections.abc import Iterator
from typing import Any

from service.commands.imports.json_items import items, word
from service.commands.imports.source_file import SourceFile
from service.commands.imports.wordpress import parent_of, standing_of
from service.domain.imports.source_comment import SourceComment, SourcePage
from service.domain.states import State


def comments(file: SourceFile) -> Iterator[SourceComment]:
    return map(_comment, items(file))


def _comment(given: dict[str, Any]) -> SourceComment:
    standing, email = standing_of(word(given, "status"), word(given, "type")), word(given, "author_email")
    return SourceComment(
        id=word(given, "id"),
        page=SourcePage(word(given, "post"), word(given, "link").partition("#")[0]),
        text=word(given, "content", "raw") or word(given, "content", "rendered"),
        markup=True,
        standing=standing,
        decided=standing is State.REJECTED,
        parent=parent_of(word(given, "parent")),
        posted_at=word(given, "date_gmt"),
        name=word(given, "author_name"),
        email=email,
        website=word(given, "author_url"),
        author_id="" if email else parent_of(word(given, "author")),
        ip=word(given, "author_ip"),
        user_agent=word(given, "author_user_agent"),
    )
