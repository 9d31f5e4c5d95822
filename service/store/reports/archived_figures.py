"""What the transparency report counts of comments whose rows were moved to an archive.

Two kinds of things are counted: restrictions, by what a statement of reasons says of them, and decisions of people about the audited
sample. Reports and complaints are not: a comment that has one is never archived.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.policy.signals import Kind
from service.domain.states import State
from service.store.lifecycle.archive_rows import CommentRows
from service.store.tables.archives import Archive
from service.store.tables.comments import VerdictRow
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event, EventState, EventType

_RESTRICTIONS = (EventType.REJECTED.value, EventType.HELD.value)
_SAMPLE = "sample"

Figures = dict[str, dict[str, int]]


def changed_figures(figures: Figures, moved: Iterable[CommentRows], *, by: int) -> Figures:
    """The figures of an archive after these comments were moved into it (`by` is 1) or restored (-1)."""
    counted = {year: Counter(numbers) for year, numbers in figures.items()}
    for rows in moved:
        for year, key in (*_restrictions(rows), *_sampled(rows)):
            counted.setdefault(year, Counter())[json.dumps(key)] += by
    return {year: {key: number for key, number in numbers.items() if number > 0} for year, numbers in counted.items()}


def archived_restrictions(session: Session, site_id: str, year: int) -> Iterator[tuple[list[str], int]]:
    """Each kind of restriction of a year (from, to, by, reason, notice, first finding) with its number."""
    for key, number in _of_year(session, site_id, year):
        if key[0] != _SAMPLE:
            yield key, number


def archived_sample(session: Session, site_id: str, year: int) -> Counter[tuple[str, str]]:
    """How often a person decided (first) what software would have decided (second)."""
    counted: Counter[tuple[str, str]] = Counter()
    for key, number in _of_year(session, site_id, year):
        if key[0] == _SAMPLE:
            counted[key[1], key[2]] += number
    return counted


def would_have_been(reasons: list[dict[str, str]]) -> str:
    """The state that software would have given to a comment of the audited sample, from the sentence of the reason."""
    rule = next((one.get("rule", "") for one in reasons if one.get("code") == Kind.SITE_AUDIT_SAMPLE), "")
    return rule.rpartition(" ")[2]


def _of_year(session: Session, site_id: str, year: int) -> Iterator[tuple[list[str], int]]:
    for figures in session.scalars(select(Archive.figures).where(Archive.site_id == site_id)):
        for key, number in figures.get(str(year), {}).items():
            yield json.loads(key), number


def _restrictions(rows: CommentRows) -> Iterator[tuple[str, list[str]]]:
    for event in rows.rows.get(Event.__tablename__, ()):
        if event["type"] in _RESTRICTIONS and event["state"] != EventState.WITHDRAWN:
            facts: dict[str, Any] = event["facts"] or {}
            finding = next(iter(facts.get("reasons", ())), "")
            notice = "true" if facts.get("notice") else ""
            said = (event["from_state"], event["to_state"], facts.get("by", ""), facts.get("reason", ""), notice, finding)
            yield event["at"][:4], [str(value) for value in said]


def _sampled(rows: CommentRows) -> Iterator[tuple[str, list[str]]]:
    """The first decision of a person, if the comment was drawn for the sample."""
    verdicts = [verdict["reasons"] for verdict in rows.rows.get(VerdictRow.__tablename__, ())]
    would = next((state for reasons in verdicts if (state := would_have_been(reasons))), "")
    decided = sorted(rows.rows.get(Decision.__tablename__, ()), key=lambda decision: int(decision["version"]))
    settled = (State.APPROVED, State.REJECTED)
    first = next((one for one in decided if one["from_state"] == State.HELD and one["to_state"] in settled), None)
    if would and first:
        yield first["at"][:4], [_SAMPLE, first["to_state"], would]
