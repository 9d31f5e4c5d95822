"""The JSON body of a new comment, and its conversion to a Draft."""

from typing import Annotated

from pydantic import Field

from service.domain.draft import Draft, DraftAuthor, DraftContext, DraftThread
from service.web.http.field_types import (
    Address,
    Email,
    IpAddress,
    Language,
    Line,
    Long,
    Moment,
    Name,
    Required,
    Short,
    Strict,
    Text,
)


class ThreadBody(Strict):
    """The host's page. `id` is the host's own word for it."""

    id: Required = Field(description="Your own word for the page: a path, a number, its address.")
    url: Address = Field(default="", description="Where readers find it; feeds link to it.")
    title: Line = Field(default="", description="Its headline, for moderators and feeds.")


class AuthorBody(Strict):
    """Who wrote it. `id` and `verified` are the host's word for a signed-in reader."""

    name: Short = Field(default="", description="The name that readers see.")
    email: Email = Field(default="", description="Kept only as a keyed hash, to know the author again. Never shown.")
    url: Address = Field(default="", description="The author's website.")
    id: Name = Field(default="", description="Your own id of a signed-in reader.")
    verified: bool = Field(default=False, description="You vouch that this is a person whom you know.")


class ContextBody(Strict):
    """How it reached the host. Everything here is optional and helps the spam checks."""

    ip: IpAddress = Field(default="", description="Kept only as keyed hashes, to notice floods. Never shown.")
    user_agent: Line = Field(default="", description="The browser, as it called itself.")
    referrer: Long = Field(default="", description="The page that it came from.")
    language: Language = Field(
        default="",
        description="Of the comment or, where you do not know it, of the browser, like en-GB. It counts where the text does not tell its language.",
    )
    posted_at: Moment | None = Field(
        default=None, description="When it was written, where that was earlier than now. Floods are counted by it."
    )
    honeypot: Line = Field(default="", description="What stood in a field that people do not see.")
    seconds_to_submit: Annotated[
        float | None, Field(ge=0, le=10_000_000, allow_inf_nan=False, description="From showing the form to sending it.")
    ] = None


class CommentBody(Strict):
    """A comment as a host posts it."""

    thread: ThreadBody
    text: Text = Field(description="The comment itself, plain text.")
    author: AuthorBody = AuthorBody()
    parent: Name = Field(default="", description="Which comment of the same thread it answers: our id, or yours.")
    external_id: Name = Field(default="", description="Your own id of the comment: it is stored once.")
    context: ContextBody = ContextBody()

    def draft(self) -> Draft:
        """Convert the body to a Draft."""
        author, context = self.author, self.context
        return Draft(
            thread=DraftThread(self.thread.id, self.thread.url, self.thread.title),
            text=self.text,
            author=DraftAuthor(author.name, author.email, author.url, author.id, author.verified),
            parent=self.parent,
            external_id=self.external_id,
            context=DraftContext(
                ip=context.ip,
                user_agent=context.user_agent,
                referrer=context.referrer,
                language=context.language,
                posted_at=context.posted_at,
                honeypot=context.honeypot,
                seconds_to_submit=context.seconds_to_submit,
            ),
        )
