"""The input of checks: the text of a comment, and facts that were collected for it beforehand."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.policy.custom_rules import CustomRule


@dataclass(frozen=True, slots=True)
class Author:
    """The author, as the host says. Of the e-mail address a check sees only the domain."""

    name: str = ""
    url: str = ""
    email_domain: str = ""
    external_id: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The host's page that the comment is on; `days` is the age of its thread."""

    external_id: str = ""
    url: str = ""
    title: str = ""
    days: float = 0.0


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How the comment was sent. `honeypot` is true if the hidden field was filled; times are aware UTC, durations in seconds.
    `posted_at` is the time of writing if the host gave it: the comments of an imported old thread arrive within seconds."""

    honeypot: bool = False
    seconds_to_submit: float | None = None
    user_agent: str = ""
    referrer: str = ""
    language: str = ""
    received_at: datetime | None = None
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The author's earlier approved and rejected comments on this site. `vouched`: the host vouches for the author's identity.

    `trusted`: a moderator trusts this author, and the host vouches for their identity.
    """

    approved: int = 0
    rejected: int = 0
    vouched: bool = False
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class RecentCounts:
    """Numbers of other comments that were written on this site within the same hour.

    `like_text` counts near duplicates (`service.domain.text.near_duplicates`), but not exact copies. `links_to` has the hosts
    that this comment links to, each with the number of other comments that link to the same host.
    """

    same_text: int = 0
    same_text_other_threads: int = 0
    by_author: int = 0
    by_address: int = 0
    like_text: int = 0
    links_to: tuple[tuple[str, int], ...] = ()


class WordList(tuple[str, ...]):
    """The entries of one list. It may have tens of thousands of entries and is looked up for every comment, so its hash is computed
    once."""

    def __hash__(self) -> int:
        if "_hash" not in self.__dict__:
            self._hash = super().__hash__()
        return self._hash

    __eq__ = tuple.__eq__


@dataclass(frozen=True, slots=True)
class Lists:
    """The site's lists: words (plain words or phrases; `*` stands for any letters), domains, and whether it blocks this
    author, their address, the network of their address (`blocked_network`) or their e-mail domain, or always reviews them."""

    blocked_words: tuple[str, ...] = ()
    held_words: tuple[str, ...] = ()
    allowed_words: tuple[str, ...] = ()
    blocked_domains: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    blocked_author: bool = False
    blocked_address: bool = False
    blocked_network: bool = False
    blocked_email_domain: str = ""
    reviewed_author: bool = False


@dataclass(frozen=True, slots=True)
class CheckInput:
    """One comment, ready to be checked. It is immutable, and contains everything that a check needs.

    `site_model` is this site's own model (`workers.checks.model.site_model`), empty until one is active. `abuse_calibration` is
    the slope and offset for the log-odds of the abuse model, from the site's decisions. `languages` are those
    that the site accepts although no check covers them; `*` stands for all. `unread_waits`: a comment that the transformer did not
    read in time waits for a moderator.
    """

    text: str
    author: Author = Author()
    page: Page = Page()
    circumstances: Circumstances = Circumstances()
    history: History = History()
    recent: RecentCounts = RecentCounts()
    lists: Lists = Lists()
    site_model: bytes = b""
    rules: tuple[CustomRule, ...] = ()
    abuse_calibration: tuple[float, float] = (1.0, 0.0)
    languages: tuple[str, ...] = ()
    unread_waits: bool = False
