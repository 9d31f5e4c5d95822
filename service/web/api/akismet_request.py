"""What a client of Akismet's protocol sends, made into a Draft. Nothing here refuses: sizes are capped, nonsense is left out."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from service.domain.draft import Draft, DraftAuthor, DraftContext, DraftThread
from service.domain.ids import thread_id
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.text.markup import without_slashes
from service.store.comments.find_sent_before import PRIVATE, Sent
from service.web.http.client_ip import client_ip
from service.web.http.field_types import EMAIL, MAX_TEXT, WEB_ADDRESS

#: Author names that are always spam, for tests, and the role that is never spam. Both are rules of Akismet's protocol.
ALWAYS_SPAM = ("viagra-test-123", "akismet-guaranteed-spam@example.com")
NEVER_SPAM = "administrator"
#: Why a comment is sent again: from WordPress's own timer, and because its words were changed.
RETRY, EDIT = "retry", "edit"
#: Kinds that readers see in public. Anything else (a contact form, a sign-up) is nobody's business but its receiver's.
PUBLIC_KINDS = frozenset({"", "comment", "reply", "forum-post", "blog-post", "trackback", "pingback"})
_LONGEST_BLOG = 2048


class Fields:
    """The fields of a request, each as clean text of a bounded length.

    `from_wordpress`: until WordPress has stored a comment, it puts a backslash before each quote.
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
        """The key to verify, where the client sent it apart from its own."""
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
        """The client's own id of the comment. WordPress knows it only once it has stored the comment."""
        return self.text("comment_ID", 512).strip()

    @property
    def guid(self) -> UUID | None:
        """Our own id of the comment, where the client sends it back."""
        try:
            return UUID(self.text("akismet_guid") or self.text("guid"))
        except ValueError:
            return None

    @property
    def is_again(self) -> bool:
        """Whether the comment may have been sent before."""
        return bool(self.recheck_reason or self.comment_id or self.guid or self.posted_at)

    @property
    def is_edited(self) -> bool:
        """Whether other words than before are new words. WordPress sends others after it has cleaned the markup, but not for that."""
        return self.recheck_reason in ("", EDIT)

    @property
    def posted_at(self) -> datetime | None:
        return _moment(self.text("comment_date_gmt", 40))

    @property
    def words(self) -> str:
        """The words to judge. Where there are none the name and the address are all there is."""
        said = (self.text("comment_content", MAX_TEXT), self.text("comment_author_url", 2048), self.text("comment_author"))
        return next((text for text in said if text.strip()), "-")

    @property
    def is_private(self) -> bool:
        return self.text("comment_type").lower() not in PUBLIC_KINDS

    @property
    def thread(self) -> DraftThread:
        page = self.text("permalink", _LONGEST_BLOG) or self.text("blog", _LONGEST_BLOG)
        if self.is_private:
            # A thread of its own whose name nobody can guess: its feed is never found.
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

    def sent(self, site_id: str, draft: Draft, identities: Pseudonymizer) -> Sent:
        """By what the comment of this draft is found again."""
        return Sent(
            site_id,
            None if self.is_private else thread_id(site_id, draft.thread.id),
            draft.text,
            author_name=draft.author.name,
            author_key=identities.author(external_id="", email=draft.author.email),
            address_key=identities.block(draft.context.ip),
            comment_id=self.guid,
            external_id=draft.external_id,
            posted_at=self.posted_at,
            exactly=not (self.recheck_reason or self.comment_id or self.guid),
        )


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
