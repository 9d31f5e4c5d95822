"""The policy of a site: one typed view of the JSON in `Site.policy`, and its only names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NotRequired, TypedDict, Unpack

from service.domain.errors import Invalid
from service.domain.policy.custom_rules import CustomRule
from service.domain.policy.site_thresholds import SiteThresholds
from service.domain.reported.grounds import ReasonGround, ground_of
from service.domain.retention import Retention

#: A list of authors that moderators banned or trusted, or whose comments always wait for a moderator.
AuthorList = Literal["blocked_authors", "trusted_authors", "reviewed_authors"]
#: The word for each list: as pages and forms say it.
AUTHOR_LISTS: dict[str, AuthorList] = {"ban": "blocked_authors", "trust": "trusted_authors", "review": "reviewed_authors"}
#: A list of whole groups of senders: e-mail domains in plain text, and keyed hashes of address blocks (/24 or /64).
SenderList = Literal["blocked_email_domains", "blocked_networks"]
SENDER_LISTS: dict[str, SenderList] = {"domain": "blocked_email_domains", "network": "blocked_networks"}
#: The lists of words and domains that an admin edits.
LISTS = ("blocked_words", "held_words", "allowed_words", "blocked_domains")


class AuthorEntry(TypedDict):
    """One author or group of senders on a list. `at` and `until` are ISO 8601; an empty `until` means for ever. `reason` is
    the rejection reason of a ban. `ban`, of a group of senders, is the id of the author's ban that it was added with."""

    id: str
    name: str
    by: str
    at: str
    until: str
    reason: NotRequired[str]
    ban: NotRequired[str]


class StoredPolicy(TypedDict, total=False):
    """The keys of the JSON. A key that was never set is not there."""

    lists: dict[str, str]
    blocked_addresses: list[str]
    spam_waits: bool
    unread_waits: bool
    languages: list[str]
    time_zone: str
    abuse_calibration: list[float]
    rejections: list[dict[str, str]]
    practice: bool
    rules: list[dict[str, Any]]
    budget: dict[str, Any]
    retention: dict[str, Any]
    blocked_authors: dict[str, AuthorEntry]
    trusted_authors: dict[str, AuthorEntry]
    reports_hold_from: int
    mails_readers: bool
    mails_authors: bool
    trusted_flaggers: dict[str, str]
    grounds: dict[str, Any]
    reviewed_authors: dict[str, AuthorEntry]
    blocked_email_domains: dict[str, AuthorEntry]
    blocked_networks: dict[str, AuthorEntry]


class SitePolicy:
    """The settings of a site for its comments. Keys that this version does not know stay as they are: a newer version wrote them."""

    __slots__ = ("stored",)

    def __init__(self, stored: Mapping[str, Any] | None) -> None:
        self.stored: Mapping[str, Any] = stored or {}

    @property
    def list_digests(self) -> dict[str, str]:
        """For each of the `LISTS` that has entries, the digest of its entries. The entries are in a table of their own
        (`service.store.tables.word_lists`), because a list may be long and the policy is read for every batch of comments."""
        return dict(self.stored.get("lists", {}))

    @property
    def blocked_addresses(self) -> tuple[str, ...]:
        """Keyed hashes of network addresses."""
        return tuple(self.stored.get("blocked_addresses", ()))

    @property
    def spam_waits(self) -> bool:
        """Whether a moderator also decides about comments that are surely spam."""
        return bool(self.stored.get("spam_waits"))

    @property
    def unread_waits(self) -> bool:
        """Whether a comment that the transformer did not read in time waits for a moderator."""
        return bool(self.stored.get("unread_waits"))

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of languages that the site accepts although no check covers them; `*` alone for all."""
        return tuple(self.stored.get("languages", ()))

    @property
    def time_zone(self) -> str:
        """The name of the time zone in which the charts count the hours of the day."""
        return str(self.stored.get("time_zone") or "UTC")

    @property
    def abuse_calibration(self) -> tuple[float, float]:
        """The slope and offset for the log-odds of the abuse model, made from the decisions of the site."""
        slope, offset = self.stored.get("abuse_calibration", (1.0, 0.0))
        return float(slope), float(offset)

    @property
    def rejections(self) -> list[dict[str, str]]:
        """The site's own rejection reasons; empty for the default ones."""
        return list(self.stored.get("rejections", ()))

    @property
    def practice(self) -> bool:
        """Whether new moderators first decide about ten made-up comments."""
        return bool(self.stored.get("practice"))

    @property
    def custom_rules(self) -> tuple[CustomRule, ...]:
        """The custom rules. A rule that this version cannot parse is skipped, so that it does not block every comment."""
        rules: list[CustomRule] = []
        for given in self.stored.get("rules", ()):
            try:
                rules.append(CustomRule.parse(given))
            except Invalid:
                continue
        return tuple(rules)

    @property
    def thresholds(self) -> SiteThresholds | None:
        """The thresholds of the risk budget; None if the site has none, and the default limits apply."""
        return SiteThresholds.of(self.stored)

    @property
    def retention(self) -> Retention:
        return Retention.of(self.stored)

    @property
    def reports_hold_from(self) -> int:
        """The weight of readers' reports from which a published comment is held; zero for never."""
        return int(self.stored.get("reports_hold_from", 0))

    @property
    def mails_readers(self) -> bool:
        """Whether Greenroom mails reporters and complainants itself, where mail is set up."""
        return bool(self.stored.get("mails_readers", True))

    @property
    def mails_authors(self) -> bool:
        """Whether the form offers authors a mail about the decision, where mail is set up."""
        return bool(self.stored.get("mails_authors"))

    @property
    def trusted_flaggers(self) -> dict[str, str]:
        """The trusted flaggers: the keyed hash of each e-mail address, and the name that moderators see."""
        flaggers = self.stored.get("trusted_flaggers")
        return dict(flaggers) if isinstance(flaggers, dict) else {}

    def ground(self, reason: str) -> ReasonGround:
        """What a statement of reasons says for this rejection reason."""
        return ground_of(self.stored.get("grounds"), reason)

    def authors(self, name: AuthorList | SenderList) -> dict[str, AuthorEntry]:
        """The entries of one list, by keyed hash or, for e-mail domains, by domain."""
        entries = self.stored.get(name)
        return dict(entries) if isinstance(entries, dict) else {}

    def is_listed(self, name: AuthorList | SenderList, author_key: str, *, at: datetime) -> bool:
        """Whether a moderator's entry for this author or group of senders was in force at that time."""
        return self._entry(name, author_key, at) is not None

    def ban(self, author_key: str, *, at: datetime) -> AuthorEntry | None:
        """The ban of this author that was in force at that time, or None."""
        return self._entry("blocked_authors", author_key, at)

    def _entry(self, name: AuthorList | SenderList, author_key: str, at: datetime) -> AuthorEntry | None:
        entry = (self.stored.get(name) or {}).get(author_key) if author_key else None
        if entry is None:
            return None
        in_force = not (until := str(entry.get("until", ""))) or datetime.fromisoformat(until) > at
        return entry if in_force else None

    def blocked_email_domain(self, domain: str, *, at: datetime) -> str:
        """The blocked domain that this e-mail domain is or belongs to, at that time; empty if there is none."""
        if not domain or not self.stored.get("blocked_email_domains"):
            return ""
        labels = domain.split(".")
        parents = (".".join(labels[start:]) for start in range(len(labels)))
        return next((parent for parent in parents if self.is_listed("blocked_email_domains", parent, at=at)), "")

    def with_authors(self, lists: Mapping[Any, dict[str, AuthorEntry]]) -> dict[str, Any]:
        """The JSON to store, with these lists of authors and senders."""
        return {**self.stored, **dict(lists.items())}

    def changed(self, **keys: Unpack[StoredPolicy]) -> dict[str, Any]:
        """The JSON to store, with these keys replaced."""
        return {**self.stored, **keys}


def as_json(rule: CustomRule) -> dict[str, Any]:
    """A rule as it is stored."""
    return {
        "about": rule.about.value,
        "value": rule.value,
        "mode": rule.mode.value,
        "thread": rule.thread,
        "also": [{"about": one.about.value, "value": one.value} for one in rule.also],
        "outcome": rule.outcome.value,
        "until": rule.until.isoformat() if rule.until else "",
    }
