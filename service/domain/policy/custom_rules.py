"""Custom rules: an editor's rules to hold comments by links, author, thread age, language or words, with a back-test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.domain.errors import Invalid
from service.domain.policy.signals import Kind, Signal
from service.domain.states import State
from service.domain.text.wildcards import found_at

#: Only this many words at the beginning of a text are compared with an editor's words.
MOST_WORDS = 5_000


class RuleSubject(StrEnum):
    """The subject of a rule. Its `value` is a number of links or of approved comments, an age in days, languages separated by
    commas, or words in which `*` stands for any letters. A first comment needs no value."""

    LINKS = "links"
    NEW_AUTHOR = "new_author"
    FIRST_COMMENT = "first_comment"
    OLD_THREAD = "old_thread"
    LANGUAGE = "language"
    WORDS = "words"


class Mode(StrEnum):
    """A live rule holds comments. A rule in shadow only records which comments it would have held. A rule that is off does
    nothing."""

    LIVE = "live"
    SHADOW = "shadow"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a comment that rules use. `approved` counts the author's approved comments; `first` is true if no comment of
    the author was approved or rejected on this site before, or if the host does not vouch for the author's identity;
    `thread_days` is the age of the thread."""

    text: str
    thread: str = ""
    links: int = 0
    approved: int = 0
    first: bool = False
    thread_days: float = 0.0
    language: str = ""


@dataclass(frozen=True, slots=True)
class CustomRule:
    """One rule of an editor. `thread` is the host's id of the only thread that it applies to; empty for the whole site."""

    about: RuleSubject
    value: str = ""
    mode: Mode = Mode.SHADOW
    thread: str = ""

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> "CustomRule":
        """Parse a rule from a form or from JSON. Raises Invalid with the field that is wrong."""
        about = _one_of(RuleSubject, given.get("about"), "/about")
        mode = _one_of(Mode, given.get("mode", Mode.SHADOW), "/mode")
        value = str(given.get("value", "")).strip()
        if about is RuleSubject.FIRST_COMMENT:
            return cls(about, "", mode, str(given.get("thread", "")))
        if about in _NUMBERS and not value.isdecimal():
            raise Invalid.field("/value", "not_a_number", f"a rule about {about} needs a whole number, not {value!r}")
        if about not in _NUMBERS and not value:
            raise Invalid.field("/value", "missing", f"a rule about {about} needs words, separated by commas")
        return cls(about, value, mode, str(given.get("thread", "")))

    def why(self, facts: Facts) -> str:
        """Why this rule would hold the comment, as a sentence for a moderator; empty if it would not."""
        if self.mode is Mode.OFF or (self.thread and self.thread != facts.thread):
            return ""
        return _REASONS[self.about](self.value, facts)


@dataclass(frozen=True, slots=True)
class PastComment:
    """An earlier comment: its facts, its state, and the decision about it, if there was one."""

    facts: Facts
    state: State
    decision: State | None = None


@dataclass(frozen=True, slots=True)
class BackTest:
    """What a rule would have done to recent comments: how many it would have held, and of these, how many were published, how
    many a moderator approved, and how many a moderator rejected."""

    tried: int
    would_hold: int
    published_before: int
    moderators_had_approved: int
    moderators_had_rejected: int


def matches_of(rules: Sequence[CustomRule], facts: Facts) -> tuple[Signal, ...]:
    """The signals of a site's live rules for one comment."""
    reasons = (rule.why(facts) for rule in rules if rule.mode is Mode.LIVE)
    return tuple(Signal(Kind.SITE_RULE, 1.0, reason, check="site_rules") for reason in reasons if reason)


def in_shadow(rules: Sequence[CustomRule], facts: Facts) -> tuple[CustomRule, ...]:
    """The rules in shadow that would have held this comment."""
    return tuple(rule for rule in rules if rule.mode is Mode.SHADOW and rule.why(facts))


def back_test(rule: CustomRule, past: Sequence[PastComment]) -> BackTest:
    """Test a rule on past comments, as if it had been live all along. A rule that is off is tested as if it were on."""
    tested = CustomRule(rule.about, rule.value, Mode.SHADOW, rule.thread)
    held = [comment for comment in past if tested.why(comment.facts)]
    return BackTest(
        tried=len(past),
        would_hold=len(held),
        published_before=sum(comment.state is State.APPROVED for comment in held),
        moderators_had_approved=sum(comment.decision is State.APPROVED for comment in held),
        moderators_had_rejected=sum(comment.decision is State.REJECTED for comment in held),
    )


def _links(value: str, facts: Facts) -> str:
    most = int(value)
    return f"{facts.links} links (this site allows {most})" if facts.links > most else ""


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
    allowed = {word.strip().lower() for word in value.split(",")}
    spoken = facts.language.lower().partition("-")[0]
    return f"written in {spoken} (this site publishes {value})" if spoken and spoken not in allowed else ""


def _normalized(value: str, facts: Facts) -> str:
    words = "".join(char if char.isalnum() else " " for char in facts.text.casefold()).split()[:MOST_WORDS]
    spaced = f" {' '.join(words)} "
    matches = [word.strip() for word in value.split(",") if word.strip() and _mentions(word.strip().casefold(), words, spaced)]
    return f"contains {', '.join(matches)}" if matches else ""


def _mentions(word: str, words: Sequence[str], spaced: str) -> bool:
    if "*" not in word:
        return f" {word} " in spaced
    globs = word.split()
    return any(True for _ in found_at(words, globs))


def _one_of(kind: Any, given: Any, pointer: str) -> Any:
    try:
        return kind(given)
    except ValueError as error:
        raise Invalid.field(pointer, "unknown", f"expected one of {', '.join(kind)}, not {given!r}") from error


_NUMBERS = frozenset({RuleSubject.LINKS, RuleSubject.NEW_AUTHOR, RuleSubject.OLD_THREAD})
_REASONS = {
    RuleSubject.LINKS: _links,
    RuleSubject.NEW_AUTHOR: _new_author,
    RuleSubject.FIRST_COMMENT: _first_comment,
    RuleSubject.OLD_THREAD: _old_thread,
    RuleSubject.LANGUAGE: _language,
    RuleSubject.WORDS: _normalized,
}
