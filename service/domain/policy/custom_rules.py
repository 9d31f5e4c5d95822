"""Rules an editor writes: hold what has links, new authors, old threads, languages or words; tried before they are trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.domain.errors import Invalid
from service.domain.policy.signals import Kind, Signal
from service.domain.states import State
from service.domain.text.wildcards import found_at

#: Words of a text in which an editor's words are looked for.
MOST_WORDS = 5_000


class RuleSubject(StrEnum):
    """What a rule looks at. The meaning of its `value`: links and approvals a number, age in days, the others words, in which `*`
    stands for any letters; a first comment needs none."""

    LINKS = "links"
    NEW_AUTHOR = "new_author"
    FIRST_COMMENT = "first_comment"
    OLD_THREAD = "old_thread"
    LANGUAGE = "language"
    WORDS = "words"


class Mode(StrEnum):
    """A live rule holds comments; one in shadow only counts what it would have held; one that is off does nothing."""

    LIVE = "live"
    SHADOW = "shadow"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules may know of a comment. `approved` counts the author's approved comments, `first` is true where nothing of the
    author was ever decided here, as far as the host vouches that it is the same person; `thread_days` is the thread's age."""

    text: str
    thread: str = ""
    links: int = 0
    approved: int = 0
    first: bool = False
    thread_days: float = 0.0
    language: str = ""


@dataclass(frozen=True, slots=True)
class CustomRule:
    """One sentence of an editor. `thread` is the host's id of the only thread it is for; empty: the whole site."""

    about: RuleSubject
    value: str = ""
    mode: Mode = Mode.SHADOW
    thread: str = ""

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> "CustomRule":
        """A rule as an editor sends it, or Invalid with the field that is wrong."""
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
        """Why this rule would hold the comment, as a sentence for a moderator; empty where it would not."""
        if self.mode is Mode.OFF or (self.thread and self.thread != facts.thread):
            return ""
        return _REASONS[self.about](self.value, facts)


@dataclass(frozen=True, slots=True)
class PastComment:
    """An earlier comment: what rules may know of it, the state it came to, and what a person said, if one was asked."""

    facts: Facts
    state: State
    decision: State | None = None


@dataclass(frozen=True, slots=True)
class BackTest:
    """What a rule would have done to the last comments: held among them, published ones, and where moderators had said fine."""

    tried: int
    would_hold: int
    published_before: int
    moderators_had_approved: int
    moderators_had_rejected: int


def matches_of(rules: Sequence[CustomRule], facts: Facts) -> tuple[Signal, ...]:
    """What a site's live rules say of one comment."""
    reasons = (rule.why(facts) for rule in rules if rule.mode is Mode.LIVE)
    return tuple(Signal(Kind.SITE_RULE, 1.0, reason, check="site_rules") for reason in reasons if reason)


def in_shadow(rules: Sequence[CustomRule], facts: Facts) -> tuple[CustomRule, ...]:
    """The rules in shadow that would have held this comment."""
    return tuple(rule for rule in rules if rule.mode is Mode.SHADOW and rule.why(facts))


def back_test(rule: CustomRule, past: Sequence[PastComment]) -> BackTest:
    """What would have been decided otherwise, had the rule been live all along. An off rule is tried as if it were on."""
    tried = CustomRule(rule.about, rule.value, Mode.SHADOW, rule.thread)
    held = [one for one in past if tried.why(one.facts)]
    return BackTest(
        tried=len(past),
        would_hold=len(held),
        published_before=sum(one.state is State.APPROVED for one in held),
        moderators_had_approved=sum(one.decision is State.APPROVED for one in held),
        moderators_had_rejected=sum(one.decision is State.REJECTED for one in held),
    )


def _links(value: str, facts: Facts) -> str:
    most = int(value)
    return f"{facts.links} links where this site allows {most}" if facts.links > most else ""


def _new_author(value: str, facts: Facts) -> str:
    needed = int(value)
    return f"{facts.approved} approved comments by this author, this site asks for {needed}" if facts.approved < needed else ""


def _first_comment(_: str, facts: Facts) -> str:
    return "the first comment of this author" if facts.first else ""


def _old_thread(value: str, facts: Facts) -> str:
    days = int(value)
    return f"the thread is {facts.thread_days:.0f} days old, this site looks from {days}" if facts.thread_days >= days else ""


def _language(value: str, facts: Facts) -> str:
    allowed = {word.strip().lower() for word in value.split(",")}
    spoken = facts.language.lower().partition("-")[0]
    return f"written in {spoken}, this site publishes {value}" if spoken and spoken not in allowed else ""


def _words(value: str, facts: Facts) -> str:
    said = "".join(char if char.isalnum() else " " for char in facts.text.casefold()).split()[:MOST_WORDS]
    spaced = f" {' '.join(said)} "
    found = [word.strip() for word in value.split(",") if word.strip() and _mentions(word.strip().casefold(), said, spaced)]
    return f"it mentions {', '.join(found)}" if found else ""


def _mentions(word: str, said: Sequence[str], spaced: str) -> bool:
    if "*" not in word:
        return f" {word} " in spaced
    globs = word.split()
    return any(True for _ in found_at(said, globs))


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
    RuleSubject.WORDS: _words,
}
