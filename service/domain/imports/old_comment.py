"""Makes of a source's comment what Greenroom stores: checked fields, plain text, and a note of each field that could not be used."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from service.domain.draft import MAX_TEXT, Draft, DraftAuthor, DraftContext, DraftThread
from service.domain.imports import lenient_fields as fields
from service.domain.imports.html_text import MAX_HTML, text_of_html
from service.domain.imports.source_comment import LeftOut, Omission, SourceComment
from service.domain.states import State


@dataclass(frozen=True, slots=True)
class OldComment:
    """A comment of another system, as it is stored here. `draft.parent` is the source's id; `draft.context.posted_at` is None where
    the source has no date."""

    draft: Draft
    state: State
    decided: bool
    omissions: tuple[Omission, ...] = ()

    @property
    def id(self) -> str:
        return self.draft.external_id


@dataclass(frozen=True, slots=True)
class Reading:
    """How a source is read. `threads_by` names a thread by the "address", the "path" or the "id" of its page. `base` is the address
    that paths belong to; `prefix` stands before each id; `state` is for comments that name none."""

    threads_by: str = "address"
    base: str = ""
    prefix: str = ""
    state: State | None = None

    def comment(self, source: SourceComment, *, now: datetime) -> OldComment | LeftOut:
        """The comment as it is stored, or why it is left out. `now` is the latest date that it may have."""
        standing = self.state or source.standing if source.standing is LeftOut.NO_STATE else source.standing
        if isinstance(standing, LeftOut):
            return standing
        text = fields.clean(text_of_html(source.text) if source.markup else source.text).strip()
        thread = self._thread(source)
        if not fields.has_words(text):
            return LeftOut.NO_TEXT
        if not source.id.strip():
            return LeftOut.NO_ID
        if not thread.id:
            return LeftOut.NO_PAGE
        return self._stored(source, standing, text, thread, now)

    def _stored(self, source: SourceComment, state: State, text: str, thread: DraftThread, now: datetime) -> OldComment:
        at = fields.moment(source.posted_at)
        author = DraftAuthor(
            name=fields.line(source.name, 200),
            email=fields.email_address(source.email),
            url=fields.web_address(source.website),
            id=fields.line(source.author_id, 512),
        )
        context = DraftContext(
            ip=fields.ip_address(source.ip),
            user_agent=fields.line(source.user_agent, 1000),
            posted_at=at if at and at <= now else None,
        )
        draft = Draft(thread, text[:MAX_TEXT], author, self._id(source.parent), self._id(source.id), context)
        return OldComment(draft, state, source.decided, _omissions(source, draft, len(text)))

    def _thread(self, source: SourceComment) -> DraftThread:
        url = fields.web_address(source.page.url, base=self.base).partition("#")[0]
        by_url = {"address": url, "path": urlsplit(url).path}.get(self.threads_by)
        name = source.page.thread or by_url or source.page.id or source.page.url
        return DraftThread(fields.line(name, 512), url, fields.line(source.page.title, 1000))

    def _id(self, name: str) -> str:
        name = fields.line(name, 512 - len(self.prefix))
        return self.prefix + name if name else ""


def _omissions(source: SourceComment, draft: Draft, length: int) -> tuple[Omission, ...]:
    lost = {
        Omission.EMAIL: bool(source.email.strip()) and not draft.author.email,
        Omission.WEBSITE: bool(source.website.strip()) and not draft.author.url,
        Omission.IP: bool(source.ip.strip()) and not draft.context.ip,
        Omission.DATE: draft.context.posted_at is None,
        Omission.PAGE_URL: bool(source.page.url.strip()) and not draft.thread.url,
        Omission.LONG_TEXT: length > MAX_TEXT or (source.markup and len(source.text) > MAX_HTML),
    }
    return tuple(omission for omission, is_lost in lost.items() if is_lost)
