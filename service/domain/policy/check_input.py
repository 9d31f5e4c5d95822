"""What a check may read of a comment: its words and the few facts that were gathered for it beforehand."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.policy.custom_rules import CustomRule


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it, as the host says. `email_domain` is all that a check sees of an address."""

    name: str = ""
    url: str = ""
    email_domain: str = ""
    external_id: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The page of the host that the comment stands on; `days` is how old it is."""

    external_id: str = ""
    url: str = ""
    title: str = ""
    days: float = 0.0


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How it was sent. `honeypot` is true where the hidden field was filled; times are aware UTC, durations seconds. `posted_at` is
    when it was written, where the host says so: an old thread that is imported comes within seconds."""

    honeypot: bool = False
    seconds_to_submit: float | None = None
    user_agent: str = ""
    referrer: str = ""
    language: str = ""
    received_at: datetime | None = None
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What became of this author's earlier comments here. `vouched`: the host vouches that it is this author.

    `trusted`: a moderator trusts this author by hand, and the host vouches that it is nobody else.
    """

    approved: int = 0
    rejected: int = 0
    vouched: bool = False
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class RecentCounts:
    """What else was written on this site within the same hour: counts, this comment not among them.

    `like_text` counts those that differ in a few words only (`service.domain.text.near_duplicates`), the same ones not among them.
    `links_to` says for each host that this comment links to how many others link there.
    """

    same_text: int = 0
    same_text_other_threads: int = 0
    by_author: int = 0
    by_address: int = 0
    like_text: int = 0
    links_to: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Lists:
    """The site's own words (plain words or phrases; `*` stands for any letters), its domains, and whom it blocks."""

    blocked_words: tuple[str, ...] = ()
    held_words: tuple[str, ...] = ()
    allowed_words: tuple[str, ...] = ()
    blocked_domains: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    blocked_author: bool = False
    blocked_address: bool = False


@dataclass(frozen=True, slots=True)
class CheckInput:
    """One comment, ready to be checked. Nothing in it can change and nothing has to be fetched.

    `site_model` is what this site's moderators taught (`workers.checks.model.site_model`), empty until it is to be believed.
    `languages` are those that the site takes though no check covers them; `*` stands for all.
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
    languages: tuple[str, ...] = ()
