"""The body of a submission: its shape, and its way into a Draft."""

from typing import Annotated

from pydantic import Field

from service.domain.draft import Draft, DraftAuthor, DraftContext, DraftThread
from service.web.fields import Address, Email, IpAddress, Language, Line, Long, Moment, Name, Required, Short, Strict, Text


class ThreadBody(Strict):
    """The host's page. `id` is the host's own word for it."""

    id: Required
    url: Address = ""
    title: Line = ""


class AuthorBody(Strict):
    """Who wrote it. `id` and `verified` are the host's word for a signed-in reader."""

    name: Short = ""
    email: Email = ""
    url: Address = ""
    id: Name = ""
    verified: bool = False


class ContextBody(Strict):
    """How it reached the host. Everything here is optional and helps the spam checks."""

    ip: IpAddress = ""
    user_agent: Line = ""
    referrer: Long = ""
    language: Language = ""
    posted_at: Moment | None = None
    honeypot: Line = ""
    seconds_to_submit: Annotated[float | None, Field(ge=0, le=10_000_000, allow_inf_nan=False)] = None


class CommentBody(Strict):
    """A comment as a host posts it."""

    thread: ThreadBody
    text: Text
    author: AuthorBody = AuthorBody()
    parent: Name = ""
    external_id: Name = ""
    context: ContextBody = ContextBody()

    def draft(self) -> Draft:
        """The same, as the rest of Greenroom knows it."""
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
