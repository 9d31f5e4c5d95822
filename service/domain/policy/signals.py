"""What a check reports: signals with evidence. A signal never decides; the policy does."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

#: Spans count Unicode code points, as Python's `str` does. JavaScript and PHP count otherwise: spans carry their text.
SPAN_UNIT = "codepoint"


class Family(StrEnum):
    """What a signal is about. The scores of one family are combined into one number a comment."""

    SPAM = "spam"
    PROFANITY = "profanity"
    ABUSE = "abuse"
    PRIVACY = "privacy"
    TRUST = "trust"
    SITE = "site"
    FAILURE = "failure"


class Kind(StrEnum):
    """Every kind of signal. The value is the code that hosts, rules and logs see; its first part is the family."""

    PROFANITY_STRONG = "profanity.strong"
    PROFANITY_MILD = "profanity.mild"

    SPAM_MODEL = "spam.model"
    SPAM_SITE_MODEL = "spam.site_model"
    SPAM_LINKS = "spam.links"
    SPAM_SHORTENER = "spam.shortener"
    SPAM_PHRASES = "spam.phrases"
    SPAM_CONTACT = "spam.contact"
    SPAM_NAME = "spam.name"
    SPAM_DISPOSABLE_EMAIL = "spam.disposable_email"
    SPAM_DUPLICATE = "spam.duplicate"
    SPAM_NEAR_DUPLICATE = "spam.near_duplicate"
    SPAM_VELOCITY = "spam.velocity"
    SPAM_HONEYPOT = "spam.honeypot"
    SPAM_TOO_FAST = "spam.too_fast"
    SPAM_GIBBERISH = "spam.gibberish"
    SPAM_TEST = "spam.test"
    SPAM_OUTSIDE = "spam.outside"
    SPAM_BEYOND_DOUBT = "spam.beyond_doubt"
    #: Something to follow or to buy. Context for the policy, with the score 0: by itself it says nothing against a comment.
    SPAM_LEAD = "spam.lead"

    ABUSE_MODEL = "abuse.model"
    ABUSE_THREAT = "abuse.threat"
    ABUSE_OUTSIDE = "abuse.outside"
    PRIVACY_PHONE = "privacy.phone"
    PRIVACY_ADDRESS = "privacy.address"
    PRIVACY_CARD = "privacy.card"

    TRUST_NEW_AUTHOR = "trust.new_author"
    TRUST_DEPENDABLE_AUTHOR = "trust.dependable_author"
    TRUST_BY_HAND = "trust.by_hand"
    TRUST_REJECTED_BEFORE = "trust.rejected_before"

    SITE_BLOCKED_WORD = "site.blocked_word"
    SITE_HELD_WORD = "site.held_word"
    SITE_BLOCKED_LINK = "site.blocked_link"
    SITE_BLOCKED_AUTHOR = "site.blocked_author"
    SITE_BLOCKED_ADDRESS = "site.blocked_address"
    SITE_HOLDS_EVERYTHING = "site.holds_everything"
    SITE_RULE = "site.rule"
    SITE_LANGUAGE = "site.language"
    SITE_LANGUAGE_NOT_COVERED = "site.language_not_covered"
    SITE_AUDIT_SAMPLE = "site.audit_sample"

    CHECK_FAILED = "failure.check_failed"
    CHECK_TIMED_OUT = "failure.timed_out"
    NOT_CHECKED = "failure.not_checked"

    family: Family

    def __init__(self, code: str) -> None:
        # Asked for a dozen times a comment: found once, when the kinds are made.
        self.family = Family(code.partition(".")[0])


class Field(StrEnum):
    """Which part of a comment a span points into."""

    TEXT = "text"
    AUTHOR_NAME = "author.name"
    AUTHOR_URL = "author.url"
    THREAD_TITLE = "thread.title"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of what was posted: `[start, end)` in code points of the original, its text, and what it was read as."""

    start: int
    end: int
    text: str
    read_as: str = ""
    field: Field = Field.TEXT


@dataclass(frozen=True, slots=True)
class Signal:
    """One finding of one check. `score` is 0..1, the believed probability that this alone makes the comment unwanted.

    `rule` is one specific sentence for a moderator ("3 links where 1 is usual"). `strong` marks a finding that counts
    towards an automatic rejection, for which two strong ones on different evidence suffice. A failure with the score 0 is only
    told: it holds nothing.
    """

    kind: Kind
    score: float
    rule: str
    spans: tuple[Span, ...] = ()
    strong: bool = False
    check: str = ""


def from_plugin(signal: Signal, check: str) -> Signal:
    """A signal of a check that is not ours, as it can be kept and shown: no database holds every string. Raises ValueError for a score
    that is no number, since no limit would ever hold it."""
    if math.isnan(signal.score):
        raise ValueError("a score is no number")
    rule = "".join(char if char.isprintable() else " " for char in signal.rule)
    spans = tuple(replace(span, text=_kept(span.text), read_as=_kept(span.read_as)) for span in signal.spans)
    return replace(signal, check=check, rule=rule, spans=spans, score=min(1.0, max(0.0, signal.score)))


def _kept(text: str) -> str:
    return text.replace("\0", " ").encode("utf-8", "replace").decode()
