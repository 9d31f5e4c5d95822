"""A comment as a file of another comment system has it, before anything of it is checked."""

from dataclasses import dataclass
from enum import StrEnum

from service.domain.states import State


class LeftOut(StrEnum):
    """Why a comment of a file is not stored, in the words of the report."""

    NO_TEXT = "no text"
    NO_ID = "no id"
    NO_PAGE = "no page"
    DELETED = "deleted there"
    OTHER_KIND = "not a comment of a reader (pingback, order note, …)"
    PAGE_IN_TRASH = "on a page in the trash"
    NO_STATE = "no state (`--state` gives one to these)"
    UNREADABLE = "not readable"
    ID_TAKEN = "its id belongs to another comment of this site"


class Omission(StrEnum):
    """What of a stored comment could not be used, in the words of the report."""

    EMAIL = "e-mail address"
    WEBSITE = "website"
    IP = "IP address"
    DATE = "date"
    PAGE_URL = "address of the page"
    PARENT = "parent"
    LONG_TEXT = "end of a long text"


@dataclass(frozen=True, slots=True)
class SourcePage:
    """The page of a comment. `id` is the source's own id of it; `thread` is the id of its thread here, if the source says so."""

    id: str = ""
    url: str = ""
    title: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceComment:
    """One comment. `standing` is its state there, or why it is left out.

    `decided`: a person decided so, and a model may learn from it. `posted_at` is a date in any usual form. `markup`: the text is HTML.
    """

    id: str
    page: SourcePage
    text: str
    standing: State | LeftOut
    decided: bool = False
    markup: bool = False
    parent: str = ""
    posted_at: str = ""
    name: str = ""
    email: str = ""
    website: str = ""
    author_id: str = ""
    ip: str = ""
    user_agent: str = ""


def unreadable(where: str) -> SourceComment:
    """The place of something that is no comment."""
    return SourceComment(id=where, page=SourcePage(), text="", standing=LeftOut.UNREADABLE)
