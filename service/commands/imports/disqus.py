"""Disqus's export: an XML file of categories, threads and posts. Posts that were marked as spam are in it."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from service.commands.imports.source_file import SourceFile
from service.commands.imports.xml_elements import elements, text_of
from service.domain.imports.source_comment import LeftOut, SourceComment, SourcePage
from service.domain.states import State

_ID = "dsq:id"


def comments(file: SourceFile) -> Iterator[SourceComment]:
    # All threads stand before the first post. Of each, its page stays in memory.
    pages: dict[str, SourcePage] = {}
    for element in elements(file, {"thread", "post"}):
        if element.tag == "thread":
            url, title = text_of(element, "link").strip(), text_of(element, "title").strip()
            pages[element.get(_ID, "")] = SourcePage(text_of(element, "id").strip() or url, url, title)
        else:
            yield _comment(element, pages.get(_reference(element, "thread"), SourcePage()))


def _comment(element: Element, page: SourcePage) -> SourceComment:
    standing = _standing(element)
    name = text_of(element, "author/name") or text_of(element, "author/username")
    return SourceComment(
        id=element.get(_ID, ""),
        page=page,
        text=text_of(element, "message"),
        markup=True,
        standing=standing,
        decided=standing is State.REJECTED,
        parent=_reference(element, "parent"),
        posted_at=text_of(element, "createdAt"),
        name=name,
        email=text_of(element, "author/email"),
        author_id="" if text_of(element, "author/email") else text_of(element, "author/username"),
        ip=text_of(element, "ipAddress"),
    )


def _standing(element: Element) -> State | LeftOut:
    if text_of(element, "isSpam") == "true":
        return State.REJECTED
    return LeftOut.DELETED if text_of(element, "isDeleted") == "true" else State.APPROVED


def _reference(element: Element, name: str) -> str:
    other = element.find(name)
    return "" if other is None else other.get(_ID, "")
