"""The site's own lists: blocked and held words and phrases, blocked authors and addresses."""

from collections.abc import Iterator

from service.domain.policy.signals import Field, Kind, Signal, Span
from workers.checks.prepared import Prepared
from workers.checks.text.disguises import disguises
from workers.checks.text.listed_words import MOST_FINDS, compiled

CHECK = "site_lists"


def check(prepared: Prepared) -> Iterator[Signal]:
    """Every match gives a signal with score 1; the policy then rejects or holds the comment."""
    lists = prepared.reading.lists
    if lists.blocked_author:
        yield Signal(Kind.SITE_BLOCKED_AUTHOR, 1.0, "this author is banned on this site", strong=True, check=CHECK)
    if lists.blocked_address:
        yield Signal(Kind.SITE_BLOCKED_ADDRESS, 1.0, "this IP address is blocked on this site", strong=True, check=CHECK)
    if lists.blocked_network:
        yield Signal(Kind.SITE_BLOCKED_ADDRESS, 1.0, "this site blocks this network", strong=True, check=CHECK)
    if lists.blocked_email_domain:
        rule = f"this site blocks e-mail addresses at {lists.blocked_email_domain}"
        yield Signal(Kind.SITE_BLOCKED_EMAIL_DOMAIN, 1.0, rule, strong=True, check=CHECK)
    if lists.reviewed_author:
        yield Signal(Kind.SITE_REVIEWED_AUTHOR, 1.0, "a moderator sees every comment by this author first", check=CHECK)
    for listed, kind, sentence in (
        (lists.blocked_words, Kind.SITE_BLOCKED_WORD, "a blocked word of this site"),
        (lists.held_words, Kind.SITE_HELD_WORD, "a word that this site holds for review"),
    ):
        if listed and (spans := _spans(prepared, listed)):
            words = ", ".join(dict.fromkeys(span.read_as for span in spans))
            yield Signal(kind, 1.0, f"{sentence}: {words}", spans, strong=kind is Kind.SITE_BLOCKED_WORD, check=CHECK)


def allowed(prepared: Prepared) -> tuple[Span, ...]:
    """The places of words and phrases that the site allows, also inside longer words."""
    listed = prepared.reading.lists.allowed_words
    return _finds(prepared, listed, inside=True) if listed else ()


def is_allowed(span: Span, allowed: tuple[Span, ...]) -> bool:
    """Whether a find lies within an allowed word or phrase."""
    return any(each.field is span.field and each.start <= span.start and span.end <= each.end for each in allowed)


def _spans(prepared: Prepared, listed: tuple[str, ...]) -> tuple[Span, ...]:
    """The finds that no longer allowed word contains."""
    spans = _finds(prepared, listed)
    if not spans:
        return ()
    longer = tuple(
        [span for span in allowed(prepared) if (span.start, span.end) not in {(find.start, find.end) for find in spans}]
    )
    return tuple([span for span in spans if not is_allowed(span, longer)])


def _finds(prepared: Prepared, listed: tuple[str, ...], *, inside: bool = False) -> tuple[Span, ...]:
    words = compiled(listed, inside=inside)
    spans = words.finds(prepared.text, prepared.disguised)
    if prepared.name.text:
        spans += words.finds(prepared.name, disguises(prepared.name.text), Field.AUTHOR_NAME)
    return tuple(spans[:MOST_FINDS])
