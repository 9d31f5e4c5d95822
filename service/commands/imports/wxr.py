"""WordPress's own export (WXR 1.0 to 1.2), and ours in its form. It has no spam, and only Akismet's notes say what a person decided."""

from collections.abc import Iterator
from html import unescape
from xml.etree.ElementTree import Element

from service.commands.imports.source_file import SourceFile
from service.commands.imports.wordpress import parent_of, standing_of
from service.commands.imports.xml_elements import elements, text_of
from service.domain.imports.source_comment import SourceComment, SourcePage
from service.domain.states import State

#: The notes of our own export: the ids that a thread, a comment and its parent have here.
THREAD_NOTE, COMMENT_NOTE, PARENT_NOTE = "greenroom_thread", "greenroom_id", "greenroom_parent"
#: Akismet's note of what a person said: "true" for spam, "false" for a comment that is none.
PERSON_NOTE = "akismet_user_result"
_PAGE_FIELDS = ("title", "link", "wp:post_id")
_NO_DATE = "0000-00-00 00:00:00"


def comments(file: SourceFile) -> Iterator[SourceComment]:
    page: dict[str, str] = {}
    for element in elements(file, {*_PAGE_FIELDS, "wp:postmeta", "wp:comment"}):
        if element.tag == "wp:comment":
            yield _comment(element, page)
        elif element.tag == "wp:postmeta":
            page[text_of(element, "wp:meta_key")] = text_of(element, "wp:meta_value")
        else:
            # The title is the first field of each item.
            page = {**({} if element.tag == "title" else page), element.tag: (element.text or "").strip()}


def _comment(element: Element, page: dict[str, str]) -> SourceComment:
    notes = {text_of(note, "wp:meta_key"): text_of(note, "wp:meta_value") for note in element.iter("wp:commentmeta")}
    # Our own export escapes a plain text; others have HTML.
    text, is_own = text_of(element, "wp:comment_content"), COMMENT_NOTE in notes
    standing = standing_of(text_of(element, "wp:comment_approved"), text_of(element, "wp:comment_type"))
    at, email = text_of(element, "wp:comment_date_gmt"), text_of(element, "wp:comment_author_email")
    return SourceComment(
        id=notes.get(COMMENT_NOTE) or text_of(element, "wp:comment_id"),
        page=SourcePage(page.get("wp:post_id", ""), page.get("link", ""), page.get("title", ""), page.get(THREAD_NOTE, "")),
        text=unescape(text) if is_own else text,
        markup=not is_own,
        standing=standing,
        decided=_is_decided(standing, notes),
        parent=notes.get(PARENT_NOTE) or parent_of(text_of(element, "wp:comment_parent")),
        posted_at=text_of(element, "wp:comment_date") if at in ("", _NO_DATE) else at,
        name=text_of(element, "wp:comment_author"),
        email=email,
        website=text_of(element, "wp:comment_author_url"),
        author_id="" if email else parent_of(text_of(element, "wp:comment_user_id")),
        ip=text_of(element, "wp:comment_author_IP"),
    )


def _is_decided(standing: object, notes: dict[str, str]) -> bool:
    """Whether a person decided so. A person puts a comment into the trash; our own export notes each decision."""
    says_spam = notes.get(PERSON_NOTE)
    if standing is State.APPROVED:
        return says_spam == "false"
    return standing is State.REJECTED and (says_spam == "true" or COMMENT_NOTE not in notes)
