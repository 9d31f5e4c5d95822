"""The custom rules of this site's editors."""

import re
from collections.abc import Iterator

from service.domain.policy.custom_rules import Facts, in_shadow, matches_of
from service.domain.policy.signals import Kind, Signal
from service.domain.text.comparable import comparable
from service.domain.text.language import language_of
from workers.checks.prepared import Prepared
from workers.checks.text.comparable_view import comparable_view
from workers.checks.text.listed_words import is_accented
from workers.checks.text.normalize import Folded

CHECK = "site_rules"
_WORD = re.compile(r"\S+")


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal for each live rule that matches the comment."""
    reading = prepared.reading
    if reading.rules:
        facts = facts_of(prepared)
        yield from matches_of(reading.rules, facts)
        for rule in in_shadow(reading.rules, facts):
            # A rule in shadow mode: score 0. It is recorded with the verdict and changes nothing.
            yield Signal(Kind.SITE_RULE, 0.0, rule.why(facts), check=CHECK)


def facts_of(prepared: Prepared) -> Facts:
    """The facts about a comment that rules can test."""
    reading, history = prepared.reading, prepared.reading.history
    return Facts(
        text=comparable_view(reading.text).text,
        folded=_without_disguises(prepared.text),
        thread=reading.page.external_id,
        links=len(prepared.links),
        approved=history.approved if history.vouched else 0,
        first=not history.vouched or history.approved + history.rejected == 0,
        thread_days=reading.page.days,
        language=reading.circumstances.language or language_of(reading.text),
        day=reading.circumstances.received_at.date() if reading.circumstances.received_at else None,
    )


def _without_disguises(folded: Folded) -> str:
    """The folded text, but ordinary words keep their accents: folding makes "schon" of "schön"."""
    if folded.original.isascii():
        return folded.text

    def word(match: re.Match[str]) -> str:
        written = folded.original[slice(*folded.whence(*match.span()))]
        return comparable(written) if is_accented(written) else match[0]

    return _WORD.sub(word, folded.text)
