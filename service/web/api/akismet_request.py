"""Turns an Akismet request into a Draft. Never refuses a request: long fields are cut, invalid fields are left out."""

import codecs
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

from service.domain.draft import MAX_TEXT, Draft, DraftAuthor, DraftContext, DraftThread
from service.domain.ids import thread_id
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.text.markup import without_slashes
from service.store.comments.find_sent_before import PRIVATE, Sent
from service.web.http.client_ip import client_ip
from service.web.http.field_types import EMAIL, WEB_ADDRESS

#: Author names that are always spam, for tests, and the role that is never spam. Both are rules of Akismet's protocol.
ALWAYS_SPAM = ("viagra-test-123", "akismet-guaranteed-spam@example.com")
NEVER_SPAM = "administrator"
#: Values of `recheck_reason`. RETRY: WordPress's own timer sends the comment again. EDIT: the text was edited.
RETRY, EDIT = "retry", "edit"
#: Comment types that are public. Any other (a contact form, a sign-up) is private to its recipient.
PUBLIC_KINDS = frozenset({"", "comment", "reply", "forum-post", "blog-post", "trackback", "pingback"})
_LONGEST_BLOG = 2048
#: The encodings of pages other than UTF-8, by Python's names. Browsers read and send ISO 8859-1 as Windows-1252.
_CHARSETS = re.compile(
    r"iso8859-\d+|cp125\d|cp874|koi8-[ru]|shift_jis|cp932|euc_jp|iso2022_jp|euc_kr|cp949|gb2312|gbk|gb18030|big5(hkscs)?"
)
_AS_SENT = {"iso8859-1": "cp1252"}


class Fields:
    """The fields of a request, each as clean text of limited length.

    `from_wordpress`: WordPress puts a backslash before each quote until it has stored the comment.
    """

    def __init__(self, sent: Mapping[str, Any], *, from_wordpress: bool = False) -> None:
        self._sent = sent
        self._slashed = from_wordpress

    def text(self, name: str, longest: int = 200) -> str:
        value = self._sent.get(name)
        if isinstance(value, bool):
            return "1" if value else ""
        if not isinstance(value, (str, int, float)):
            return ""
        text = str(value)[:longest].replace("\0", "").encode("utf-8", "replace").decode()
        return without_slashes(text) if self._slashed else text

    @property
    def key(self) -> str:
        return self.text("api_key", 64) or self.text("key", 64)

    @property
    def tested_key(self) -> str | None:
        """The key to verify, if the client sent `key`."""
        return self.text("key", 64) if "key" in self._sent else None

    @property
    def always_spam(self) -> bool:
        return self.text("comment_author") in ALWAYS_SPAM or self.text("comment_author_email", 320) in ALWAYS_SPAM

    @property
    def never_spam(self) -> bool:
        return NEVER_SPAM in (role.strip().lower() for role in self.text("user_role", 1000).split(","))

    @property
    def is_test(self) -> bool:
        return self.text("is_test").lower() in ("1", "true")

    @property
    def recheck_reason(self) -> str:
        return self.text("recheck_reason")

    @property
    def comment_id(self) -> str:
        """The client's own id of the comment. WordPress has it only after it has stored the comment."""
        return self.text("comment_ID", 512).strip()

    @property
    def guid(self) -> UUID | None:
        """Our own id of the comment, if the client sends it back."""
        try:
            return UUID(self.text("akismet_guid") or self.text("guid"))
        except ValueError:
            return None

    @property
    def callback(self) -> str:
        """Where the client takes decisions later."""
        return self.text("callback", 2048).strip()

    @property
    def is_again(self) -> bool:
        """True if the comment may have been sent before."""
        return bool(self.recheck_reason or self.comment_id or self.guid or self.posted_at)

    @property
    def is_edited(self) -> bool:
        """True if a changed text counts as an edit. On a retry a changed text is no edit: WordPress has only cleaned the
        markup."""
        return self.recheck_reason in ("", EDIT)

    @property
    def posted_at(self) -> datetime | None:
        return _moment(self.text("comment_date_gmt", 40))

    @property
    def words(self) -> str:
        """The text to judge. If it is empty, the author's website or name instead."""
        texts = (self.text("comment_content", MAX_TEXT), self.text("comment_author_url", 2048), self.text("comment_author"))
        return next((text for text in texts if text.strip()), "-")

    @property
    def has_text(self) -> bool:
        return bool(self.text("comment_content", MAX_TEXT).strip())

    @property
    def is_private(self) -> bool:
        return self.text("comment_type").lower() not in PUBLIC_KINDS

    @property
    def thread(self) -> DraftThread:
        page = self.text("permalink", _LONGEST_BLOG) or self.text("blog", _LONGEST_BLOG)
        if self.is_private:
            # Its own thread with a random name, so that its feed cannot be guessed.
            return DraftThread(f"{PRIVATE}{uuid4()}", title=self.text("comment_type"))
        return DraftThread(page[:512].strip() or "-", url=_matching(WEB_ADDRESS, page))

    def draft(self) -> Draft:
        email, url = self.text("comment_author_email", 320), self.text("comment_author_url", 2048)
        trap = self.text("honeypot_field_name")
        return Draft(
            thread=self.thread,
            text=self.words,
            author=DraftAuthor(name=self.text("comment_author"), email=_matching(EMAIL, email), url=_matching(WEB_ADDRESS, url)),
            context=DraftContext(
                ip=client_ip(self.text("user_ip", 64)),
                user_agent=self.text("user_agent", 1000),
                referrer=self.text("referrer", 2048),
                language=self.text("blog_lang", 35),
                posted_at=self.posted_at,
                honeypot=self.text(trap, 1000) if trap else "",
            ),
            external_id=self.comment_id,
        )

    def sent(self, site_id: str, draft: Draft, pseudonyms: Pseudonymizer) -> Sent:
        """The facts by which an earlier copy of this draft is found."""
        return Sent(
            site_id,
            None if self.is_private else thread_id(site_id, draft.thread.id),
            draft.text,
            author_name=draft.author.name,
            author_key=pseudonyms.author(external_id="", email=draft.author.email),
            ip_key=pseudonyms.block(draft.context.ip),
            comment_id=self.guid,
            external_id=draft.external_id,
            posted_at=self.posted_at,
            exactly=not (self.recheck_reason or self.comment_id or self.guid),
        )


def decoded(form: bytes, blog_charset: str) -> Mapping[str, str] | None:
    """The fields of a form in the encoding that it names in `blog_charset`. None if that is UTF-8, unknown, or not the encoding of
    these bytes."""
    try:
        name = codecs.lookup(blog_charset.strip()).name
        name = _AS_SENT.get(name, name)
        if not _CHARSETS.fullmatch(name):
            return None
        return dict(reversed(parse_qsl(form.decode("ascii", "replace"), keep_blank_values=True, encoding=name, errors="strict")))
    except (LookupError, UnicodeError, ValueError):
        return None


def _matching(pattern: str, value: str) -> str:
    return value if re.fullmatch(pattern.strip("^$"), value) else ""


def _moment(value: str) -> datetime | None:
    """A time in UTC, as ISO 8601 or in seconds since 1970."""
    try:
        if value.isdigit():
            return datetime.fromtimestamp(int(value), UTC)
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
