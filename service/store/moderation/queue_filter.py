"""One view of the moderation queue: its tab, its order and its filters."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Tab(StrEnum):
    """A tab of the queue page."""

    HELD = "held"
    ESCALATED = "escalated"
    YOURS = "yours"
    MINE = "mine"
    APPROVED = "approved"
    REJECTED = "rejected"
    #: Comments that the checks decided alone, and no moderator has looked at yet.
    PUBLISHED_UNSEEN = "published_unseen"
    REJECTED_UNSEEN = "rejected_unseen"


class Order(StrEnum):
    """The order of held comments. The other tabs show the newest first."""

    OLDEST = "oldest"
    PRIORITY = "priority"
    THREAD = "thread"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """One view of the queue. `author` is the id of any comment of an author, because nothing that is derived from an address may
    leave Greenroom. `alike` is the id of a comment whose group is opened. `shared` includes comments on colleagues' screens.
    `after` is a cursor. `link` is the domain of the first link. `each` lists every comment, in place of one card for each group."""

    tab: Tab = Tab.HELD
    order: Order = Order.OLDEST
    reason: str = ""
    thread: UUID | None = None
    author: UUID | None = None
    language: str = ""
    words: str = ""
    alike: UUID | None = None
    shared: bool = False
    after: str = ""
    link: str = ""
    each: bool = False

    @property
    def ordered(self) -> bool:
        """Whether the tab shows held comments, which come in the requested order."""
        return self.tab in (Tab.HELD, Tab.ESCALATED, Tab.YOURS)

    @property
    def grouped(self) -> bool:
        """Whether one card stands for a whole group. In an opened group each comment is decided on its own."""
        return self.tab is Tab.HELD and self.alike is None and not self.each

    @property
    def filtered(self) -> bool:
        return bool(self.reason or self.thread or self.author or self.language or self.words or self.alike or self.link)
