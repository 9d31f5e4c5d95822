"""How often the entries of a site's lists, and its custom rules, were found in the latest comments."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.policy.signals import Kind
from service.store.tables.comments import Comment, VerdictRow

#: Hits are counted in this many of the comments that changed last.
READ = 2_000
_LISTS = {Kind.SITE_BLOCKED_WORD: "blocked_words", Kind.SITE_HELD_WORD: "held_words", Kind.SITE_BLOCKED_LINK: "blocked_domains"}
_RULES = frozenset({Kind.SITE_RULE, Kind.SITE_RULE_REJECTS, Kind.SITE_RULE_APPROVES})


@dataclass(frozen=True, slots=True)
class Hits:
    """Numbers of comments: `read` in all, by the name of a list and its entry, and by the reason of a custom rule."""

    read: int
    entries: dict[str, Counter[str]] = field(default_factory=dict)
    rules: Counter[str] = field(default_factory=Counter)


def list_hits(session: Session, site_id: str) -> Hits:
    """The hits in the latest comments of a site, each comment counted once for an entry."""
    latest = select(Comment.id, Comment.revision).where(Comment.site_id == site_id)
    recent = latest.order_by(Comment.updated_at.desc(), Comment.id.desc()).limit(READ).subquery()
    verdicts = select(recent.c.id, VerdictRow.reasons).outerjoin(
        VerdictRow,
        (VerdictRow.comment_id == recent.c.id) & (VerdictRow.site_id == site_id) & (VerdictRow.revision == recent.c.revision),
    )
    reasons = {row.id: row.reasons or [] for row in session.execute(verdicts)}
    hits = Hits(len(reasons), {name: Counter() for name in _LISTS.values()})
    for reason in chain.from_iterable(reasons.values()):
        _count(hits, reason)
    return hits


def _count(hits: Hits, reason: dict[str, object]) -> None:
    code = reason.get("code")
    spans = reason.get("spans")
    if code in _RULES:
        hits.rules[str(reason.get("rule", ""))] += 1
    elif code in _LISTS and isinstance(spans, list):
        words = {str(span.get("read_as") or span.get("text", "")).casefold() for span in spans}
        hits.entries[_LISTS[Kind(str(code))]].update(words)
