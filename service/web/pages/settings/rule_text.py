"""Custom rules as sentences: what they are about, what they do, and when they end."""

from service.domain.policy.custom_rules import Condition, CustomRule, Mode, Outcome, RuleSubject
from service.web.http.i18n import _, day


def subjects() -> dict[str, str]:
    """The subjects of conditions, for a choice."""
    return {
        RuleSubject.WORDS: _("It contains one of these words"),
        RuleSubject.LINKS: _("It has more links than this number"),
        RuleSubject.FEW_LINKS: _("It has at most this number of links"),
        RuleSubject.FIRST_COMMENT: _("It is the first comment of its author"),
        RuleSubject.NEW_AUTHOR: _("Its author has fewer approved comments than this number"),
        RuleSubject.KNOWN_AUTHOR: _("Its author has at least this number of approved comments"),
        RuleSubject.OLD_THREAD: _("Its article is at least this number of days old"),
        RuleSubject.LANGUAGE: _("It is written in another language than these"),
        RuleSubject.IN_LANGUAGE: _("It is written in one of these languages"),
    }


def value_labels() -> dict[str, str]:
    """What to fill in for each subject; empty where there is nothing to fill in."""
    words, languages = _("Words, separated by commas; * matches any letters"), _("Languages, such as en, fr")
    return {
        RuleSubject.WORDS: words,
        RuleSubject.LINKS: _("Number of links"),
        RuleSubject.FEW_LINKS: _("Number of links"),
        RuleSubject.FIRST_COMMENT: "",
        RuleSubject.NEW_AUTHOR: _("Number of approved comments"),
        RuleSubject.KNOWN_AUTHOR: _("Number of approved comments"),
        RuleSubject.OLD_THREAD: _("Number of days"),
        RuleSubject.LANGUAGE: languages,
        RuleSubject.IN_LANGUAGE: languages,
    }


def modes() -> dict[str, str]:
    return {Mode.LIVE: _("On"), Mode.SHADOW: _("Test mode (only counts)"), Mode.OFF: _("Off")}


def outcomes() -> dict[str, str]:
    return {Outcome.HOLD: _("Hold it"), Outcome.REJECT: _("Reject it"), Outcome.APPROVE: _("Approve it")}


def rule_sentence(rule: CustomRule) -> str:
    """A rule as one sentence, such as "Hold what has more than 2 links and contains lottery, until Dec 31, 2026"."""
    conditions = _(" and ").join(_condition(condition) for condition in rule.conditions)
    sentences = {
        Outcome.HOLD: _("Hold a comment that %(conditions)s", conditions=conditions),
        Outcome.REJECT: _("Reject a comment that %(conditions)s", conditions=conditions),
        Outcome.APPROVE: _("Approve a comment that %(conditions)s", conditions=conditions),
    }
    where = _(", on the article %(thread)s only", thread=rule.thread) if rule.thread else ""
    until = _(", until %(day)s", day=day(rule.until)) if rule.until else ""
    return sentences[rule.outcome] + where + until


def _condition(condition: Condition) -> str:
    value = condition.value
    return {
        RuleSubject.WORDS: _("contains %(value)s", value=value),
        RuleSubject.LINKS: _("has more than %(value)s links", value=value),
        RuleSubject.FEW_LINKS: _("has at most %(value)s links", value=value),
        RuleSubject.FIRST_COMMENT: _("is the first of its author"),
        RuleSubject.NEW_AUTHOR: _("comes from an author with fewer than %(value)s approved comments", value=value),
        RuleSubject.KNOWN_AUTHOR: _("comes from an author with at least %(value)s approved comments", value=value),
        RuleSubject.OLD_THREAD: _("comes to an article that is at least %(value)s days old", value=value),
        RuleSubject.LANGUAGE: _("is not written in %(value)s", value=value),
        RuleSubject.IN_LANGUAGE: _("is written in %(value)s", value=value),
    }[condition.about]
