"""The figures of a site that clients of Akismet's protocol show: spam, ham, and what people corrected, by day or month."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, extract, func, select
from sqlalchemy.orm import Session, aliased

from service.domain.states import State
from service.store.db.site_keys import site_of
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision

#: The parts of a time that name its period, from the year on.
MONTH, DAY = ("year", "month"), ("year", "month", "day")


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one period. `spam` and `ham` are comments that are rejected or approved now; held ones are neither. `missed_spam`
    and `false_positives` are approvals and rejections that a person turned round."""

    spam: int = 0
    ham: int = 0
    missed_spam: int = 0
    false_positives: int = 0

    @property
    def accuracy(self) -> float:
        """The share that nobody corrected, in percent."""
        settled = self.spam + self.ham
        wrong = min(self.missed_spam + self.false_positives, settled)
        return round(100 * (1 - wrong / settled), 2) if settled else 100.0


def figures_of(
    session: Session, site_id: str, *, since: datetime, until: datetime, by: tuple[str, ...] = MONTH
) -> Mapping[str, Figures]:
    """The figures of the comments received in this time, by period like 2026-11 or 2026-11-27, oldest first. Empty periods are
    left out."""
    counts: dict[str, Counter[str]] = {}
    names: dict[str, str] = {State.REJECTED: "spam", State.APPROVED: "ham"}
    received = (Comment.site_id == site_id, Comment.state.in_(names), Comment.received_at >= since, Comment.received_at < until)
    for *period, state, number in session.execute(_counted(Comment.received_at, by, Comment.state).where(*received)):
        counts.setdefault(_named(period), Counter())[names[state]] += number
    undo = aliased(Decision)
    turns: dict[tuple[str, str], str] = {
        (State.APPROVED, State.REJECTED): "missed_spam",
        (State.REJECTED, State.APPROVED): "false_positives",
    }
    standing = (
        Decision.site_id == site_id, Decision.at >= since, Decision.at < until, Decision.undoes.is_(None),
        ~select(undo.id).where(undo.undoes == Decision.id, undo.comment_id == Decision.comment_id, site_of(undo) == site_id).exists(),
    )  # fmt: skip
    query = _counted(Decision.at, by, Decision.from_state, Decision.to_state).where(*standing)
    for *period, before, after, number in session.execute(query):
        if name := turns.get((before, after)):
            counts.setdefault(_named(period), Counter())[name] += number
    return {period: Figures(**counts[period]) for period in sorted(counts)}


def total(figures: Mapping[str, Figures]) -> Figures:
    """The sum over all periods."""
    names = ("spam", "ham", "missed_spam", "false_positives")
    return Figures(*(sum(getattr(each, name) for each in figures.values()) for name in names))


def _counted(at: Any, by: tuple[str, ...], *columns: Any) -> Select[*tuple[Any, ...]]:
    """Counts by period, and by these columns."""
    groups: tuple[Any, ...] = (*(extract(part, at) for part in by), *columns)
    return select(*groups, func.count()).group_by(*groups)


def _named(period: Sequence[int]) -> str:
    return "-".join(f"{int(part):02}" for part in period)
