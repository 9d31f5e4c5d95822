"""What the comment form takes and answers."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from service.web.http.field_types import Address, Email, Language, Line, Long, Name, Required, Short, Strict, Text
from service.web.http.responses import ResponseModel


class FormQuery(Strict):
    """For which page the form is shown. `part=fields` gives the form alone, to be included in a page."""

    thread: Required
    title: Line = ""
    parent: Name = ""
    return_to: Address = Field(default="", description="Where the reader is led back to: a page of the site.")
    part: Annotated[str, StringConstraints(pattern=r"^(page|fields)$")] = "page"
    language: Language = Field(
        default="", description="Language of the page, such as `de`, where the reader's browser asks for none that the form has."
    )


class FormBody(Strict):
    """What a reader sends. Fields that are not listed are ignored."""

    thread: Required
    text: Text
    title: Line = ""
    name: Short = ""
    email: Email = ""
    url: Address = ""
    parent: Name = ""
    return_to: Address = ""
    language: Language = ""
    mail_me: Annotated[str, StringConstraints(pattern="^(on)?$")] = Field(
        default="", description="`on`: mail the author once a moderator has decided, where the form offers that."
    )
    rendered: Long = ""
    subject: Annotated[Line, Field(description="A trap for machines: people do not see it and leave it empty.")] = ""


class FormOffer(ResponseModel):
    """What a script needs to show the form: its token, whether the thread is closed, and the words in the language of the reader.
    `trap` is the name of the field that stays empty; `mails` says whether the reader can ask for a mail about the decision."""

    rendered: str
    trap: str
    closed: bool
    mails: bool
    language: str
    direction: str
    words: dict[str, str]


class CommentSent(ResponseModel):
    """A comment that is stored. `token` is for its author, who can see, edit and delete it with it."""

    id: UUID
    token: str
