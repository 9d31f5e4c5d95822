"""Custom rules: an editor's rules to hold, reject or approve comments by links, author, thread age, language or words, with a
back-test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from service.domain.errors import Invalid
from service.domain.policy.language_coverage import code_of
from service.domain.policy.signals import Kind, Signal
from service.domain.states import State
from service.domain.text.comparable import comparable
from service.domain.text.wildcards import found_at, parts_of, word_pattern

#: Only this many words at the beginning of a text are compared with an editor's words.
MOST_WORDS = 5_000
#: A back-test lists this many of the comments that a rule would have met.
MATCHES_SHOWN = 50
#: Joins the reasons of several conditions in one sentence.
JOINT = "; also "


class RuleSubject(StrEnum):
    """The subject of a condition. Its `value` is a number of links or of approved comments, an age in days, languages separated by
    commas, or words in which `*` stands for any letters. A first comment needs no value."""

    LINKS = "links"
    FEW_LINKS = "few_links"
    NEW_AUTHOR = "new_author"
    KNOWN_AUTHOR = "known_author"
    FIRST_COMMENT = "first_comment"
    OLD_THREAD = "old_thread"
    LANGUAGE = "language"
    IN_LANGUAGE = "in_language"
    WORDS = "words"


#: The subjects whose value is a whole number, and those whose value is a list of languages.
NUMBERS = frozenset(
    {RuleSubject.LINKS, RuleSubject.FEW_LINKS, RuleSubject.NEW_AUTHOR, RuleSubject.KNOWN_AUTHOR, RuleSubject.OLD_THREAD}
)
SPOKEN = frozenset({RuleSubject.LANGUAGE, RuleSubject.IN_LANGUAGE})


class Outcome(StrEnum):
    """What happens to a comment that a live rule matches. An approval never outweighs a threat, a strong finding, or another
    setting of the site."""

    HOLD = "hold"
    REJECT = "reject"
    APPROVE = "approve"


class Mode(StrEnum):
    """A live rule has its outcome. A rule in shadow only records which comments it would have met. A rule that is off does
    nothing."""

    LIVE = "live"
    SHADOW = "shadow"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a comment that rules use. `folded`: the text as a reader sees through its disguises; empty for past comments,
    which are not folded again. `approved` counts the author's approved comments; `first` is true if no comment of
    the author was approved or rejected on this site before, or if the host does not vouch for the author's identity;
    `thread_days` is the age of the thread; `day` is the day on which the comment came."""

    text: str
    folded: str = ""
    thread: str = ""
    links: int = 0
    approved: int = 0
    first: bool = False
    thread_days: float = 0.0
    language: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule."""

    about: RuleSubject
    value: str = ""

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> "Condition":
        """Parse a condition. Raises Invalid with the field that is wrong."""
        about = _one_of(RuleSubject, given.get("about"), "/about")
        value = str(given.get("value", "")).strip()
        if about is RuleSubject.FIRST_COMMENT:
            return cls(about)
        if about in NUMBERS and not value.isdecimal():
            raise Invalid.field("/value", "not_a_number", f"a rule about {about} needs a whole number, not {value!r}")
        if about not in NUMBERS and not value:
            raise Invalid.field("/value", "missing", f"a rule about {about} needs words, separated by commas")
        return cls(about, value)

    def why(self, facts: Facts) -> str:
        """Why the comment meets this condition; empty if it does not."""
        return _REASONS[self.about](self.value, facts)


@dataclass(frozen=True, slots=True)
class CustomRule:
    """One rule of an editor: it matches a comment that meets its first condition and all in `also`. `thread` is the host's id of
    the only thread that it applies to; empty for the whole site. `until` is its last day (UTC)."""

    about: RuleSubject
    value: str = ""
    mode: Mode = Mode.SHADOW
    thread: str = ""
    also: tuple[Condition, ...] = ()
    outcome: Outcome = Outcome.HOLD
    until: date | None = None

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> "CustomRule":
        """Parse a rule from a form or from JSON. Raises Invalid with the field that is wrong."""
        first = Condition.parse(given)
        return cls(
            first.about,
            first.value,
            _one_of(Mode, given.get("mode", Mode.SHADOW), "/mode"),
            str(given.get("thread", "")),
            tuple(Condition.parse(one) for one in given.get("also") or ()),
            _one_of(Outcome, given.get("outcome") or Outcome.HOLD, "/outcome"),
            _day(given.get("until")),
        )

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return (Condition(self.about, self.value), *self.also)

    def why(self, facts: Facts) -> str:
        """Why this rule matches the comment, as a sentence for a moderator; empty if it does not."""
        if self.mode is Mode.OFF or (self.thread and self.thread != facts.thread):
            return ""
        if self.until and facts.day and facts.day > self.until:
            return ""
        reasons = [condition.why(facts) for condition in self.conditions]
        return JOINT.join(reasons) if all(reasons) else ""


@dataclass(frozen=True, slots=True)
class PastComment:
    """An earlier comment: its facts, its state, the decision about it, if there was one, and what a list shows of it."""

    facts: Facts
    state: State
    decision: State | None = None
    id: UUID | None = None
    author: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BackTest:
    """What a rule would have done to recent comments: how many it would have met, and of these, how many were published, how
    many a moderator approved, and how many a moderator rejected. `matches` are the latest of them."""

    tried: int
    would_hold: int
    published_before: int
    moderators_had_approved: int
    moderators_had_rejected: int
    matches: tuple[PastComment, ...] = ()


def matches_of(rules: Sequence[CustomRule], facts: Facts) -> tuple[Signal, ...]:
    """The signals of a site's live rules for one comment."""
    reasons = ((rule, rule.why(facts)) for rule in rules if rule.mode is Mode.LIVE)
    return tuple(
        Signal(_KINDS[rule.outcome], 1.0, reason, strong=rule.outcome is Outcome.REJECT, check="site_rules")
        for rule, reason in reasons
        if reason
    )


def in_shadow(rules: Sequence[CustomRule], facts: Facts) -> tuple[CustomRule, ...]:
    """The rules in shadow that would have met this comment."""
    return tuple(rule for rule in rules if rule.mode is Mode.SHADOW and rule.why(facts))


def back_test(rule: CustomRule, past: Sequence[PastComment]) -> BackTest:
    """Test a rule on past comments, as if it had been live all along. A rule that is off is tested as if it were on."""
    tested = replace(rule, mode=Mode.SHADOW, until=None)
    held = [comment for comment in past if tested.why(comment.facts)]
    return BackTest(
        tried=len(past),
        would_hold=len(held),
        published_before=sum(comment.state is State.APPROVED for comment in held),
        moderators_had_approved=sum(comment.decision is State.APPROVED for comment in held),
        moderators_had_rejected=sum(comment.decision is State.REJECTED for comment in held),
        matches=tuple(held[:MATCHES_SHOWN]),
    )


def _links(value: str, facts: Facts) -> str:
    most = int(value)
    return f"{facts.links} links (this site allows {most})" if facts.links > most else ""


def _few_links(value: str, facts: Facts) -> str:
    return f"{facts.links} links, at most {int(value)}" if facts.links <= int(value) else ""


def _known_author(value: str, facts: Facts) -> str:
    return f"{facts.approved} approved comments by this author, at least {int(value)}" if facts.approved >= int(value) else ""


def _new_author(value: str, facts: Facts) -> str:
    needed = int(value)
    return f"{facts.approved} approved comments by this author (this site asks for {needed})" if facts.approved < needed else ""


def _first_comment(_: str, facts: Facts) -> str:
    return "the first comment of this author" if facts.first else ""


def _old_thread(value: str, facts: Facts) -> str:
    days = int(value)
    return (
        f"the article is {facts.thread_days:.0f} days old (this site holds comments after {days})"
        if facts.thread_days >= days
        else ""
    )


def _language(value: str, facts: Facts) -> str:
    spoken = _spoken(facts)
    return f"written in {spoken} (this site publishes {value})" if spoken and not _is_among(spoken, value) else ""


def _in_language(value: str, facts: Facts) -> str:
    spoken = _spoken(facts)
    return f"written in {spoken}" if spoken and _is_among(spoken, value) else ""


def _spoken(facts: Facts) -> str:
    return code_of(facts.language) or facts.language.lower().partition("-")[0]


def _is_among(spoken: str, value: str) -> bool:
    """Whether a language is one of the listed ones. Hindi (hi) includes Hinglish (hi-Latn), but not the other way round."""
    listed = {code_of(word) or word.strip().lower() for word in value.split(",")}
    return spoken in listed or spoken.partition("-")[0] in listed


def _matching_words(value: str, facts: Facts) -> str:
    texts = [_normalized(text) for text in dict.fromkeys((facts.text, facts.folded)) if text]
    typed = filter(None, map(str.strip, value.split(",")))
    matches = [entry for entry in typed if any(_mentions(entry, words) for words in texts)]
    return f"contains {', '.join(matches)}" if matches else ""


@lru_cache(maxsize=2)
def _normalized(text: str) -> tuple[str, ...]:
    """The words of a text. The rules of a site read the same comment one after the other, so its two forms are cached."""
    return tuple(word_pattern().findall(_apart(text))[:MOST_WORDS])


def _apart(text: str) -> str:
    """The comparable form with blanks for apostrophes: "the mayor's" mentions the mayor."""
    return comparable(text).replace("'", " ")


def _mentions(entry: str, words: Sequence[str]) -> bool:
    globs = parts_of(_apart(entry))
    if not any("*" in glob for glob in globs):
        return bool(globs) and f" {' '.join(globs)} " in f" {' '.join(words)} "
    return next(found_at(words, globs), None) is not None


def _one_of(kind: Any, given: Any, pointer: str) -> Any:
    try:
        return kind(given)
    except ValueError as error:
        raise Invalid.field(pointer, "unknown", f"expected one of {', '.join(kind)}, not {given!r}") from error


def _day(given: Any) -> date | None:
    if not given:
        return None
    try:
        return date.fromisoformat(str(given))
    except ValueError as error:
        raise Invalid.field("/until", "format", f"expected a day like 2026-12-31, got {str(given)[:40]!r}") from error


_REASONS = {
    RuleSubject.LINKS: _links,
    RuleSubject.FEW_LINKS: _few_links,
    RuleSubject.NEW_AUTHOR: _new_author,
    RuleSubject.KNOWN_AUTHOR: _known_author,
    RuleSubject.FIRST_COMMENT: _first_comment,
    RuleSubject.OLD_THREAD: _old_thread,
    RuleSubject.LANGUAGE: _language,
    RuleSubject.IN_LANGUAGE: _in_language,
    RuleSubject.WORDS: _matching_words,
}
_KINDS = {Outcome.HOLD: Kind.SITE_RULE, Outcome.REJECT: Kind.SITE_RULE_REJECTS, Outcome.APPROVE: Kind.SITE_RULE_APPROVES}
