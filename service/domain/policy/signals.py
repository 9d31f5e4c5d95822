"""Signals: the findings that checks report, with evidence. A signal never decides; the policy does."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

#: Spans count Unicode code points, as Python's `str` does. JavaScript and PHP count other units, so spans also carry their text.
SPAN_UNIT = "codepoint"


class Family(StrEnum):
    """The subject of a signal. The scores of one family are combined into one number for each comment."""

    SPAM = "spam"
    PROFANITY = "profanity"
    ABUSE = "abuse"
    PRIVACY = "privacy"
    TRUST = "trust"
    SITE = "site"
    FAILURE = "failure"


class Kind(StrEnum):
    """Every kind of signal. The value is the code in the API, in rules and in logs; its first part is the family."""

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
    SPAM_STYLED = "spam.styled"
    SPAM_TEST = "spam.test"
    SPAM_EXTERNAL = "spam.external"
    SPAM_BEYOND_DOUBT = "spam.beyond_doubt"
    #: The comment has something to follow or to buy. This is context for the policy, with the score 0: alone it says nothing
    #: against a comment.
    SPAM_LEAD = "spam.lead"

    ABUSE_MODEL = "abuse.model"
    ABUSE_THREAT = "abuse.threat"
    #: Hate against a group of people, as the transformer reads it.
    ABUSE_HATE = "abuse.hate"
    ABUSE_EXTERNAL = "abuse.external"
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
    SITE_BLOCKED_EMAIL_DOMAIN = "site.blocked_email_domain"
    SITE_REVIEWED_AUTHOR = "site.reviewed_author"
    SITE_HOLDS_EVERYTHING = "site.holds_everything"
    SITE_RULE = "site.rule"
    SITE_RULE_REJECTS = "site.rule_rejects"
    SITE_RULE_APPROVES = "site.rule_approves"
    SITE_LANGUAGE = "site.language"
    SITE_LANGUAGE_NOT_COVERED = "site.language_not_covered"
    SITE_AUDIT_SAMPLE = "site.audit_sample"
    SITE_REPORTED = "site.reported"

    CHECK_FAILED = "failure.check_failed"
    CHECK_TIMED_OUT = "failure.timed_out"
    NOT_CHECKED = "failure.not_checked"
    #: The transformer did not read the comment, or only its beginning.
    NOT_READ = "failure.not_read"

    family: Family

    def __init__(self, code: str) -> None:
        # The family is used a dozen times for each comment, so it is computed only once, here.
        self.family = Family(code.partition(".")[0])


class Field(StrEnum):
    """Which part of a comment a span points into."""

    TEXT = "text"
    AUTHOR_NAME = "author.name"
    AUTHOR_URL = "author.url"
    THREAD_TITLE = "thread.title"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the comment: its position `[start, end)` in code points, its text, and `read_as`: the same text after its
    disguise was undone."""

    start: int
    end: int
    text: str
    read_as: str = ""
    field: Field = Field.TEXT


@dataclass(frozen=True, slots=True)
class Signal:
    """One finding of one check. `score` is 0..1, the estimated probability that this finding alone makes the comment unwanted.

    `rule` is one specific sentence for a moderator ("3 links where 1 is usual"). `strong` marks a finding that counts towards an
    automatic rejection: two strong findings on different evidence are enough. A failure with the score 0 only informs, and does
    not hold the comment.
    """

    kind: Kind
    score: float
    rule: str
    spans: tuple[Span, ...] = ()
    strong: bool = False
    check: str = ""


def from_plugin(signal: Signal, check: str) -> Signal:
    """A signal of a third-party check, cleaned so that it can be stored and shown: databases refuse some characters. Raises
    ValueError for a NaN score, which no limit would ever hold."""
    if math.isnan(signal.score):
        raise ValueError("a score is no number")
    rule = "".join(char if char.isprintable() else " " for char in signal.rule)
    spans = tuple(replace(span, text=_shortened(span.text), read_as=_shortened(span.read_as)) for span in signal.spans)
    return replace(signal, check=check, rule=rule, spans=spans, score=min(1.0, max(0.0, signal.score)))


def _shortened(text: str) -> str:
    return text.replace("\0", " ").encode("utf-8", "replace").decode()
