"""The reasons why a comment is held, as text: the rule, the matches, how they were read, the score."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.domain.policy.signals import Kind
from service.domain.policy.site_thresholds import risk
from service.web.http.i18n import _
from service.web.pages.queue.rule_translations import translate_rule

#: Maximum number of matches in one line. In the text of the comment, all matches are highlighted.
MAX_REASONS = 4
#: The score of a model in the sentence of its reason: "looks like spam (97%): ...".
_PERCENT = re.compile(r"\s*[(（]\s*%?[\d.,٫]+\s*[%٪]\s*[)）]")


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason. `failed`: the check did not finish, which must not look like a match."""

    label: str
    rule: str
    matches: tuple[tuple[str, str], ...]
    score: str
    failed: bool


def reason_lines(reasons: Sequence[Mapping[str, Any]]) -> list[ReasonLine]:
    """The reasons of a verdict as lines with their scores, most severe first."""
    return [_line(reason) for reason in reasons]


def card_lines(reasons: Sequence[Mapping[str, Any]]) -> list[ReasonLine]:
    """The same lines without scores: a card has one number, its `risk_of`."""
    return [replace(line, rule=_PERCENT.sub("", line.rule), score="") for line in reason_lines(reasons)]


def risk_of(reasons: Sequence[Mapping[str, Any]]) -> str:
    """The probability that something is wrong with the comment, from all its findings together; empty if none says so."""
    by_family: dict[str, float] = {}
    for reason in reasons:
        family, score = str(reason.get("family", "")), float(reason.get("score", 0))
        by_family[family] = 1.0 - (1.0 - by_family.get(family, 0.0)) * (1.0 - score)
    # A check is never certain.
    return f"{min(risk(by_family), 0.99):.0%}" if risk(by_family) else ""


def spans(reasons: Sequence[Mapping[str, Any]], field: str) -> list[Mapping[str, Any]]:
    """The matched spans in one field of the comment."""
    return [span for reason in reasons for span in reason.get("spans", ()) if span.get("field", "text") == field]


def name_of(code: str) -> str:
    """The translated name of a reason code, as the filter shows it."""
    return _names().get(code, code.replace(".", ": ").replace("_", " "))


def _line(reason: Mapping[str, Any]) -> ReasonLine:
    failed, rule = reason.get("status", "ran") != "ran", str(reason.get("rule", ""))
    matched = dict.fromkeys((span["text"], _read_as(span)) for span in reason.get("spans", ()) if span.get("text"))
    # Do not repeat matches and a score that the rule text already contains.
    matches = tuple((text, read) for text, read in matched if read or text.casefold() not in rule.casefold())
    translated = translate_rule(rule)
    score = f"{float(reason.get('score', 0)):.0%}"
    return ReasonLine(
        _label(reason, failed=failed), translated, matches[:MAX_REASONS], "" if failed or f"({score})" in rule else score, failed
    )


def _read_as(span: Mapping[str, Any]) -> str:
    read = str(span.get("read_as", ""))
    return "" if read.casefold() == str(span["text"]).casefold() else read


def _label(reason: Mapping[str, Any], *, failed: bool) -> str:
    if failed:
        return _("Not checked")
    if reason.get("code") == Kind.SITE_LANGUAGE_NOT_COVERED:
        return _("Language")
    families = {
        "spam": _("Spam"),
        "profanity": _("Profanity"),
        "abuse": _("Abuse"),
        "privacy": _("Personal data"),
        "trust": _("Author"),
        "site": _("Site rule"),
    }
    return families.get(str(reason.get("family", "")), str(reason.get("family", "")))


def _names() -> dict[str, str]:
    return {
        "profanity.strong": _("Strong profanity"),
        "profanity.mild": _("Mild profanity"),
        "spam.model": _("Looks like spam"),
        "spam.site_model": _("Like comments you rejected"),
        "spam.links": _("Links"),
        "spam.shortener": _("Link shortener"),
        "spam.phrases": _("Advertising phrases"),
        "spam.contact": _("Contact details"),
        "spam.name": _("Advertising in the name"),
        "spam.disposable_email": _("Disposable e-mail address"),
        "spam.duplicate": _("Same text again"),
        "spam.near_duplicate": _("Nearly the same text again"),
        "spam.velocity": _("Too many comments at once"),
        "spam.honeypot": _("Hidden form field filled in"),
        "spam.too_fast": _("Sent too fast"),
        "spam.gibberish": _("Gibberish"),
        "spam.styled": _("Styled letters"),
        "spam.external": _("External service: spam"),
        "abuse.model": _("Looks like a personal attack"),
        "abuse.threat": _("Threat"),
        "abuse.hate": _("Hate against a group"),
        "abuse.external": _("External service: abuse"),
        "privacy.phone": _("Phone number"),
        "privacy.address": _("Street address"),
        "privacy.card": _("Card number"),
        "trust.new_author": _("New author"),
        "trust.rejected_before": _("Author was rejected before"),
        "site.blocked_word": _("Blocked word"),
        "site.blocked_link": _("Blocked link"),
        "site.blocked_author": _("Banned author"),
        "site.blocked_address": _("Blocked IP address"),
        "site.blocked_email_domain": _("Blocked e-mail domain"),
        "site.rule_rejects": _("Custom rule: reject"),
        "site.rule_approves": _("Custom rule: approve"),
        "site.reviewed_author": _("Author under review"),
        "site.holds_everything": _("Every comment is reviewed"),
        "site.language_not_covered": _("Language not covered"),
        "site.reported": _("Reported by readers"),
        "failure.check_failed": _("A check failed"),
        "failure.timed_out": _("A check took too long"),
        "failure.not_checked": _("Not checked"),
        "failure.not_read": _("Not read for hate"),
    }
